"""Whether an engine with another configuration does what it should, and everything runs as it did before."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from hardhull.engines import probe
from hardhull.engines.daemon import CannotApplyError, daemon
from hardhull.engines.namespaces import connects
from hardhull.engines.reload import last
from hardhull.engines.seen import View, seen
from hardhull.engines.shadow import client_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from docker import APIClient

    from hardhull.engines.plan import EnginePlan
    from hardhull.engines.seen import Seen

SETTLE: Final = 20.0
"""Seconds that containers get to run and to answer on their ports."""
STEADY: Final = 1.5
"""Seconds for which they have to go on."""


def answering(plan: EnginePlan) -> list[str]:
    """Published ports that answer now."""
    network = f"/proc/{plan.engine.pid}/ns/net"
    return [port for each in plan.containers for port in each.ports if not _silent(network, port)]


def _silent(network: str, port: str) -> str:
    address, _, number = port.rpartition(":")
    return connects(network, address, int(number))


def complaints(plan: EnginePlan, ports: Sequence[str], began: float, shown: dict[str, Seen] | None = None) -> list[str]:
    """What is wrong; empty where all is well.

    Args:
        plan: what was done.
        ports: those that answered before.
        began: when it began, in seconds since 1970.
        shown: takes what was seen of each setting.
    """
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        engine = daemon(plan.engine.address)
        with client_of(plan.engine.address) as client:
            try:
                return list(_complaints(client, plan, ports, last(plan.engine.address, began), engine.pid, shown))
            finally:
                probe.clear(client)
    except CannotApplyError as error:
        return [f"the engine is not there: {error.why}"]
    except probe.ProbeError as error:
        return [f"a container does not start on it: {error}"]
    except (DockerException, RequestException) as error:
        return [f"the engine does not answer: {getattr(error, 'explanation', None) or type(error).__name__}"]


def _complaints(
    client: APIClient, plan: EnginePlan, ports: Sequence[str], told: dict[str, str] | None, pid: int,
    shown: dict[str, Seen] | None,
) -> Iterator[str]:  # fmt: skip
    probe.bring_image(client)
    view = View(client, "", pid, f"/proc/{pid}/ns/net", told)
    assert view.probe  # noqa: S101  it runs, or this raises
    found = seen(view, plan.wanted)
    if shown is not None:
        shown.update(found)
    for each in plan.wanted.changed:
        if found[each.field].kept is False:
            yield f"{each.key} is not in effect: {found[each.field].text}"
    if plan.outlook.hidden:
        return
    yield from _containers(client, plan)
    for port in ports:
        why = _waited(f"/proc/{pid}/ns/net", port)
        if why:
            yield f"the published port {port} answered before, and now: {why}"


def _containers(client: APIClient, plan: EnginePlan) -> Iterator[str]:
    names = {each.id: each.name for each in plan.containers if not each.vanishes}
    end = time.monotonic() + SETTLE
    missing = _missing(client, names)
    while missing and time.monotonic() < end:
        time.sleep(0.1)
        missing = _missing(client, names)
    if not missing and names:
        time.sleep(STEADY)
        missing = _missing(client, names)
    yield from (f"{names[ident]} ran before, and does not now" for ident in missing)


def _missing(client: APIClient, names: dict[str, str]) -> list[str]:
    there = {row["Id"] for row in client.containers(filters={"status": ["running", "paused"]})}
    return [ident for ident in names if ident not in there]


def _waited(network: str, port: str) -> str:
    end = time.monotonic() + SETTLE
    while (why := _silent(network, port)) and time.monotonic() < end:
        time.sleep(0.1)
    return why
