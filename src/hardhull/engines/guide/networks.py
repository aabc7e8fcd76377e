"""The recipe about networks: two of them, and who reaches whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.engines import probe
from hardhull.engines.guide.ground import INCOMPLETE, NO_OP, WORKS, unverifiable
from hardhull.engines.namespaces import connects
from hardhull.guide import Live
from hardhull.run.owner import PART, current

if TYPE_CHECKING:
    from hardhull.engines.guide.ground import Ground
    from hardhull.guide import Recipe

NETWORK: Final = "guide-network"


def _own_network(ground: Ground, _recipe: Recipe) -> Live:
    client = ground.client
    _clear(ground)
    made = []
    try:
        for number in (1, 2):
            labels = current().labels("engine", NETWORK)
            made.append(
                client.create_network(f"hardhull-guide-{current().pid}-{number}", "bridge", labels=labels)["Id"]
            )
        inside = [probe.start(client, "", {"NetworkMode": made[0]}) for _ in range(2)]
        other = probe.start(client, "", {"NetworkMode": made[1]})
        default = probe.start(client, "", {"NetworkMode": "bridge"})
        target = inside[0].address
        if not target:
            return unverifiable("a container on a new network gets no address")
        tried = {
            "on it": not connects(f"{inside[1].proc}/ns/net", target, probe.PORT),
            "on another one": not connects(f"{other.proc}/ns/net", target, probe.PORT),
            "on the default bridge": not connects(f"{default.proc}/ns/net", target, probe.PORT),
        }
    finally:
        probe.clear(client)
        _clear(ground)
        probe.bring_image(client)
    said = "; ".join(
        f"a container {where} {'reaches' if open_ else 'does not reach'} it" for where, open_ in tried.items()
    )
    if tried["on another one"] or tried["on the default bridge"]:
        return Live(NO_OP, said)
    return Live(WORKS if tried["on it"] else INCOMPLETE, said)


def _clear(ground: Ground) -> None:
    """Networks of ours, and those that a run left that was killed."""
    from contextlib import suppress

    from docker.errors import APIError

    from hardhull.run.owner import dead

    here = current()
    mine = f"hardhull-guide-{here.pid}-"
    for one in ground.client.networks(filters={"label": [f"{PART}={NETWORK}"]}):
        if str(one["Name"]).startswith(mine) or dead(one.get("Labels") or {}, here):
            with suppress(APIError):
                ground.client.remove_network(one["Id"])


NETWORKS: Final = {"bridge-subnet": _own_network}
