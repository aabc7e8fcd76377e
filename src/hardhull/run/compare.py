"""Two observations of a container, before and after a change: in what they differ, and whether that is worse."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.run.observe import SETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.run.observe import Identity, LifeCycle, Observation

STRONGER, BROKEN, CHANGED, UNSEEN = "stronger", "broken", "changed", "unseen"
SLACK, FACTOR = 2.0, 2.0
"""A stop takes about the same time where it takes at most so many seconds, or so many times, longer."""


class Difference(NamedTuple):
    """In what an observation differs from an earlier one.

    Attributes:
        kind: ``stronger`` (a process may do more than before), ``broken`` (something that worked does not),
            ``unseen`` (it could not be compared) or ``changed`` (neither better nor worse by itself).
        what: one sentence part.
        before: as text; empty for nothing.
        after: likewise.
    """

    kind: str
    what: str
    before: str = ""
    after: str = ""


def compare(before: Observation, after: Observation, patience: float = 1.0) -> list[Difference]:
    """What is another way now. No process may be more powerful, and what worked has to work.

    Args:
        before: the earlier one.
        after: the later one.
        patience: so many times as long as else a stop may take: on a busy machine.
    """
    found: list[Difference] = []
    if before.processes is None or after.processes is None:
        found.append(Difference(UNSEEN, "the processes cannot be seen from here"))
    else:
        found += _processes(before.processes, after.processes)
    new = [line for line in after.troubles if line not in before.troubles]
    found += [Difference(BROKEN, "its log has a new line of trouble", "", line) for line in new]
    if before.life is not None and after.life is not None:
        found += _life(before.life, after.life, patience)
    elif before.life is not None or after.life is not None:
        found.append(Difference(UNSEEN, "its life cycle was tried only once"))
    return found


def worse(differences: Sequence[Difference]) -> list[Difference]:
    """Those that a change must not have."""
    return [one for one in differences if one.kind in {STRONGER, BROKEN}]


def _processes(before: Sequence[Identity], after: Sequence[Identity]) -> Iterator[Difference]:
    old, new = {one.name for one in before}, {one.name for one in after}
    for name in sorted(old - new):
        yield Difference(BROKEN, f"the process {name} is not there any more", name)
    for name in sorted(new - old):
        yield Difference(CHANGED, f"the process {name} was not there before", "", name)
    for process in dict.fromkeys(after):
        alike = [one for one in before if one.name == process.name] or list(before)
        yield from _powers(process, alike)


def _powers(process: Identity, before: Sequence[Identity]) -> Iterator[Difference]:
    """What a process may do that none of those like it could before."""
    name = process.name
    if not before:
        return
    for what, field in (("user", "uids"), ("group", "gids")):
        had = {number for one in before for number in getattr(one, field)}
        more = [number for number in dict.fromkeys(getattr(process, field)) if number not in had]
        if 0 in more:
            yield Difference(STRONGER, f"{name} runs as the {what} root", _numbers(had), "0")
        elif more:
            yield Difference(CHANGED, f"{name} runs as another {what}", _numbers(had), _numbers(more))
    had = {number for one in before for number in (*one.groups, *one.gids)}
    gained = [number for number in process.groups if number not in had and number not in process.gids]
    if gained:
        yield Difference(STRONGER, f"{name} is in more groups", _numbers(had), _numbers(gained))
    for index, label in enumerate(SETS):
        union = 0
        for one in before:
            union |= one.capabilities[index]
        extra = process.capabilities[index] & ~union
        if extra:
            kind = f"{name} has more capabilities ({label})"
            yield Difference(STRONGER, kind, f"{union:x}", f"{process.capabilities[index]:x}")
    if process.seccomp < min(one.seccomp for one in before):
        yield Difference(STRONGER, f"{name} has no seccomp filter any more", "2", str(process.seccomp))
    if not process.no_new_privileges and all(one.no_new_privileges for one in before):
        yield Difference(STRONGER, f"{name} may gain privileges again", "1", "0")


def _numbers(numbers: Sequence[int] | set[int]) -> str:
    return ",".join(str(number) for number in sorted(numbers))


def _life(before: LifeCycle, after: LifeCycle, patience: float) -> Iterator[Difference]:
    if before.exec_code != after.exec_code:
        yield Difference(BROKEN, "a command inside ends otherwise", str(before.exec_code), str(after.exec_code))
    if before.restarted and not after.restarted:
        yield Difference(BROKEN, "it does not come back after a restart")
    yield from _reloads(before, after)
    if after.out_of_memory and not before.out_of_memory:
        yield Difference(BROKEN, "the kernel ended one of its processes for want of memory")
    if before.stop.code != after.stop.code:
        kind = BROKEN if before.stop.code == 0 or after.stop.killed else CHANGED
        yield Difference(kind, "it ends with another code", str(before.stop.code), str(after.stop.code))
    if after.stop.seconds > longest(before.stop.seconds) * patience:
        was, now = f"{before.stop.seconds:.1f} s", f"{after.stop.seconds:.1f} s"
        yield Difference(BROKEN, "it takes much longer to end", was, now)


def longest(seconds: float) -> float:
    """How long a stop may take that took so long before."""
    return max(seconds + SLACK, seconds * FACTOR)


def _reloads(before: LifeCycle, after: LifeCycle) -> Iterator[Difference]:
    """A reload that worked has to; that nobody knew how is told elsewhere."""
    old, new = before.reloaded, after.reloaded
    if old is None or not old.works:
        return
    if new is None:
        yield Difference(UNSEEN, "it was not reloaded again", old.way.title)
    elif not new.works:
        yield Difference(BROKEN, "it does not work after a reload", old.way.title, new.said or "its checks fail")
