"""Command lines of units: systemd's own quoting, put into words that a shell reads the same way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.formats.script.rewrite import Rewriter
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope, Value

if TYPE_CHECKING:
    from hardhull.model.fragment import Fragment
    from hardhull.text.shell.values import Arg
    from hardhull.text.unit import Entry

_PREFIX = re.compile(r"[@\-:+!|]*")
_FIRST_WORD = re.compile(r"\S+\s+")
_TOKEN = re.compile(
    r"""(?P<separator>(?<!\S);(?!\S)) | (?P<dollar>\$\$) | %(?P<specifier>[%A-Za-z]) | (?P<single>'[^']*+')
      | (?P<variable>\$\{?\w++\}?) | (?P<escaped>\\.) | (?P<quote>") | (?P<special>[;|&()<>*?#`\[\]~!])""",
    re.VERBOSE | re.DOTALL,
)
_INSIDE = re.compile(r"(?P<dollar>\$\$)|%(?P<specifier>[%A-Za-z])")


def prefix_of(text: str) -> tuple[bool, int]:
    """Whether ``-`` stands in front of the program, so that its failure is ignored, and where the program begins.

    Behind ``@`` the second word is the program's own name for itself, so that is where it is taken to begin.
    """
    found = _PREFIX.match(text)
    end = found.end() if found else 0
    ignored = "-" in text[:end]
    if "@" in text[:end]:
        behind = _FIRST_WORD.match(text, end)
        end = behind.end() if behind else end
    return ignored, end


def shell_line(value: Fragment, start: int, path: str, *, wrap: bool = False, expand: bool = True) -> Fragment:
    """A command line as shell text: ``$$`` is an escaped dollar, ``%i`` a variable, ``|`` and ``>`` are no operators.

    Args:
        value: the value of ``ExecStart=``.
        start: where the program begins in it.
        path: the unit's file name, which ``%n`` and ``%p`` stand for.
        wrap: whether to make it an array's items instead of a command.
        expand: whether ``$X`` is a variable; in ``Environment=`` a dollar is just one.
    """
    out = Rewriter(value.source)
    out.put("_=(" if wrap else "", value.offset(start))
    text = value.text
    at, quoted = start, False
    for found in _TOKEN.finditer(text, start):
        kind = found.lastgroup or ""
        if found.start() < at or (quoted and kind in {"single", "special", "separator"}):
            continue
        out.copy(value, at, found.start())
        at = found.end()
        here = value.offset(found.start())
        if kind == "quote":
            quoted = not quoted
            out.copy(value, found.start(), at)
        elif kind == "specifier":
            out.put(specifier(found["specifier"], path), here, value.offset(at))
        elif kind == "dollar":
            out.put("\\", here)
            out.copy(value, at - 1, at)
        elif kind == "single":
            _single(out, value, found.start(), at, path)
        elif kind == "special":
            out.put("\\", here)
            out.copy(value, found.start(), at)
        else:
            out.put("" if expand or kind != "variable" else "\\", here)
            out.copy(value, found.start(), at)
    out.copy(value, at, len(text))
    out.put(")" if wrap else "", value.offset(len(text)))
    return out.fragment(literal=value.literal)


def _single(out: Rewriter, value: Fragment, start: int, end: int, path: str) -> None:
    """A single-quoted stretch, in which systemd still replaces ``$$`` and specifiers."""
    at = start
    for found in _INSIDE.finditer(value.text, start, end):
        out.copy(value, at, found.start())
        at = found.end()
        if found["dollar"]:
            out.copy(value, at - 1, at)
        else:
            out.put(specifier(found["specifier"], path), value.offset(found.start()), value.offset(at))
    out.copy(value, at, end)


def specifier(letter: str, path: str) -> str:
    """What a specifier stands for, as shell text; a variable without a value where that depends on the machine."""
    name = path.rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    if letter == "%":
        return "%"
    if "@." not in name:
        known = {"n": name, "N": stem, "p": stem.partition("@")[0], "f": f"/{stem}"}
        if letter in known and re.fullmatch(r"[\w./@-]+", known[letter]):
            return known[letter]
    return f"${{specifier_{letter}}}"


def words(entry: Entry, *, expand: bool = False) -> list[Arg] | None:
    """The words of a value, quotes and escapes removed; None where its quotes do not match.

    Args:
        entry: the line.
        expand: whether ``$X`` is a variable.
    """
    script = read_script(shell_line(entry.value, 0, entry.value.source.path, wrap=True, expand=expand))
    found = script.assignments.get("_", [])
    if script.problems or len(found) != 1 or found[0].items is None:
        return None
    scope = Scope(script)
    return [arg for item in found[0].items for arg in scope.expand(item, found[0].start, found[0].block)]


class UnitVariables(dict[str, "Value | str"]):
    """The variables of a unit, among them specifiers (``%i``)."""

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, name) or (isinstance(name, str) and name.startswith("specifier_"))

    def __missing__(self, name: str) -> Value | str:
        return f"the specifier %{name.removeprefix('specifier_')} depends on the machine or the instance"


def environment(entries: list[Entry]) -> UnitVariables:
    """The variables of ``Environment=`` lines: ``"A=b c" D=e``."""
    found = UnitVariables()
    for entry in entries:
        for word in words(entry) or ():
            at = word.find("=")
            if at > 0:
                found[word.text[:at]] = Value((word.cut(at + 1),))
    return found
