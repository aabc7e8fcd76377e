"""The document of facts: everything that was read of a machine, in one JSON text that can be judged anywhere.

Its keys name where each value was read: a file of the kernel (``/proc/4242/status``) or a question to the engine
(``GET /info``). ``docs/facts.md`` describes it; ``schema`` is its version.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docker import APIClient

    from hardhull.hosts.machine import Machine

SCHEMA = "hardhull-facts/1"
TARGETS = ("containers", "engine", "host", "images", "network")


class Gap(NamedTuple):
    """Something that could not be read: kind as in a result's ``not_checked``, what, why, and what to do."""

    kind: str
    what: str
    why: str
    how: str


class Gaps:
    """What could not be read so far."""

    def __init__(self) -> None:
        self.found: list[Gap] = []

    def failed(self, what: str, why: str, how: str) -> None:
        """It should have worked."""
        self.found.append(Gap("failed", what, why, how))

    def access(self, what: str, why: str, how: str) -> None:
        """This user, or a process of this place, may not."""
        self.found.append(Gap("needs-access", what, why, how))

    def beyond(self, what: str, why: str, how: str) -> None:
        """There is nothing to read at this moment."""
        self.found.append(Gap("out-of-scope", what, why, how))


def collect(targets: Sequence[str], names: Sequence[str] = (), *, outside: bool = False) -> bytes:
    """Reads what the targets are about.

    Args:
        targets: of :data:`TARGETS`.
        names: containers to read; all that run where there are none.
        outside: whether connections are tried from another machine too, which is put beside this one for a moment.

    Returns:
        The document.
    """
    gaps = Gaps()
    out: dict[str, Any] = {
        "schema": SCHEMA,
        "collected": {
            "targets": list(targets),
            "names": list(names),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "by": f"hardhull {__version__}",
            "user": os.geteuid() if hasattr(os, "geteuid") else -1,
        },
    }
    _ask_engine(out, targets, names, gaps, outside=outside)
    if "host" in targets:
        out["host"] = _host(out, gaps)
    out["not_read"] = [gap._asdict() for gap in gaps.found]
    return written(out)


def written(document: dict[str, Any]) -> bytes:
    """The document as text: one value a line, so that a finding can point at it."""
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _ask_engine(
    out: dict[str, Any], targets: Sequence[str], names: Sequence[str], gaps: Gaps, *, outside: bool
) -> None:
    from hardhull.hosts.limits import kept
    from hardhull.hosts.machine import Machine
    from hardhull.supply.connection import NoEngineError, connect, refusal

    where = ""
    try:
        client, where = connect()
        with client:
            machine = Machine(where)
            out["engine"] = {"address": where, "process": machine.engine}
            out["engine"]["GET /version"] = client.version()
            out["engine"]["GET /info"] = client.info()
            out["engine"].update(kept(str(out["engine"]["GET /version"].get("Version", ""))))
            if "engine" in targets:
                from hardhull.hosts.engine import engine

                out["engine"].update(engine(client, machine.engine, gaps))
            out["machine"] = machine.plain()
            if "images" in targets:
                from hardhull.hosts.images import images

                out["images"] = images(client)
            if "network" in targets:
                out["network"] = _networks(client, machine, gaps, outside=outside)
            if "containers" in targets and machine.hidden:
                gaps.access(
                    "sockets of engines in containers", "only their usual names are known", "run hardhull as root"
                )
            if "containers" in targets:
                from hardhull.hosts.containers import containers

                out["containers"] = containers(client, machine, names, gaps)
    except NoEngineError as error:
        what = f"the engine at {error.where}" if error.where else "an engine"
        gaps.found.append(Gap(error.kind, what, error.why, error.how))
        if "containers" in targets and not names:
            _without_engine(out)
    except Exception as error:  # noqa: BLE001  what the SDK and its libraries raise has no common base
        lost = refusal(error, where)
        gaps.found.append(Gap(lost.kind, f"the engine at {lost.where}", lost.why, lost.how))


def _networks(client: APIClient, machine: Machine, gaps: Gaps, *, outside: bool) -> dict[str, Any]:
    from hardhull.hosts import outside as other
    from hardhull.hosts.networks import networks

    if outside:
        try:
            with other.outside(machine.engine) as beside:
                return networks(client, machine, gaps, beside)
        except other.NoWireError as error:
            gaps.access("connections from another machine", str(error), "run hardhull as root, with iproute2 installed")
    return networks(client, machine, gaps)


def _without_engine(out: dict[str, Any]) -> None:
    """The containers that the kernel has, whoever runs them: an engine that is down hides none."""
    from hardhull.hosts.foreign import foreign
    from hardhull.hosts.machine import Machine

    machine = Machine("")
    out["machine"] = machine.plain()
    out["containers"] = list(foreign(machine, set()))


def _host(out: dict[str, Any], gaps: Gaps) -> dict[str, Any]:
    """The host under the engine, as far as the engine has told where it is."""
    from hardhull.hosts.host import host

    known = out.get("engine") or {}
    listening = (out.get("machine") or {}).get("/proc/net/unix") or []
    sockets = [(str(one["path"]), *_owner(str(one["owner"]))) for one in listening]
    info = known.get("GET /info") or {}
    runtimes = [str(one.get("path") or "") for one in (info.get("Runtimes") or {}).values() if isinstance(one, dict)]
    return host(int(known.get("process") or 0), str(info.get("DockerRootDir") or ""), sockets, runtimes, gaps.failed)


def _owner(text: str) -> tuple[str, int]:
    """``dockerd (4242)``: the program and its process."""
    program, _, number = text.partition(" (")
    return program, int(number.rstrip(")")) if number.rstrip(")").isdigit() else 0
