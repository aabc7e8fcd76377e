"""What a team keeps beside its tree: profiles and proofs in ``hardhull/``, each linked to the workload it is of.

They are looked for from the root of the tree, whatever part of it is scanned. A tree without such a folder costs two
questions to the file system.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, TypeVar

from hardhull.model.field import Field
from hardhull.model.result import NotChecked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardhull.facts.fact import Fact
    from hardhull.facts.profile import Profile
    from hardhull.facts.workload import Workload
    from hardhull.scan.record import Afresh
    from hardhull.scan.tree import Tree

PROFILES: Final = "hardhull/profiles"
PROOFS: Final = "hardhull/proofs"
"""Folders below the root."""

T = TypeVar("T")
Key = tuple[str, str]
"""Path of a file and subject in it; an empty path where nobody wrote one down."""


def attach(facts: Sequence[Fact], tree: Tree, not_checked: list[NotChecked], record: Afresh) -> None:
    """Reads what is kept, and links it.

    Args:
        facts: all of the tree.
        tree: its files.
        not_checked: gets what could not be read, or is of nothing in this tree.
        record: takes what an earlier scan read.
    """
    profiles = [f"{PROFILES}/{name}" for name in sorted(tree.names(PROFILES)) if name.endswith(".json")]
    proofs = [f"{PROOFS}/{name}/proof.json" for name in sorted(tree.names(PROOFS))]
    proofs = [path for path in proofs if tree.exists(path)]
    if not profiles and not proofs:
        return
    from hardhull.facts.workload import Workload

    workloads = [fact for fact in facts if isinstance(fact, Workload) and not fact.from_docs]
    kept = _Kept(tree, not_checked, record)
    kept.profiles(profiles, workloads)
    kept.proofs(proofs, workloads)


class _Kept:
    """One reading of what is kept."""

    def __init__(self, tree: Tree, not_checked: list[NotChecked], record: Afresh) -> None:
        self._tree = tree
        self._record = record
        self._not_checked = not_checked
        self._scanned = {one.source.path for one in tree.candidates}

    def profiles(self, paths: Sequence[str], workloads: Sequence[Workload]) -> None:
        """Links profiles: all runs of one workload together, wherever they are kept."""
        from hardhull.facts.profile import Profile, merge
        from hardhull.formats.profile import read

        found: defaultdict[Key, list[tuple[str, Profile]]] = defaultdict(list)
        for path in paths:
            profile = self._read(path, read)
            for run in profile.runs if profile is not None else ():
                found[run.path, run.subject].append((path, Profile((run,), profile.passes if profile else ())))
        for key, several in found.items():
            origin = ", ".join(dict.fromkeys(path for path, _ in several))
            for workload, why in self._of(key, workloads, origin):
                known = workload.profile.get(None)
                all_of_them = merge([*([known] if known else []), *(profile for _, profile in several)])
                workload.profile = _link("profile", workload, all_of_them, origin, why)

    def proofs(self, paths: Sequence[str], workloads: Sequence[Workload]) -> None:
        """Links proofs: of several of one workload the newest that succeeded."""
        from hardhull.formats.proof import read

        for path in paths:
            proof = self._read(path, read)
            if proof is None or not proof.succeeded:
                continue
            for workload, why in self._of((proof.path, proof.subject), workloads, path):
                known = workload.proof.get(None)
                if known is None or known.made <= proof.made:
                    workload.proof = _link("proof", workload, proof, path, why)

    def _of(self, key: Key, workloads: Sequence[Workload], origin: str) -> list[tuple[Workload, str]]:
        """The workload that something is of; all that it could be of, with the reason, where that is not clear."""
        path, subject = key
        same = [each for each in workloads if each.subject == subject and path in {"", each.place.source.path}]
        if len(same) == 1:
            return [(same[0], "")]
        if same:
            where = f" in {path}" if path else ""
            return [(each, f"{origin} is of {subject}{where}, and there are {len(same)} of them") for each in same]
        if not path or path in self._scanned or not self._tree.exists(path):
            why = f"it is of {subject}" + (f" in {path}" if path else "") + ", which is not there"
            self._not_checked.append(NotChecked("out-of-scope", origin, why, "make it again, or remove it"))
        return []

    def _read(self, path: str, read: Callable[[bytes], T]) -> T | None:
        from hardhull.text.saved import DocumentError

        source = self._tree.read(path)
        if source is None:
            how = "let the file stand there itself, readable and below 4 MiB"
            self._not_checked.append(NotChecked("failed", path, "it cannot be read, or is too large", how))
            return None
        try:
            return self._record.read((read, source), lambda: read(source.data))
        except DocumentError as error:
            self._not_checked.append(NotChecked("failed", path, error.why, error.how))
            return None


def _link(name: str, workload: Workload, value: T, origin: str, why: str) -> Field[T | None]:
    if why:
        return Field.unknown(name, workload.place, why)
    return Field(name, value, workload.place, written=False, origin=origin)
