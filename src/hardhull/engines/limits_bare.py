"""What a container without limits can take, which those with one are compared with; and how loads are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.engines.loads import limited

if TYPE_CHECKING:
    from docker import APIClient

CONTAINER: Final = re.compile(r"[0-9a-f]{64}")
MIB: Final = 1 << 20
TAKEN: Final = 160
"""MiB that a container tries to take."""
STARTED: Final = 128
"""Processes that it tries to start."""
MOVED: Final = 2048
"""KiB that it writes or reads."""


class Bare(NamedTuple):
    """What happened in a container without limits.

    Attributes:
        memory: ``succeeded``, ``blocked`` or ``killed``, of a try to take memory.
        pids: likewise of starting processes.
        write: milliseconds of writing past the cache; -1 where that is not possible. Likewise ``read``.
    """

    memory: str
    pids: str
    write: int
    read: int


def bare(client: APIClient, volume_name: str) -> Bare:
    """Tries everything once without limits.

    Raises:
        ProbeError: the container does not run.
    """
    with limited(client, {}, volume_name) as one:
        return Bare(
            verdict(one.load(f"flood-memory={TAKEN}")), verdict(one.load(f"flood-processes={STARTED}")),
            passed(one.load(f"--load=direct-write={MOVED}")), passed(one.load(f"--load=direct-read={MOVED}")),
        )  # fmt: skip


def verdict(words: list[str]) -> str:
    """``succeeded``, ``blocked`` or ``killed`` of a drill's line."""
    return words[1] if len(words) > 2 else ""


def passed(words: list[str]) -> int:
    """Milliseconds of a load's line; -1 where it was refused."""
    return int(words[2]) if len(words) == 3 and words[2].isdigit() and words[1].isdigit() else -1


def at(found: tuple[str, str] | None, line: str = "") -> str:
    """``FILE = VALUE``, without the name of a container that is gone by then."""
    if found is None:
        return ""
    file, value = CONTAINER.sub("ID", found[0]), line or found[1]
    return f"{file} = {value}"
