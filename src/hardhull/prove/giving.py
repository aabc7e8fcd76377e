"""Giving privileges back to a candidate, and taking measures back or up again."""

from __future__ import annotations

from errno import EPERM
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hardhull.facts.capabilities import BY_NUMBER, DOCKER_DEFAULT
from hardhull.facts.seccomp import docker_default
from hardhull.prove.candidate import (
    CAPABILITIES,
    CAPABILITY,
    CPUS,
    DEVICE,
    HOST,
    MEMORY,
    NETWORK,
    NEW_PRIVILEGES,
    OWNED,
    PIDS,
    PRIVILEGED,
    SECCOMP,
    SYSCALL,
    USER,
    WRITABLE,
    WRITABLE_ROOT,
    Candidate,
    Privilege,
)
from hardhull.prove.changes import NAMESPACES
from hardhull.prove.filter import capabilities, native
from hardhull.prove.folders import below, folders, held, homes, writable
from hardhull.run.observe import SETS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from hardhull.facts.profile import Call, StaticCall
    from hardhull.facts.workload import Workload
    from hardhull.prove.candidate import Writable
    from hardhull.prove.evidence import Refused
    from hardhull.prove.image import ImageFiles
    from hardhull.prove.trial import Trial

MOST_DOUBLINGS = 4
"""A limit that sixteen times what was seen does not satisfy is no limit to find here."""


