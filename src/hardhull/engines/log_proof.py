"""The proof of a log driver: a message of a throwaway container arrives, and files rotate."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.engines import log_files, probe
from hardhull.engines.log_servers import ELSEWHERE, log_servers
from hardhull.engines.receivers import arrival

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docker import APIClient

    from hardhull.engines.log_servers import Received

SECONDS: Final = 10.0
"""For a message to get through an engine."""


class LogProof(NamedTuple):
    """What was seen.

    Attributes:
        kept: whether messages arrive and files rotate; None where nobody can tell.
        text: what was seen, for people.
    """

    kept: bool | None
    text: str


class Where(NamedTuple):
    """An engine that a message is sent through.

    Attributes:
        client: the engine.
        root: its root folder as it is seen from here; empty for this one.
        pid: its process, in the processes of this machine; 0 for a shadow.
        info: what it says of itself.
        received: what the servers got that are stood in for; None where the real ones are sent to.
    """

    client: APIClient
    root: str
    pid: int
    info: Mapping[str, Any]
    received: Received | None


def log_proof(where: Where, made: probe.Probe) -> LogProof:
    """Sends a message through a container, and looks where it arrives.

    Args:
        where: the engine.
        made: the container.
    """
    config = made.answer["HostConfig"]["LogConfig"]
    driver, options = str(config["Type"]), dict(config["Config"] or {})
    message = f"hardhull test message {secrets.token_hex(8)}".encode()
    if not log_files.write(made.proc, message + b"\n", SECONDS):
        return LogProof(False, "the engine does not take what a container writes")
    if driver in log_files.DEFAULTS:
        return _files(where, made, message, driver, options)
    if driver == "journald":  # `docker logs` reads what journald took
        kept = _read_back(where.client, str(made.answer["Id"]), message)
        return LogProof(kept, f"a test message is {'' if kept else 'not '}in the journal")
    if driver in ELSEWHERE:
        return LogProof(None, f"a message was sent; {driver} does not show here what becomes of it")
    servers, _ = log_servers(driver, options)
    if not servers:
        return LogProof(None, f"a message was sent by {driver}; where it arrives is not to be seen from here")
    server = servers[0]
    if where.received is None:
        found = arrival(where.pid, server, message)
        return LogProof(found.kept, f"a test message to {server.where}: {found.text}")
    end = time.monotonic() + SECONDS
    while not where.received.has(message) and time.monotonic() < end:
        time.sleep(0.02)
    kept = where.received.has(message)
    how = "arrived at" if kept else "did not arrive at"
    return LogProof(kept, f"a test message {how} a stand-in for {server.where}")


def _files(where: Where, made: probe.Probe, message: bytes, driver: str, options: Mapping[str, str]) -> LogProof:
    folder = log_files.folder_of(where.root, where.info, str(made.answer["Id"]))
    if not _read_back(where.client, str(made.answer["Id"]), message):
        return LogProof(False, "a test message is not in the log of its container")
    bound = log_files.rotation(driver, options)
    if not bound.size:
        return LogProof(None, "a test message is in the log; without max-size its file grows without bound")
    if bound.size * 2 <= log_files.MOST:
        kept, text = log_files.shown(made.proc, folder, bound)
        return LogProof(
            kept, f"a test message is in the log, and its files rotate at {bound.word}: {text}" if kept else text
        )
    config = {"Type": driver, "Config": {**options, "max-size": log_files.SMALL}}
    small = probe.start(where.client, where.root, {"LogConfig": config})
    ident = str(small.answer["Id"])
    try:
        tried = log_files.rotation(driver, config["Config"])  # type: ignore[arg-type]  # the texts above
        kept, text = log_files.shown(small.proc, log_files.folder_of(where.root, where.info, ident), tried)
    finally:
        where.client.remove_container(ident, force=True)
    head = (
        f"a test message is in the log, and its files rotate, tried with {log_files.SMALL} in the place of {bound.word}"
    )
    return LogProof(kept, f"{head}: {text}" if kept else text)


def _read_back(client: APIClient, ident: str, message: bytes) -> bool:
    end = time.monotonic() + SECONDS
    while True:
        if message in client.logs(ident, tail=10):
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
