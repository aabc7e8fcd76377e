"""System calls that recorded runs made, and the seccomp profile that lets exactly those through."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.model.change import Make, SetTo
from hardhull.rules.fix import NEEDS_PROOF, advise, change
from hardhull.rules.observed import PROVE

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change, Fix
    from hardhull.rules.observed import Learned

FOLDER: Final = "hardhull/seccomp"
"""Below the root: files for Docker, Podman and the nodes of a cluster."""
OBJECTS: Final = "hardhull/kubernetes"
"""Below the root: objects for a cluster."""
_OURS: Final = re.compile(rf"{FOLDER}/[A-Za-z0-9][A-Za-z0-9._-]{{0,100}}\.json")
_ARCHITECTURES: Final = {"386": ("SCMP_ARCH_X86_64", "SCMP_ARCH_X86"), "arm": ("SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM")}
"""Where 32-bit programs ran as well; else none is named, which stands for the machine's own."""


class Calls(NamedTuple):
    """The system calls of a filter.

    Attributes:
        observed: of the workload, and of the runtime while it entered the container; libseccomp's names.
        static: what its programs could call as well.
        nameless: numbers that libseccomp has no name for: a filter cannot let them through.
        arches: Go's names of the architectures of the calls.
        entered: whether every run saw what the runtime calls: without that nothing starts.
    """

    observed: frozenset[str]
    static: frozenset[str]
    nameless: frozenset[str]
    arches: frozenset[str]
    entered: bool

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, sorted."""
        return tuple(sorted(self.observed | self.static))

    @property
    def words(self) -> str:
        """How many, and how they are known: ``62 (observed)``, ``123 (62 observed, 61 more in its programs)``."""
        count = len(self.observed)
        more = f", {len(self.static)} more in its programs" if self.static else ""
        return f"{len(self.names)} ({count} observed{more})"


def calls(found: Learned, *, tight: bool) -> Calls:
    """The system calls that a filter has to let through.

    What the runtime calls comes from the runs alone: behind the filter where one was there, else all up to ``execve``.

    Args:
        found: the recorded runs.
        tight: without what the programs could call as well, but did not.
    """
    runs = found.profile.runs
    every = {call for run in runs for call in (*run.syscalls, *(run.filtered_syscalls or run.entry_syscalls))}
    arches = frozenset(call.arch for call in every)
    known = frozenset(call.name for call in every if _has_name(call.name))
    static = frozenset(call.name for call in found.profile.syscalls_static if call.arch in arches)
    return Calls(
        known,
        frozenset() if tight else frozenset(filter(_has_name, static)) - known,
        frozenset(call.name for call in every if not _has_name(call.name)),
        arches,
        all(run.filtered_syscalls or run.entry_syscalls for run in runs),
    )


def _has_name(name: str) -> bool:
    return not name.startswith("#")


def document(needed: Calls) -> dict[str, Any]:
    """The profile as Docker, Podman and Kubernetes take it."""
    arches = next((names for arch, names in _ARCHITECTURES.items() if arch in needed.arches), ())
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": 1,
        **({"architectures": list(arches)} if arches else {}),
        "syscalls": [{"names": list(needed.names), "action": "SCMP_ACT_ALLOW"}],
    }


def filtered(workload: Workload, found: Learned, *, tight: bool) -> Fix:
    """A filter for exactly these calls, in a file of its own that the workload names."""
    needed = calls(found, tight=tight)
    if not needed.entered:
        return advise(
            "record it again where the kernel's recorder works",
            "these runs do not show what the runtime itself calls, without which nothing starts: `hardhull doctor` "
            "says what is missing",
        )
    mitigation = PROVE
    if workload.runtime == "kubernetes":
        mitigation = (
            f"{PROVE}. The Security Profiles Operator puts the object on every node; without it copy the file to "
            f"operator/{slug(workload)}.json in the kubelet's seccomp folder"
        )
    blind = sum(bool(each.incomplete) for each in found.profile.passes)
    if needed.static and blind:
        mitigation += "; not all of its code could be read"
    if needed.nameless:
        mitigation += f"; libseccomp has no name for {', '.join(sorted(needed.nameless))}, which it refuses"
    return change(
        f"allow {needed.words} system calls and no others",
        *seccomp_changes(workload, document(needed)),
        risk=NEEDS_PROOF,
        mitigation=mitigation,
        basis=found.basis,
    )


def seccomp_changes(workload: Workload, profile: Any, path: str = "") -> list[Change]:
    """The file of a seccomp profile, and the workload that names it.

    Args:
        workload: what it is for.
        profile: as Docker, Podman and Kubernetes take it.
        path: where it is wanted; one outside of our folder is not used.
    """
    made = Make(path if _OURS.fullmatch(path) else file_of(workload), profile)
    if workload.runtime != "kubernetes":
        return [made, SetTo("seccomp", beside(workload, made.path))]
    name = slug(workload)
    return [
        made,
        Make(f"{OBJECTS}/{name}-seccomp.yaml", _object(name, profile)),
        SetTo("seccomp", f"operator/{name}.json"),
    ]


def _object(name: str, profile: Any) -> dict[str, Any]:
    """The same for the Security Profiles Operator, which has no word for the error number."""
    spec = {key: value for key, value in profile.items() if key in {"defaultAction", "architectures", "syscalls"}}
    return {
        "apiVersion": "security-profiles-operator.x-k8s.io/v1beta1",
        "kind": "SeccompProfile",
        "metadata": {"name": name},
        "spec": spec,
    }


def slug(workload: Workload) -> str:
    """A name for files and objects of a workload: its folder and its own name, in lower case."""
    folder = posixpath.dirname(workload.place.source.path)
    words = re.sub(r"[^a-z0-9]+", "-", f"{folder}/{workload.name}".lower()).strip("-")
    return words[:60].strip("-") or "workload"


def file_of(workload: Workload) -> str:
    """Where the seccomp profile of a workload is kept."""
    return f"{FOLDER}/{slug(workload)}.json"


def beside(workload: Workload, path: str) -> str:
    """The way to a file below the root from the folder of the file that names it."""
    folder = posixpath.dirname(workload.place.source.path)
    way = posixpath.relpath(path, folder or ".")
    return way if way.startswith("../") else f"./{way}"
