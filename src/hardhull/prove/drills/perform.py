"""All drills in a clone of a container, and in one with all that the engine can grant."""

from __future__ import annotations

import ipaddress
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardhull.facts.capabilities import BY_NUMBER
from hardhull.prove.drills import clone as clones
from hardhull.prove.drills import floods
from hardhull.prove.drills.ground import Ground
from hardhull.prove.drills.outcome import BLOCKED, TOO_LONG, UNAVAILABLE, DrillOutcome, read
from hardhull.prove.drills.table import BY_NAME, DRILLS
from hardhull.run.refusal import CannotRunError, Refusal
from hardhull.run.written import items

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hardhull.prove.drills.clone import Clone
    from hardhull.prove.drills.drill import Drill
    from hardhull.run.world import World

METADATA = "169.254.169.254:80"
_MEBI = 1 << 20
_ABSENT = {
    "write-program": "the image names no program",
    "write-host-path": "it mounts no path of the host",
    "neighbour": "there is nobody else, or it has no network",
    "metadata": "the world does not reach out",
    "internet": "no address outside was named, or the world does not reach out",
}
"""Why a drill that needs to be given something is not made."""


def drill(world: World, key: str, outside: str = "", wanted: Sequence[Drill] = DRILLS) -> tuple[DrillOutcome, ...]:
    """Drills in clones of a container as it is.

    Args:
        world: a started one; its containers stay as they are.
        key: which container; it needs not run any more.
        outside: an address with a port (``192.0.2.1:443``) that a world which reaches out may be seen to connect to.
        wanted: which drills.

    Raises:
        CannotRunError: a clone cannot be made or started.
    """
    with Ground(world, key) as ground:
        return _outcomes(ground, ground.clone, outside, wanted)


def permissive(world: World, key: str, outside: str = "", wanted: Sequence[Drill] = DRILLS) -> tuple[DrillOutcome, ...]:
    """The same in clones of the same image, with the same mounts, and with all that this engine can grant.

    That is: privileged, else every capability that the engine gives and every device; root, no filter, no masks, a
    writable root, writable mounts, no limits but the world's; with all neighbours in its networks, and the engine's
    socket.
    """
    with Ground(world, key) as ground:
        return _outcomes(ground, granted(ground), outside, wanted)


def granted(ground: Ground) -> Clone:
    """The clone with all that this engine can grant. Its socket may be at a place that the engine does not know."""
    clone = opened(ground)
    for each in (clone, clone.without("bind")):
        if ground.starts(each.changed(Privileged=True)):
            return each.changed(Privileged=True)
        if ground.starts(each):
            return capable(ground, each)
    return clone


def opened(ground: Ground) -> Clone:
    """The clone with all that every engine grants."""
    engine = ground.world.where.removeprefix("unix://")
    return clones.opened(ground.clone, ground.world.settings.bounds, ground.reachable, engine)


def capable(ground: Ground, clone: Clone) -> Clone:
    """A clone with every capability that this engine gives."""
    own = _own_capabilities()
    first = [name for name in BY_NUMBER if name in own]
    while first and (said := ground.refusal(clone.changed(CapAdd=first))) is not None:
        named = {name for name in first if re.search(rf"\b(CAP_)?{name}\b", said)}
        if not named:
            return clone.changed(CapAdd=given_of(ground, clone, BY_NUMBER))
        first = [name for name in first if name not in named]  # an older engine names one that it does not know
    return clone.changed(CapAdd=first)


