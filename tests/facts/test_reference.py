"""Image references with the defaults that Docker fills in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.facts.reference import InvalidReferenceError, Reference, parse

HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "reference", "familiar"),
    [
        ("nginx", Reference("docker.io", "library/nginx"), "nginx"),
        ("nginx:1.27-alpine", Reference("docker.io", "library/nginx", "1.27-alpine"), "nginx:1.27-alpine"),
        ("library/nginx", Reference("docker.io", "library/nginx"), "nginx"),
        ("docker.io/nginx", Reference("docker.io", "library/nginx"), "nginx"),
        ("index.docker.io/a/b", Reference("docker.io", "a/b"), "a/b"),
        ("grafana/grafana:11", Reference("docker.io", "grafana/grafana", "11"), "grafana/grafana:11"),
        ("localhost/a", Reference("localhost", "a"), "localhost/a"),
        ("localhost:5000/a/b:c", Reference("localhost:5000", "a/b", "c"), "localhost:5000/a/b:c"),
        ("[::1]:5000/a", Reference("[::1]:5000", "a"), "[::1]:5000/a"),
        ("ghcr.io/x/y__z", Reference("ghcr.io", "x/y__z"), "ghcr.io/x/y__z"),
        ("Registry/a", Reference("Registry", "a"), "Registry/a"),
        (f"a@sha256:{HEX}", Reference("docker.io", "library/a", None, f"sha256:{HEX}"), f"a@sha256:{HEX}"),
        (f"r.io/a:1@sha256:{HEX}", Reference("r.io", "a", "1", f"sha256:{HEX}"), f"r.io/a:1@sha256:{HEX}"),
    ],
)
def test_parts(text: str, reference: Reference, familiar: str) -> None:
    assert parse(text) == reference
    assert (reference.familiar, str(reference)) == (familiar, familiar)


def test_latest_is_what_is_pulled_where_nothing_is_written() -> None:
    assert parse("nginx").effective_tag == "latest"
    assert parse("nginx").canonical == "docker.io/library/nginx:latest"
    assert parse(f"nginx@sha256:{HEX}").effective_tag is None
    assert parse("nginx").official
    assert not parse("ghcr.io/library/nginx").official


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not a valid repository"), ("Nginx", "lower case"), ("a/B", "lower case"), ("a:", "not a valid tag"),
        ("a:b:c", "not a valid tag"), ("a:" + "x" * 129, "not a valid tag"), ("a b", "not a valid repository"),
        ("-a", "not a valid repository"), ("a//b", "not a valid repository"), ("a@sha256:abc", "not a valid digest"),
        (f"a@sha1:{HEX}", "not supported"), (f"a@sha256:{HEX.upper()}", "lower case"), (HEX, "image id"),
        ("${image}", "not a valid repository"), ("x" * 260, "255 characters"), ("-.io/a", "not a valid registry"),
    ],
)  # fmt: skip
def test_what_is_none(text: str, why: str) -> None:
    with pytest.raises(InvalidReferenceError, match=why):
        parse(text)


@given(st.text(alphabet="ab.:/@_-A0[]", max_size=30))
def test_a_reference_reads_as_itself_again(text: str) -> None:
    try:
        reference = parse(text)
    except InvalidReferenceError:
        return
    assert parse(reference.familiar) == reference
    assert parse(reference.canonical)._replace(tag=reference.tag) == reference
