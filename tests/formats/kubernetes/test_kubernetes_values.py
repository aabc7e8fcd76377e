from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.formats.kubernetes.values import (
    WrongTypeError,
    boolean,
    cores,
    described,
    integer,
    is_placeholder,
    quantity,
    size,
    text,
    text_or_integer,
)
from hardhull.model.source import Source
from hardhull.text import yamldoc

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.text.nodes import Node


def node(written: str) -> Node:
    (root,) = yamldoc.load(Source("v.yaml", written.encode()))
    assert root is not None
    return root


@pytest.mark.parametrize(
    ("written", "bytes_"),
    [
        ("128974848", 128974848),
        ("129e6", 129_000_000),
        ("129M", 129_000_000),
        ("128974848000m", 128974848),
        ("123Mi", 123 * 2**20),
        ("1.5Gi", 3 * 2**29),
        ('"1Ki"', 1024),
        ("0", 0),
        ("1m", 1),
        (".5k", 500),
        ("+2E", 2 * 10**18),
        ("1E3", 1000),
        ("100000E", 2**63 - 1),
        ("-1", -1),
    ],
)
def test_quantities_as_kubernetes_counts_them(written: str, bytes_: int) -> None:
    assert size(node(written)) == bytes_


def test_cores() -> None:
    assert [cores(node(written)) for written in ("500m", "0.1", "2", "100u")] == [0.5, 0.1, 2.0, 0.0001]


@pytest.mark.parametrize(
    "written", ["1GB", "1gi", "512mb", "1 Gi", "Gi", "true", "[1]", "${MEM}", "1e9999", "9" * 60, "1..5", "''"]
)
def test_what_is_no_quantity_is_refused(written: str) -> None:
    with pytest.raises(WrongTypeError):
        quantity(node(written))


@given(st.integers(0, 2**40), st.sampled_from(["", "k", "M", "Ki", "Mi"]))
def test_a_unit_multiplies(number: int, unit: str) -> None:
    factor = {"": 1, "k": 10**3, "M": 10**6, "Ki": 2**10, "Mi": 2**20}[unit]
    assert quantity(node(f"{number}{unit}")) == min(Fraction(number * factor), 2**63 - 1)


@pytest.mark.parametrize(
    ("convert", "written", "value"),
    [
        (boolean, "yes", True),
        (boolean, "'true'", None),
        (boolean, "1", None),
        (integer, "010", 8),
        (integer, "1.0", 1),
        (integer, "'1'", None),
        (integer, "true", None),
        (text, "80", None),
        (text, "on", None),
        (text, "'80'", "80"),
        (text, "22:22", "22:22"),
        (text, "~", None),
        (text_or_integer, "80", "80"),
        (text_or_integer, "http", "http"),
        (text_or_integer, "true", None),
    ],
)
def test_types_are_those_of_kubectl(convert: Callable[[Node], object], written: str, value: object) -> None:
    if value is None:
        with pytest.raises(WrongTypeError):
            convert(node(written))
    else:
        assert convert(node(written)) == value


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("{a: b}", "a mapping"),
        ("[a]", "a list"),
        ("~", "empty"),
        ("on", "a boolean"),
        ("1", "a number"),
        ("s3cret", "a text"),
        ("${A}", "a placeholder that something else replaces"),
    ],
)
def test_a_value_is_described_without_saying_it(written: str, words: str) -> None:
    assert described(node(written)) == words


@pytest.mark.parametrize("value", ["${X}", "a-${X:-b}", "{{ x }}", "$(NAME)", "$NAME", "<your password>", "<% x %>"])
def test_placeholders(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize("value", ["", "plain", "cost $5", "a < b > c", "$", "${", "p$$w"])
def test_texts_that_are_none(value: str) -> None:
    assert not is_placeholder(value)
