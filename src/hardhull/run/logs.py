"""What containers said: bounded, without terminal escapes and secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from docker import APIClient

LINES = 2000
BYTES = 1 << 20
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def shown(text: str, most: int) -> str:
    """Text of others as it may be kept and shown: at most so many characters, its end counts."""
    plain = _CONTROL.sub("", _ESCAPE.sub("", text.replace("\r\n", "\n")))
    plain = redact(plain).strip()
    return plain if len(plain) <= most else f"...{plain[-most:]}"


def lines(client: APIClient, container: str) -> list[str]:
    """The last lines of a container's log."""
    data: bytes = client.logs(container, stdout=True, stderr=True, tail=LINES)
    return shown(data[-BYTES:].decode("utf-8", "replace"), BYTES).splitlines()


def last_lines(client: APIClient, container: str) -> str:
    """The last few lines in one, for a message."""
    return " / ".join(line for line in lines(client, container)[-3:])[-300:]
