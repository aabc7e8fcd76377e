"""Which tags may be the version that a moving tag stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.supply.tags import candidates, is_moving

NGINX = ["1", "1.27", "1.27.3", "1.26.2", "1.27.3-alpine", "1.27-alpine", "alpine", "latest", "stable", "1.28.0-rc1"]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("latest", ["1.27.3", "1.26.2", "1.27", "1"]),
        ("stable", ["1.27.3", "1.26.2", "1.27", "1"]),
        ("alpine", ["1.27.3-alpine", "1.27-alpine"]),
        ("stable-alpine", ["1.27.3-alpine", "1.27-alpine"]),
        ("bookworm", []),
        ("1.27", []),
    ],
)
def test_the_most_plausible_come_first_and_the_variant_stays(tag: str, expected: list[str]) -> None:
    assert candidates(tag, NGINX) == expected


def test_versions_come_before_dates_and_both_ways_of_writing_count() -> None:
    tags = ["20241105", "v2.0.0", "2.0.0", "v10.0.0", "2024"]
    assert candidates("latest", tags) == ["2024", "v10.0.0", "v2.0.0", "2.0.0", "20241105"]


@pytest.mark.parametrize(("tag", "moving"), [("latest", True), ("lts-slim", True), ("22-alpine", False), ("v1", False)])
def test_what_moves(tag: str, moving: bool) -> None:
    assert is_moving(tag) == moving


TAGS = st.lists(st.from_regex(r"\A(?:v?[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}|latest|alpine)(?:-alpine|-rc1)?\Z"), max_size=12)


@given(st.sampled_from(["latest", "alpine", "stable-alpine", "1.2"]), TAGS)
def test_candidates_are_tags_with_a_version_each_once(tag: str, tags: list[str]) -> None:
    found = candidates(tag, tags)
    assert set(found) <= set(tags)
    assert len(found) == len(set(found))
    assert not any(is_moving(each) for each in found)
    assert all(("alpine" in each) == ("alpine" in tag) and "rc" not in each for each in found)


@given(TAGS)
def test_a_shortened_version_never_comes_before_its_full_one(tags: list[str]) -> None:
    found = candidates("latest", tags)
    for full in found:
        for short in found:
            if full.removeprefix("v").startswith(short.removeprefix("v") + "."):
                assert found.index(full) < found.index(short) or _is_short_too(full, found)


def _is_short_too(tag: str, found: list[str]) -> bool:
    return any(each.removeprefix("v").startswith(tag.removeprefix("v") + ".") for each in found)
