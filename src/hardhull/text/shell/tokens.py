"""The regular expressions that cut shell text into tokens; every repetition is possessive, so none backtracks."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from hardhull.model.lazy import lazy

COMMENT, NEWLINE, REDIRECT, OPERATOR, WORD = 1, 2, 3, 4, 5
"""What ``Tokens.token`` found: the number of its last group; None is a word too intricate for it (or nothing).

A newline takes the empty lines and lines of comment behind it along.
"""

NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*+"
"""A variable's name (POSIX 3.216)."""

RESERVED: Final = frozenset(
    (
        *("if", "then", "elif", "else", "fi", "for", "select", "while", "until", "do", "done"),
        *("case", "esac", "function", "{", "}", "!", "[[", "coproc"),
    )
)
"""Words that are syntax where a command may begin; ``in`` only after for and case."""

DECLARE: Final = frozenset(("export", "readonly", "local", "declare", "typeset"))
"""Builtins whose arguments are assignments."""

_SPACE = r" \t\r\n\f\v"
_OPERATOR = r"&&|\|\||\|&|;;&|;;|;&|[;&|()]"
_REDIRECT = r"(?:[0-9]++|\{\w++\})?+(?:<<<|<<-?|<>|<&|>&|>>|>\||&>>|&>|[<>](?!\())"


class Tokens(NamedTuple):
    """The patterns for one escape character.

    Attributes:
        blank: blanks and continuations.
        rest: as many further arguments as there are without anything intricate in them.
        argument: one of them, in group 1.
        token: blanks, then one token; see the group numbers above.
        part: one piece inside a word outside quotes; groups: plain text, glob, single-quoted, escaped, continuation.
        quoted: one piece inside double quotes; groups: plain text, escaped, continuation, lone escape character.
        operand: one piece inside ``${X:-...}``; groups as before.
        substitution: in a heredoc; groups: ``$(``, a backtick; an escaped character has none.
    """

    blank: re.Pattern[str]
    rest: re.Pattern[str]
    argument: re.Pattern[str]
    token: re.Pattern[str]
    part: re.Pattern[str]
    quoted: re.Pattern[str]
    operand: re.Pattern[str]
    substitution: re.Pattern[str]


@lru_cache(maxsize=4)
def tokens(escape: str) -> Tokens:
    """The patterns for an escape character: a backslash, or what a Dockerfile's ``# escape=`` names."""
    esc = re.escape(escape)
    not_esc = "" if escape == "`" else esc
    blank = rf"(?:[ \t\r\f\v]++|{esc}\r?(?:\n|\Z))*+"
    simple = rf"\$(?:{NAME}|[0-9@*\#?!$-]|\{{{NAME}\}}|(?=[{_SPACE}\"/.,:%+=]|\Z))"
    double = rf'"(?:[^"$`{not_esc}]++|{esc}[\s\S]|{simple})*+"'
    word = rf"((?:[^{_SPACE}\"'$`();&|<>{not_esc}]++|'[^']*+'|{double}|{esc}(?:\r?\n|[^\r])|{simple})++)"
    gap = rf"(?:[ \t\r\f\v]++|{esc}\r?(?:\n|\Z))++"
    ends = r"(?=[ \t\r\n;|&)]|\Z)"
    lines = r"\n(?:[ \t\r]*+(?:\#[^\n]*+)?\n)*+"
    return Tokens(
        re.compile(blank),
        re.compile(rf"(?:{gap}(?!\#){word.replace('(', '(?:', 1)}{ends})*+"),
        re.compile(rf"{gap}{word}"),
        re.compile(rf"{blank}(?:(\#[^\n]*+)|({lines})|({_REDIRECT})|({_OPERATOR})|{word})"),
        re.compile(
            rf"([^{_SPACE}\"'$`();&|<>*?\[{not_esc}]++)|([*?\[])|'([^']*+)'|{esc}([^\r\n]|\r(?!\n))|{esc}(\r?\n)"
        ),
        re.compile(rf'([^"$`{not_esc}]++)|{esc}([$`"{esc}])|{esc}(\r?\n)|({esc})'),
        re.compile(rf"([^}}\"'$`{not_esc}]++)|{esc}([^\r\n])|{esc}(\r?\n)|({esc})"),
        re.compile(rf"(\$\()|{esc}[\s\S]" if escape == "`" else rf"(\$\()|(`)|{esc}[\s\S]"),
    )


VARIABLE: Final = lazy(rf"\$(?:({NAME}|[0-9@*#?!$-])|\{{(!?#?)({NAME}|[0-9]++|[@*#?!$-])(\[[^\]\n]*+\])?)")
"""``$X``, ``$1``; or the beginning of ``${X``, ``${#X``, ``${!X``, ``${A[@]``."""

EXPANSION: Final = lazy(r":?[-=+?]|##?|%%?|//?|\^\^?|,,?|:|@")
"""The operator in ``${X:-default}`` and its kin."""

ASSIGN: Final = lazy(rf"({NAME})(\[[^\]\s]*+\])?(\+?)=")
"""The head of ``X=``, ``X+=``, ``X[0]=``."""

ANSI: Final = lazy(r"\$'((?:[^'\\]++|\\[\s\S])*+)'")
"""``$'...'`` with backslash escapes."""

FUNCTION: Final = lazy(r"[ \t]*+\([ \t]*+\)")
"""``()`` after a function's name."""

COPROC: Final = lazy(rf"[ \t]++{NAME}(?=[ \t]++[{{(])")
"""The name of a coprocess in front of its command."""

PLAIN: Final = lazy(r"[^\"'$`\\*?\[()]++")
"""A word in which nothing means anything."""

PARENTHESES: Final = lazy(r"[()]")

BACKTICKED: Final = lazy(r"(?:[^`\\]++|\\[\s\S])*+")
"""What stands between two backticks."""
