"""Which numbers the places that make system calls can hold, through wrappers up to whoever passes a constant."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.learn.static.values import Argument, Slot, Value, semantics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.learn.static.reach import Node, Program
    from hardhull.learn.static.values import Place


class Made(NamedTuple):
    """System calls that a place can make.

    Attributes:
        node: the function that chose the number: the one of the place, or one that calls it as a wrapper.
        place: the instruction: the system call, or the call of the wrapper.
        numbers: those that are known.
        unknown: whether there may be others.
    """

    node: Node
    place: int
    numbers: frozenset[int]
    unknown: bool


class _Site(NamedTuple):
    """A place in a function that makes a system call, or calls a wrapper."""

    caller: Node
    place: int


class _Call(NamedTuple):
    """What does a caller have in a register or slot where it calls a function, directly (0) or through a slot?"""

    callee: Node
    place: Place
    caller: Node
    slot: int


class Numbers:
    """What the places of a program can make, as more and more of it is reached.

    Args:
        program: whose journal is used, so that a trial takes back what was found too.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._asked: dict[Node, list[Place]] = {}
        self._done: set[_Call] = set()
        self._passed: list[_Site] = []

    def more(self, in_time: Callable[[], bool]) -> Iterator[Made]:
        """The system calls of all functions that were reached since the last time, and of their wrappers' callers."""
        program, waiting = self._program, list[_Call]()
        fresh, edges = program.fresh[:], program.edges[:]
        program.fresh.clear()
        program.edges.clear()
        for callee, caller, slot in edges:
            waiting += [_Call(callee, place, caller, slot) for place in self._asked.get(callee, ())]
        for node in sorted(fresh):
            binary = program.at(node)
            places = binary.places(node.address)
            register = semantics(binary.elf.arch).number if places else ""
            for place in places:
                if not in_time():
                    return
                value = binary.held(node.address, place, register)
                if value is not None:
                    yield self._answer(_Site(node, place), value, waiting)
        while waiting and in_time():
            yield from self._passes(waiting.pop(), waiting, in_time)

    def pointed(self) -> Iterator[_Site]:
        """Places whose number is what the caller of a function passes that may be called through a pointer."""
        return (site for site in self._passed if self._program.points(site.caller))

    def _answer(self, site: _Site, value: Value, waiting: list[_Call]) -> Made:
        """What a value says, with questions to the callers where it is what they pass."""
        node, journal = site.caller, self._program.journal
        for each in sorted((each.place for each in value if isinstance(each, Argument)), key=str):
            places = self._asked.setdefault(node, [])
            journal.append(self._passed, site)
            if each not in places:
                journal.append(places, each)
                waiting += [_Call(node, each, *one) for one in sorted(self._program.calling(node))]
        numbers = frozenset(each & 0xFFFFFFFF for each in value if isinstance(each, int))
        return Made(node, site.place, numbers, any(not isinstance(each, int | Argument) for each in value))

    def _passes(self, call: _Call, waiting: list[_Call], in_time: Callable[[], bool]) -> Iterator[Made]:
        """What a caller passes at each place where it calls."""
        if not self._program.journal.add(self._done, call):
            return
        binary, place = self._program.at(call.caller), call.place
        for entered, at in binary.calls(call.caller.address, call.slot or call.callee.address):
            if not in_time():
                return
            value = binary.held(entered, at, place.offset - binary.pushed(at) if isinstance(place, Slot) else place)
            if value is not None:
                yield self._answer(_Site(call.caller._replace(address=entered), at), value, waiting)
