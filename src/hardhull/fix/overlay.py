"""Fixes laid over files that are not ours to edit: Compose's override file, drop-ins of units, kustomize's patches.

Every format has its own way, or none: then a fix is refused with the reason. What counts is decided as for every other
fix, by reading the files with the override among them and judging again.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from hardhull.facts.workload import Workload
from hardhull.fix.page import page_of
from hardhull.fix.patch import file_edit
from hardhull.formats.compose.layers import Layers
from hardhull.formats.compose.write import snippet, write_over
from hardhull.formats.unit_override import drop_in
from hardhull.formats.writing import write
from hardhull.model.change import Make
from hardhull.model.edit import Edit, spliced
from hardhull.model.plan import FileEdit
from hardhull.model.source import Source, Span
from hardhull.scan.projects import DEFAULTS, OVERRIDES
from hardhull.text.draft import UnwritableError
from hardhull.text.tree.draft import TreeDraft

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.facts.fact import Fact
    from hardhull.model.change import Change
    from hardhull.scan.discover import Discovery
    from hardhull.text.draft import Drafts

DROP_IN = "zz-hardhull.conf"
"""Behind ``override.conf``, which is what ``systemctl edit`` makes: the last one counts."""
EMPTY = b"services:\n"
NONE = {
    "dockerfile": "an image recipe has no override: build another one `FROM` it, or change it where it stands",
    "daemon.json": "the engine reads one daemon.json: change it where it stands",
    "auditd": "audit rules are loaded together: change the file that holds the rule",
}
"""Why a syntax has no override."""


class Overlay:
    """Where fixes go instead of into the files.

    Args:
        found: the files as they are, with overrides that are there already.
    """

    def __init__(self, found: Discovery) -> None:
        self._files = {one.source.path: one for one in found.files}

    def write(self, fact: Fact, changes: Iterable[Change], drafts: Drafts) -> None:
        """Writes Changes of a fact: all of them, or none.

        Raises:
            UnwritableError: there is no override for it, or it cannot be written without a guess.
        """
        mark = drafts.log.mark()
        ours, changes = _parted(changes)
        try:
            write(fact, ours, drafts)
            if isinstance(fact, Workload) and fact.syntax == "compose":
                for change in changes:
                    write_over(fact, change, drafts, self._over(fact, change, drafts))
            else:
                self._write_unit(fact, changes, drafts)
        except UnwritableError:
            drafts.log.back_to(mark)
            raise

    def _write_unit(self, fact: Fact, changes: Iterable[Change], drafts: Drafts) -> None:
        """Writes into the unit or manifest as it is; a drop-in or a patch is made of the outcome."""
        if fact.syntax == "kubernetes":
            write(fact, changes, drafts)
            return
        if fact.syntax in NONE or not self._is_unit(fact.place.source.path):
            raise UnwritableError(NONE.get(fact.syntax, "it has no override: change it where it stands"))
        mark = drafts.log.mark()
        write(fact, changes, drafts)
        for path in drafts.log.touched(mark):
            if not self._is_unit(path):
                raise UnwritableError(f"{path} has no override: change it where it stands")
            draft = drafts.at(path)
            made = drop_in(draft.source, Source(path, draft.result()))
            if any(secret in made for secret in page_of(path, draft.source.data).secrets):
                raise UnwritableError("a drop-in repeats the whole line, which holds a secret: take that out first")

    def laid(self, files: Iterable[FileEdit]) -> list[FileEdit]:
        """Files that change, as the files that are laid over them."""
        found: dict[str, FileEdit] = {}
        bases: list[FileEdit] = []
        for file in files:
            if file.before is not None and self._is_base(file.path):
                bases.append(file)
            elif file.before is None or file.path not in self._files:
                found[file.path] = FileEdit(file.path, None, file.after, ())
            else:
                found[file.path] = file
        for base in bases:
            path, before = self._drop_in(base.path)
            said = found[path].after if path in found else before
            made = drop_in(Source(base.path, base.before or b""), Source(base.path, base.after)).encode()
            after = made if said is None else said + (b"\n" if said.endswith(b"\n") else b"\n\n") + made
            found[path] = file_edit(path, before, after)
        return sorted(found.values(), key=lambda file: file.path)

    def shown(self, edits: dict[Source, list[Edit]]) -> dict[Source, list[Edit]]:
        """The edits of one fix in the same form, for people."""
        found = {}
        for source, own in edits.items():
            if self._is_base(source.path):
                path, before = self._drop_in(source.path)
                text = drop_in(source, Source(source.path, spliced(source.data, own))).encode()
                end = len(before or b"")
                found[Source(path, before or b"")] = [Edit(Span(end, end), text)]
            else:
                found[source] = own
        return found

    def _over(self, workload: Workload, change: Change, drafts: Drafts) -> TreeDraft:
        """The override file of a service's project."""
        layers = workload.origin
        folder = layers.folder if isinstance(layers, Layers) else ""
        base = next((path for name in DEFAULTS if (path := posixpath.join(folder, name)) in self._files), "")
        read = {layer.source.path for layer in layers.found} if isinstance(layers, Layers) else set()
        paths = [posixpath.join(folder, name) for name in OVERRIDES]
        if base not in read and not read & set(paths):
            why = f"Compose lays no file over {workload.place.source.path} by itself: name one behind it with -f"
            raise UnwritableError(why, snippet(workload, change))
        there = next((path for path in paths if path in self._files), None)
        if there is not None:
            return drafts.keep(self._files[there].source, TreeDraft, TreeDraft.of_yaml)
        stem = "docker-compose" if posixpath.basename(base).startswith("docker-") else "compose"
        source = Source(posixpath.join(folder, f"{stem}.override{posixpath.splitext(base)[1]}"), EMPTY)
        return drafts.keep(source, TreeDraft, TreeDraft.of_yaml)

    def _is_unit(self, path: str) -> bool:
        found = self._files.get(path)
        return found is not None and bool({"unit", "quadlet"} & set(found.kinds))

    def _is_base(self, path: str) -> bool:
        """Whether it is a unit itself, not a drop-in: those are what overrides are written into."""
        return self._is_unit(path) and not posixpath.dirname(path).endswith(".d")

    def _drop_in(self, path: str) -> tuple[str, bytes | None]:
        name = f"{path}.d/{DROP_IN}"
        there = self._files.get(name)
        return name, None if there is None else there.source.data


def _parted(changes: Iterable[Change]) -> tuple[list[Change], list[Change]]:
    """Files of our own, which are written as they are, and what is laid over other people's."""
    every = list(changes)
    ours: list[Change] = [change for change in every if isinstance(change, Make)]
    return ours, [change for change in every if not isinstance(change, Make)]
