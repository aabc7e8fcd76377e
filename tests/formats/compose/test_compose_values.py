"""Variables, files of variables, sizes, durations and words by themselves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.formats.compose.dotenv import DotenvError, read_variables
from hardhull.formats.compose.units import BadValueError, boolean, decimal, integer, seconds, shown, size
from hardhull.formats.compose.variables import TemplateError, Value, substitute
from hardhull.formats.compose.words import words
from hardhull.model.source import Source

VALUES = {"A": Value("a"), "EMPTY": Value(""), "HANGS": Value(None, "it hangs")}


@pytest.mark.parametrize(
    ("text", "value", "origin"),
    [
        ("plain", "plain", "literal"),
        ("$A-${A}", "a-a", "variable"),
        ("$$A $$", "$A $", "literal"),
        ("cost: $5", "cost: $5", "literal"),
        ("${X:-d}${EMPTY:-e}${EMPTY-f}", "de", "variable"),
        ("${X-d}", "d", "default"),
        ("${X:-${Y:-${A}}}!", "a!", "default"),
        ("${A:+yes}${EMPTY:+no}${EMPTY+set}${X+no}", "yesset", "variable"),
        ("${A:?gone}", "a", "variable"),
        ("${X:-{}}", "{}", "default"),
        ("${X:-a b}\n${A}", "a b\na", "variable"),
        ("${X}", None, "variable"),
        ("${HANGS}", None, "variable"),
        ("${X?gone}", None, "variable"),
    ],
)
def test_variables(text: str, value: str | None, origin: str) -> None:
    found = substitute(text, VALUES.get)
    assert (found.text, found.origin) == (value, origin)
    assert (found.why is None) == (value is not None)


@pytest.mark.parametrize("text", ["${}", "${A", "${A!x}", "${1}", "${A:-\n}", "${A:-" * 60 + "}" * 60])
def test_refused_templates(text: str) -> None:
    with pytest.raises(TemplateError):
        substitute(text.replace("A", "UNSET"), VALUES.get)


@given(st.text(st.sampled_from("$A{}:-?+x\n ")))
@settings(max_examples=300, deadline=None)
def test_any_text_is_substituted_or_refused(text: str) -> None:
    try:
        found = substitute(text, VALUES.get)
    except TemplateError:
        return
    assert "$" not in text or found is not None
    assert substitute(text.replace("$", "$$"), VALUES.get).text == text


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("A=1", "A", "1"),
        ("export  A = 1 # c", "A", "1"),
        ("A: x#y", "A", "x#y"),
        ("A='x $B # y'", "A", "x $B # y"),
        ('B=b\nA="x $B\\n\\"q\\" \\$B \\\\"', "A", 'x b\n"q" $B \\'),
        ('A="one\ntwo"\nB=1', "A", "one\ntwo"),
        ("A=${X:-d}", "A", "d"),
        ("# c\n\n  A=", "A", ""),
        ("A=1\r\nB=2\r\n", "A", "1"),
        ("A=1\nA=2", "A", "2"),
        ("A=ü\nÄ=ö", "Ä", "ö"),
        ("a.b-c=1", "a.b-c", "1"),
        ('A="\\0101"', "A", "A"),
        ("A=$NOPE", "A", None),
    ],
)
def test_files_of_variables(text: str, name: str, value: str | None) -> None:
    source = Source(".env", b"\xef\xbb\xbf" + text.encode())
    variable = read_variables(source)[name]
    assert variable.value.text == value
    assert source.text(variable.span).removeprefix("export").strip().startswith(name)
    assert source.text(variable.span).endswith(variable.raw)


@pytest.mark.parametrize("text", ["A B=1", "A!=1", "A='x", 'A="x\ny'])
def test_refused_files_of_variables(text: str) -> None:
    with pytest.raises(DotenvError):
        read_variables(Source(".env", text.encode()))


@given(st.text(st.sampled_from("A=:'\"#$\\ \n\r{}-é1"), max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_file_of_variables_is_read_or_refused(text: str) -> None:
    source = Source(".env", text.encode())
    found, refusal = {}, 0
    try:
        found = read_variables(source)
    except DotenvError as error:
        refusal = error.offset
    assert 0 <= refusal <= len(source.data)
    assert all(0 <= one.span.start <= one.span.end <= len(source.data) for one in found.values())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("512m", 512 << 20), ("1gb", 1 << 30), ("1.5GiB", 3 << 29), ("64k", 65536), ("10 B", 10), ("7", 7), (7, 7),
        ("-1", -1), ("1tb", 1 << 40), (1e9, 0),
    ],
)  # fmt: skip
def test_sizes(text: str | float, value: int) -> None:
    assert size(text) == value


@pytest.mark.parametrize("text", ["", "m", "1x", "1mm", "1 mb ", "-5m", "0x10", True, None, "9" * 50 + "m"])
def test_refused_sizes(text: str | None) -> None:
    with pytest.raises(BadValueError):
        size(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1m30s", 90),
        ("500ms", 0.5),
        ("2h", 7200),
        ("1d", 86400),
        ("1.5s", 1.5),
        ("0", 0),
        (".5m", 30),
        ("-2s", -2),
        ("1w", 604800),
    ],
)
def test_durations(text: str, value: float) -> None:
    assert seconds(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "5", "5 s", "s", "1x", "1m,", "--1s", "1" * 200 + "s"])
def test_refused_durations(text: str) -> None:
    with pytest.raises(BadValueError):
        seconds(text)


def test_typed_words() -> None:
    assert [boolean(word) for word in (True, "true", "Y", "on", "YES")] == [True] * 5
    assert [boolean(word) for word in (False, "False", "n", "off", "NO")] == [False] * 5
    assert (integer("7"), integer(7), integer(7.0), decimal("1.5"), decimal(2)) == (7, 7, 7, 1.5, 2.0)
    for bad in ("maybe", 1, None, 1.5):
        with pytest.raises(BadValueError):
            boolean(bad)
    for worse in ("1.5", "x", None, True, 1.5, "9" * 30):
        with pytest.raises(BadValueError):
            integer(worse)
    for worst in ("x", None, True, "1e"):
        with pytest.raises(BadValueError):
            decimal(worst)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (True, "true"), (None, ""), (1, "1"), (1.0, "1"), (1.5, "1.5"), (1e21, "1e+21"), (1e20, "100000000000000000000"),
        (1e-7, "1e-07"), (0.0001, "0.0001"), (-2.5, "-2.5"), (3.10, "3.1"), (float("inf"), "+Inf"), (1.5e300, "1.5e+300"),
    ],
)  # fmt: skip
def test_numbers_as_go_prints_them(data: float | None, text: str) -> None:
    assert shown(data) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a b  c", ("a", "b", "c")),
        ("a 'b c' \"d 'e\"", ("a", "b c", "d 'e")),
        (r"a\ b \"c", ("a b", '"c')),
        ("a '' b", ("a", "", "b")),
        ("x'y z'w", ("xy zw",)),
        ("a && b", ("a",)),
        ("a $(b c) d", ("a", "$(b c)", "d")),
        ("a `b c`", ("a", "`b c`")),
        (r"'a\b'", ("a\\b",)),
        ("", ()),
    ],
)
def test_words(text: str, found: tuple[str, ...]) -> None:
    assert words(text) == found


@pytest.mark.parametrize("text", ["'a", '"a', "a\\", "a (b)", "a )", "$(a"])
def test_refused_commands(text: str) -> None:
    with pytest.raises(BadValueError):
        words(text)
