"""What the instructions of 64-bit Arm do, as far as numbers of system calls are made with them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from hardhull.learn.static.values import Both, Effect, Expression, Memory, Semantics

if TYPE_CHECKING:
    from hardhull.learn.static.disassembly import Instruction

_SPLIT: Final = re.compile(r", (?![^\[]*\])")
"""Between operands, but not within those of memory."""
_REGISTER: Final = re.compile(r"^[xw](\d+)$")
_MEMORY: Final = re.compile(r"^\[(\w+)(?:, #(-?(?:0x[0-9a-f]+|[0-9]+)))?\](!?)$")
_SHIFT: Final = re.compile(r"^lsl #(\d+)$")
_NAMES: Final = {"add": "add", "sub": "sub", "and": "and", "orr": "or", "eor": "xor", "lsl": "shl", "lsr": "shr"}
_FOLLOWED: Final = frozenset({"str", "stur", "stp", "ldr", "ldur", "ldp"})
_READ_ONLY: Final = (
    "cmp", "cmn", "tst", "ccmp", "nop", "bti", "hint", "prfm", "dmb", "dsb", "isb", "paciasp", "autiasp",
)  # fmt: skip
_ENDS: Final = frozenset({"ret", "retaa", "retab", "brk", "udf"})


def _register(text: str) -> str:
    match = _REGISTER.match(text)
    return {"fp": "x29", "lr": "x30", "wsp": "sp"}.get(text, f"x{match[1]}" if match else text)


def _operand(text: str) -> Expression:
    if text in {"xzr", "wzr"}:
        return 0
    if text.startswith("#"):
        try:
            return int(text[1:], 0)
        except ValueError:
            return None
    return _register(text) if _REGISTER.match(text) or text in {"sp", "wsp", "fp", "lr"} else None


def _effect(each: Instruction) -> Effect:
    return _known(each[2], each[3])


@lru_cache(maxsize=1 << 16)
def _known(name: str, text: str) -> Effect:
    words = _SPLIT.split(text) if text else []
    if name in {"b", "br"} or name.startswith(("b.", "cbz", "cbnz", "tbz", "tbnz")):
        target = _operand(words[-1])
        at = target if isinstance(target, int) else None
        return Effect({}, target=at, falls=name not in {"b", "br"}, anywhere=name == "br")
    if name in _ENDS:
        return Effect({}, falls=False)
    if name in {"bl", "blr"}:
        return Effect({"x0": None, "x1": None})
    if name == "svc":
        return Effect({"x0": None})
    if not words or name.startswith(_READ_ONLY):
        return Effect({})
    if name.startswith(("st", "ld")):
        return _memory(name, words)
    return _set(name, words)


def _set(name: str, words: list[str]) -> Effect:
    """An instruction that sets its first operand, and what it sets it to."""
    target = _register(words[0])
    rest = [_operand(word) for word in words[1:]]
    made: Expression = None
    if name in {"mov", "movz"} and len(rest) == 1:
        made = rest[0]
    elif name in {"mov", "movz"} and len(rest) == 2 and _SHIFT.match(words[2]) and isinstance(rest[0], int):
        made = rest[0] << int(words[2][5:])
    elif name == "movk" and isinstance(rest[0], int):
        by = int(words[2][5:]) if len(words) > 2 else 0
        made = Both("or", Both("and", target, ~(0xFFFF << by)), rest[0] << by)
    elif name == "csel":
        made = Both("either", rest[0], rest[1])
    elif name in {"sxtw", "uxtw", "uxth", "uxtb"}:
        made = rest[0]
    elif name in _NAMES and len(rest) == 2:
        made = Both(_NAMES[name], rest[0], rest[1])  # type: ignore[arg-type]
        if rest[1] == 0 and name in {"add", "sub"}:
            made = rest[0]
    if target != "sp":
        return Effect({target: made})
    by_number = rest[1] if len(rest) == 2 and isinstance(rest[1], int) and rest[0] == "sp" else None
    moved = None if by_number is None or name not in {"add", "sub"} else by_number if name == "add" else -by_number
    return Effect({"sp": None}, (), 0 if name == "and" else moved)


def _memory(name: str, words: list[str]) -> Effect:
    """Loads and stores, of one or two registers, which may move the base before (``!``) or after."""
    count = 2 if name in {"stp", "ldp"} else 1
    match = _MEMORY.match(words[count]) if len(words) > count else None
    followed = name in _FOLLOWED and _REGISTER.match(words[0]) is not None
    named = [_register(word) for word in words[:count]]
    if not match:
        return Effect(dict.fromkeys(named) if name.startswith("ld") else {})
    base, distance = _register(match[1]), int(match[2] or "0", 0)
    after = _operand(words[count + 1]) if len(words) > count + 1 else 0
    by = distance if match[3] else after if isinstance(after, int) else None
    width = 4 if words[0].startswith("w") else 8
    places = [Memory(base, distance + width * index) for index in range(count)]
    writes: dict[str, Expression] = {} if by == 0 else {base: None}
    moved = by if base == "sp" else 0
    if name.startswith("ld"):
        writes.update({reg: place if followed else None for reg, place in zip(named, places, strict=True)})
        return Effect(writes, (), moved)
    values = [_operand(word) if followed else None for word in words[:count]]
    return Effect(writes, tuple(zip(places, values, strict=True)), moved)


SEMANTICS: Final = Semantics("sp", "x29", "x8", _effect)
