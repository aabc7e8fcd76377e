"""A Makefile's variables, and its text as a shell will see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.script.rewrite import Rewriter
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope, Value
from hardhull.text.shell.values import Arg, Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.fragment import Fragment
    from hardhull.model.source import Source

MAX_CALL = 2000
"""Longest ``$(function ...)`` that is looked at, in characters."""

_DOLLAR = re.compile(r"\$(?:(\$)|[({]([\w.-]+)[)}]|([({])|(\S))")
_PARENS = re.compile(r"[(){}]")
_NOT_WORD = re.compile(r"\W", re.ASCII)
_AUTOMATIC = {"@": "make_target", "<": "make_source", "^": "make_sources", "*": "make_stem", "?": "make_newer"}


class Definition(NamedTuple):
    """One assignment in a Makefile.

    Attributes:
        op: ``=``, ``:=``, ``?=``, ``+=``, ``!=``, ``::=``.
        start: where its value begins in the file's text.
        end: where it ends.
        doubt: why it may not hold (it stands in a conditional, it is a target's own), else empty.
    """

    op: str
    start: int
    end: int
    doubt: str = ""


def shell_text(outer: Fragment, start: int, end: int, *, prefix: str = "", suffix: str = "") -> Fragment:
    """A stretch of a Makefile as the shell gets it: ``$$`` is ``$``, make's own references are ``${NAME}``.

    A function call (``$(shell ...)``, ``$(subst ...)``) becomes a variable that has no value.

    Args:
        outer: the Makefile's text.
        start: where the stretch begins.
        end: where it ends.
        prefix: put in front of it.
        suffix: put behind it.
    """
    text = outer.text
    out = Rewriter(outer.source)
    out.put(prefix, outer.offset(start))
    at = start
    while found := _DOLLAR.search(text, at, end):
        out.copy(outer, at, found.start())
        at = found.end()
        if found[1]:
            out.copy(outer, found.start() + 1, at)
            continue
        name = found[2] or _AUTOMATIC.get(found[4] or "", found[4] or "")
        if found[3]:
            at = closing(text, found.start() + 1, end)
            name = "make_" + text[found.start() + 2 : at - 1][:40]
        out.put("${" + (variable_name(name) or "make_value") + "}", outer.offset(found.start()), outer.offset(at))
    out.copy(outer, at, end)
    out.put(suffix, outer.offset(end))
    return out.fragment(literal=outer.literal)


def variable_name(name: str) -> str:
    """A make variable's name as a shell's name: ``docker.image`` is ``docker_image``."""
    shaped = _NOT_WORD.sub("_", name)
    return f"_{shaped}" if shaped[:1].isdigit() else shaped


def closing(text: str, opened: int, end: int) -> int:
    """The position behind the bracket that closes the one at ``opened``."""
    depth = 0
    limit = min(end, opened + MAX_CALL)
    for found in _PARENS.finditer(text, opened, limit):
        depth += 1 if found[0] in "({" else -1
        if depth == 0:
            return found.end()
    return opened + 1


class MakeVariables(Mapping[str, "Value | str"]):
    """The values of a Makefile's variables as its recipes see them: after the whole file was read."""

    def __init__(self, outer: Fragment, definitions: dict[str, list[Definition]], included: str) -> None:
        self._outer = outer
        self._definitions = definitions
        self._included = included
        self._values: dict[str, Value | str] = {}
        self._open: set[str] = set()

    @property
    def source(self) -> Source:
        """The Makefile."""
        return self._outer.source

    def __iter__(self) -> Iterator[str]:
        return iter(self._definitions)

    def __len__(self) -> int:
        return len(self._definitions)

    def __contains__(self, name: object) -> bool:
        return name in self._definitions or (isinstance(name, str) and name.startswith("make_"))

    def __getitem__(self, name: str) -> Value | str:
        if name not in self._definitions and name in self:
            return "an automatic variable or a function of make is only worked out when it runs"
        if name not in self._values:
            if name in self._open:
                return f"{name} refers to itself"
            self._open.add(name)
            self._values[name] = self._evaluate(name, self._definitions[name])
            self._open.discard(name)
        return self._values[name]

    def mentioning(self, pattern: re.Pattern[str]) -> set[str]:
        """The variables whose text holds a pattern, or refers to one that does."""
        text = self._outer.text
        texts = {
            name: " ".join([text[one.start : one.end] for one in found]) for name, found in self._definitions.items()
        }
        names = {name for name, value in texts.items() if pattern.search(value)}
        for _ in range(3):
            if not names:
                break
            refers = re.compile(rf"\$[({{](?:{'|'.join(map(re.escape, sorted(names)))})[)}}]")
            more = {name for name, value in texts.items() if refers.search(value)} - names
            if not more:
                break
            names |= more
        return names

    def _evaluate(self, name: str, definitions: list[Definition]) -> Value | str:
        used: list[Definition] = []
        for one in definitions:
            if one.op == "?=" and used:
                continue
            if one.op in {"+=", "?="}:
                used.append(one)
            else:
                used = [one]
        args: list[Arg] = []
        for one in used:
            why = one.doubt or ("it is the output of a command" if one.op == "!=" else "")
            if why and one.op == "+=":
                site = (self._outer, one.start, one.end)
                args.append(Arg((Piece("${" + name + "}", *site, f"{name}: {why}", many=True),), site))
                continue
            value = f"{name}: {why}" if why else self._words(one)
            if isinstance(value, str):
                return value
            args += value.args
        return Value(tuple(args), array=True, textual=True)

    def _words(self, one: Definition) -> Value | str:
        """The words of a definition's text, read as an array."""
        if len(self._open) > 20:
            return "it refers to too many others"
        script = read_script(shell_text(self._outer, one.start, one.end, prefix="_=(", suffix=")"))
        found = script.assignments.get("_", [])
        if script.problems or len(found) != 1 or found[0].items is None:
            return "its text is no list of words"
        scope = Scope(script, given=self)
        args = [arg for item in found[0].items for arg in scope.expand(item, found[0].start, found[0].block)]
        return Value(tuple(args))
