"""What bpftrace writes is read strictly; names in it are anybody's bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.learn.errors import RecordingError
from hardhull.learn.maps import read


def test_text_stands_last_and_keeps_its_commas() -> None:
    state = (7 << 32) + 59 + 2
    data = b'{"@change": {"7,0,0,-5,a,b": 1}, "@sys": {"%d,0": 1, "%d,1": 1}}' % (state, state + (2 << 30) + (1 << 28))
    found = read([b'{"type": "map", "data": %s}\n' % data, b"\n"])
    assert found.maps["@change"] == {(7, 0, 0, -5, "a,b"): 1}
    assert found.maps["@sys"] == {(7, 0, 0, 59): 1, (7, 2, 1, 59 + (1 << 30)): 1}
    assert found.rows("@sys", 7) == [(0, 0, 59), (2, 1, 59 + (1 << 30))]
    assert found.rows("@sys", 8) == []


def escaped(name: bytes) -> bytes:
    """As bpftrace 0.17 does it (JsonOutput::json_escape)."""
    short = {0x22: b'\\"', 0x5C: b"\\\\", 0x0A: b"\\n", 0x0D: b"\\r", 0x09: b"\\t"}
    out = b""
    for byte in name:
        if byte in short:
            out += short[byte]
        elif byte < 0x20 or byte >= 0x80:
            out += b"\\u" + f"{byte if byte < 0x80 else byte | 0xFFFFFF00:04x}".encode()
        else:
            out += bytes([byte])
    return out


@given(st.binary().map(lambda name: name.replace(b"\0", b"")))
def test_every_name_comes_back_byte_for_byte(name: bytes) -> None:
    found = read([b'{"type": "map", "data": {"@change": {"7,0,0,5,' + escaped(name) + b'": 1}}}'])
    ((key, _value),) = found.maps["@change"].items()
    assert key[4].encode("utf-8", "surrogateescape") == name


def test_lost_events_are_counted() -> None:
    line = b'{"type": "lost_events", "data": {"events": 3}}'
    assert read([line, line]).lost == 6


@pytest.mark.parametrize(
    "line",
    [
        b"ERROR: something",
        b'{"type": "map", "data": {"@other": {"1": 1}}}',
        b'{"type": "map", "data": {"@sys": {"7,0,0,59": 1}}}',
        b'{"type": "map", "data": {"@sys": {"7,x": 1}}}',
        b'{"type": "map", "data": [1]}',
        b'{"type": "hist", "data": {}}',
        b"[1]",
        b'"text"',
    ],
)
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(RecordingError) as error:
        read([line])
    assert error.value.what == "the recording cannot be read"
    assert "report this line" in error.value.how
