"""64-bit Arm: numbers and references in machine code, written here word by word as no compiler for it is needed so."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from compiled import looked_at, names, unresolved
from hardhull.learn.static.disassembly import instructions
from hardhull.learn.static.elf import Elf
from hardhull.learn.static.references_arm64 import references, stubs, taken

if TYPE_CHECKING:
    from pathlib import Path

BASE = 0x400000
SVC, RET, SELF = 0xD4000001, 0xD65F03C0, 0x14000000
GETPID, GETUID = 172, 174


def mov(register: int, number: int) -> int:
    """mov wN, #number"""
    return 0x52800000 | number << 5 | register


def bl(words: int) -> int:
    return 0x94000000 | words & 0x3FFFFFF


def adr(register: int, distance: int) -> int:
    return 0x10000000 | (distance & 3) << 29 | (distance >> 2 & 0x7FFFF) << 5 | register


def elf(*words: int) -> bytes:
    """A program of these instructions, which begins with the first one."""
    code = struct.pack(f"<{len(words)}I", *words)
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 183, 1, BASE, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    return header + struct.pack("<IIQQQQQQ", 1, 5, 120, BASE, BASE, len(code), len(code), 16) + code


WAYS = {
    "constant": ([mov(8, GETPID), SVC, SELF], {"getpid"}),
    "in two steps": ([mov(8, 0), 0xF2800008 | GETPID << 5, SVC, SELF], {"getpid"}),
    "from another register": ([mov(3, GETPID), 0xAA0303E8, SVC, SELF], {"getpid"}),
    "computed": ([mov(3, GETPID - 2), 0x91000868, SVC, SELF], {"getpid"}),
    "either of two": ([mov(1, GETPID), mov(2, GETUID), 0x9A820028, SVC, SELF], {"getpid", "getuid"}),
    "on two ways": ([mov(8, GETPID), 0x54000040, mov(8, GETUID), SVC, SELF], {"getpid", "getuid"}),
    "spilt to the stack": (
        [mov(8, GETPID), 0xD10043FF, 0xF90007E8, mov(8, 0), 0xF94007E8, SVC, 0x910043FF, SELF],
        {"getpid"},
    ),
    "kept in a pair below a moved stack": (
        [mov(19, GETPID), 0xA9BF7BF3, mov(19, 0), 0xA8C17BF3, 0xAA1303E8, SVC, SELF],
        {"getpid"},
    ),
    "wrapper": ([mov(0, GETPID), bl(4), mov(0, GETUID), bl(2), SELF, 0xAA0003E8, SVC, RET], {"getpid", "getuid"}),
    "by a pointer": ([adr(1, 12), 0xD63F0020, SELF, mov(8, GETPID), SVC, RET], {"getpid"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_a_number_is_followed(way: str, tmp_path: Path) -> None:
    words, expected = WAYS[way]
    (tmp_path / "app").write_bytes(elf(*words))
    found = looked_at(tmp_path)
    assert names(found) == expected
    assert unresolved(found) == 0
    assert {call.arch for call in found.calls} == {"arm64"}


def test_what_is_read_from_memory_is_counted_and_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "app").write_bytes(elf(mov(8, GETPID), 0xF9400008, SVC, SELF))  # ldr x8, [x0]
    found = looked_at(tmp_path)
    assert names(found) == set()
    assert unresolved(found) == 1


def test_a_handlers_end_is_the_kernels_own_code(tmp_path: Path) -> None:
    (tmp_path / "app").write_bytes(elf(mov(8, 134), SVC, SELF))
    assert names(looked_at(tmp_path)) == {"rt_sigaction", "rt_sigreturn"}
    (tmp_path / "app").write_bytes(elf(mov(8, 135), SVC, SELF))
    assert names(looked_at(tmp_path)) == {"rt_sigprocmask"}


def test_references_are_as_the_disassembler_has_them() -> None:
    words = [
        bl(0x100), 0x17FFFF00, 0x54FF0000, 0xB4FF0001, 0x36070001,  # bl, b, b.eq, cbz, tbz
        0xB0000001, 0x91004022, 0xF9400423, 0xA9410823, 0x3DC00820,  # adrp x1; add; ldr; ldp; ldr q
        adr(4, -4096), 0xF9400043, SVC,
    ]  # fmt: skip
    data = elf(*words)
    listed = [(name, text) for _, _, name, text in instructions(Elf(data), BASE, 4 * len(words))]
    assert [name for name, _ in listed] == [
        "bl", "b", "b.eq", "cbz", "tbz", "adrp", "add", "ldr", "ldp", "ldr", "adr", "ldr", "svc",
    ]  # fmt: skip
    page = int(listed[5][1].rpartition("#")[2], 16)
    slots = frozenset(range(page, page + 4096, 8))
    found = references(data[120:], BASE, slots)
    assert [target for _, target in found.branches] == [int(text.rpartition("#")[2], 16) for _, text in listed[:5]]
    assert taken(data[120:], BASE) == [
        (BASE + 4 * 6, page + 16),
        (BASE + 4 * 10, int(listed[10][1].rpartition("#")[2], 16)),
    ]
    assert found.loads == [page + 8, page + 16, page + 24, page + 32, page + 40]
    assert found.syscalls == [BASE + 4 * 12]


def test_entries_of_the_linkage_table_lead_to_their_slots() -> None:
    # bti c; adrp x16, +0x10000; ldr x17, [x16, #24]; add x16, x16, #24; br x17
    words = [0xD503245F, 0x90000090, 0xF9400E11, 0x91006210, 0xD61F0220]
    code = struct.pack("<5I", *words)
    slot = BASE + 0x10000 + 24
    assert stubs(code, BASE, frozenset({slot})) == {BASE: slot, BASE + 4: slot}
    assert stubs(code, BASE, frozenset({slot + 8})) == {}
