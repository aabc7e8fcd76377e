"""A lazy pattern is the pattern: the same answers, compiled once, and an error where it is wrong."""

from __future__ import annotations

import re

import pytest

from hardhull.model.lazy import METHODS, lazy


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers_like_the_pattern(method: str) -> None:
    made, real = lazy(r"(b+)", re.IGNORECASE), re.compile(r"(b+)", re.IGNORECASE)
    words = ("x", "aBBc bb") if method == "sub" else ("aBBc bb",)
    for _ in range(2):
        found, wanted = getattr(made, method)(*words), getattr(real, method)(*words)
        if method == "finditer":
            found, wanted = [one.span() for one in found], [one.span() for one in wanted]
        assert repr(found) == repr(wanted)


def test_bytes_and_attributes() -> None:
    made = lazy(rb"a|b")
    assert made.pattern == b"a|b"
    assert made.search(b"cb")


def test_a_wrong_pattern_is_told_at_its_first_use() -> None:
    made = lazy("(")
    with pytest.raises(re.error):
        made.search("x")
