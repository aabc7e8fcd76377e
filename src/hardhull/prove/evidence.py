"""What a failed try shows: which privilege the workload asked for and was refused.

Everything here was seen by the kernel or told by the engine: a call that came back without having been made (the
filter), a capability that was asked for, a path that could not be written, a process that could not be made, the
kernel's want of memory. What an application says in its log is no evidence; it is quoted, and never read.
"""

from __future__ import annotations

from errno import EACCES, EAGAIN, EPERM, EROFS
from typing import TYPE_CHECKING, NamedTuple

from hardhull.prove.candidate import (
    CAPABILITIES,
    CAPABILITY,
    MEMORY,
    NEW_PRIVILEGES,
    OWNED,
    PIDS,
    SYSCALL,
    USER,
    WRITABLE,
    WRITABLE_ROOT,
    Privilege,
)
from hardhull.prove.filter import conditional
from hardhull.prove.folders import below

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.prove.candidate import Candidate
    from hardhull.prove.trial import Trial

FORKS = frozenset({"clone", "clone3", "fork", "vfork"})
NAMES = {EPERM: "EPERM", EACCES: "EACCES", EROFS: "EROFS", EAGAIN: "EAGAIN"}


class Refused(NamedTuple):
    """One privilege that was asked for and refused.

    Attributes:
        privilege: which.
        shown_by: what shows it.
        path: that was asked for where it belongs to somebody else.
    """

    privilege: Privilege
    shown_by: str
    path: str = ""


def refused(trial: Trial, before: Trial) -> list[Refused]:
    """Every privilege that the kernel refused in a failed try; what the workload did not have is no reason.

    Each is told once, and once for each path that belongs to somebody else.

    Args:
        trial: of a candidate.
        before: of the workload as it is declared.
    """
    candidate = trial.candidate
    if candidate is None:
        return []
    found = [
        *_calls(trial, before, candidate),
        *_resources(trial, candidate),
        *_capabilities(trial, before, candidate),
        *_paths(trial, before),
    ]
    return list({(each.privilege, each.path): each for each in reversed(found)}.values())[::-1]


def shown_of(privilege: Privilege, given: Iterable[Refused]) -> str:
    """What shows that this privilege was missing; empty where nothing does."""
    kinds = _SHOWS.get(privilege.kind, frozenset())
    for each in given:
        kind, name = each.privilege
        if each.privilege == privilege or (privilege.kind == WRITABLE == kind and below(name, (privilege.name,))):
            return each.shown_by
        if kind in kinds and privilege.kind != WRITABLE:
            return each.shown_by
    return ""


_SHOWS = {
    USER: frozenset({USER, CAPABILITY, WRITABLE}),
    WRITABLE_ROOT: frozenset({WRITABLE}),
    NEW_PRIVILEGES: frozenset({CAPABILITY, CAPABILITIES, USER}),
    CAPABILITY: frozenset({CAPABILITIES}),
    OWNED: frozenset({USER, CAPABILITY}),
}
"""Which refusals show that a whole measure was in the way."""


def _calls(trial: Trial, before: Trial, candidate: Candidate) -> Iterator[Refused]:
    """Calls that came back without having been made, by the candidate's own filter; the first one first."""
    if candidate.syscalls is None:
        return
    partly, known = conditional(candidate), {name for name, _ in candidate.answers}
    already = {call.name for call in before.seen.of("denied")}
    for call in trial.seen.denied:
        there = call.name in candidate.syscalls or call.name in candidate.beyond
        if call.name.startswith("#") or call.name in known:
            continue
        if not there or (call.name in partly and call.name not in already):
            yield Refused(Privilege(SYSCALL, call.name), f"the filter answered {call.name} with error {call.errno}")


def _resources(trial: Trial, candidate: Candidate) -> Iterator[Refused]:
    if candidate.memory and trial.used is not None and trial.used.out_of_memory:
        yield Refused(Privilege(MEMORY), f"the kernel ended it for want of memory at {candidate.memory >> 20} MiB")
    for call in sorted(trial.seen.of("failed")):
        if candidate.pids and call.errno == EAGAIN and call.name in FORKS:
            yield Refused(Privilege(PIDS), f"{call.name} failed with EAGAIN at {candidate.pids} processes")


def _capabilities(trial: Trial, before: Trial, candidate: Candidate) -> Iterator[Refused]:
    """Capabilities that it asked for in vain, and had been given before."""
    if candidate.capabilities is None:
        return
    if any(
        call.name == "capset" and call.errno == EPERM for call in trial.seen.of("failed") - before.seen.of("failed")
    ):
        yield Refused(Privilege(CAPABILITIES), "capset asked for more than it has, and failed with EPERM")
    used = [check for check in before.seen.of("capabilities") if check.granted and check.certain]
    had = {check.capability for check in used}
    already = {call.name for call in before.seen.of("denied")}
    stopped = {call.name for call in trial.seen.of("denied")} - already - (candidate.syscalls or frozenset())
    for check in sorted(used):
        # The engine's own filter goes by capabilities, too: the kernel is never asked then.
        if check.syscall in stopped and candidate.syscalls is None and check.capability not in candidate.capabilities:
            yield Refused(Privilege(CAPABILITY, check.capability), f"the engine's filter answered {check.syscall}")
    for check in sorted(trial.seen.of("capabilities")):
        if not check.granted and check.certain and check.capability in had - candidate.capabilities:
            asked = f" in {check.syscall}" if check.syscall else ""
            yield Refused(Privilege(CAPABILITY, check.capability), f"the kernel asked for {check.capability}{asked}")


def _paths(trial: Trial, before: Trial) -> Iterator[Refused]:
    """Paths that could not be written or opened, and could be before."""
    known = {(call.name, call.path, call.errno) for call in before.seen.of("failed")}
    for call in sorted(trial.seen.of("failed")):
        if not call.path or (call.name, call.path, call.errno) in known or call.errno not in NAMES:
            continue
        shown = f"{call.name} of {call.path} failed with {NAMES[call.errno]}"
        if call.errno == EROFS:
            yield Refused(Privilege(WRITABLE, call.path), shown)
        else:
            yield Refused(Privilege(USER), shown, call.path)
