"""The reader of .dockerignore says what moby/patternmatcher says (recorded by bench/oracle_dockerignore.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.formats.dockerignore import read
from hardhull.model.source import Source
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from hardhull.facts.build_context import IgnoreFile

VERDICTS = json.loads(Path(__file__).with_name("verdicts.json").read_text())


def ignore(text: str) -> IgnoreFile:
    return read(Source(".dockerignore", text.encode()))


def test_the_verdicts_of_the_builder() -> None:
    asked = 0
    for row in VERDICTS:
        try:
            found = ignore(row["text"])
        except UnreadableError:
            continue
        if not row["error"]:
            assert [found.excludes(path) for path in row["paths"]] == row["excluded"], row["text"]
            asked += len(row["paths"])
    assert asked > 1500


def test_what_the_builder_refuses_at_once_is_refused() -> None:
    refused = [row for row in VERDICTS if row["error"].startswith(("illegal", "syntax"))]
    unread = 0
    for row in refused:
        try:
            ignore(row["text"])
        except UnreadableError:
            unread += 1
    assert unread >= 0.95 * len(refused) > 50


@pytest.mark.parametrize(
    ("text", "path", "verdict"),
    [
        (".env", ".env", True),
        (".env", "sub/.env", False),
        ("**/.env", "sub/.env", True),
        ("/node_modules/", "node_modules/left-pad/index.js", True),
        ("*.pem", "certs/server.pem", False),
        ("*\n!src", "src/main.py", False),
        ("*\n!src", ".env", True),
        (".git\n!.git/config", ".git/config", False),
        ("!.env\n.env", ".env", True),
        ("# .env", ".env", False),
        (" # .env", "# .env", True),
        (".env   ", ".env", True),
        (".", ".env", False),
        ("", ".env", False),
        ("\ufeff.env", ".env", True),
        ("a\r\n.env\r\n", ".env", True),
    ],
)
def test_patterns_that_people_write(text: str, path: str, *, verdict: bool) -> None:
    assert ignore(text).excludes(path) is verdict


@pytest.mark.parametrize(("text", "line"), [("a\n!", 2), ("[", 1), ("ok\n\nb\\", 3), ("[a-]", 1)])
def test_a_pattern_that_the_builder_refuses_is_named_with_its_line(text: str, line: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        ignore(text)
    assert caught.value.line == line
    assert "refuses" in str(caught.value)


def test_the_deciding_pattern_is_where_it_stands() -> None:
    verdict, field = ignore("# é\n**/.env*\n  !.env.example \n").decide(".env.example")
    assert not verdict
    assert field is not None
    assert field.place.text == "!.env.example"
    assert str(field.place) == ".dockerignore:3:3"


@given(st.text(alphabet="ab/*?![]^\\ #.\n", max_size=30), st.text(alphabet="ab/.", min_size=1, max_size=10))
def test_any_text_is_read_or_refused(text: str, path: str) -> None:
    try:
        found = ignore(text)
    except UnreadableError:
        return
    assert found.excludes(path) in {True, False}


@given(st.lists(st.sampled_from(["a", "b", "*", "**/a", "a/b"]), max_size=4))
def test_without_exceptions_what_is_out_stays_out(lines: list[str]) -> None:
    found, more = ignore("\n".join(lines)), ignore("\n".join([*lines, "c"]))
    for path in ("a", "a/b", "b/a", "c"):
        assert more.excludes(path) or not found.excludes(path)