class Giving:
    """What can be given back in one search.

    Args:
        before: the workload as it is declared.
        files: of its image.
        workload: as it is declared.
        user: whom it is tried as; empty where it is not root anyway.

    Attributes:
        used: capabilities that the workload was seen to use as it is declared.
        own: all that the engine gives it then.
    """

    def __init__(self, before: Trial, files: ImageFiles, workload: Workload, user: str) -> None:
        self._files, self._workload, self._user = files, workload, user
        checks = before.seen.of("capabilities")
        self.used = frozenset(check.capability for check in checks if check.granted and check.certain)
        self.own = _given(before)
        self._homes = {each.path: each for each in homes(workload, files, user)}
        self._limits: dict[str, int] = {}
        self._declared = declared(workload)

    def back(self, candidate: Candidate, given: Sequence[Refused]) -> Candidate:
        """The candidate with what the evidence names; calls and resources first, for they hide what comes after.

        Where it lacks rights and runs programs that give some, it may gain privileges as well.
        """
        for kinds in ((SYSCALL,), (MEMORY, PIDS), (WRITABLE,), (OWNED,), (CAPABILITY,), (CAPABILITIES,), (USER,)):
            new = candidate
            for each in given:
                if OWNED in kinds:
                    new = self._owning(new, each.path)
                elif each.privilege.kind in kinds:
                    new = self._with(new, each.privilege)
            if new != candidate:
                rights = candidate.no_new_privileges and kinds[0] in {CAPABILITY, CAPABILITIES, USER}
                return self.relaxed(new, NEW_PRIVILEGES) if rights and self._gains else new
        return candidate

    @cached_property
    def _gains(self) -> bool:
        """Whether a program that it runs gives privileges."""
        return any(found is not None and found.gains for found in map(self._files.entry, sorted(self._files.executed)))

    def _owning(self, candidate: Candidate, path: str) -> Candidate:
        """With the folder in memory that a path is in, which the workload is declared with, as its user's own."""
        if not candidate.user:
            return candidate
        new = {each for home, each in self._homes.items() if below(path, (home,))}
        return candidate._replace(owned=tuple(sorted({*candidate.owned, *new})))

    def _with(self, candidate: Candidate, privilege: Privilege) -> Candidate:
        kind, name = privilege
        if kind == SYSCALL and name in (candidate.syscalls or ()):
            return candidate._replace(unconditional=candidate.unconditional | {name})
        if kind == SYSCALL:
            return candidate._replace(syscalls=(candidate.syscalls or frozenset()) | {name})
        if kind == WRITABLE:
            return self._writable(candidate, name)
        if kind in {MEMORY, PIDS}:
            return self._doubled(candidate, kind)
        if candidate.user or kind == USER:
            return self.relaxed(candidate, USER)
        if kind == CAPABILITIES and candidate.no_new_privileges and (candidate.capabilities == self.own or self._gains):
            return self.relaxed(candidate, NEW_PRIVILEGES)  # it was to gain what it asked for
        if kind == CAPABILITIES:
            return self.relaxed(candidate, CAPABILITIES)
        return candidate._replace(capabilities=(candidate.capabilities or frozenset()) | {name})

    def _writable(self, candidate: Candidate, path: str) -> Candidate:
        """With the folder of a path, or all of the root where that is one of the system's."""
        if not candidate.read_only:
            return candidate
        found, beyond = folders([path], self._files.entry)
        if beyond:
            return self.relaxed(candidate, WRITABLE_ROOT)
        known = {each.path for each in candidate.writable}
        new = tuple(writable(each, self._files, candidate.user) for each in found if each not in known)
        return candidate._replace(writable=tuple(sorted((*candidate.writable, *new))))

    def _doubled(self, candidate: Candidate, kind: str) -> Candidate:
        times = self._limits[kind] = self._limits.get(kind, 0) + 1
        if times > MOST_DOUBLINGS:
            return candidate.relaxed(kind)
        if kind == MEMORY:
            return candidate._replace(memory=candidate.memory * 2)
        return candidate._replace(pids=candidate.pids * 2)

    def relaxed(self, candidate: Candidate, measure: str) -> Candidate:
        """With one measure as it is declared; its own user, which may be root, gets what it was seen to use."""
        if measure in _GIVEN:
            return candidate._replace(**{_GIVEN[measure]: self._declared[_GIVEN[measure]]})
        if measure == CAPABILITIES:
            return candidate._replace(capabilities=self.own)
        loose = candidate.relaxed(measure)
        if measure != USER or not candidate.user:
            return loose
        return loose._replace(capabilities=self.used, writable=self._for(candidate, ""))

    def tightened(self, candidate: Candidate, strict: Candidate, measure: str) -> Candidate:
        """With one measure as a strict candidate has it."""
        if measure == USER:
            return strict._replace(**{name: getattr(candidate, name) for name in _REST}) if strict.user else candidate
        if measure == CAPABILITIES and strict.user and not candidate.user:
            return candidate._replace(capabilities=self.used)
        return candidate._replace(**{name: getattr(strict, name) for name in _FIELDS[measure]})

    def held(self, candidate: Candidate) -> Candidate:
        """With volumes where the image has something that memory hides."""
        return candidate._replace(writable=tuple(held(each, self._files) for each in candidate.writable))

    def privileges(self, candidate: Candidate) -> Iterator[Privilege]:
        """What it has that could be taken away one by one."""
        if self._user and not candidate.user:
            yield Privilege(USER)
        yield from candidate.privileges

    def unused(self, candidate: Candidate) -> frozenset[str]:
        """Capabilities that it has, of which nobody saw that the workload uses them: it was given all of its own."""
        return (candidate.capabilities or frozenset()) - self.used

    def loose(self, candidate: Candidate, strict: Candidate) -> Iterator[Privilege]:
        """The measures that a candidate has as they are declared, and a strict one has not."""
        for measure, fields in _FIELDS.items():
            loose = self.relaxed(candidate, measure)
            same = all(getattr(candidate, each) == getattr(loose, each) for each in fields)
            if same and any(getattr(candidate, each) != getattr(strict, each) for each in fields):
                yield Privilege(measure)

    def without(self, candidate: Candidate, privilege: Privilege) -> Candidate:
        """The candidate, less one of these."""
        if privilege.kind != USER:
            return candidate.without(privilege)
        kept, own = self._for(candidate, self._user), tuple(sorted(self._homes.values()))
        return candidate._replace(user=self._user, capabilities=frozenset(), writable=kept, owned=own)

    def _for(self, candidate: Candidate, user: str) -> tuple[Writable, ...]:
        """Its folders for another account; a volume stays one."""
        new = (writable(each.path, self._files, user) for each in candidate.writable)
        return tuple(
            one._replace(keeps=one.keeps or each.keeps) for one, each in zip(new, candidate.writable, strict=True)
        )


def _given(before: Trial) -> frozenset[str]:
    """What the engine gives the workload as it is declared: the bounding sets of its processes."""
    seen = before.used.observation if before.used else None
    bits = 0
    for each in (seen.processes if seen else None) or ():
        bits |= each.capabilities[SETS.index("CapBnd")]
    found = frozenset(name for number, name in enumerate(BY_NUMBER) if bits >> number & 1)
    return found or DOCKER_DEFAULT


def declared(workload: Workload) -> dict[str, Any]:
    """The fields of a candidate for what a workload may have of the host's, all of it kept."""
    shared = frozenset(name for name in NAMESPACES if getattr(workload, name).get(None) == "host")
    devices = frozenset(item.value.host for item in workload.devices.get(()) if item.known)
    return {"host": shared, "devices": devices, "privileged": bool(workload.privileged.get(False))}


