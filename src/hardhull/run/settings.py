"""How a run is set up: where paths start, which values it is given, what was allowed, and its bounds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardhull.run.manifest import DataObject

MEBI = 1024 * 1024


class Bounds(NamedTuple):
    """What nothing in a world exceeds. They protect the machine and are no part of what is proven.

    Attributes:
        memory: bytes of each container; a lower limit of its own stands.
        pids: processes of each container; likewise.
        log_bytes: of each container's log.
        copy_bytes: of each folder, file or volume that is copied into the world; likewise ``copy_files``.
        seconds: how long the world lives; then its guard removes it.
    """

    memory: int = 2048 * MEBI
    pids: int = 4096
    log_bytes: int = 16 * MEBI
    copy_bytes: int = 256 * MEBI
    copy_files: int = 20_000
    seconds: float = 900


class Settings(NamedTuple):
    """How a run is set up.

    Attributes:
        base: the folder that the workloads' files are named relative to.
        env: values for variables that the files leave to the environment, to secrets or to config maps.
        data: config maps and secrets of the manifests' own tree.
        allow: consent words, each for one thing that is refused without it.
        reach: whether containers may reach other networks; published ports are then mapped to 127.0.0.1. Otherwise
            the networks are internal, and containers are asked at their own addresses.
        volumes: ``fresh``, or ``copied`` for named volumes with what the engine's own volumes of that name hold.
        project: what Compose puts before the names of volumes (``project_data``), for ``copied``.
        bounds: see there.
    """

    base: Path = Path()
    env: Mapping[str, str] = {}
    data: tuple[DataObject, ...] = ()
    allow: frozenset[str] = frozenset()
    reach: bool = False
    volumes: str = "fresh"
    project: str = ""
    bounds: Bounds = Bounds()


class Adapted(NamedTuple):
    """Something that is another way in the world than the file says, and why."""

    what: str
    why: str
