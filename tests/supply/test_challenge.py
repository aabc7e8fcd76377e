"""Reading of ``WWW-Authenticate``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.supply.registry.challenge import Challenge, parse

HUB = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull"'


@pytest.mark.parametrize(
    ("header", "challenges"),
    [
        (
            HUB,
            [
                (
                    "bearer",
                    {
                        "realm": "https://auth.docker.io/token",
                        "service": "registry.docker.io",
                        "scope": "repository:library/nginx:pull",
                    },
                )
            ],
        ),
        ('BASIC realm="a, b=c"', [("basic", {"realm": "a, b=c"})]),
        (
            'Bearer realm="x" , scope = "a" , Basic realm=y',
            [("bearer", {"realm": "x", "scope": "a"}), ("basic", {"realm": "y"})],
        ),
        (r'Bearer realm="a\"b\\c"', [("bearer", {"realm": 'a"b\\c'})]),
        ("Bearer realm=https://a/b,service=c", [("bearer", {"realm": "https://a/b", "service": "c"})]),
        ("Negotiate, Basic", [("negotiate", {}), ("basic", {})]),
        ('Negotiate YWJj==, Basic realm="x"', [("negotiate", {}), ("basic", {"realm": "x"})]),
        ('Bearer realm="first",realm="second"', [("bearer", {"realm": "first"})]),
        ('Bearer realm="never ends', [("bearer", {})]),
        ('realm="no scheme"', []),
        ("", []),
        (" , ,", []),
    ],
)
def test_headers(header: str, challenges: list[tuple[str, dict[str, str]]]) -> None:
    assert parse(header) == [Challenge(*each) for each in challenges]


@given(st.text())
def test_no_header_is_too_odd(header: str) -> None:
    for challenge in parse(header):
        assert challenge.scheme == challenge.scheme.lower()


@given(st.text(alphabet='Bb =",\\a1:/', max_size=60))
def test_no_header_is_too_crooked(header: str) -> None:
    parse(header)


def test_a_long_header_is_read_in_no_time() -> None:
    assert parse('Bearer realm="' + "\\" * 1_000_000)
    assert parse("a," * 1_000_000)


NAMES = st.from_regex(r"\A[a-z][a-z0-9-]{0,8}\Z")
VALUES = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=20)


@given(st.lists(st.tuples(NAMES, st.dictionaries(NAMES, VALUES, max_size=3)), max_size=3), st.booleans())
def test_what_is_written_is_read(challenges: list[tuple[str, dict[str, str]]], spaced: bool) -> None:
    header = ", ".join(_written(scheme, parameters, " , " if spaced else ",") for scheme, parameters in challenges)
    assert parse(header) == [Challenge(scheme, parameters) for scheme, parameters in challenges]


def _written(scheme: str, parameters: dict[str, str], comma: str) -> str:
    quoted = (
        '{}="{}"'.format(name, value.replace("\\", "\\\\").replace('"', '\\"')) for name, value in parameters.items()
    )
    return f"{scheme} {comma.join(quoted)}".strip()
