"""The plan of a new configuration: what changes, what a trial showed, and what will happen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.engines.candidate import candidate, with_settings
from hardhull.engines.daemon import CannotApplyError, daemon, runs_containerd
from hardhull.engines.effects import outlook
from hardhull.engines.running import running
from hardhull.engines.schema import HOST, Refusal
from hardhull.engines.shadow import ShadowError, client_of
from hardhull.engines.trial import Trial, trial

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from docker import APIClient

    from hardhull.engines.candidate import Candidate
    from hardhull.engines.daemon import Daemon
    from hardhull.engines.effects import Outlook
    from hardhull.engines.running import Container

    Wanted = Callable[[str, bytes | None, str], bytes]
    """Path, bytes and engine version to the bytes that are wanted."""


class EnginePlan(NamedTuple):
    """All that is known before anything is done.

    Attributes:
        engine: the running process.
        version: of the engine.
        wanted: the configuration.
        containers: that run now.
        trial: what the checks and the shadow showed.
        outlook: what will happen.
        user_made: whether the engine will make the user ``dockremap``, which is not there yet.
    """

    engine: Daemon
    version: str
    wanted: Candidate
    containers: tuple[Container, ...]
    trial: Trial
    outlook: Outlook
    user_made: bool


def settings(given: Sequence[str]) -> Wanted:
    """Wants ``KEY=VALUE`` settings."""
    return lambda path, before, _version: with_settings(path, before, given)


def file(name: str) -> Wanted:
    """Wants the content of a file.

    Raises:
        CannotApplyError: it cannot be read.
    """
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise CannotApplyError(f"cannot read {name}", why, "name a file that you may read", 2) from None
    return lambda _path, _before, _version: data


def plan(client: APIClient, address: str, wanted: Wanted) -> EnginePlan:
    """Makes the plan: reads, compares, tries. Nothing of the engine or its file changes.

    Args:
        client: the engine.
        address: where it was asked.
        wanted: what is wanted of its file.

    Raises:
        CannotApplyError: the engine cannot be changed from here, or the shadow cannot be made.
    """
    engine = daemon(address)
    info = client.info()
    version = str(info["ServerVersion"]).partition("+")[0]
    before = _content(engine.config)
    after = wanted(engine.config, before, version)
    compared = before if after != before else b""  # the file as it is: all of it is to come into effect
    found = candidate(engine.config, compared, after, engine.words, version)._replace(before=before)
    containers = tuple(running(client))
    try:
        tried = trial(found, engine, version) if found.changed or after != before else Trial((), {}, 0.0, (), 0.0)
    except ShadowError as error:
        what, how = "the configuration cannot be tried", "see `hardhull fix engine --help` for what it needs"
        raise CannotApplyError(what, f"no shadow engine can be made: {error}", how) from None
    live = bool(info.get("LiveRestoreEnabled")) and bool(found.new("live_restore"))
    if str((info.get("Swarm") or {}).get("LocalNodeState", "inactive")) != "inactive" and found.new("live_restore"):
        swarm = Refusal(HOST, "live-restore", "an engine in a swarm does not start with live-restore")
        tried = tried._replace(refusals=(*tried.refusals, swarm))
    ahead = outlook(found, containers, live_restore=live, start=tried.start, own_containerd=runs_containerd(engine.pid))
    return EnginePlan(engine, version, found, containers, tried, ahead, _makes_user(found))


def _content(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        how = "run hardhull as root"
        raise CannotApplyError(f"{path} cannot be read", error.strerror or str(error), how) from None


def _makes_user(wanted: Candidate) -> bool:
    """Whether ``userns-remap`` names the user that the engine makes by itself, and it is not there."""
    import pwd

    user = str(wanted.new("userns_remap")).partition(":")[0]
    if "userns_remap" not in wanted.fields or user not in {"default", "dockremap"}:
        return False
    try:
        pwd.getpwnam("dockremap")
    except KeyError:
        return True
    return False


__all__ = ["EnginePlan", "client_of", "file", "plan", "settings"]
