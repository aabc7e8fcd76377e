"""System calls that recorded runs made, and the seccomp profile that lets exactly those through."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.facts.capabilities import DOCKER_DEFAULT
from hardhull.facts.seccomp import docker_conditions, docker_default
from hardhull.model.change import Make, SetTo
from hardhull.rules.fix import NEEDS_PROOF, advise, change
from hardhull.rules.observed import PROVE

if TYPE_CHECKING:
    from hardhull.facts.seccomp import Condition
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change, Fix
    from hardhull.rules.observed import Learned

FOLDER: Final = "hardhull/seccomp"
"""Below the root: files for Docker, Podman and the nodes of a cluster."""
INSTALLED: Final = "/etc/hardhull/seccomp"
"""On a machine, for units."""
OBJECTS: Final = "hardhull/kubernetes"
"""Below the root: objects for a cluster."""
EPERM: Final = 1
NO_CLONE3: Final = ("clone3", 38)
"""What Docker's default profile says of it (ENOSYS): its arguments cannot be looked at."""
RETURNS: Final = frozenset({"restart_syscall", "rt_sigreturn"})
"""The end of a signal, and of a call that one cut off (sigreturn(2), restart_syscall(2)): a signal can come to any
process at any time, also to the runtime behind the filter, whether or not one came in a recorded run."""
OPERATORS: Final = {
    "!=": "SCMP_CMP_NE", "<": "SCMP_CMP_LT", "<=": "SCMP_CMP_LE", "==": "SCMP_CMP_EQ", ">=": "SCMP_CMP_GE",
    ">": "SCMP_CMP_GT", "&==": "SCMP_CMP_MASKED_EQ",
}  # fmt: skip
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
        capabilities: that were used; they decide what Docker's default profile lets through.
        conditional: those that get the conditions which Docker's default profile has for their arguments.
        answers: calls that are refused with another error than EPERM, and its number: as the filter of the recording
            did, and as Docker's default profile does with ``clone3``, which libraries then do without.
    """

    observed: frozenset[str]
    static: frozenset[str]
    nameless: frozenset[str]
    arches: frozenset[str]
    entered: bool
    capabilities: frozenset[str] = frozenset()
    conditional: frozenset[str] = frozenset()
    answers: tuple[tuple[str, int], ...] = ()

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
    What the programs could call is allowed only as far as Docker's default profile does: nobody saw that it is needed.

    Args:
        found: the recorded runs.
        tight: without what the programs could call as well, but did not.
    """
    runs = found.profile.runs
    every = {call for run in runs for call in (*run.syscalls, *(run.filtered_syscalls or run.entry_syscalls))}
    arches = frozenset(call.arch for call in every)
    known = frozenset(call.name for call in every if _has_name(call.name))
    caps = found.profile.capabilities_used | DOCKER_DEFAULT
    default = docker_default(caps)
    static = frozenset(call.name for call in found.profile.syscalls_static if call.arch in arches)
    more = frozenset() if tight else (static & (default.allowed | default.partly)) - known
    refused = {(each.name, each.errno) for run in runs for each in run.denied if each.errno != EPERM}
    answers = {name: errno for name, errno in sorted({NO_CLONE3, *refused}) if name not in known}
    return Calls(
        known,
        more,
        frozenset(call.name for call in every if not _has_name(call.name)),
        arches,
        all(run.filtered_syscalls or run.entry_syscalls for run in runs),
        caps,
        default.partly & (more | known if all(run.filtered_syscalls for run in runs) else more),
        tuple(answers.items()),
    )


def _has_name(name: str) -> bool:
    return not name.startswith("#")


def document(needed: Calls) -> dict[str, Any]:
    """The profile as Docker, Podman and Kubernetes take it."""
    arches = next((names for arch, names in _ARCHITECTURES.items() if arch in needed.arches), ())
    always = sorted({*needed.names, *RETURNS} - needed.conditional)
    rules: list[dict[str, Any]] = [{"names": always, "action": "SCMP_ACT_ALLOW"}]
    for name in sorted(needed.conditional):
        for conditions in docker_conditions(name, needed.capabilities):
            arguments = [_argument(each) for each in conditions]
            rules += [{"names": [name], "action": "SCMP_ACT_ALLOW", "args": arguments}]
    rules += [{"names": [name], "action": "SCMP_ACT_ERRNO", "errnoRet": errno} for name, errno in needed.answers]
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": EPERM,
        **({"architectures": list(arches)} if arches else {}),
        "syscalls": rules,
    }


def _argument(condition: Condition) -> dict[str, Any]:
    """A condition as moby and the OCI write it: of a masked one the mask stands first."""
    if condition.operator == "&==":
        values = {"value": condition.mask, "valueTwo": condition.value}
    else:
        values = {"value": condition.value}
    return {"index": condition.argument, **values, "op": OPERATORS[condition.operator]}


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
    if is_unit(workload):
        mitigation += f"; install it first: install -D -m 644 {file_of(workload)} {beside(workload, file_of(workload))}"
    elif workload.syntax == "docker-run":
        mitigation += "; the way to the file begins in the folder that the command is run in"
    engines = sorted({run.engine for run in found.profile.runs if run.engine})
    if engines:
        mitigation += f"; it holds for {', '.join(engines)}: after an upgrade record it again"
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


def is_unit(workload: Workload) -> bool:
    """Whether systemd starts it."""
    return workload.syntax in {"quadlet", "systemd"} or workload.within == "systemd"


def beside(workload: Workload, path: str) -> str:
    """How a workload names a file below the root: Compose by its place, units where it is installed, others by the way.

    A unit is started in ``/``, whatever folder it was written in.
    """
    if workload.syntax == "compose":
        return path
    if is_unit(workload):
        return f"{INSTALLED}/{posixpath.basename(path)}"
    folder = posixpath.dirname(workload.place.source.path)
    way = posixpath.relpath(path, folder or ".")
    return way if way.startswith("../") else f"./{way}"
