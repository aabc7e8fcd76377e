"""What the program recorded is read strictly; names in it are anybody's bytes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.facts.syscall_numbers import MACHINES
from hardhull.learn.errors import RecordingError
from hardhull.learn.maps import FORMS, LOST, NAME_BYTES, read
from hardhull.learn.namespace import Namespace
from hardhull.learn.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.learn.maps import Maps

MACHINE = MACHINES["x86_64"]
ONE = struct.pack("=Q", 1)
NAMES = st.binary(max_size=NAME_BYTES - 1).map(lambda name: name.replace(b"\0", b""))


def of(**entries: list[tuple[bytes, bytes]]) -> Maps:
    def raw(name: str, key: int, value: int) -> Iterator[tuple[bytes, bytes]]:
        for found in entries.get(name, []):
            assert name == "sys" or (len(found[0]), len(found[1])) == (key, value)
            yield found

    return read(raw)


def key(name: str, *parts: int | bytes) -> bytes:
    return struct.pack("=" + FORMS[name].key, *parts)


@given(NAMES)
def test_every_name_comes_back_byte_for_byte(name: bytes) -> None:
    found = of(change=[(key("change", 7, 0, 5, name), ONE)])
    ((_ident, _refused, _path, text),) = found.maps["change"]
    assert text.encode("utf-8", "surrogateescape") == name


def test_rows_are_those_of_one_namespace() -> None:
    entries = [(key("sys", ident, stage, 0, call), ONE) for ident, stage, call in ((7, 0, 59), (7, 2, 1), (8, 0, 3))]
    found = of(sys=entries)
    assert found.rows("sys", 7) == [(0, 0, 59), (2, 0, 1)]
    assert found.rows("sys", 9) == []


def test_what_one_namespace_has_lost_makes_no_other_incomplete() -> None:
    full = [(key("full", 7, 1 + LOST.index(what)), ONE) for what in ("name", "threads", "groups")]
    calls = [(key("sys", ident, 0, 0, 39), ONE) for ident in (7, 8)]
    numbers = [(key("ns", ident), struct.pack("=Q", 4026532000 + ident)) for ident in (7, 8)]
    recording = Recording(of(sys=calls, ns=numbers, full=full), MACHINE, 64)
    lost, whole = (recording.of(Namespace(4026532000 + ident, ident, (), "")) for ident in (7, 8))
    assert lost["incomplete"] == (
        "there were more than 64 threads at a time",
        "the map name was full (64 entries)",
        "a process had more than 16 groups",
    )
    assert whole["incomplete"] == ()
    nameless = recording._replace(maps=recording.maps._replace(lost=2))
    assert "2 entries were lost" in nameless.of(Namespace(4026532008, 8, (), ""))["incomplete"][0]


def test_an_entry_of_another_form_is_refused() -> None:
    with pytest.raises(RecordingError, match="cannot be read") as error:
        of(sys=[(b"short", ONE)])
    assert "the map sys has another form" in error.value.why
