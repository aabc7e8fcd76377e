"""Files that were made to harm: whatever is in them, the pass ends soon, says what it left out, and never breaks."""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiled import BARE, built, looked_at
from hardhull.learn.static import bounds
from hardhull.learn.static.binary import Binary
from hardhull.learn.static.elf import Elf, ElfError
from hardhull.learn.static.files import Folder
from hardhull.learn.static.whole import Whole

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """
static inline long raw(long number) {
    long answer;
    asm volatile("syscall" : "=a"(answer) : "a"(number) : "rcx", "r11", "memory");
    return answer;
}
long other(void); long there(long a) { return a ? raw(39) : other(); } long (*table[])(long) = { there, there };
void _start(void) { for (;;); }
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    options = [option for option in BARE if option != "-static"]
    return built(tmp_path_factory.mktemp("whole") / "lib.so", SOURCE, *options, "-shared", "-fPIC").read_bytes()


def everything(data: bytes) -> None:
    """All that the pass asks of a binary."""
    for_all = Whole(Elf(data))
    for address, places in for_all.sites.items():
        for place in places[:50]:
            for_all.held(address, place, "rax")
        for_all.calls(-1, address)
        for_all.points(address)
    binary = Binary(Elf(data))
    for address in [*binary.roots(), *binary.shared.offered(), *binary.functions.starts][:200]:
        leads = binary.leads(address)
        binary.called(address)
        for place in leads.syscalls[:50]:
            binary.held(address, place, "rax")
            binary.held(address, place, 8)
        for slot in (*leads.slots, *leads.read):
            binary.pointer(slot)
        for each in leads.objects:
            binary.objects(each)


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_changed_bytes_break_nothing(whole: bytes, data: st.DataObject) -> None:
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        where = data.draw(st.integers(0, len(whole) - 8))
        value = data.draw(st.sampled_from([0, 1, 0xFF, 0x7FFFFFFF, 0xFFFFFFFF, (1 << 63) - 1, (1 << 64) - 1]))
        size = data.draw(st.sampled_from([1, 2, 4, 8]))
        changed[where : where + size] = (value & (1 << 8 * size) - 1).to_bytes(size, "little")
    with suppress(ElfError):
        everything(bytes(changed))


@given(where=st.integers(0, 64 + 56 * 8 + 400), value=st.binary(min_size=1, max_size=16))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_changed_headers_break_nothing(whole: bytes, where: int, value: bytes) -> None:
    changed = whole[:where] + value + whole[where + len(value) :]
    with suppress(ElfError):
        everything(changed)


@given(st.integers(0, 20_000))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_that_ends_early_breaks_nothing(whole: bytes, size: int) -> None:
    with suppress(ElfError):
        everything(whole[:size])


@given(st.binary(max_size=300))
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(ElfError):
        Elf(data)


def elf(code: bytes, segments: int = 1) -> bytes:
    """A program that is loaded where it says, of this code."""
    offset = 64 + 56 * segments
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 62, 1, 0x400000, 64, 0, 0, 64, 56, segments, 64, 0, 0
    )
    row = struct.pack("<IIQQQQQQ", 1, 5, offset, 0x400000, 0x400000, len(code), len(code), 16)
    return header + row * segments + code


def test_a_program_of_code_alone_is_read() -> None:
    binary = Binary(Elf(elf(b"\xb8\x27\0\0\0\x0f\x05\xeb\xfe")))
    assert list(binary.roots()) == [0x400000]
    assert binary.held(0x400000, 0x400005, "rax") == frozenset({39})


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(b"\x06" * 300_000, id="no instruction"),
        pytest.param(b"\x0f\x05" * 100_000, id="system calls only"),
        pytest.param(b"\x0f\x05\x75\xfc" * 50_000, id="a loop around each"),
        pytest.param(b"\xe8\0\0\0\0" * 50_000, id="every place is called"),
        pytest.param((b"\x48\x01\xc0" * 40 + b"\x0f\x05") * 1000, id="long sums"),
        pytest.param(b"\x48\x8d\x05\xf9\xff\xff\xff" * 30_000, id="every place is taken"),
    ],
)
@pytest.mark.parametrize("followed", [0, 1 << 30])
def test_code_made_to_take_long_is_bounded(
    code: bytes, followed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "SECONDS", 0.2)
    monkeypatch.setattr(bounds, "FOLLOWED_BYTES", followed)
    (tmp_path / "app").write_bytes(elf(code))
    found = looked_at(tmp_path)
    assert found.seconds < bounds.SECONDS or "the analysis took longer than 0 s and was ended" in found.incomplete


def test_segments_that_share_their_bytes_are_refused() -> None:
    with pytest.raises(ElfError, match="overlap"):
        Elf(elf(b"\x90" * 4096, segments=100))


def test_a_larger_file_is_left_out_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app").write_bytes(elf(b"\x90" * 4096))
    monkeypatch.setattr(Folder.read, "__defaults__", (1000,))
    assert any("cannot be read, or has more" in why for why in looked_at(tmp_path).incomplete)


def test_another_processor_and_32_bits_are_said(tmp_path: Path) -> None:
    data = bytearray(elf(b"\x90" * 16))
    (tmp_path / "mips").write_bytes(bytes(data[:18]) + b"\x08\0" + bytes(data[20:]))
    data[4] = 1
    (tmp_path / "small").write_bytes(bytes(data))
    assert looked_at(tmp_path, "/mips", "/small").incomplete == (
        "/mips was not analysed: it is for another processor (machine 8)",
        "/small was not analysed: it is a 32-bit or big-endian program",
    )


def test_links_lead_never_out_of_the_root(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret").write_text("secret")
    (root / "file").write_text("inside")
    (root / "absolute").symlink_to(tmp_path / "secret")
    (root / "upwards").symlink_to("../../../../" + str(tmp_path / "secret"))
    (root / "inside").symlink_to("/file")
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "pipe")
    files = Folder(root)
    assert files.read("/inside") == files.read("/../../file") == b"inside"
    assert files.head("/inside") == b"inside"
    for name in ("absolute", "upwards", "loop", "pipe", "nothing", ""):
        assert files.read(f"/{name}") is None
        assert not files.exists(f"/{name}")
        assert files.head(f"/{name}") == b""
    assert files.read("/file", 3) is None
    assert files.names("/") == ["absolute", "file", "inside", "loop", "pipe", "upwards"]
    assert files.names("/file") == []


def test_names_in_an_image_reach_the_result_without_control_characters(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m\nb").write_bytes(b"no program")
    assert looked_at(tmp_path, "/a\x1b[31m\nb").incomplete == ("/a?[31m?b was not analysed: it is no ELF file",)
