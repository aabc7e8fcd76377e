"""Variables, quotes and escapes as BuildKit expands them. Every expected value was computed by BuildKit 0.33's Lex."""

from __future__ import annotations

import time

import pytest

from hardhull.text.dockerfile.lexer import Lexer, LexError

ENV = {"X": "abc/abab.c", "EMPTY": "", "A": "z", "ab": "q", "V": "1.2.3-alpine"}


def expand(text: str, escape: str = "\\") -> str:
    return Lexer(text, ENV.get, escape=escape).read()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"), ("$X", "abc/abab.c"), ("${X}", "abc/abab.c"), ("a${A}b", "azb"), ("$A$A", "zz"),
        ("$UNSET", ""), ("${UNSET}", ""), ("$", "$"), ("a$ b", "a$ b"), ("$1", ""), ("\\$A", "$A"), ("'$A'", "$A"),
        ('"$A"', "z"), ('"\\$A"', "$A"), ('"a\\b"', "a\\b"), ("a\\b", "ab"), ("a b  c", "a b  c"), ("$ab", "q"),
        ("${UNSET:-d}", "d"), ("${UNSET-d}", "d"), ("${EMPTY:-d}", "d"), ("${EMPTY-d}", ""), ("${A:-d}", "z"),
        ("${A:+y}", "y"), ("${A+y}", "y"), ("${EMPTY:+y}", ""), ("${EMPTY+y}", "y"), ("${UNSET+y}", ""),
        ("${A:?no}", "z"), ("${UNSET:-${A}}", "z"), ("${UNSET:-${UNSET:-x}}", "x"), ("${UNSET:-'a b'}", "a b"),
        ("${X#*b}", "c/abab.c"), ("${X##*b}", ".c"), ("${X%b*}", "abc/aba"), ("${X%%b*}", "a"), ("${X%.c}", "abc/abab"),
        ("${X#?}", "bc/abab.c"), ("${X#x}", "abc/abab.c"), ("${V%-alpine}", "1.2.3"), ("${V%%.*}", "1"),
        ("${X/ab/_}", "_c/abab.c"), ("${X//ab/_}", "_c/__.c"), ("${X/\\//_}", "abc_abab.c"), ("${X//b?/_}", "a_/a__c"),
        ("${V//./}", "123-alpine"), ("${X/a*b/_}", "_.c"), ("${UNSET//a/b}", ""), ("<a", "<a"), ("a<<b", "a<<b"),
    ],
)  # fmt: skip
def test_values(text: str, value: str) -> None:
    assert expand(text) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("'a", "single-quote"), ('"a', "double-quote"), ("${A", "unsupported modifier"), ("${", "missing '}'"),
        ("${}", "bad substitution"), ("${:a}", "bad substitution"), ("${A:-b", "missing '}'"), ("${A!b}", "modifier"),
        ("${UNSET?}", "not allowed to be unset"), ("${EMPTY:?}", "not allowed to be empty"), ("${UNSET:?why}", "UNSET: why"),
        ("${A:#b}", "unsupported modifier"), ("${A:xb}", "unsupported modifier"), ("${X/a\\b/c}", "invalid escape"),
        ("${X/a", "missing '/'"), ("${a:-" * 60, "nested too deeply"),
    ],
)  # fmt: skip
def test_what_buildkit_refuses(text: str, why: str) -> None:
    with pytest.raises(LexError, match=why):
        expand(text)


def test_the_escape_character_can_be_a_backtick() -> None:
    assert expand("`$A C:\\x", "`") == "$A C:\\x"


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    started = time.process_time()
    value = "a" * 20_000
    assert Lexer("${B##" + "*a" * 2_000 + "*b}", {"B": value}.get).read() == value
    assert Lexer("${B//" + "*a" * 200 + "*b/x}", {"B": value}.get).read() == value
    assert time.process_time() - started < 5
