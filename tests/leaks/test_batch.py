"""Small files that are searched together give what each of them gives alone."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import DECOYS, Maker, kinds

from hardhull.leaks import batch
from hardhull.leaks.batch import Batch
from hardhull.leaks.catalogue import Kind, catalogue, compiled
from hardhull.leaks.engine import Engine, cache_folder
from hardhull.leaks.scanner import BLOCK, WHOLE, Scanner, Stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.leaks.hit import Report


@cache
def scanner() -> Scanner:
    return Scanner(cache_folder())


@cache
def seeking(pattern: str) -> Engine:
    return Engine((pattern,), None)


def together(files: Sequence[tuple[str, bytes]]) -> list[tuple[str, Report]]:
    waiting = Batch(scanner().finder.engine)
    for path, data in files:
        waiting.add(path, data)
    return [(path, scanner().scan_bytes(path, data)) for path, data in waiting.taken()]


def telling(found: list[tuple[str, Report]]) -> list[tuple[str, Report]]:
    return [(path, report) for path, report in found if report.hits or report.gaps]


PLANTED = [(one.path, one.data) for one in kinds() if len(one.data) < batch.SMALL]
PIECES = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(max_size=60).map(lambda text: text.encode("utf-16-le", "surrogatepass")),
    st.sampled_from([data for _path, data in PLANTED]),
    st.sampled_from([text.encode() for text in DECOYS.values()]),
    st.sampled_from([b"\n", b"\0", b"", b"password", b"=", b"_TOKEN=", b"-----BEGIN ", b"PK\x03\x04", b"0\x82"]),
)
PATHS = st.one_of(
    st.sampled_from([path for path, _data in PLANTED]), st.sampled_from(["a", "b.json", "c/.env", "d.yaml"])
)


@given(st.lists(PIECES, max_size=12), st.lists(st.tuples(PATHS, st.integers(0, 4000)), max_size=8))
@settings(max_examples=150, deadline=None)
def test_where_bytes_are_cut_into_files_nothing_is_found_more_or_less(
    pieces: list[bytes], cuts: list[tuple[str, int]]
) -> None:
    data = b"".join(pieces)
    places = [0, *sorted(min(at, len(data)) for _path, at in cuts), len(data)]
    names = [*(path for path, _at in cuts), "last"]
    files = [(path, data[low:high]) for path, low, high in zip(names, places, places[1:], strict=False)]
    alone = [(path, scanner().scan_bytes(path, content)) for path, content in files]
    assert telling(together(files)) == telling(alone)


@pytest.mark.parametrize("kind", [kind for kind in catalogue() if not kind.part], ids=lambda kind: kind.id)
@given(data=st.data())
@settings(max_examples=3, deadline=None)
def test_every_pattern_matches_between_other_files_as_it_does_alone(kind: Kind, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(compiled(kind.pattern), fullmatch=True))
    engine = seeking(kind.sought or kind.pattern)
    for end in (len(text) - 1, len(text)):
        if engine.find(text[:end]):
            files = [("a", b"x"), ("b", text[:end]), ("c", b"x")]
            waiting = Batch(engine)
            for path, content in files:
                waiting.add(path, content)
            assert ("b", text[:end]) in list(waiting.taken())


def test_what_lies_over_a_border_is_in_no_file() -> None:
    token = Maker(1).crc("ghp").encode()
    assert not telling(together([("a", token[:20]), ("b", token[20:])]))
    assert [path for path, _report in telling(together([("a", b"x" + token[:20]), ("b", token)]))] == ["b"]


def test_most_files_are_not_looked_at_alone() -> None:
    files = [(f"usr/share/doc/{number}", b"nothing to see here\n" * number) for number in range(200)]
    assert not together(files)


@pytest.mark.parametrize("size", [WHOLE + 1, WHOLE + BLOCK])
@pytest.mark.parametrize("known", [True, False])
def test_whether_the_size_is_known_changes_nothing(size: int, known: bool) -> None:
    token = Maker(9).crc("ghp").encode()
    data = bytearray(b"a line of a log, nothing more\n" * (size // 30 + 1))[:size]
    for at in (5000, BLOCK, WHOLE - 200, size - 60):
        data[at : at + len(token) + 2] = b" " + token + b" "
    stream = Stream(scanner(), "a.log", size=size if known else 0)
    for at in range(0, size, 700_001):
        stream.feed(bytes(data[at : at + 700_001]))
    lines = [data[:at].count(b"\n") + 1 for at in (5000, BLOCK, WHOLE - 200, size - 60)]
    assert [hit.line for hit in stream.close().hits] == lines
