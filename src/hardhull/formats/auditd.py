"""Files with audit rules, as ``auditctl -R`` and ``augenrules`` read them.

Checked against ``src/auditctl.c`` and ``init.d/augenrules.in`` of audit-userspace 4.2.1 (GPL-2.0-or-later):
getopt's order of options, the paths that are only warned about, the end at the first error, and the order in which
augenrules puts ``-D``, ``-b``, ``-f`` and ``-e``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hardhull.facts.host import AuditRule, Host
from hardhull.facts.problem import Problem
from hardhull.model.field import Field
from hardhull.model.source import BOM, Place, Span
from hardhull.text.bytecheck import check_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardhull.model.source import Source

SYNTAX = "auditd"

_TELLING = re.compile(rb"^[ \t]*-[wa][ \t]+\S", re.MULTILINE)
_WORD = re.compile(rb"\S+")
_FIELD = re.compile(r"([A-Za-z0-9_-]+)(!=|>=|<=|&=|=|>|<|&)(.*)", re.DOTALL)
_FILTERS = frozenset({"exit", "exclude", "user", "task", "filesystem", "io_uring", "entry"})
_ACTIONS = frozenset({"always", "never", "possible"})
_SETTINGS = frozenset(
    {
        "-b",
        "-f",
        "-r",
        "-e",
        "--backlog_wait_time",
        "--reset-lost",
        "--reset_backlog_wait_time_actual",
        "--loginuid-immutable",
    }
)
_FLAGS = frozenset({"-i", "-c", "--loginuid-immutable", "--reset-lost", "--reset_backlog_wait_time_actual"})
MAX_KEY = 256
"""Longest key in bytes (AUDIT_MAX_KEY_LEN)."""


def looks_like(data: bytes) -> bool:
    """Whether a text holds a watch or a rule."""
    return bool(_TELLING.search(data))


class Loaded(NamedTuple):
    """One file, read: its rules and settings in order."""

    source: Source
    rules: list[Field[AuditRule]]
    problems: list[Field[Problem]]
    enabled: Field[int | None] | None
    backlog: Field[int | None] | None


def read(sources: Iterable[Source]) -> list[Host]:
    """Reads rule files. Those of one folder are loaded together, so they make one Host.

    Raises:
        UnreadableError: a file is too large or no text.
    """
    folders: dict[str, list[Loaded]] = {}
    for source in sorted(sources, key=_order):
        folders.setdefault(source.path.rpartition("/")[0], []).append(_File(source).read())
    return [_host(loaded) for loaded in folders.values()]


def _order(source: Source) -> tuple[str, list[tuple[int, str]]]:
    """By folder, then by name as ``ls -v`` sorts: ``9-x`` before ``10-x``."""
    folder, _, name = source.path.rpartition("/")
    parts = re.split(r"(\d{1,9})", name)
    return folder, [(int(part), "") if part.isdigit() else (0, part) for part in parts]


def _host(loaded: list[Loaded]) -> Host:
    first = loaded[0]
    at = first.rules[0].place if first.rules else Place(first.source, Span(0, 0))
    host = Host("audit rules", SYNTAX, Place(first.source, at.span))
    rules = tuple(rule for item in loaded for rule in item.rules)
    problems = tuple(problem for item in loaded for problem in item.problems)
    if rules:
        host.audit_rules = Field("audit_rules", rules, host.place)
    if problems:
        host.problems = Field("problems", problems, problems[0].place)
    for item in loaded:
        if item.enabled is not None:
            host.audit_enabled = item.enabled
        if item.backlog is not None:
            host.audit_backlog = item.backlog
    return host


class RefusedError(Exception):
    """auditctl does not take a line."""


class _File:
    """One file being read."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.rules: list[Field[AuditRule]] = []
        self.problems: list[Field[Problem]] = []
        self.enabled: Field[int | None] | None = None
        self.backlog: Field[int | None] | None = None
        self.goes_on = False
        self.locked = False

    def read(self) -> Loaded:
        """All lines."""
        check_bytes(self.source)
        data = self.source.data
        for number, start in enumerate(self.source.line_starts, 1):
            if number > MAX_LINES:
                break
            span = self.source.line_span(number)
            words = [(match.start(), match[0].decode("utf-8")) for match in _WORD.finditer(data, span.start, span.end)]
            if start == 0 and words:
                words[0] = (words[0][0], words[0][1].removeprefix(BOM.decode()))
            if words and not words[0][1].startswith("#"):
                end = words[-1][0] + len(words[-1][1].encode())
                self.line(words, Place(self.source, Span(words[0][0], end)))
        return Loaded(self.source, self.rules, self.problems, self.enabled, self.backlog)

    def line(self, words: list[tuple[int, str]], place: Place) -> None:
        """One rule or setting."""
        texts = [text for _, text in words]
        try:
            if texts[0] == "-D":
                self.delete(place)
            elif any(text[:2] in {"-w", "-W", "-a", "-A", "-d"} for text in texts):
                self.rule(texts, place)
            else:
                self.setting(texts, words, place)
        except RefusedError as error:
            rest = "goes on" if self.goes_on else "stops here, the rules below are not loaded"
            self.problem("value", texts[0], f"{error}; auditctl {rest}", place)

    def problem(self, kind: str, key: str, why: str, place: Place, *, stops: bool = True, sure: bool = True) -> None:
        """Keeps what auditctl does not take as it was meant."""
        self.problems.append(Field("problems", Problem(kind, key, why, stops=stops, sure=sure), place))

    def delete(self, place: Place) -> None:
        """``-D``: everything that was loaded before is gone. augenrules moves it to the front, auditctl does not."""
        if self.rules and "/rules.d/" not in f"/{self.source.path}":
            why = f"-D deletes the {len(self.rules)} rules above"
            self.problem("order", "-D", why, place, stops=False)
            self.rules.clear()

    def rule(self, texts: list[str], place: Place) -> None:
        """``-w`` or ``-a``."""
        rule = parse(texts)
        if rule is None:
            return
        if self.locked:
            self.problem("order", texts[0], "-e 2 stands above and locks the rules, this one is refused", place)
            return
        if rule.path and ("*" in rule.path or "?" in rule.path or ".." in rule.path):
            why = f"wildcards and .. as in {rule.path} mean nothing to the kernel, the rule never matches"
            self.problem("value", rule.path, why, place, stops=False)
        self.rules.append(Field("audit_rules", rule, place))

    def setting(self, texts: list[str], words: list[tuple[int, str]], place: Place) -> None:
        """``-b``, ``-e`` and the like."""
        option = texts[0]
        if option in {"-i", "-c"}:
            self.goes_on = True
        elif option in _SETTINGS:
            if option in _FLAGS:
                return
            number = texts[1] if len(texts) > 1 else ""
            if not re.fullmatch(r"\d{1,9}", number):
                msg = f"{option} needs a number"
                raise RefusedError(msg)
            value: Field[int | None] = Field(option, int(number), Place(self.source, Span(words[1][0], place.span.end)))
            if option == "-e":
                self.enabled = value
                self.locked = number == "2" and "/rules.d/" not in f"/{self.source.path}"
            elif option == "-b":
                self.backlog = value
        else:
            msg = f"{option} is no option of auditctl"
            raise RefusedError(msg)


