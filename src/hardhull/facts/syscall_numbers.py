"""System calls by number, as the kernel reports them, and the architectures that a kernel runs programs of."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple


class Machine(NamedTuple):
    """Architectures of one kernel, by Go's names.

    Attributes:
        native: of its own programs.
        compat: of its 32-bit programs.
    """

    native: str
    compat: str


MACHINES: Final = {"x86_64": Machine("amd64", "386"), "aarch64": Machine("arm64", "arm")}
"""By what ``uname -m`` says."""


@cache
def numbers(arch: str) -> dict[int, str]:
    """The names of an architecture's calls by number.

    Args:
        arch: ``amd64``, ``386``, ``arm64`` or ``arm``.

    Raises:
        KeyError: another architecture.
    """
    return _tables()[arch]


@cache
def _tables() -> dict[str, dict[int, str]]:
    text = (Path(__file__).parent / "data" / "syscall_numbers.txt").read_text("utf-8")
    tables: dict[str, dict[int, str]] = {}
    table: dict[int, str] = {}
    number = 0
    for word in " ".join(line for line in text.splitlines() if not line.startswith("#")).split():
        if word.endswith(":"):
            table = tables[word[:-1]] = {}
        elif word.isdigit():
            number = int(word)
        else:
            table[number] = word
            number += 1
    return tables
