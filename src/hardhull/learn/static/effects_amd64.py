"""What the instructions of x86-64 do, as far as numbers of system calls are made with them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.learn.static.values import Both, Effect, Expression, Memory, Semantics

if TYPE_CHECKING:
    from hardhull.learn.static.disassembly import Instruction

_OLD: Final = ("ax", "bx", "cx", "dx", "si", "di", "bp", "sp")


def _registers() -> dict[str, tuple[str, int]]:
    """The whole register and the bits of every name of a general register; 0 for the second byte."""
    found: dict[str, tuple[str, int]] = {}
    for name in _OLD:
        whole = f"r{name}"
        low = f"{name[0]}l" if name.endswith("x") else f"{name}l"
        found.update({whole: (whole, 64), f"e{name}": (whole, 32), name: (whole, 16), low: (whole, 8)})
    found.update({f"{name[0]}h": (f"r{name}", 0) for name in _OLD[:4]})
    for number in range(8, 16):
        whole = f"r{number}"
        found.update({whole: (whole, 64), f"{whole}d": (whole, 32), f"{whole}w": (whole, 16), f"{whole}b": (whole, 8)})
    return found


_REGISTERS: Final = _registers()
_ENDS: Final = frozenset({"ret", "repz ret", "rep ret", "hlt", "ud2", "int3"})
_READ_ONLY: Final = frozenset(
    {"cmp", "test", "nop", "endbr64", "bt", "ucomisd", "comisd", "ucomiss", "comiss", "pause"}
)
_PLAIN: Final = frozenset({"mov", "movabs", "movzx", "movsx", "movsxd"})
_NAMES: Final = {"add": "add", "sub": "sub", "and": "and", "or": "or", "xor": "xor", "shl": "shl", "shr": "shr"}
_IMPLIED: Final = {
    "call": ("rax", "rdx"), "syscall": ("rax", "rcx", "r11"), "cpuid": ("rax", "rbx", "rcx", "rdx"),
    "rdtsc": ("rax", "rdx"), "rdtscp": ("rax", "rcx", "rdx"), "xgetbv": ("rax", "rdx"), "mul": ("rax", "rdx"),
    "div": ("rax", "rdx"), "idiv": ("rax", "rdx"), "cmpxchg": ("rax",), "cqo": ("rdx",), "cdq": ("rdx",),
    "cwde": ("rax",), "cdqe": (),
}  # fmt: skip
"""Registers that an instruction sets without naming them."""


class _Operand(NamedTuple):
    """A register, a number or memory.

    Attributes:
        means: what it is worth; None for memory that is not at a register and a distance.
        bits: how wide; 0 for the second byte of a register.
    """

    means: Expression
    bits: int = 64


_SIZES: Final = {"qword": 64, "dword": 32, "word": 16, "byte": 8}


def _operand(text: str) -> _Operand:
    if text in _REGISTERS:
        return _Operand(*_REGISTERS[text])
    number = _number(text)
    if number is not None:
        return _Operand(number)
    size, _, inner = text.rpartition("[")
    base, sign, distance = inner.rstrip("]").replace(" - ", " + -").partition(" + ")
    offset = _number(distance) if sign else 0
    bits = _SIZES.get(size.removesuffix(" ptr "), 64)
    if base not in _REGISTERS or offset is None:
        return _Operand(None, bits)
    return _Operand(Memory(base, offset), bits)


def _number(text: str) -> int | None:
    try:
        return int(text, 0)
    except ValueError:
        return None


def _effect(each: Instruction) -> Effect:
    return _known(each[2], each[3])


@lru_cache(maxsize=1 << 16)
def _known(name: str, text: str) -> Effect:
    name = name.removeprefix("bnd ").removeprefix("notrack ").removeprefix("lock ")
    if name in _READ_ONLY:
        return Effect({})
    if name[0] == "j" or name.startswith("loop"):
        target = _number(text)
        return Effect({}, target=target, falls=name != "jmp", anywhere=name == "jmp" and target is None)
    if name in _ENDS:
        return Effect({}, falls=False)
    operands = tuple(_operand(part) for part in text.split(", ")) if text else ()
    if name in {"push", "pop", "leave"}:
        return _stack(name, operands)
    if name.startswith("rep"):
        return Effect(dict.fromkeys(("rcx", "rsi", "rdi", *(("rax",) if "lods" in name else ()))))
    effect = _set(name, operands)
    return effect._replace(writes={**dict.fromkeys(_IMPLIED.get(name, ())), **effect.writes})


def _stack(name: str, operands: tuple[_Operand, ...]) -> Effect:
    if name == "leave":
        return Effect({"rbp": Memory("rbp", 0), "rsp": None}, moved=None)
    if name == "push":
        return Effect({"rsp": None}, ((Memory("rsp", -8), operands[0].means),), -8)
    top = Memory("rsp", 0)
    means = operands[0].means
    return Effect({means: top, "rsp": None}, (), 8) if isinstance(means, str) else Effect({"rsp": None}, (), 8)


def _set(name: str, operands: tuple[_Operand, ...]) -> Effect:
    """An instruction that sets its first operand, and what it sets it to."""
    if not operands or name in {"call", "mul", "div", "idiv"}:
        return Effect({})
    first = operands[0]
    second = operands[1] if len(operands) == 2 else None
    made = _made(name, first, second)
    if first.bits < 32:
        made = _part(first, made)
    if first.means == "rsp":
        by = second.means if second and isinstance(second.means, int) else None
        moved = None if by is None or name not in {"add", "sub"} else by if name == "add" else -by
        if name == "lea" and second and isinstance(second.means, Memory) and second.means.base == "rsp":
            moved = second.means.distance
        if name == "and":
            moved = 0  # it is aligned by a few bytes: what was on the stack before is not asked for after that
        return Effect({"rsp": None}, (), moved)
    if name == "xchg" and second:
        return Effect({reg.means: None for reg in operands if isinstance(reg.means, str)}, _stored(operands, None))
    if isinstance(first.means, str):
        return Effect({first.means: made})
    return Effect({}, _stored(operands[:1], made))


def _stored(operands: tuple[_Operand, ...], made: Expression) -> tuple[tuple[Memory, Expression], ...]:
    return tuple((each.means, made) for each in operands if isinstance(each.means, Memory))


def _made(name: str, first: _Operand, second: _Operand | None) -> Expression:
    if second is None:
        by = {"inc": 1, "dec": -1}.get(name)
        return Both("add", first.means, by) if by is not None else None
    if name in _PLAIN:
        return second.means if not isinstance(second.means, Memory) or second.bits >= 32 else None
    if name == "lea":
        memory = second.means
        return Both("add", memory.base, memory.distance) if isinstance(memory, Memory) else None
    if name in {"xor", "sub"} and first == second and isinstance(first.means, str):
        return 0
    if name.startswith("cmov"):
        return Both("either", first.means, second.means)
    if name in _NAMES and isinstance(second.means, int | str):
        return Both(_NAMES[name], first.means, second.means)  # type: ignore[arg-type]
    return None


def _part(operand: _Operand, made: Expression) -> Expression:
    """What a register is worth once a part of it is set to a number."""
    if not isinstance(operand.means, str) or not isinstance(made, int) or not operand.bits:
        return None
    mask = (1 << operand.bits) - 1
    return Both("or", Both("and", operand.means, ~mask), made & mask)


SEMANTICS: Final = Semantics("rsp", "rbp", "rax", _effect)
