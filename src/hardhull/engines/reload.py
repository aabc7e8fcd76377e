"""A reload, and the event by which an engine tells what it took over; nothing else says whether it worked."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any, Final

from hardhull.apply.actions import ActionError
from hardhull.engines.exchange import saying
from hardhull.engines.shadow import client_of

if TYPE_CHECKING:
    from collections.abc import Iterable

SECONDS: Final = 10.0
DEFAULTS: Final[dict[str, Any]] = {
    "debug": False, "default-cgroupns-mode": "host", "default-ipc-mode": "private", "default-runtime": "runc",
    "default-shm-size": "64M", "insecure-registries": [], "labels": [], "live-restore": False, "registry-mirrors": [],
    "runtimes": {}, "shutdown-timeout": 15, "allow-nondistributable-artifacts": [],
}  # fmt: skip
"""What an engine does where nobody wrote the key; a reload without the key would keep what was there before."""


def reload(address: str, pid: int) -> dict[str, str]:
    """Lets the engine read its file again; returns what it says that it has now.

    Raises:
        ActionError: it says nothing, as where it cannot read the file.
    """
    begun = time.time()
    try:
        os.kill(pid, signal.SIGHUP)
    except ProcessLookupError:
        raise ActionError("the engine is gone, and cannot be reloaded") from None
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        told = last(address, begun)
        if told is not None:
            return told
        time.sleep(0.05)
    raise ActionError("the engine did not take the configuration over: its log says why")


def last(address: str, since: float) -> dict[str, str] | None:
    """What the engine said at its last reload since a moment; None for no reload."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    found = None
    filters = {"type": ["daemon"], "event": ["reload"]}
    try:
        with client_of(address) as client:
            for one in client.events(since=f"{since:.6f}", until=f"{time.time():.6f}", filters=filters, decode=True):
                found = dict(one["Actor"]["Attributes"])
    except (DockerException, RequestException):
        return None
    return found


def reload_with_defaults(address: str, pid: int, config: str, missing: Iterable[str]) -> None:
    """A reload after which keys that are gone from the file have their defaults again: it says them for that moment.

    Raises:
        ActionError: as for :func:`reload`.
    """
    wanted = {key: DEFAULTS[key] for key in missing if key in DEFAULTS}
    if not wanted:
        reload(address, pid)
        return
    with saying(config, wanted):
        reload(address, pid)
