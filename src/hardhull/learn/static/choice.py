"""How each binary of a program is looked at: as a whole, which is quick, or function by function, which is exact.

Most libraries ask for nothing that is not called anyway. So each is first taken as a whole for a trial: where all that
it could reach makes only calls that are known already, nothing can be gained by following it, and it stays so. Only
the others are followed, the small ones first; what they make may be all that a large one would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from hardhull.facts.syscall_numbers import numbers
from hardhull.learn.static import bounds
from hardhull.learn.static.numbers import Numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from hardhull.learn.static.numbers import Made
    from hardhull.learn.static.part import Part
    from hardhull.learn.static.reach import Node, Program

_CALLING: Final = ("libc.", "ld-")
"""Libraries that are followed in any case: little of them is reached, and nearly all calls are made there."""
_ALWAYS: Final = frozenset({("", "")})
"""What a library lacks that has to be followed whatever is known."""

_STEPS: Final = 100
"""Functions that are reached between two looks at what a trial makes."""

Call = tuple[str, str]
"""Architecture and name."""


class SoFar(Protocol):
    """What a pass knows by now."""

    def known(self, call: Call) -> bool:
        """Whether a call is made anyway."""

    def count(self, program: Program, made: Made) -> None:
        """Takes what a place makes."""

    def further(self, part: Part) -> bool:
        """Whether a part may load libraries that no program has."""

    def needs(self, part: Part) -> frozenset[str]:
        """Paths of the other files that one is linked with."""

    def in_time(self) -> bool:
        """Whether there is time left."""


class Choice:
    """Decides for all files of a pass.

    Args:
        program: what is reached.
        so_far: what is known by now.
    """

    def __init__(self, program: Program, so_far: SoFar) -> None:
        self._program, self._so_far = program, so_far
        self._numbers = Numbers(program)
        self._most = bounds.FOLLOWED_BYTES
        self._followed: list[Part] = []
        self._lacks: dict[Node, frozenset[Call]] = {}

    def begin(self, firsts: Collection[Part]) -> None:
        """Decides what needs no trial: programs themselves, the C library, and what is too large to be followed."""
        for index in self._open():
            part = self._program.parts[index]
            if not part.wholly or part.elf.soname.startswith(_CALLING):
                self._program.decide(index, part.followed)
            elif part.every or part.size > min(self._most, bounds.LARGEST_BYTES):
                self._program.decide(index, part.whole)
            elif part in firsts:
                self._itself(index)
        self._walk()

    def settle(self) -> None:
        """Decides all others."""
        parts = self._program.parts
        waiting = sorted(self._open(), key=lambda index: (parts[index].size, index))
        needs = {index: self._so_far.needs(parts[index]) for index in waiting}
        lacks: dict[int, frozenset[Call]] = {}
        if sum(parts[index].size for index in waiting) <= self._most:
            for index in waiting:
                self._exactly(index)
            self._walk()
            return
        self._most = min(self._most, bounds.TRIED_BYTES)
        while waiting:
            unknown = {parts[index].path for index in waiting}
            ready = [index for index in waiting if needs[index].isdisjoint(unknown)] or waiting
            for index in ready:
                if index not in lacks or all(map(self._so_far.known, lacks[index])):
                    lacks[index] = self._tried(index)
            done = {index for index in ready if not lacks[index]}
            if not done:
                self._exactly(ready[0])
                self._walk()
                done = {ready[0]}
            waiting = [index for index in waiting if index not in done]

    def unresolved(self) -> Iterator[tuple[Part, int]]:
        """Places whose number is what the caller of a function passes that may be called through a pointer."""
        return ((self._program.parts[site.caller.binary], site.place) for site in self._numbers.pointed())

    def _open(self) -> list[int]:
        """Places of the parts of which nothing is decided."""
        return [index for index, binary in enumerate(self._program.binaries) if binary is None]

    def _itself(self, index: int) -> None:
        """Decides on a program: one without libraries has them in itself."""
        part = self._program.parts[index]
        if part.elf.needed and part.size > bounds.PROGRAM_BYTES:
            self._program.decide(index, part.whole)
        else:
            self._exactly(index)

    def _exactly(self, index: int) -> None:
        """Follows a part, unless much was reached by following others: that is what takes time."""
        part = self._program.parts[index]
        spent = sum(each.size * each.followed.share for each in self._followed)
        if spent >= self._most:
            self._program.decide(index, part.whole)
        else:
            self._followed.append(part)
            self._program.decide(index, part.followed)

    def _walk(self) -> None:
        self._program.walk(self._so_far.in_time)
        for made in self._numbers.more(self._so_far.in_time):
            self._so_far.count(self._program, made)

    def _tried(self, index: int) -> frozenset[Call]:
        """Takes a part as a whole, for good where that makes no new call; gives those that it would make."""
        program, part = self._program, self._program.parts[index]
        if self._so_far.further(part):
            return _ALWAYS
        directly = frozenset().union(*(self._lacking(node) for node in program.targets(index, part.whole)))
        if directly := frozenset(call for call in directly if not self._so_far.known(call)):
            return directly
        program.begin(index, part.whole)
        found: list[Made] = []
        done = False
        while not done:  # what fails mostly fails soon
            done = program.walk(self._some()) or not self._so_far.in_time()
            more = list(self._numbers.more(self._so_far.in_time))
            new = frozenset(call for made in more for call in calls(program, made) if not self._so_far.known(call))
            if new:
                program.back(index)
                return new
            found += more
        program.keep()
        for made in found:
            self._so_far.count(program, made)
        return frozenset()

    def _some(self) -> Callable[[], bool]:
        """Whether there is time left, for some steps."""
        steps = iter(range(_STEPS))
        return lambda: next(steps, None) is not None and self._so_far.in_time()

    def _lacking(self, node: Node) -> frozenset[Call]:
        """Calls that were not known when first asked, and that a function of the C library makes; told once."""
        program = self._program
        if node not in self._lacks:
            if node in program.reached or not program.parts[node.binary].elf.soname.startswith(_CALLING):
                return frozenset()
            program.journal.begin()
            program.enter(node.binary, [node.address])
            program.walk(self._so_far.in_time)
            found = self._numbers.more(self._so_far.in_time)
            self._lacks[node] = frozenset(call for made in found for call in calls(program, made))
            program.back(None)
        return self._lacks[node]


def calls(program: Program, made: Made) -> list[Call]:
    """The calls that a place makes, as far as numbers have a name."""
    arch = program.parts[made.node.binary].elf.arch
    table = numbers(arch)
    return [(arch, table[number]) for number in sorted(made.numbers) if number in table]
