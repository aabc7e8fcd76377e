"""What recipes are tried with, and what is said of them then."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from hardhull.engines.loads import limited
from hardhull.engines.seen import status_of
from hardhull.guide import UNVERIFIABLE, Live

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docker import APIClient

WORKS, INCOMPLETE, NO_OP, BREAKS, OUTDATED = "works", "incomplete", "no-op", "breaks", "outdated"


def unverifiable(why: str) -> Live:
    """Not verifiable here, because ..."""
    return Live(UNVERIFIABLE, f"here, because {why}")


class Ground:
    """The engine, and what a container without any setting has on it."""

    def __init__(self, client: APIClient, address: str) -> None:
        self.client = client
        self.address = address

    def status(self, host: Mapping[str, Any], config: Mapping[str, Any] | None = None) -> dict[str, str]:
        """``/proc/PID/status`` of a container with settings.

        Raises:
            ProbeError: the engine does not take them, or the container does not start.
        """
        with limited(self.client, {"CapDrop": None, **host}, config=config) as one:
            return status_of(one.proc)

    @cached_property
    def bare(self) -> dict[str, str]:
        """``/proc/PID/status`` of a container without any setting."""
        return self.status({})

    def has_image(self, name: str) -> bool:
        """Whether the engine has an image of this repository."""
        tags = (tag for one in self.client.images() for tag in one.get("RepoTags") or ())
        return any(tag.rpartition(":")[0].endswith(name) for tag in tags)


def capabilities(status: Mapping[str, str]) -> int:
    """The bounding set as a number."""
    return int(status.get("CapBnd", "0"), 16)
