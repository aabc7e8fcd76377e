"""The reader against BuildKit's own parser, and properties that hold for any bytes."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.model.source import Source
from hardhull.text.dockerfile import read
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from types import ModuleType

# The parts of Dockerfiles, the odd ones more often than in real life.
PARTS = st.sampled_from(
    [
        "FROM a", "FROM a AS b", "RUN ", "COPY ", "ADD ", "ENV ", "LABEL ", "ARG ", "CMD ", "ENTRYPOINT ", "ONBUILD ",
        "HEALTHCHECK ", "USER ", "run ", "Shell ", "EXPOSE ", "VOLUME ", "WORKDIR ", "FOO ", "\n", "\n", "\n", "\r\n",
        "\\\n", "\\ \n", "\\\\\n", "`\n", " ", "  ", "\t", '"', "'", "\\", "`", "$", "${", "}", "$X", "${X:-", "=", "a=b",
        'a="b c"', "--x=y", "--mount=type=bind,from=x", "--", '--a="b c"', "[", "]", '["a", "b"]', '["a"', '["a",1]', "[]",
        ",", "<<EOF", "<<-EOF", "<<'EOF'", '<<"E F"', "3<<X", "<<<x", "EOF", "EOF\n", "\nEOF\n", "\n\tEOF\n", "X\n", "<",
        "#", "# c\n", "\n# c\n", "# escape=`\n", "# syntax=x\n", "# escape=x\n", "NONE", "CMD", "é", "♥", "a", "/d", ".",
        ":", "|", "&&",
    ]
)  # fmt: skip
BODIES = st.lists(PARTS, max_size=14).map("".join)
FILES = st.one_of(BODIES, BODIES.map("FROM a\n".__add__), st.lists(BODIES, max_size=4).map("\n".join))


@pytest.fixture(scope="module")
def oracle() -> ModuleType:
    if sys.platform != "linux":
        pytest.skip("the oracle, PyPI's dockerfile, has wheels for Linux only")
    path = Path(__file__).parents[3] / "bench" / "oracle_dockerfile.py"
    spec = importlib.util.spec_from_file_location("oracle_dockerfile", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@settings(max_examples=600, deadline=None)
@given(text=FILES)
def test_generated_files_are_read_as_buildkit_reads_them(oracle: ModuleType, text: str) -> None:
    data = text.encode()
    why = oracle.difference(data)
    mangled = "--" in text and not text.isascii()  # BuildKit takes the bytes of flags for characters
    assert not why or mangled or oracle.newer(read(Source("Dockerfile", data))), why


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ('FROM a\nCMD ["a"] # b\n', "JSON array"),
        ("FROM a\nRUN << EOF\nEOF\n", "white space between"),
        ("# check=skip=all\n# escape=`\nFROM a\nRUN a `\n b\n", "check directive"),
        ("# escape=`\nFROM a\nRUN --x=a`b c\n", "escape character inside flags"),
    ],
)
def test_where_newer_buildkits_differ_from_the_oracle_the_newer_is_followed(
    oracle: ModuleType, text: str, point: str
) -> None:
    assert oracle.difference(text.encode())
    assert point in oracle.newer(read(Source("Dockerfile", text.encode())))


@settings(max_examples=400, deadline=None)
@given(st.one_of(FILES.map(str.encode), st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_the_pieces_are_the_file(data: bytes) -> None:
    try:
        document = read(Source("Dockerfile", data))
    except UnreadableError as error:
        assert 0 <= error.offset <= len(data)  # noqa: PT017  the error is the other outcome, not the expected one
        return
    pieces = list(document.pieces())
    assert b"".join(data[piece.span.start : piece.span.end] for piece in pieces) == data
    assert all(piece.span.start <= piece.span.end for piece in pieces)


@settings(max_examples=300, deadline=None)
@given(text=FILES)
def test_nothing_but_separators_stands_between_the_pieces(text: str) -> None:
    data = text.encode()
    for kind, (start, end) in read(Source("Dockerfile", data)).pieces():
        if kind == "gap":
            assert set(data[start:end].decode()) <= set(" \t\r\n\\`[],=-\"'")
