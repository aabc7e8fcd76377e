"""What a stream can show: colour, width and characters, from the stream and the environment."""

from __future__ import annotations

import io

import pytest

from hardhull.report.view import MAX_WIDTH, PIPE_WIDTH, view_of


class Screen(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8", *, terminal: bool = True) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("terminal", "environ", "colour"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": ""}, False),
        (True, {"FORCE_COLOR": "0"}, False),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (True, {"TERM": "dumb", "FORCE_COLOR": "1"}, True),
    ],
)
def test_colour(terminal: bool, environ: dict[str, str], colour: bool) -> None:
    assert view_of(Screen(terminal=terminal), environ).colour is colour


@pytest.mark.parametrize(
    ("columns", "width"),
    [("80", 80), ("20", 20), ("300", MAX_WIDTH), ("", PIPE_WIDTH), ("0", PIPE_WIDTH), ("-1", PIPE_WIDTH), ("x", PIPE_WIDTH),
     ("9" * 5000, PIPE_WIDTH), ("²", PIPE_WIDTH)],
)  # fmt: skip
def test_columns(columns: str, width: int) -> None:
    assert view_of(Screen(terminal=False), {"COLUMNS": columns}).width == width


@pytest.mark.parametrize(
    ("encoding", "unicode"), [("utf-8", True), ("ascii", False), ("latin-1", False), ("cp437", False), ("utf-16", True)]
)
def test_characters(encoding: str, unicode: bool) -> None:
    assert view_of(Screen(encoding), {}).unicode is unicode


def test_a_stream_without_encoding_gets_ascii() -> None:
    assert view_of(io.StringIO(), {}).unicode is False
