"""The helper is what its sources say, small and self-contained; and what it says is read."""

from __future__ import annotations

import platform
import re
import shutil
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.facts.capabilities import NAMES
from hardhull.prove.drills import BLOCKED, DRILLS, NOT_APPLICABLE, SUCCEEDED, UNAVAILABLE, DrillOutcome, compare, helper
from hardhull.prove.drills.helper.build import ARCHITECTURES, SOURCES, build, name
from hardhull.prove.drills.outcome import read
from hardhull.prove.drills.table import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXECUTABLE, LOAD, DYNAMIC, INTERPRETER, STACK = 2, 1, 2, 3, 0x6474E551
MACHINES = {"x86_64": 62, "aarch64": 183}
WRITE, EXECUTE = 2, 1


def test_the_sources_give_these_very_bytes(tmp_path: Path) -> None:
    build(tmp_path)
    for architecture in ARCHITECTURES:
        assert (tmp_path / name(architecture)).read_bytes() == helper.program(architecture), architecture


def segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Type and flags of each program header of a 64-bit little-endian ELF file."""
    start, size, count = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
    for index in range(count):
        yield struct.unpack_from("<II", data, start + index * size)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_it_is_static_small_and_never_writable_and_executable(architecture: str) -> None:
    data = helper.program(architecture)
    assert data
    assert len(data) < 32 * 1024
    assert data[:6] == b"\x7fELF\x02\x01"
    assert struct.unpack_from("<HH", data, 16) == (EXECUTABLE, MACHINES[architecture])
    found = list(segments(data))
    assert not {kind for kind, _ in found} & {DYNAMIC, INTERPRETER}
    assert all(flags & (WRITE | EXECUTE) != WRITE | EXECUTE for kind, flags in found if kind == LOAD)
    assert [flags & EXECUTE for kind, flags in found if kind == STACK] == [0]


def test_there_is_none_for_other_machines() -> None:
    assert helper.program("riscv64") is None
    assert helper.program("../helper-x86_64") is None


def runner(architecture: str) -> list[str] | None:
    """What runs the helper here: nothing more for this machine's own, else Debian's qemu-user-static if it is there."""
    if architecture == platform.machine():
        return []
    emulator = shutil.which(f"qemu-{architecture}-static")
    return [emulator] if emulator else None


def run(architecture: str, *words: str) -> str:
    command = [*(runner(architecture) or ()), str(SOURCES / name(architecture)), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize("architecture", [each for each in ARCHITECTURES if runner(each) is not None])
def test_it_knows_every_drill_and_runs(architecture: str) -> None:
    assert run(architecture, "--list").split() == [one.name for one in DRILLS]
    told = read(run(architecture, "open-port", "flood-descriptors=16", "neighbour=127.0.0.1:1", "metadata"), BY_NAME)
    assert [(each.verdict, each.call) for each in told.values()] == [
        (SUCCEEDED, ""),
        (SUCCEEDED, ""),
        (BLOCKED, "connect"),
        (UNAVAILABLE, "connect"),
    ]


def test_both_halves_say_the_same_of_where_it_is() -> None:
    text = (SOURCES / "drill.h").read_text()
    assert f'#define HOME "{helper.INSIDE}"' in text
    assert f"#define OTHER_USER {helper.OTHER_USER} " in text


def test_what_is_said_of_a_drill_is_whole() -> None:
    assert len(DRILLS) >= 34
    assert len({one.id for one in DRILLS}) == len(DRILLS)
    for one in DRILLS:
        assert re.fullmatch(r"drill-[a-z-]+", one.id)
        assert one.title
        assert one.tries
        assert one.harmless
        assert one.capability in NAMES | {""}
        assert re.fullmatch(r"|T\d{4}(\.\d{3})?", one.technique)


@given(st.text())
def test_any_text_of_a_container_is_read(text: str) -> None:
    assert all(name in BY_NAME for name in read(text, BY_NAME))


def test_outcomes_are_read_with_their_reasons() -> None:
    text = (
        "mount-tmpfs blocked 1 mount\nreboot killed 31 -\nswap killed 14 -\nraw-socket succeeded 0 -\nload-kernel unav"
    )
    told = read(text, BY_NAME)
    assert {name: (each.verdict, each.why) for name, each in told.items()} == {
        "mount-tmpfs": (BLOCKED, "mount: Operation not permitted (EPERM)"),
        "reboot": (BLOCKED, "the process was ended (SIGSYS)"),
        "swap": (BLOCKED, "it did not end in time"),
        "raw-socket": (SUCCEEDED, ""),
    }


def outcomes(*verdicts: str) -> list[DrillOutcome]:
    return [DrillOutcome(drill, verdict, why=verdict) for drill, verdict in zip(DRILLS, verdicts, strict=False)]


def test_what_works_nowhere_is_not_applicable_and_what_is_gone_is_blocked() -> None:
    before = outcomes(SUCCEEDED, SUCCEEDED, BLOCKED, BLOCKED, SUCCEEDED)
    after = outcomes(BLOCKED, UNAVAILABLE, BLOCKED, BLOCKED, SUCCEEDED)
    granted = outcomes(SUCCEEDED, SUCCEEDED, SUCCEEDED, UNAVAILABLE, BLOCKED)
    found = compare(before, after, granted)
    assert [(each.before, each.after) for each in found] == [
        (SUCCEEDED, BLOCKED),
        (SUCCEEDED, BLOCKED),
        (BLOCKED, BLOCKED),
        (NOT_APPLICABLE, NOT_APPLICABLE),
        (SUCCEEDED, SUCCEEDED),
    ]
    assert [each.stopped for each in found] == [True, True, False, False, False]
    assert [each.applicable for each in found] == [True, True, True, False, True]
    assert found[3].why_after == "with all that the engine can grant: unavailable"
