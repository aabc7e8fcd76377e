"""Here-documents: which ones a line announces, and where their bodies stand."""

from __future__ import annotations

import pytest

from hardhull.model.source import Source
from hardhull.text.dockerfile import Document, read


def document(text: str) -> Document:
    return read(Source("Dockerfile", text.encode()))


def bodies(text: str) -> list[tuple[str, str]]:
    found = document(text)
    return [(doc.name, found.source.text(doc.body)) for each in found.statements for doc in each.heredocs]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN <<EOF\na\n b\nEOF\nUSER x\n", [("EOF", "a\n b\n")]),
        ("RUN <<EOF\na\nEOF\n# a comment right after it\nUSER x\n", [("EOF", "a\n")]),
        ("COPY <<a <<b /x/\none\na\ntwo\nb\nUSER x\n", [("a", "one\n"), ("b", "two\n")]),
        ("RUN <<-EOF\n\ta\n\t\tEOF\nUSER x\n", [("EOF", "\ta\n")]),
        ("RUN <<'E F'\n$a\nE F\nUSER x\n", [("E F", "$a\n")]),
        ("RUN << EOF\na\nEOF\nUSER x\n", [("EOF", "a\n")]),
        ("RUN 3<<EOF cat\na\nEOF\nUSER x\n", [("EOF", "a\n")]),
        ("RUN <<EOF\r\na\r\nEOF\r\nUSER x\r\n", [("EOF", "a\r\n")]),
        ("ONBUILD RUN <<EOF\na\nEOF\nUSER x\n", [("EOF", "a\n")]),
        ("RUN cat \\\n <<EOF \\\n | sh\na\nEOF\nUSER x\n", [("EOF", "a\n")]),
        ("RUN <<EOF\nEOF\nUSER x\n", [("EOF", "")]),
        ("RUN <<ö\né\nö\nUSER x\n", [("ö", "é\n")]),
    ],
)
def test_bodies(text: str, expected: list[tuple[str, str]]) -> None:
    assert bodies(text) == expected
    assert document(text).statements[-1].keyword == "USER"


@pytest.mark.parametrize(
    "text",
    [
        "RUN cat <<<word\nUSER x\n",
        "RUN echo $((1<<2))\nUSER x\n",
        "RUN echo '<<EOF'\nUSER x\n",
        'RUN echo "<<EOF"\nUSER x\n',
        'RUN ["<<EOF"]\nUSER x\n',
        "CMD <<EOF\nUSER x\n",
        "ENV A=<<EOF\nUSER x\n",
        'RUN echo " <<EOF\nUSER x\n',
    ],
)
def test_what_only_looks_like_one(text: str) -> None:
    assert bodies(text) == []
    assert document(text).statements[-1].keyword == "USER"


def test_a_quoted_delimiter_does_not_expand_and_every_part_has_its_bytes() -> None:
    found = document('RUN python3 <<"EOF" x\nprint(1)\nEOF\n')
    (heredoc,) = found.statements[0].heredocs
    assert (heredoc.expand, heredoc.chomp, heredoc.descriptor) == (False, False, 0)
    text = found.source.text
    assert (text(heredoc.span), text(heredoc.terminator)) == ('<<"EOF"', "EOF")
    assert text(found.statements[0].span).endswith("print(1)\nEOF")


def test_the_body_without_leading_tabs_keeps_its_places() -> None:
    found = document("RUN <<-EOF\n\t\tone\n\tété\n  two\n\tEOF\n")
    statement = found.statements[0]
    body = statement.body(statement.heredocs[0])
    assert body.text == "one\nété\n  two\n"
    assert found.source.text(body.span(4, 7)) == "été"
    assert found.source.text(body.span(8, 13)) == "  two"


def test_the_body_as_it_is_where_tabs_count() -> None:
    found = document("RUN <<EOF\n\tone\nEOF\n")
    statement = found.statements[0]
    assert statement.body(statement.heredocs[0]).text == "\tone\n"
