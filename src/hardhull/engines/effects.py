"""What a change of configuration does to what runs: how it comes into effect, what it interrupts, what it hides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.facts.engine_reload import interrupts
from hardhull.model.change import Interrupts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.engines.candidate import Candidate, Changed
    from hardhull.engines.running import Container

RELOAD, RESTART, EMPTY, NOTHING = "reload", "restart", "restart without containers", "nothing"
"""Ways into effect, from the least to the most that is interrupted (``NOTHING`` aside)."""
HIDING: Final = frozenset({"userns_remap", "data_root", "storage_driver"})
"""Settings with which the engine keeps images and containers in another place."""
BRIDGE: Final = frozenset({"icc", "bip", "fixed_cidr", "mtu", "ip", "ip_masq", "ipv6", "bridge"})
"""Settings of the default bridge, which an engine does not make anew while live-restored containers are in it.

``initBridgeDriver`` in moby's ``daemon/daemon_unix.go`` (v20.10.24): with active sandboxes the old network stays.
"""
DEFAULT_BRIDGE: Final = "docker0"
ADDRESSED: Final = frozenset({"bip", "default_address_pools"})
"""Settings that give this bridge an address, which it keeps without them: the engine has stored it."""
OLD_ONES: Final = frozenset(
    {
        "no_new_privileges", "default_ulimits", "log_driver", "log_opts", "seccomp_profile", "default_shm_size", "init",
        "default_runtime", "cgroup_parent", "default_ipc_mode", "default_cgroupns_mode", "selinux_enabled", "dns",
        "dns_search", "dns_opts",
    }
)  # fmt: skip
"""Settings that a container takes when it is created or started: one that goes on running keeps what it had."""
AT_CREATION: Final = frozenset({"log_driver", "log_opts", "default_shm_size", "default_runtime", "default_ipc_mode",
                                "default_cgroupns_mode"})  # fmt: skip
"""Those of them that are written into a container when it is created: a new start changes nothing."""
LIVING: Final = frozenset({"containerd", "containerd_namespace", "exec_root"})
"""Settings with which the engine looks elsewhere for the processes of containers: those that run on would be nobody's.

They come up again with the same images and files once they were stopped by the engine that knows them.
"""
OWN_CONTAINERD: Final = 1.0
"""Seconds that an engine needs longer to end when it runs containerd itself: it looks once a second whether that ended.

``stopDaemon`` in moby's ``libcontainerd/supervisor/remote_daemon.go`` (v20.10.24).
"""
SHUT: Final = 0.5
"""How long an engine takes to end, measured by how long it takes to start."""
START_UP: Final = 0.35
"""Seconds for one container to come up again; measured here, and different everywhere."""


class Effect(NamedTuple):
    """How one setting comes into effect.

    Attributes:
        changed: the setting.
        way: one of the ways above.
        notes: what a person has to know of it, as sentence parts.
    """

    changed: Changed
    way: str
    notes: tuple[str, ...]


class Outlook(NamedTuple):
    """What will happen.

    Attributes:
        way: of all settings together.
        effects: of each.
        stopped: containers that stop and start again, the first to be started first.
        hidden: containers and images that the engine will not see, for people; empty for none.
        away: seconds for which the engine does not answer.
        down: seconds for which the slowest container does not.
        ports: seconds for which published ports do not answer, where containers go on.
    """

    way: str
    effects: tuple[Effect, ...]
    stopped: tuple[Container, ...]
    hidden: str
    away: float
    down: float
    ports: float

    @property
    def consents(self) -> tuple[str, ...]:
        """What a person has to allow, as words of ``--allow``."""
        found = ["restart"] if self.way in {RESTART, EMPTY} else []
        found += ["hide"] if self.hidden else []
        found += ["remove"] if any(each.vanishes for each in self.stopped) else []
        return tuple(found)


def outlook(
    wanted: Candidate, containers: Sequence[Container], *, live_restore: bool, start: float, own_containerd: bool
) -> Outlook:
    """Says what will happen.

    Args:
        wanted: the configuration.
        containers: that run now.
        live_restore: whether the engine leaves them running while it is away.
        start: seconds that the start of the shadow took.
        own_containerd: whether the engine runs containerd itself.
    """
    effects = tuple(_effect(each, containers, live_restore=live_restore) for each in wanted.changed)
    ways = [each.way for each in effects]
    way = next((each for each in (EMPTY, RESTART, RELOAD) if each in ways), NOTHING)
    stopped = tuple(containers) if way == EMPTY or (way == RESTART and not live_restore) else ()
    hidden = _hidden(wanted, containers) if wanted.fields & HIDING else ""
    if way not in {RESTART, EMPTY}:
        return Outlook(way, effects, (), "", 0.0, 0.0, 0.0)
    turn = (1 + SHUT) * start
    stop = max((each.stops for each in stopped), default=0.0)
    away = stop + turn + OWN_CONTAINERD * own_containerd
    down = away + START_UP * len(stopped) if stopped else 0.0
    ports = turn if not stopped and any(each.ports for each in containers) else 0.0  # its proxies end when it has ended
    return Outlook(way, effects, stopped, hidden, away, down, ports)


def _effect(each: Changed, containers: Sequence[Container], *, live_restore: bool) -> Effect:
    reload = interrupts(each.field, stays=each.stays) is Interrupts.RELOAD
    way = RELOAD if reload else RESTART
    notes = list(_notes(each, containers, live_restore=live_restore, reload=reload))
    masked = live_restore and bool(containers)
    if masked and each.field in HIDING | LIVING | BRIDGE:
        way = EMPTY
    return Effect(each, way, tuple(notes))


def _notes(each: Changed, containers: Sequence[Container], *, live_restore: bool, reload: bool) -> Iterator[str]:
    if not reload:
        yield "a reload says that it worked, and changes nothing of this"
    if each.field in BRIDGE and live_restore and containers:
        yield "with live-restore the bridge stays as it is while containers run: all of them are stopped first"
    if each.field == "bip" and not each.new:
        yield "the engine goes on with the address that its bridge has; name another one if that is not the wanted one"
    if each.field in HIDING | LIVING and containers and live_restore:
        yield "with live-restore containers would run on where nobody sees them: all of them are stopped first"
    if each.field in OLD_ONES and containers:
        if each.field in AT_CREATION:
            yield "containers that are there keep what they were created with; new ones get it"
        elif reload or live_restore:
            yield "containers that run keep what they have until they are started again"
    if each.field == "userns_remap" and str(each.new).partition(":")[0] == "default":
        yield "the engine makes a user dockremap, which goes again when this is taken back"


def _hidden(wanted: Candidate, containers: Sequence[Container]) -> str:
    names = ", ".join(each.name for each in containers) or "none that run now"
    key = ", ".join(sorted(field.replace("_", "-") for field in wanted.fields & HIDING))
    return f"{key}: the engine looks elsewhere for images and containers, and no longer sees those it has ({names})"