def filtered(candidate: Candidate, trial: Trial, runtime: frozenset[Call]) -> Candidate:
    """The candidate with a filter for what a try did: its own calls, and the runtime's behind a filter.

    What that filter denied and the workload did without gets the same answer: a library takes ENOSYS for an old kernel,
    and EPERM for a failure (clone3).
    """
    made = names(trial.seen.of("syscalls") | runtime)
    denied = (call for call in trial.seen.of("denied") if call.arch == native() and call.name not in made)
    answers = frozenset((call.name, call.errno) for call in denied if call.errno != EPERM)
    return candidate._replace(syscalls=made, answers=answers)


def without_consequences(works: Trial, strict: Candidate, causes: Collection[str]) -> Trial:
    """The same without the calls that were made only because another one had been denied before them.

    What tells of a failure, or cleans up after one, is not needed where nothing fails: it was given back together with
    its cause, and not called when everything worked.

    Args:
        works: what works.
        strict: the candidate before anything was given back.
        causes: calls that were the first to be denied in a try.
    """
    candidate = works.candidate
    if candidate is None or candidate.syscalls is None:
        return works
    made = names(works.seen.of("syscalls") | works.seen.of("filtered_syscalls"))
    needless = candidate.syscalls - (strict.syscalls or frozenset()) - set(causes) - made
    return works._replace(candidate=candidate._replace(syscalls=candidate.syscalls - needless)) if needless else works


def together(one: Candidate, other: Candidate) -> Candidate:
    """A candidate with what another one was given back as well: calls, folders, capabilities and limits.

    Args:
        one: which has the more privileges of the other kinds.
        other: made from the same, and given back what evidence showed.
    """
    found = one._replace(memory=_looser(one.memory, other.memory), pids=_looser(one.pids, other.pids))
    if one.user != other.user:
        return found
    known = {each.path for each in one.writable}
    more = [each for each in other.writable if each.path not in known]
    found = found._replace(
        owned=tuple(sorted({*one.owned, *other.owned})), writable=tuple(sorted([*one.writable, *more]))
    )
    if one.capabilities is not None and other.capabilities is not None:
        found = found._replace(capabilities=one.capabilities | other.capabilities)
    if one.syscalls is None or other.syscalls is None:
        return found._replace(syscalls=None)
    whole = one.unconditional | other.unconditional
    return found._replace(syscalls=one.syscalls | other.syscalls, unconditional=whole)


def _looser(one: int, other: int) -> int:
    """The higher limit; 0 is none."""
    return max(one, other) if one and other else 0


def names(calls: Iterable[Call | StaticCall]) -> frozenset[str]:
    """The names of this machine's calls among these; a filter cannot name others."""
    return frozenset(call.name for call in calls if call.arch == native() and not call.name.startswith("#"))


def widened(candidate: Candidate, before: Trial, runtime: frozenset[Call]) -> Candidate:
    """The candidate with what its programs could call as well, as far as the engine's own filter lets them.

    Args:
        candidate: that works.
        before: the workload as it is declared; the code of its programs was read.
        runtime: what the runtime calls behind the filter where the workload can gain privileges: the filter is one of
            several changes in a file, and not all of them need to be made.
    """
    if candidate.syscalls is None:
        return candidate
    default = docker_default(capabilities(candidate))
    could = names(call for each in before.seen.passes for call in each.calls) | names(runtime)
    return candidate._replace(beyond=(could & (default.allowed | default.partly)) - candidate.syscalls)


_GIVEN = {HOST: "host", DEVICE: "devices", PRIVILEGED: "privileged"}
"""Measures that take away what a workload has been given beyond the usual."""
_FIELDS = {
    CAPABILITIES: ("capabilities",),
    NEW_PRIVILEGES: ("no_new_privileges",),
    WRITABLE_ROOT: ("read_only", "writable"),
    SECCOMP: ("syscalls", "unconditional", "beyond", "answers"),
    MEMORY: ("memory",),
    PIDS: ("pids",),
    NETWORK: ("alone",),
    CPUS: ("cpus",),
    **{measure: (field,) for measure, field in _GIVEN.items()},
}
_REST = (
    "no_new_privileges", "read_only", "memory", "pids", "cpus", "alone", "ports", "host", "devices",
    "privileged", *_FIELDS[SECCOMP],
)  # fmt: skip
"""What a change of the user leaves as it is."""
