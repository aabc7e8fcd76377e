"""Whether a health check can fail at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hardhull.facts.parts import Healthcheck

_SEPARATOR: Final = re.compile(r"(\|\||&&|;|\n)")
_ALWAYS: Final = re.compile(r"(?:/bin/|/usr/bin/)?(?:true|:|exit(?:\s+0)?|(?:echo|printf)\b[^|&<>]*)")
"""Commands that end with 0 whatever happens."""
_MAY_FAIL: Final = re.compile(r"\bexit\s+[1-9$\"]|\breturn\s+[1-9$]|\bset\s+-\w*e|\bfalse\b|\bkill\b|\btrap\b")
"""Ways to fail before the last command."""
_SHELLS: Final = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_LONGEST: Final = 8192
"""Characters of a command that are looked at."""


def why_never_fails(check: Healthcheck) -> str | None:
    """Why the check passes whatever the service does, as a sentence part; None where it can fail.

    Judged are a command that always succeeds (``true``, ``exit 0``, ``echo ok``), and a list whose last command does
    (``... || true``, ``...; exit 0``) unless something before it leaves the shell with a failure.
    """
    kind, *words = check.test or ("",)
    if kind == "CMD-SHELL":
        return _shell(" ".join(words))
    if kind != "CMD" or not words:
        return None
    name = words[0].rpartition("/")[2]
    if name in _SHELLS:
        script = next((words[number + 1] for number, word in enumerate(words[:-1]) if word in {"-c", "-lc"}), None)
        return _shell(script) if script is not None else None
    return f"`{name}` always succeeds" if name in {"true", "echo", ":", "printf"} else None


def _shell(text: str) -> str | None:
    if len(text) > _LONGEST:
        return None
    parts = _SEPARATOR.split(text.strip().rstrip(";").rstrip())
    last = parts[-1].strip()
    if not _ALWAYS.fullmatch(last):
        return None
    if len(parts) == 1:
        return f"`{last}` always succeeds"
    separator = parts[-2]
    if separator == "&&" or _MAY_FAIL.search("".join(parts[:-2])):
        return None
    shown = "||" if separator == "||" else ";"
    return f"`{shown} {last.split(maxsplit=1)[0] if last.startswith(('echo', 'printf')) else last}` hides every failure"
