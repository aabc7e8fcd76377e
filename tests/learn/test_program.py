"""The program that records is what its sources say, and is told what they expect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from hardhull.facts.syscall_numbers import MACHINES, numbers
from hardhull.learn import libbpf
from hardhull.learn.maps import DEPTH, FORMS, GROUPS, LOST, NAME_BYTES
from hardhull.learn.program.build import NAME, SOURCES, build
from hardhull.learn.program.calls import ARGUMENTS, CALLS, Kind, table
from recorded import needs_bpf

if TYPE_CHECKING:
    from pathlib import Path

HEADERS = "".join(path.read_text() for path in sorted(SOURCES.glob("*.h")))


def names(after: str) -> list[str]:
    """The constants of one enumeration."""
    (body,) = re.findall(rf"enum {after} \{{(.*?)\}}", HEADERS, re.DOTALL)
    return re.findall(r"\w+", re.sub(r"//.*| = 1", "", body))


def test_the_sources_give_these_very_bytes(tmp_path: Path) -> None:
    build(tmp_path)
    assert (tmp_path / NAME).read_bytes() == (SOURCES / NAME).read_bytes()


def test_both_sides_have_the_same_numbers() -> None:
    assert names("kind") == [kind.name for kind in Kind]
    assert [name.lower().removeprefix("many_") for name in names("lost")] == list(LOST)
    defined = dict(re.findall(r"#define (\w+) (\d+)\b", HEADERS))
    assert [int(defined[name]) for name in ("NAME_BYTES", "DEPTH", "MOST_GROUPS", "CALLS")] == [
        NAME_BYTES, DEPTH, GROUPS, CALLS,
    ]  # fmt: skip
    maps = set(re.findall(r"^MAP\((\w+),", HEADERS, re.MULTILINE))
    assert maps - {"tasks", "coming", "older"} == set(FORMS)


@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_each_call_has_its_row(machine: str) -> None:
    arch = MACHINES[machine].native
    rows = table(arch)
    known = {name: number for number, name in numbers(arch).items()}
    assert len(rows) == 4 * CALLS
    assert rows[4 * known["openat"] :][:4] == bytes((Kind.OPENS, 1, 0, 2))
    assert rows[4 * known["renameat2"] :][:4] == bytes((Kind.BY_NAME, 3, 2, 255))
    assert rows[4 * known["read"] :][:4] == bytes(4)
    assert max(known.values()) < CALLS
    listed = [name for each in ARGUMENTS for name in each.calls]
    assert len(set(listed)) == len(listed)
    assert {name for name in listed if name not in {*known, *numbers("amd64").values()}} == set()


def test_what_cannot_be_loaded_says_why() -> None:
    needs_bpf()
    with pytest.raises(libbpf.LoadError) as unread:
        libbpf.Program(b"no ELF file")
    assert "(error " in str(unread.value)
    program = libbpf.Program((SOURCES / NAME).read_bytes())
    with pytest.raises(libbpf.LoadError, match="it has no map nothing"):
        program.limit("nothing", 1)
    program.limit("sys", 0)
    with pytest.raises(libbpf.LoadError, match=r"sys.*\(error 22\)"):
        program.load()
    program.close()
