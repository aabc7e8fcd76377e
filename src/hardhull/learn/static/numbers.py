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


class _Question(NamedTuple):
    """What is in a register or slot when a function is entered?"""

    node: Node
    place: Place


def made(program: Program, in_time: Callable[[], bool]) -> Iterator[Made]:
    """The system calls of all functions that are reached, and of their wrappers' callers."""
    asked: set[_Question] = set()
    waiting: list[_Question] = []
    for node in sorted(program.reached):
        binary = program.binaries[node.binary]
        places = binary.places(node.address)
        if not places:
            continue
        register = semantics(binary.elf.arch).number
        for place in places:
            if not in_time():
                return
            value = binary.held(node.address, place, register)
            if value is not None:
                yield from _answer(program, _Site(node, place), value, asked, waiting)
    while waiting and in_time():
        question = waiting.pop()
        yield from _callers(program, question, asked, waiting, in_time)


def _answer(
    program: Program, site: _Site, value: Value, asked: set[_Question], waiting: list[_Question]
) -> Iterator[Made]:
    """What a value says, with questions to the callers where it is what they pass."""
    node = site.caller
    numbers = frozenset(each & 0xFFFFFFFF for each in value if isinstance(each, int))
    yield Made(node, site.place, numbers, any(not isinstance(each, int | Argument) for each in value))
    for each in value:
        if isinstance(each, Argument):
            question = _Question(node, each.place)
            if question not in asked:
                asked.add(question)
                waiting.append(question)
                if program.points(node):
                    yield Made(node, site.place, frozenset(), unknown=True)


def _callers(
    program: Program, question: _Question, asked: set[_Question], waiting: list[_Question], in_time: Callable[[], bool]
) -> Iterator[Made]:
    for caller, slot in sorted(program.calling(question.node)):
        binary = program.binaries[caller.binary]
        place: str | int
        if isinstance(question.place, Slot):
            place = question.place.offset - semantics(binary.elf.arch).back
        else:
            place = question.place
        for entered, at in binary.calls(caller.address, slot or question.node.address):
            value = binary.held(entered, at, place)
            if not in_time():
                return
            if value is not None:
                site = _Site(caller._replace(address=entered), at)
                yield from _answer(program, site, value, asked, waiting)