MAX_LINES = 100_000
"""Lines of one file that are looked at."""


def parse(texts: list[str]) -> AuditRule | None:
    """One line with ``-w`` or ``-a``, options in any order as getopt takes them.

    Returns:
        The rule; None where it deletes one (``-W``, ``-d``).

    Raises:
        RefusedError: auditctl does not take it.
    """
    parts = _Parts()
    for option, value in _pairs(texts):
        take = _OPTIONS.get(option)
        if take is None:
            msg = f"{option} is no option of a rule"
            raise RefusedError(msg)
        take(parts, value)
    if parts.deletes:
        return None
    if parts.watch:
        if parts.calls or parts.fields or parts.path:
            msg = "a watch takes no -S and no -F"
            raise RefusedError(msg)
        return AuditRule(parts.watch, perms=parts.perms or "rwxa", key=parts.key)
    calls = parts.calls or (["all"] if parts.filter == "exit" and not parts.perms else [])
    perms = "" if parts.calls else parts.perms
    return AuditRule(
        parts.path, parts.tree, perms, tuple(calls), parts.action, parts.filter, tuple(parts.fields), parts.key
    )


class _Parts:
    """The options of one line."""

    def __init__(self) -> None:
        self.watch = self.path = self.perms = self.key = self.action = self.filter = ""
        self.tree = self.deletes = False
        self.calls: list[str] = []
        self.fields: list[tuple[str, str, str]] = []

    def watched(self, value: str) -> None:
        """``-w``."""
        self.watch = _path(value)

    def deleted(self, _value: str) -> None:
        """``-W`` and ``-d``."""
        self.deletes = True

    def added(self, value: str) -> None:
        """``-a``: an action and a list in either order."""
        words = value.split(",")
        self.action = next((word for word in words if word in _ACTIONS), "")
        self.filter = next((word for word in words if word in _FILTERS), "")
        if len(words) != 2 or not self.action or not self.filter:
            msg = f"{value!r} is not an action and a list, as in always,exit"
            raise RefusedError(msg)

    def called(self, value: str) -> None:
        """``-S``."""
        self.calls += value.split(",")

    def permitted(self, value: str) -> None:
        """``-p``."""
        letters = value.lower()
        if set(letters) - set("rwxa") or len(letters) > 4:
            msg = f"{value!r} is no set of the permissions r, w, x and a"
            raise RefusedError(msg)
        self.perms = letters

    def keyed(self, value: str) -> None:
        """``-k``."""
        if len(value.encode()) > MAX_KEY:
            msg = f"the key is longer than {MAX_KEY} bytes"
            raise RefusedError(msg)
        self.key = value

    def compared(self, value: str) -> None:
        """``-F`` and ``-C``."""
        match = _FIELD.fullmatch(value)
        if match is None:
            msg = f"{value!r} is not of the form field=value"
            raise RefusedError(msg)
        name, operator, text = match[1], match[2], match[3]
        if name in {"path", "dir"}:
            self.path, self.tree = _path(text), name == "dir"
        elif name == "perm":
            self.permitted(text)
        elif name == "key":
            self.keyed(text)
        else:
            self.fields.append((name, operator, text))


_OPTIONS: dict[str, Callable[[_Parts, str], None]] = {
    "-w": _Parts.watched,
    "-W": _Parts.deleted,
    "-a": _Parts.added,
    "-A": _Parts.added,
    "-d": _Parts.deleted,
    "-S": _Parts.called,
    "-p": _Parts.permitted,
    "-k": _Parts.keyed,
    "-F": _Parts.compared,
    "-C": _Parts.compared,
}


def _pairs(texts: list[str]) -> Iterable[tuple[str, str]]:
    at = 0
    while at < len(texts):
        option = texts[at]
        if option.startswith("-") and len(option) > 2 and option[1] != "-":
            yield option[:2], option[2:]
            at += 1
        elif at + 1 < len(texts):
            yield option, texts[at + 1]
            at += 2
        else:
            msg = f"{option} needs a value" if option.startswith("-") else f"{option!r} belongs to no option"
            raise RefusedError(msg)


def _path(text: str) -> str:
    if not text.startswith("/"):
        msg = f"the path {text!r} does not begin with /"
        raise RefusedError(msg)
    return text.rstrip("/") or "/"
