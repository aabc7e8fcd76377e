"""Which values registers and stack slots can hold at a place in a function: asked backwards, along every path.

    Code(elf, start, end).held(site, "rax")   ->  {39}, {Argument("rdi")}, {7, UNKNOWN} ...

From the place, the instructions before it are gone through, over all jumps that lead there, until one sets what was
asked for; what it is set from is then asked for in turn. Most questions are answered by the instruction just before.
A register that is read after a call was not changed by it: compilers know which registers a callee of theirs leaves
alone, and read no others. So a call is taken to change nothing but the registers for results.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from hardhull.learn.static import bounds
from hardhull.learn.static.disassembly import instructions

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.learn.static.disassembly import Instruction
    from hardhull.learn.static.elf import Elf

_MOST: Final = 64
"""Alternatives of one value; more are as good as unknown."""
_PADDING: Final = frozenset({"nop", "int3", "data16 nop", "cs nop", "xchg"})
"""Between blocks, so that they begin at round addresses; nothing runs it."""
_DEPTH: Final = 12
"""Steps of arithmetic within one value."""
_WORD: Final = (1 << 64) - 1


class Argument(NamedTuple):
    """What the caller passed: in a register, or on the stack this many bytes above where the stack was at entry."""

    place: Place


class Unknown(NamedTuple):
    """A value that nobody can tell."""


UNKNOWN: Final = Unknown()
Atom = int | Argument | Unknown
Value = frozenset[Atom]
NOTHING_KNOWN: Final[Value] = frozenset({UNKNOWN})


class Slot(NamedTuple):
    """A word of the stack, by its distance in bytes from where the stack pointer was at entry."""

    offset: int


class Memory(NamedTuple):
    """What is in memory, at a register and a distance."""

    base: str
    distance: int


class Both(NamedTuple):
    """A number made of two others; ``either``: one of two."""

    name: Literal["add", "sub", "and", "or", "xor", "shl", "shr", "either"]
    one: Expression
    two: Expression


Place = str | Slot
"""A register, or a word of the stack."""
Expression = int | str | Slot | Memory | Both | None
"""A number, a register, a word of the stack or other memory, arithmetic; None for what is not followed."""


class Effect(NamedTuple):
    """What an instruction does to values.

    Attributes:
        writes: what it puts into registers.
        stores: what it puts into memory.
        moved: by how many bytes it moves the stack pointer; None where that cannot be told.
        target: where it may jump to; None where it does not jump, or not to a fixed place.
        falls: whether the next instruction may follow.
        anywhere: whether it jumps to where a register says.
    """

    writes: dict[str, Expression]
    stores: tuple[tuple[Memory, Expression], ...] = ()
    moved: int | None = 0
    target: int | None = None
    falls: bool = True
    anywhere: bool = False


class Semantics(NamedTuple):
    """A processor.

    Attributes:
        stack, frame: registers that point to the stack, and to a function's part of it.
        number: the register that holds the number of a system call.
        effect: what an instruction does.
    """

    stack: str
    frame: str
    number: str
    effect: Callable[[Instruction], Effect]


def semantics(arch: str) -> Semantics:
    """Those of an architecture, by Go's name."""
    from hardhull.learn.static import effects_amd64, effects_arm64

    return {"amd64": effects_amd64.SEMANTICS, "arm64": effects_arm64.SEMANTICS}[arch]


_ARITHMETIC: Final[dict[str, Callable[[int, int], int]]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "shl": lambda a, b: a << (b & 63),
    "shr": lambda a, b: a >> (b & 63),
}


