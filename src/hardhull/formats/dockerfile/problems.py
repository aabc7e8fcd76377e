"""What BuildKit refuses of an instruction that its parser could read.

Source: moby/buildkit, frontend/dockerfile/instructions/parse.go, 0.33.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.facts.problem import Problem
from hardhull.model.field import Field
from hardhull.model.source import Place
from hardhull.text.dockerfile.statement import INSTRUCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.model.source import Source, Span
    from hardhull.text.dockerfile import Statement

FLAGS = {
    "FROM": frozenset({"platform"}),
    "RUN": frozenset({"mount", "network", "security", "device"}),
    "COPY": frozenset({"chown", "from", "chmod", "link", "exclude", "parents"}),
    "ADD": frozenset({"chown", "chmod", "link", "keep-git-dir", "checksum", "unpack", "exclude"}),
    "HEALTHCHECK": frozenset({"interval", "timeout", "start-period", "start-interval", "retries"}),
}
_NONE: frozenset[str] = frozenset()
_REPEATED = frozenset({"mount", "exclude", "device"})
_SWITCHES = frozenset({"link", "parents", "keep-git-dir", "unpack"})
_ANY_FLAGS = frozenset({"ARG", "STOPSIGNAL"})
_NOT_TRIGGERS = frozenset({"ONBUILD", "MAINTAINER", "FROM"})


def problem(source: Source, span: Span, kind: str, key: str, why: str, *, stops: bool = True) -> Field[Problem]:
    """A problem at its place."""
    return Field("problem", Problem(kind, key, why, stops), Place(source, span))


def problems_of(statement: Statement) -> list[Field[Problem]]:
    """What BuildKit refuses one instruction for; empty where it takes it."""
    keyword = statement.keyword
    check = _CHECKS.get(keyword)
    if check is None and keyword not in INSTRUCTIONS:
        why = f"{keyword or 'an empty line'} is not an instruction"
        return [problem(statement.source, statement.keyword_span, "unknown", keyword, why)]
    why = check(statement) if check else ""
    found = [problem(statement.source, statement.keyword_span, "value", keyword, why)] if why else []
    if statement.flags:
        found += _flags(statement)
    return found


def _one_or_more(statement: Statement) -> str:
    if not (statement.words or statement.pairs):
        return f"{statement.keyword} requires at least one argument"
    if any(not pair.key.text for pair in statement.pairs):
        return f"{statement.keyword} names can not be blank"
    return ""


def _exactly_one(statement: Statement) -> str:
    return "" if statement.words else f"{statement.keyword} requires exactly one argument"


def _two_or_more(statement: Statement) -> str:
    return "" if len(statement.words) > 1 else f"{statement.keyword} requires at least two arguments"


def _shell(statement: Statement) -> str:
    if statement.words and not statement.exec_form:
        return "SHELL requires the arguments to be in JSON form"
    return _one_or_more(statement)


def _volume(statement: Statement) -> str:
    if any(not word.text.strip() for word in statement.words):
        return "VOLUME must not have an empty path"
    return _one_or_more(statement)


def _healthcheck(statement: Statement) -> str:
    if not statement.words:
        return _one_or_more(statement)
    kind = statement.words[0].text.upper()
    if kind == "NONE":
        return "HEALTHCHECK NONE takes no arguments" if len(statement.words) > 1 else ""
    if kind != "CMD":
        return f"HEALTHCHECK {statement.words[0].text} is neither CMD nor NONE"
    return "" if len(statement.words) > 1 else "HEALTHCHECK CMD has no command"


def _onbuild(statement: Statement) -> str:
    """ONBUILD itself; whatever it carries is only read by the builds on top of the image."""
    inner = statement.inner
    if inner is None or not inner.keyword:
        return "ONBUILD requires at least one argument"
    return f"{inner.keyword} isn't allowed as an ONBUILD trigger" if inner.keyword in _NOT_TRIGGERS else ""


def _flags(statement: Statement) -> list[Field[Problem]]:
    keyword = statement.keyword
    if keyword in _ANY_FLAGS or (keyword == "HEALTHCHECK" and statement.words[:1] and _is_none(statement)):
        return []
    known = FLAGS.get(keyword, _NONE)
    found, seen = [], set()
    for flag in statement.flags:
        why = ""
        if flag.name not in known:
            why = f"{keyword} has no flag --{flag.name}"
        elif flag.name in seen and flag.name not in _REPEATED:
            why = f"the flag --{flag.name} is given twice"
        elif flag.name in _SWITCHES:
            if flag.value is not None and flag.value.lower() not in {"true", "false"}:
                why = f"--{flag.name} is true or false, not {flag.value}"
        elif flag.value is None:
            why = f"the flag --{flag.name} has no value"
        seen.add(flag.name)
        if why:
            kind = "unknown" if flag.name not in known else "value"
            found.append(problem(statement.source, flag.span, kind, f"--{flag.name}", why))
    return found


def _is_none(statement: Statement) -> bool:
    return statement.words[0].text.upper() == "NONE"


_CHECKS: Final[dict[str, Callable[[Statement], str]]] = {
    "ADD": _two_or_more,
    "ARG": _one_or_more,
    "COPY": _two_or_more,
    "ENV": _one_or_more,
    "EXPOSE": _one_or_more,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _one_or_more,
    "MAINTAINER": _exactly_one,
    "ONBUILD": _onbuild,
    "SHELL": _shell,
    "STOPSIGNAL": _exactly_one,
    "USER": _exactly_one,
    "VOLUME": _volume,
    "WORKDIR": _exactly_one,
}