def _own_capabilities() -> frozenset[str]:
    """What this process's bounding set has: very often, the engine's is the same."""
    found = re.search(r"^CapBnd:\s*([0-9a-f]+)", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    bits = int(found[1], 16) if found else 0
    return frozenset(name for number, name in enumerate(BY_NUMBER) if bits >> number & 1)


def given_of(ground: Ground, clone: Clone, names: Sequence[str]) -> list[str]:
    """Those of some capabilities that the engine gives, found by halving."""
    if not names or ground.starts(clone.changed(CapAdd=list(names))):
        return list(names)
    if len(names) == 1:
        return []
    half = len(names) // 2
    return [*given_of(ground, clone, names[:half]), *given_of(ground, clone, names[half:])]


# ---- making them --------------------------------------------------------------------------------------------------


def _outcomes(ground: Ground, clone: Clone, outside: str, wanted: Sequence[Drill]) -> tuple[DrillOutcome, ...]:
    given = given_to(ground, clone, outside, wanted)
    made = [one for one in wanted if one.name in given or one.name not in _ABSENT]
    found: dict[str, DrillOutcome] = {}
    for group in ([one for one in made if not one.alone], *([one] for one in made if one.alone)):
        found |= all_of(ground, clone, group, given)
    return tuple(found.get(one.name) or DrillOutcome(one, UNAVAILABLE, why=_ABSENT[one.name]) for one in wanted)


def all_of(ground: Ground, clone: Clone, group: Sequence[Drill], given: Mapping[str, str]) -> dict[str, DrillOutcome]:
    """Drills that share a clone. Where one ends the helper itself, the rest is made in a new one."""
    places = [f"--place={place}" for place in _places(ground.answer)]
    found: dict[str, DrillOutcome] = {}
    while rest := [one for one in group if one.name not in found]:
        words = [f"{one.name}={given[one.name]}" if one.name in given else one.name for one in rest]
        said, ended = ground.perform(clone, [*places, *words])
        told = read(said, BY_NAME)
        untold = [one for one in rest if one.name not in told]
        if untold and (not told or not ended):
            why = "it ended the program that makes it" if ended else TOO_LONG
            told[untold[0].name] = DrillOutcome(untold[0], BLOCKED, why=why)
        found |= told
    return found


def given_to(ground: Ground, clone: Clone, outside: str, wanted: Sequence[Drill]) -> dict[str, str]:
    """What stands behind the names of drills that need something, and can be given it."""
    memory = (clone.host.get("Memory") or 0) // _MEBI
    given = {
        "flood-processes": _beyond(clone.host.get("PidsLimit") or 0, 1, floods.PROCESSES),
        "flood-memory": _beyond(memory, floods.MARGIN_MIB, floods.MEMORY_MIB),
        "flood-disk": str(floods.DISK_MIB),
        "flood-descriptors": str(floods.DESCRIPTORS),
        "write-program": ":".join(_programs(ground.answer["Config"])),
        "write-host-path": ":".join(_host_paths(ground)),
        "neighbour": ",".join(ground.neighbours) if BY_NAME["neighbour"] in wanted else "",
    }
    if ground.world.settings.reach:
        given |= {"metadata": METADATA, "internet": _address(outside) if outside else ""}
    return {name: value for name, value in given.items() if value}


def _beyond(limit: int, margin: int, most: int) -> str:
    """So much more than a limit, and no more than is harmless; a limit that is not positive is none."""
    return str(min(limit + margin, most) if limit > 0 else most)


def _address(text: str) -> str:
    """An IPv4 address with a port, as the helper reads it.

    Raises:
        CannotRunError: it is none.
    """
    host, _, port = text.rpartition(":")
    try:
        if 0 < int(port) < 65536:
            return f"{ipaddress.IPv4Address(host)}:{int(port)}"
    except ValueError:
        pass
    what, how = "nothing outside is reached for", "write an IPv4 address and a port, as in 192.0.2.1:443"
    raise CannotRunError(Refusal(what, f"{text!r} is no such address", how))


def _programs(config: Mapping[str, Any]) -> Iterator[str]:
    """Where the program that a container starts may be."""
    words = config.get("Entrypoint") or config.get("Cmd") or []
    if not words or ":" in words[0]:
        return
    if "/" in words[0]:
        yield posixpath.join(config.get("WorkingDir") or "/", words[0])
        return
    paths = [one.removeprefix("PATH=") for one in config.get("Env") or () if one.startswith("PATH=")]
    for folder in (paths[0] if paths else "/usr/local/bin:/usr/bin:/bin").split(":"):
        yield posixpath.join(folder or "/", words[0])


def _host_paths(ground: Ground) -> list[str]:
    """Where the workload mounts the host's folders and files: the world has copies there."""
    mounts = items(ground.world.containers[ground.key].workload, "mounts")
    targets = [one.target for one in mounts if one.kind == "bind" or one.host_root is not None]
    return [target for target in targets if ":" not in target]


def _places(answer: Mapping[str, Any]) -> list[str]:
    """Where it may be able to write, beside what every container has."""
    mounted = [mount["Destination"] for mount in answer["Mounts"]]
    return [*mounted, *(answer["HostConfig"].get("Tmpfs") or {})]
