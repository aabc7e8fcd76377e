"""Fields with one value: where each stands in a service, and how its value is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.parts import Healthcheck
from hardhull.formats.compose.write import values
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar
from hardhull.text.tree.plain import Inline

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.compose.write.keys import Keys
    from hardhull.formats.compose.write.sites import Path
    from hardhull.text.nodes import Node
    from hardhull.text.tree.plain import Plain


class Place(NamedTuple):
    """Where a field stands.

    Attributes:
        path: keys of the service.
        write: from the value and the text that stood there before to what is written.
        default: what says outright that the default holds; None where nothing does.
    """

    path: Path
    write: Callable[[Any, str], Plain]
    default: Plain = None


SCALARS: dict[str, Place] = {
    "cgroup_parent": Place(("cgroup_parent",), values.text),
    "cgroupns": Place(("cgroup",), values.text),
    "command": Place(("command",), values.command),
    "container_name": Place(("container_name",), values.text),
    "cpu_shares": Place(("cpu_shares",), values.number),
    "entrypoint": Place(("entrypoint",), values.command),
    "hostname": Place(("hostname",), values.text),
    "image": Place(("image",), values.text),
    "init": Place(("init",), values.flag),
    "ipc": Place(("ipc",), values.text),
    "log_driver": Place(("logging", "driver"), values.text),
    "memory_swap": Place(("memswap_limit",), values.size),
    "oom_kill_disable": Place(("oom_kill_disable",), values.flag, default=False),
    "oom_score_adj": Place(("oom_score_adj",), values.number),
    "pid": Place(("pid",), values.text),
    "platform": Place(("platform",), values.text),
    "privileged": Place(("privileged",), values.flag, default=False),
    "pull_policy": Place(("pull_policy",), values.text),
    "read_only": Place(("read_only",), values.flag, default=False),
    "runtime_name": Place(("runtime",), values.text),
    "shm_size": Place(("shm_size",), values.size),
    "stdin_open": Place(("stdin_open",), values.flag, default=False),
    "stop_grace": Place(("stop_grace_period",), values.duration),
    "stop_signal": Place(("stop_signal",), values.text),
    "storage": Place(("storage_opt", "size"), values.size),
    "tty": Place(("tty",), values.flag, default=False),
    "user": Place(("user",), values.text),
    "userns": Place(("userns_mode",), values.text),
    "uts": Place(("uts",), values.text),
    "working_dir": Place(("working_dir",), values.text),
}


def put_scalar(keys: Keys, place: Place, value: Any, default: Any) -> None:
    """A field with a key of its own gets a value; its default is not written."""
    if value == default:
        keys.remove(place.path, place.default)
    else:
        keys.put(place.path, place.write(value, before(keys, place.path)))


def before(keys: Keys, path: Path) -> str:
    """The text that stands at a path now."""
    holding = keys.sites.holding(path)
    node = holding[-1][1].node if holding else None
    return node.text if isinstance(node, Scalar) else ""


def put_network_mode(keys: Keys, value: str | None) -> None:
    """``network_mode``, which Compose takes only where no ``networks`` are."""
    if value is not None and keys.sites.holding(("networks",)):
        raise UnwritableError("the service is on named networks, beside which Compose takes no network_mode")
    put_scalar(keys, Place(("network_mode",), values.text), value, None)


# ---- limits -------------------------------------------------------------------------------------------------------


class Limit(NamedTuple):
    """A limit that Compose has two places for.

    Attributes:
        own: the service's own key; empty where only ``deploy`` has one.
        part: of ``deploy.resources``.
        inner: key in that part.
        write_own: how the own key is written.
        write: how the key in ``deploy`` is written.
    """

    own: str
    part: str
    inner: str
    write_own: Callable[[Any, str], Plain]
    write: Callable[[Any, str], Plain]


LIMITS: dict[str, Limit] = {
    "cpu_reservation": Limit("", "reservations", "cpus", values.number, values.cpus),
    "cpus": Limit("cpus", "limits", "cpus", values.number, values.cpus),
    "memory": Limit("mem_limit", "limits", "memory", values.size, values.size),
    "memory_reservation": Limit("mem_reservation", "reservations", "memory", values.size, values.size),
    "pids": Limit("pids_limit", "limits", "pids", values.number, values.number),
}
_OWN_KEYS = ("mem_limit", "cpus", "pids_limit", "mem_reservation")


def put_limit(keys: Keys, limit: Limit, value: float | None) -> None:
    """A limit gets a value wherever it is written; Compose wants the same in both places."""
    deploy: Path = ("deploy", "resources", limit.part, limit.inner)
    own: Path = (limit.own,) if limit.own else ()
    held = [path for path in (own, deploy) if path and keys.sites.holding(path)]
    if limit.own == "cpus" and not held and keys.sites.holding(("cpu_quota",)):
        raise UnwritableError("the CPUs are limited by cpu_quota, beside which the engine takes no other limit")
    for path in held:
        if value is None:
            keys.remove(path)
        else:
            write = limit.write if path is deploy else limit.write_own
            keys.put(path, write(value, before(keys, path)))
    if not held and value is not None:
        in_deploy = not own or _in_deploy(keys, limit)
        path, write = (deploy, limit.write) if in_deploy else (own, limit.write_own)
        keys.put(path, write(value, ""))


def _in_deploy(keys: Keys, limit: Limit) -> bool:
    """Whether a limit belongs to ``deploy``: where the service has some there, else as most services of the file."""
    sites = keys.sites
    if sites.holding(("deploy", "resources", limit.part)):
        return True
    if any(sites.holding((key,)) for key in _OWN_KEYS):
        return False
    return sites.drafts.keep(sites.home.source, Habit, lambda _: Habit(sites.home.tree.layout.roots)).in_deploy


class Habit:
    """Where the services of a file have their limits.

    Attributes:
        in_deploy: whether as many have some in ``deploy`` as have some of their own.
    """

    def __init__(self, roots: list[Node]) -> None:
        services = [
            entry.value
            for root in roots
            if isinstance(root, Mapping) and isinstance(section := root.get("services"), Mapping)
            for entry in section
            if isinstance(entry.value, Mapping)
        ]
        own = sum(any(service.get(key) is not None for key in _OWN_KEYS) for service in services)
        self.in_deploy = sum(_has_resources(service) for service in services) >= own


def _has_resources(service: Mapping) -> bool:
    deploy = service.get("deploy")
    return isinstance(deploy, Mapping) and deploy.get("resources") is not None


# ---- restart, replicas, healthcheck ---------------------------------------------------------------------------------


def put_restart(keys: Keys, value: str | None) -> None:
    """``restart``, or the policy of ``deploy`` where there is one, which Compose takes instead."""
    policy: Path = ("deploy", "restart_policy")
    if not keys.sites.holding(policy):
        put_scalar(keys, Place(("restart",), values.text), value, None)
        return
    if value is None:
        keys.remove(policy)
        keys.remove(("restart",))
        return
    word, _, attempts = value.partition(":")
    condition = {"no": "none", "always": "any", "on-failure": "on-failure"}.get(word)
    if condition is None:
        raise UnwritableError(f"deploy.restart_policy, which is used here, has no word for {word}")
    keys.put((*policy, "condition"), condition)
    if attempts:
        keys.put((*policy, "max_attempts"), int(attempts))
    else:
        keys.remove((*policy, "max_attempts"))


def put_replicas(keys: Keys, value: int | None) -> None:
    """``deploy.replicas`` and ``scale``; Compose wants the same in both."""
    held = [path for path in (("deploy", "replicas"), ("scale",)) if keys.sites.holding(path)]
    for path in held or [("deploy", "replicas")]:
        if value is None:
            keys.remove(path)
        else:
            keys.put(path, value)


_TIMES = ("interval", "timeout", "start_period")


def put_healthcheck(keys: Keys, value: Healthcheck | None) -> None:
    """``healthcheck``: only what differs is written."""
    if value is None:
        keys.remove(("healthcheck",))
        return
    field = keys.sites.workload.healthcheck
    if not field.known:
        raise UnwritableError(f"the healthcheck is not known: {field.why}")
    old = field.value or Healthcheck(())
    if value.test != old.test:
        _put_part(keys, "test", _test(keys, value.test) if value.test else None)
    for key in _TIMES:
        wanted = getattr(value, key)
        if wanted != getattr(old, key):
            _put_part(keys, key, None if wanted is None else values.duration(wanted))
    if value.retries != old.retries:
        _put_part(keys, "retries", value.retries)
    if value.disabled != old.disabled and "NONE" not in {*value.test[:1], *old.test[:1]}:
        _put_part(keys, "disable", value.disabled or None)


def _put_part(keys: Keys, key: str, value: Plain) -> None:
    if value is None:
        keys.remove(("healthcheck", key))
    else:
        keys.put(("healthcheck", key), value)


def _test(keys: Keys, test: tuple[str, ...]) -> Plain:
    """A test as one text, where it goes through a shell, else as a list."""
    if test[0] == "CMD-SHELL" and len(test) == 2:
        return values.literal(test[1])
    words: list[Plain] = [values.literal(word) for word in test]
    holding = keys.sites.holding(("healthcheck", "test"))
    is_block = holding and getattr(holding[-1][1].node, "flow", True) is False
    return words if is_block else Inline(words)
