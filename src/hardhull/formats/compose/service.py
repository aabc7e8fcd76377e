"""One service of a Compose model as a Workload."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hardhull.facts.parts import Grant
from hardhull.facts.workload import Workload
from hardhull.formats.compose import known
from hardhull.formats.compose.extends import OPEN
from hardhull.formats.compose.fields import Fields, words_of
from hardhull.formats.compose.layers import layers_of
from hardhull.formats.compose.limits import LIMIT_KEYS, block_io, put_limits
from hardhull.formats.compose.network import NETWORK_KEYS, extra_hosts, put_network
from hardhull.formats.compose.pairs import assignments, elements
from hardhull.formats.compose.parts import put_build, put_healthcheck, put_storage, put_ulimits, put_volumes
from hardhull.formats.compose.security import capability, security_opt
from hardhull.formats.compose.service_env import put_environment, put_labels
from hardhull.formats.compose.tree import Items, Table, Text
from hardhull.formats.compose.units import BadValueError, boolean, integer, seconds, shown, size
from hardhull.formats.compose.words import words
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.compose.context import Context
    from hardhull.formats.compose.tree import Pair, Tree
    from hardhull.text.scalars import Value

CANNOT = frozenset(
    {
        "run_as_non_root", "service_account", "automount_token", "remove", "detach", "publish_all", "readiness",
        "startup",
    }
)  # fmt: skip
"""What Compose has no words for."""


def read_service(name: str, pair: Pair, context: Context, *, kind: str = "service") -> Workload | None:
    """A service as a Workload.

    Args:
        name: its key.
        pair: the key and the service in its long form.
        context: the project it stands in.
        kind: ``service`` or ``job``.

    Returns:
        None for what is no container: an empty service, or one that a provider runs.
    """
    service = pair.value
    if not isinstance(service, Table):
        return None
    opened = service.pairs.get(OPEN)
    why = opened.value.why if opened is not None and isinstance(opened.value, Text) else None
    workload = Workload(name, f"{kind} {name}", "compose", pair.place, cannot=CANNOT, absent_unknown=why)
    workload.origin = layers_of(service, context.read, context.folder)
    fields = Fields(workload, service, context)
    keys = known.JOB if kind == "job" else known.SERVICE
    for key, value in service.pairs.items():
        if isinstance(value.value, Text) and value.value.null and key in keys and key not in known.NULLABLE:
            fields.refuse(value, f"{key} has no value")
        handler = _HANDLERS.get(key)
        if handler is not None:
            handler(fields, value)
        elif key in keys:
            if key not in _LATER:
                fields.unread(key, value)
        elif key[:1] != "\0" and not known.is_extension(key):
            _strange(fields, key, value)
    put_limits(fields)
    put_network(fields)
    put_environment(fields, context)
    put_labels(fields, context)
    put_volumes(fields)
    if "build" in service.pairs:
        put_build(fields, service.pairs["build"], context)
    if not why and not any(service.get(key) is not None for key in ("image", "build")):
        fields.refuse(pair, f"the {kind} {name} has neither an image nor a build")
    workload.active = context.is_active(workload.profiles)
    return workload


def _strange(fields: Fields, key: str, pair: Pair) -> None:
    """A key that no service has. Compose refuses the file, and whoever still runs it runs without what it says."""
    fields.unknown_key(key, pair)
    if key in _MISPLACED:
        fields.hollow(f"{key} stands outside of {_MISPLACED[key]}", pair)


_MISPLACED = {
    "resources": "deploy",
    "limits": "deploy.resources",
    "reservations": "deploy.resources",
    "restart_policy": "deploy",
    "replicas": "deploy",
    "test": "healthcheck",
    "driver": "logging",
    "options": "logging",
    "log_driver": "logging",
    "log_opt": "logging",
}


def _flag(slot: str) -> Callable[[Fields, Pair], None]:
    return lambda fields, pair: fields.scalar(slot, pair.value, boolean)


def _text(slot: str) -> Callable[[Fields, Pair], None]:
    return lambda fields, pair: fields.string(slot, pair.value)


def _number(slot: str, convert: Callable[[Value], object]) -> Callable[[Fields, Pair], None]:
    return lambda fields, pair: fields.scalar(slot, pair.value, convert)


def _items(slot: str, convert: Callable[[str], object] = str) -> Callable[[Fields, Pair], None]:
    return lambda fields, pair: fields.items(slot, pair, convert)


def _made(slot: str) -> Callable[[Fields, Pair], None]:
    return lambda fields, pair: fields.items(slot, pair, lambda value: value)


def _texts(slot: str) -> Callable[[Fields, Pair], None]:
    return lambda fields, pair: fields.texts(slot, pair)


def _command(slot: str) -> Callable[[Fields, Pair], None]:
    def put(fields: Fields, pair: Pair) -> None:
        value = pair.value
        if isinstance(value, Items):
            found, why = words_of(value, fields)
            if why is None:
                fields.put(slot, found, pair.place)
            else:
                fields.unknown(slot, pair.place, why)
        else:
            fields.scalar(slot, value, lambda data: words(shown(data)))

    return put


def _key_values(slot: str) -> Callable[[Fields, Pair], None]:
    def put(fields: Fields, pair: Pair) -> None:
        found = []
        for name, entry in assignments(pair.value).pairs.items():
            value = entry.value
            if isinstance(value, Text) and value.why is None:
                found.append(Field(slot, (name, shown(value.data)), entry.whole))
            else:
                why = value.why if isinstance(value, Text) else fields.refuse(value, f"{name} is no text")
                found.append(Field.unknown(slot, entry.whole, why or "", written=True))
        fields.put_items(slot, found, pair.place)

    return put


def _pull_policy(fields: Fields, pair: Pair) -> None:
    fields.scalar("pull_policy", pair.value, lambda data: {"if_not_present": "missing"}.get(shown(data), shown(data)))


def _logging(fields: Fields, pair: Pair) -> None:
    table = fields.table(pair, known.LOGGING)
    if table is None:
        return
    driver = table.get("driver")
    if driver is not None:
        fields.string("log_driver", driver)
    options = table.pairs.get("options")
    if options is not None:
        _key_values("log_options")(fields, options)


def _grants(slot: str) -> Callable[[Fields, Pair], None]:
    def put(fields: Fields, pair: Pair) -> None:
        found: list[Field[Grant]] = []
        for item in elements(pair.value):
            field = fields.item(slot, item, partial(_grant, fields, slot, item))
            found += [] if field is None else [field]
        fields.put_items(slot, found, pair.place)

    return put


def _grant(fields: Fields, slot: str, item: Tree, grant: object) -> Grant:
    if not isinstance(grant, Grant):
        raise BadValueError("this is no name")
    is_secret = slot == "secrets"
    target = grant.target or (f"/run/secrets/{grant.name}" if is_secret else f"/{grant.name}")
    given = (fields.resources.secrets if is_secret else fields.resources.configs).get(grant.name)
    if given is None:
        fields.refuse(item, f"there is no {slot.removesuffix('s')} {grant.name} in this project")
        return Grant(grant.name, target)
    return Grant(grant.name, target, given.file, given.external)


def _nothing(fields: Fields, pair: Pair) -> None:
    """A key that no field stands for and none needs."""


_LATER = LIMIT_KEYS | NETWORK_KEYS | {
    "build",
    "environment", "env_file", "labels", "label_file", "volumes", "tmpfs", "use_api_socket",
}  # fmt: skip
_HANDLERS: dict[str, Callable[[Fields, Pair], None]] = {
    "annotations": _key_values("annotations"),
    "blkio_config": block_io,
    "cap_add": _items("cap_add", capability),
    "cap_drop": _items("cap_drop", capability),
    "cgroup": _text("cgroupns"),
    "cgroup_parent": _text("cgroup_parent"),
    "command": _command("command"),
    "configs": _grants("configs"),
    "container_name": _text("container_name"),
    "cpu_shares": _number("cpu_shares", integer),
    "device_cgroup_rules": _items("device_cgroup_rules"),
    "devices": _made("devices"),
    "dns": _texts("dns"),
    "entrypoint": _command("entrypoint"),
    "expose": _texts("expose"),
    "extra_hosts": extra_hosts,
    "group_add": _items("group_add"),
    "healthcheck": put_healthcheck,
    "hostname": _text("hostname"),
    "image": _text("image"),
    "init": _flag("init"),
    "ipc": _text("ipc"),
    "links": _items("links"),
    "logging": _logging,
    "memswap_limit": _number("memory_swap", size),
    "oom_kill_disable": _flag("oom_kill_disable"),
    "oom_score_adj": _number("oom_score_adj", integer),
    "pid": _text("pid"),
    "platform": _text("platform"),
    "ports": _made("ports"),
    "privileged": _flag("privileged"),
    "profiles": _texts("profiles"),
    "pull_policy": _pull_policy,
    "read_only": _flag("read_only"),
    "runtime": _text("runtime_name"),
    "secrets": _grants("secrets"),
    "security_opt": security_opt,
    "shm_size": _number("shm_size", size),
    "stdin_open": _flag("stdin_open"),
    "stop_grace_period": _number("stop_grace", seconds),
    "stop_signal": _text("stop_signal"),
    "storage_opt": put_storage,
    "sysctls": _key_values("sysctls"),
    "tty": _flag("tty"),
    "ulimits": put_ulimits,
    "user": _text("user"),
    "userns_mode": _text("userns"),
    "uts": _text("uts"),
    "working_dir": _text("working_dir"),
    **dict.fromkeys(("attach", "develop", "extends"), _nothing),
}