class Code:
    """The instructions of a function, and how they lead to each other.

    Args:
        elf: where it is in.
        start: where it is entered.
        end: past its last byte.
    """

    def __init__(self, elf: Elf, start: int, end: int) -> None:
        self._semantics = semantics(elf.arch)
        self._code = list(instructions(elf, start, min(end - start, bounds.FUNCTION_BYTES)))
        self._index = {each[0]: number for number, each in enumerate(self._code)}
        self._effects = [self._semantics.effect(each) for each in self._code]
        self._before = self._predecessors()
        self._steps = 0

    def _predecessors(self) -> list[list[int]]:
        """The instructions that each may follow on; a block that nothing leads to follows on jumps to anywhere."""
        before: list[list[int]] = [[] for _ in self._code]
        anywhere: list[int] = []
        for number, effect in enumerate(self._effects):
            at = self._index.get(effect.target) if effect.target is not None else None
            if at is not None:
                before[at].append(number)
            if effect.anywhere:
                anywhere.append(number)
        for number, effect in enumerate(self._effects):
            padding = number > 0 and not before[number] and self._code[number][2] in _PADDING
            if effect.falls and not padding and number + 1 < len(before):
                before[number + 1].append(number)
        for number in range(1, len(before)):
            before[number] = before[number] or anywhere
        return before

    def __contains__(self, address: int) -> bool:
        """Whether an instruction begins at an address."""
        return address in self._index

    def held(self, address: int, place: str | int) -> Value:
        """What is held just before the instruction at an address.

        Args:
            address: of an instruction.
            place: a register, or a word of the stack: by its distance in bytes from the stack pointer there.
        """
        self._steps = 0
        wanted = Memory(self._semantics.stack, place) if isinstance(place, int) else place
        return self._value(self._index[address], wanted, 0)

    def _value(self, index: int, expression: Expression, depth: int) -> Value:
        """What an expression is worth before an instruction."""
        found: set[Atom] = set()
        waiting: list[tuple[int, Place]] = []
        seen: set[tuple[int, Place]] = set()
        asked: set[tuple[int, Place]] = set()
        whole: set[tuple[int, Place]] = set()
        self._ask(index, expression, found, waiting, depth)
        while waiting:
            question = waiting.pop()
            if question in seen:
                continue
            seen.add(question)
            self._steps += 1
            if self._steps > bounds.STEPS or len(found) > _MOST:
                return NOTHING_KNOWN
            index, place = question
            if index == 0:
                found.add(UNKNOWN if isinstance(place, Slot) and place.offset < 0 else Argument(place))
            several = self._before[index]
            if index and not several:
                found.add(UNKNOWN)
            if len(several) > 1:  # jumps to anywhere are one list, of many blocks
                if (id(several), place) in whole:
                    continue
                whole.add((id(several), place))
            for before in several:
                if (before, place) not in asked:
                    asked.add((before, place))
                    self._ask(before, self._made(before, place), found, waiting, depth)
        return frozenset(found)

    def _ask(
        self, index: int, expression: Expression, found: set[Atom], waiting: list[tuple[int, Place]], depth: int
    ) -> None:
        """Finds what an expression is worth, or puts the question for it where it has to be asked further back."""
        if isinstance(expression, str | Slot):
            waiting.append((index, expression))
        elif isinstance(expression, int):
            found.add(expression & _WORD)
        elif isinstance(expression, Memory):
            slot = self._slot(expression, index)
            if slot is None:
                found.add(UNKNOWN)
            else:
                waiting.append((index, slot))
        elif expression is None or depth >= _DEPTH:
            found.add(UNKNOWN)
        elif expression.name == "either":
            self._ask(index, expression.one, found, waiting, depth)
            self._ask(index, expression.two, found, waiting, depth)
        else:
            one, two = (self._value(index, each, depth + 1) for each in (expression.one, expression.two))
            work = _ARITHMETIC[expression.name]
            found.update(
                work(a, b) & _WORD if isinstance(a, int) and isinstance(b, int) else UNKNOWN for a in one for b in two
            )

    def _made(self, index: int, place: Place) -> Expression:
        """What a place is set to by an instruction: to itself, where it is left alone."""
        effect = self._effects[index]
        if isinstance(place, str):
            return effect.writes.get(place, place)
        for memory, expression in effect.stores:
            if self._slot(memory, index) == place:
                return expression
        return place

    def _slot(self, memory: Memory, index: int) -> Slot | None:
        """The word of the stack that memory is; None where it is elsewhere, or nobody can tell."""
        if memory.base == self._semantics.stack:
            height = self._heights[index]
        elif memory.base == self._semantics.frame:
            height = self._frame
        else:
            return None
        return Slot(height + memory.distance) if height is not None else None

    @cached_property
    def _heights(self) -> list[int | None]:
        """Where the stack pointer is before each instruction, from where it was at entry."""
        heights: list[int | None] = [None] * len(self._code)
        after: list[list[int]] = [[] for _ in self._code]
        for number, several in enumerate(self._before):
            for each in several:
                after[each].append(number)
        waiting = [0] if heights else []
        if heights:
            heights[0] = 0
        while waiting:
            index = waiting.pop()
            height, moved = heights[index], self._effects[index].moved
            if height is None or moved is None:
                continue
            for following in after[index]:
                if heights[following] is None:
                    heights[following] = height + moved
                    waiting.append(following)
        return heights

    @cached_property
    def _frame(self) -> int | None:
        """Where the frame register points, in a function that sets it from the stack pointer."""
        stack, frame = self._semantics.stack, self._semantics.frame
        for number, effect in enumerate(self._effects):
            if effect.writes.get(frame) == stack:
                return self._heights[number]
        return None
