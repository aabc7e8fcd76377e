"""Words as a Dockerfile writes them: exec form, values of ENV and LABEL, shell commands over several lines."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

from hardhull.model.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hardhull.facts.parts import Healthcheck
    from hardhull.facts.recipe_parts import Command

_PLAIN = lazy(r"[\w./:@%+,=-]+", re.ASCII)


def exec_form(words: Iterable[str]) -> str:
    """A JSON array as BuildKit reads one."""
    return json.dumps(list(words), ensure_ascii=False)


def command(value: Command) -> str:
    """The arguments of CMD and ENTRYPOINT."""
    return value.words[0] if value.shell and value.words else exec_form(value.words)


def healthcheck(value: Healthcheck) -> str:
    """The flags and arguments of HEALTHCHECK."""
    if value.disabled:
        return "NONE"
    times = {"interval": value.interval, "timeout": value.timeout, "start-period": value.start_period}
    flags = [f"--{name}={_duration(seconds)} " for name, seconds in times.items() if seconds is not None]
    if value.retries is not None:
        flags.append(f"--retries={value.retries} ")
    kind, *words = value.test
    return "".join(flags) + "CMD " + (words[0] if kind == "CMD-SHELL" and words else exec_form(words))


def _duration(seconds: float) -> str:
    """A Go duration, exact to the nanosecond."""
    if seconds == int(seconds):
        return f"{int(seconds)}s"
    return f"{round(seconds * 1e9)}ns"


def assigned(value: str, escape: str) -> str:
    """A value of ENV or LABEL, quoted where it has to be."""
    if _PLAIN.fullmatch(value):
        return value
    for char in dict.fromkeys((escape, '"', "$")):
        value = value.replace(char, escape + char)
    return f'"{value}"'


def path(text: str) -> str:
    """A path as a word of a shell command."""
    return shlex.quote(text)


def chain(keyword: str, commands: Sequence[str], escape: str) -> str:
    """A RUN of commands each of which only runs where the one before it succeeded."""
    return f"{keyword} " + f" && {escape}\n    ".join(commands)
