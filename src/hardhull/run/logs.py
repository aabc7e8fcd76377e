"""What containers said: bounded, without terminal escapes and secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.text.redaction import REDACTED, redact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.run.world import World

LINES = 2000
BYTES = 1 << 20
SHORTEST = 4
"""Characters of the shortest secret that is looked for by its value."""
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def shown(text: str, most: int, hidden: Iterable[str] = ()) -> str:
    """Text of others as it may be kept and shown.

    Args:
        text: what was said.
        most: at most so many characters; its end counts.
        hidden: values that are known to be secrets, whatever stands around them.
    """
    plain = _CONTROL.sub("", _ESCAPE.sub("", text.replace("\r\n", "\n")))
    for value in hidden:
        plain = plain.replace(value, REDACTED)
    plain = redact(plain).strip()
    return plain if len(plain) <= most else f"...{plain[-most:]}"


def hiding(values: Iterable[str]) -> tuple[str, ...]:
    """Secrets as :func:`shown` takes them: also line by line, long ones first, none so short that it is in any text."""
    parts = {part.strip() for value in values for part in (value, *value.splitlines())}
    return tuple(sorted((part for part in parts if len(part) >= SHORTEST), key=len, reverse=True))


def lines(world: World, key: str) -> list[str]:
    """The last lines of a container's log."""
    data: bytes = world.client.logs(world.ids[key], stdout=True, stderr=True, tail=LINES)
    return shown(data[-BYTES:].decode("utf-8", "replace"), BYTES, world.hidden).splitlines()


def last_lines(world: World, key: str) -> str:
    """The last few lines in one, for a message."""
    return " / ".join(line for line in lines(world, key)[-3:])[-300:]
