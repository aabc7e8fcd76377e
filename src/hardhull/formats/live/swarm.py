"""What a running engine tells of the swarm that it is in; a node that is no manager knows little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.formats.jsonread import bool_of, int_of, items_of
from hardhull.formats.live.nodes import ending, key, path, word
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.formats.live.engine import Running

DAY = 86_400 * 1_000_000_000
"""Nanoseconds."""
GOSSIP = "7946"
"""The port on which nodes tell each other of networks; it cannot be chosen."""


def read_swarm(running: Running) -> None:
    """Fills what there is to know of a swarm; nothing where the engine is in none."""
    swarm = path(running.info, "Swarm")
    state = path(swarm, "LocalNodeState")
    if state is None:
        return
    manages = bool_of(path(swarm, "ControlAvailable")) is True
    value, engine = "manager" if manages else word(state), running.engine
    engine.swarm = Field("swarm", value, state.place(running.source), written=value not in {"", "inactive"})
    if value in {"", "inactive"}:
        return
    managers = path(swarm, "Managers")
    if managers is not None:
        engine.swarm_managers = Field("swarm_managers", int_of(managers), managers.place(running.source))
    spec = path(swarm, "Cluster", "Spec")
    locked = path(spec, "EncryptionConfig", "AutoLockManagers")
    if locked is not None:
        engine.swarm_autolock = Field("swarm_autolock", bool_of(locked), locked.place(running.source))
    expiry = path(spec, "CAConfig", "NodeCertExpiry")
    if expiry is not None and int_of(expiry):
        days = (int_of(expiry) or 0) / DAY
        engine.swarm_certificate_days = Field("swarm_certificate_days", days, expiry.place(running.source))
    _ports(running)
    _overlays(running)


def _ports(running: Running) -> None:
    entry = ending(running.node, "/fd")
    found = []
    for item in items_of(entry.value if entry else None):
        address = key(item, "address")
        if address is not None and is_of_swarm(running, word(address)):
            found.append(Field("swarm_ports", word(address), item.place(running.source)))
    if found:
        running.engine.swarm_ports = Field("swarm_ports", tuple(found), found[0].place)


def is_of_swarm(running: Running, address: str) -> bool:
    """Whether a TCP port is one on which the swarm's nodes speak with each other."""
    swarm = path(running.info, "Swarm")
    if not address.startswith("tcp://") or word(path(swarm, "LocalNodeState")) in {"", "inactive"}:
        return False
    known = {word(path(one, "Addr")).rpartition(":")[2] for one in items_of(path(swarm, "RemoteManagers"))}
    return address.rpartition(":")[2] in known | {GOSSIP}


def _overlays(running: Running) -> None:
    found = [
        Field(
            "overlays",
            (word(path(one, "Name")), path(one, "Options", "encrypted") is not None),
            one.place(running.source),
        )
        for one in items_of(path(running.node, "GET /networks"))
        if word(path(one, "Driver")) == "overlay"
    ]
    if found:
        running.engine.overlays = Field("overlays", tuple(found), found[0].place)
