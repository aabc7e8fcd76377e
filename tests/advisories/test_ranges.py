from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.advisories.ranges import Verdict, encoded, verdict
from hardhull.advisories.versions import InvalidVersionError, order

NO = Verdict(affected=False)


def events(*pairs: tuple[str, str], kind: str = "ECOSYSTEM") -> str:
    return encoded([{"type": kind, "events": [{name: version} for name, version in pairs]}])


def told(ranges: str, version: str, *versions: str, ecosystem: str = "PyPI") -> Verdict:
    key = order(ecosystem)
    assert key is not None
    return verdict(ranges, versions, version, key)


FROM_0 = events(("introduced", "0"), ("fixed", "1.2"))
TWO = events(("introduced", "0"), ("fixed", "1.2"), ("introduced", "2"), ("fixed", "2.5"))


@pytest.mark.parametrize(
    ("ranges", "version", "fixed"),
    [
        (FROM_0, "0.0.dev1", "1.2"),
        (FROM_0, "1.1.99", "1.2"),
        (FROM_0, "1.2rc1", "1.2"),
        (TWO, "1.0", "1.2"),
        (TWO, "2", "2.5"),
        (events(("introduced", "1")), "7", ""),
        (events(("introduced", "1"), ("last_affected", "1.4")), "1.4.0", ""),
        (events(("introduced", "2"), ("fixed", "2.5"), ("fixed", "1.2"), ("introduced", "0")), "1.0", "1.2"),
        (events(("introduced", "0"), ("fixed", "1"), ("introduced", "1"), ("fixed", "2")), "1", "2"),
        (events(("introduced", "0"), ("limit", "3")), "2.9", ""),
        (events(("introduced", "0"), ("limit", "*")), "9", ""),
    ],
)
def test_affected_and_the_fix(ranges: str, version: str, fixed: str) -> None:
    assert told(ranges, version) == Verdict(affected=True, fixed=fixed)


@pytest.mark.parametrize(
    ("ranges", "version"),
    [
        (FROM_0, "1.2"),
        (FROM_0, "1.2.post1"),
        (TWO, "1.2"),
        (TWO, "2.0rc1"),
        (TWO, "2.5"),
        (events(("introduced", "1"), ("last_affected", "1.4")), "1.4.1"),
        (events(("introduced", "1.0"), ("fixed", "1.0")), "1.0"),
        (events(("introduced", "0"), ("limit", "3")), "3"),
        (events(("introduced", "0"), ("fixed", "0")), "5"),
        (events(("introduced", "0"), kind="GIT"), "1"),
        ("", "1"),
    ],
)
def test_not_affected(ranges: str, version: str) -> None:
    assert told(ranges, version) == NO


def test_listed_versions_count_whatever_the_ranges_say() -> None:
    assert told(TWO, "1.5.0", "1.5") == Verdict(affected=True, fixed="2.5")
    assert told(TWO, "3.0", "3.0.0") == Verdict(affected=True)
    assert told("", "1.5", "1.5.1", "1.6") == NO
    assert told("", "1.5", "not a version", "1.5") == Verdict(affected=True)


def test_a_fix_of_zero_says_that_nothing_was_ever_affected() -> None:
    assert told(events(("introduced", "0"), ("fixed", "0")), "1.2.3-r0", ecosystem="Wolfi") == NO


def test_versions_without_a_place_in_the_order_are_no_verdict() -> None:
    with pytest.raises(InvalidVersionError):
        told(FROM_0, "french-toast")
    with pytest.raises(InvalidVersionError):
        told(events(("introduced", "x"), ("fixed", "y")), "1.0")


def test_a_version_without_a_place_is_affected_where_it_is_listed() -> None:
    """As paramiko's first releases are, which were named after monsters."""
    assert told(FROM_0, "0.9-doduo", "0.9-bulbasaur", "0.9-doduo") == Verdict(affected=True)


def test_what_is_malformed_is_left_out() -> None:
    broken: list[Any] = [
        None, {"type": "ECOSYSTEM"}, {"type": "ECOSYSTEM", "events": [None, {"fixed": 3}, {"introduced": "1\t2"}, {"odd": "1"}]},
        {"type": "ECOSYSTEM", "events": [{"fixed": "1"}]},
    ]  # fmt: skip
    assert encoded(broken) == ""


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8, unique=True), st.integers(0, 31), st.randoms())
def test_the_order_of_events_does_not_matter(points: list[int], version: int, chance: Any) -> None:
    """Against a walk over all versions up to this one, as the standard describes it."""
    points.sort()
    listed = [("fixed" if at % 2 else "introduced", str(point)) for at, point in enumerate(points)]
    expected = False
    for kind, at in listed:
        if version >= int(at):
            expected = kind == "introduced"
    chance.shuffle(listed)
    assert told(events(*listed), str(version)).affected is expected
