"""Lines, continuations, comments and directives; every span cut from the file is what is quoted."""

from __future__ import annotations

import pytest

from hardhull.model.source import Source
from hardhull.text.dockerfile import Document, reader
from hardhull.text.errors import UnreadableError


def read(text: str | bytes) -> Document:
    return reader.read(Source("Dockerfile", text.encode() if isinstance(text, str) else text))


def cut(document: Document, span: tuple[int, int]) -> str:
    return document.source.data[slice(*span)].decode()


def test_an_instruction_and_its_words_stand_where_they_say() -> None:
    document = read("\nFROM --platform=linux/amd64  alpine:3.20 AS base\n")
    (statement,) = document.statements
    assert (statement.keyword, statement.line, statement.end_line) == ("FROM", 2, 2)
    assert cut(document, statement.span) == "FROM --platform=linux/amd64  alpine:3.20 AS base"
    assert [(word.text, cut(document, word.span)) for word in statement.words] == [
        ("alpine:3.20", "alpine:3.20"), ("AS", "AS"), ("base", "base"),
    ]  # fmt: skip
    (flag,) = statement.flags
    assert (flag.name, flag.value) == ("platform", "linux/amd64")
    assert (cut(document, flag.span), cut(document, flag.value_span)) == ("--platform=linux/amd64", "linux/amd64")


def test_continued_lines_are_joined_and_comments_and_blank_lines_between_them_taken_out() -> None:
    document = read("FROM a\nRUN one \\\n  # why\n\n  && two \\  \n && three\nUSER x\n")
    run = document.statements[1]
    assert run.words[0].text == "one   && two  && three"
    assert cut(document, run.words[0].span) == "one \\\n  # why\n\n  && two \\  \n && three"
    assert [(comment.text, cut(document, comment.span)) for comment in run.comments] == [(" why", "# why")]
    assert (run.line, run.end_line, document.statements[2].line) == (2, 6, 7)


def test_a_fragment_knows_the_byte_of_each_character_across_lines() -> None:
    document = read("FROM a\nRUN écho \\\n# ü\n  wörld\n")
    command = document.statements[1].command
    assert command is not None
    assert command.text == "écho   wörld"
    assert cut(document, command.span(7, 12)) == "wörld"
    assert cut(document, command.span(0, 4)) == "écho"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_a_bom_and_a_missing_final_newline_do_not_matter(end: str) -> None:
    document = read("\ufeff" + end.join(["# syntax=x", "FROM a", "RUN b \\", "  c"]))
    assert [statement.keyword for statement in document.statements] == ["FROM", "RUN"]
    assert document.directives[0].name == "syntax"
    assert cut(document, document.statements[1].span) == f"RUN b \\{end}  c"


def test_directives_count_only_at_the_top() -> None:
    document = read(
        "#  Escape = `\n# syntax=docker/dockerfile:1 # x\n# comment\n# check=skip=all\nFROM a\nRUN b `\n c\n"
    )
    assert [(each.name, each.value, cut(document, each.value_span)) for each in document.directives] == [
        ("escape", "`", "`"), ("syntax", "docker/dockerfile:1 # x", "docker/dockerfile:1 # x"),
    ]  # fmt: skip
    assert [comment.text for comment in document.comments] == [" comment", " check=skip=all"]
    assert document.statements[1].words[0].text == "b  c"


def test_a_backslash_is_no_continuation_where_the_escape_character_is_a_backtick() -> None:
    document = read("# escape=`\nFROM a\nWORKDIR C:\\app\\\nUSER x\n")
    assert [statement.keyword for statement in document.statements] == ["FROM", "WORKDIR", "USER"]
    assert document.statements[1].words[0].text == "C:\\app\\"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("# escape=x\nFROM a\n", "neither a backslash nor a backtick"),
        ("# syntax=a\n# syntax=b\nFROM a\n", "only one syntax"),
        ("# nothing here\n", "no instructions"),
        ("FROM a\nENV B\n", "ENV must have two arguments"),
        ("FROM a\nLABEL a=b c\n", "a word has no ="),
        ('FROM a\nCMD ["a", 1]\n', "nothing but strings"),
        ("FROM a\nRUN <<EOF\nEOF2\n", "the here-document EOF has no end"),
    ],
)
def test_what_buildkit_refuses_is_a_problem_at_its_place(text: str, why: str) -> None:
    document = read(text)
    assert why in document.problems[0].why
    assert cut(document, document.problems[0].span) in text


@pytest.mark.parametrize(
    ("data", "why", "line"),
    [
        (b"FROM a\nRUN \xff\n", "not valid UTF-8", 2),
        (b"FROM a\nRUN b\0c\n", "NUL byte", 2),
        ("FROM a\n".encode("utf-16"), "UTF-16", 1),
        (b"FROM a\nRUN " + b"x" * 70_000, "65,535", 2),
        (b"FROM a\n" * 150_000, "1,000,000", 142_858),
        (b"RUN a\n" * 10_001, "10,000 instructions", 10_001),
    ],
)
def test_hostile_bytes_are_refused_with_line_and_limit(data: bytes, why: str, line: int) -> None:
    with pytest.raises(UnreadableError, match=why) as caught:
        read(data)
    assert caught.value.line == line


@pytest.mark.parametrize(
    "text",
    [
        "ONBUILD " * 8_000,
        "RUN <<" + "${a:-" * 10_000,
        "CMD " + "[" * 60_000,
        "ENV " + "'a'\\b" * 12_000 + "=",
        'LABEL a="' + "\\\\" * 30_000,
        "RUN a \\\n" * 100_000,
        "RUN <<a" + "\\\nb" * 200_000,
    ],
)
def test_deep_and_long_input_is_read_in_linear_time(text: str) -> None:
    assert len(read("FROM a\n" + text).statements) == 2
