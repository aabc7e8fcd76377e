"""A running engine: what it does, as it says itself and as the kernel shows, over what its configuration asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.engine import Engine
from hardhull.facts.engine_reload import RELOADED
from hardhull.facts.parts import Drift
from hardhull.formats.jsonread import bool_of, entries_of, items_of, texts
from hardhull.formats.live.declared import NEWER, declared
from hardhull.formats.live.listeners import read_listeners
from hardhull.formats.live.nodes import all_ending, ending, key, path, word
from hardhull.formats.live.packets import icc, packet_filter
from hardhull.formats.live.shown import shown
from hardhull.formats.live.swarm import read_swarm
from hardhull.model.field import Field
from hardhull.text.redaction import REDACTED, redact
from hardhull.text.secrets import secret_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardhull.formats.live.declared import Declared
    from hardhull.formats.live.source import FactsSource
    from hardhull.text.nodes import Mapping, Node

LOOPBACK_REGISTRIES = frozenset({"127.0.0.0/8", "::1/128"})
"""What every engine takes as insecure by itself (moby, ``registry/config.go``)."""
IN_BRIEF = {
    "live_restore": "LiveRestoreEnabled", "debug": "Debug", "experimental": "ExperimentalBuild",
    "log_driver": "LoggingDriver", "storage_driver": "Driver", "data_root": "DockerRootDir",
    "default_runtime": "DefaultRuntime", "ip_forward": "IPv4Forwarding",
}  # fmt: skip
"""Fields that ``GET /info`` tells under another name (moby, ``daemon/info.go``)."""
CHOSEN = frozenset({"storage_driver", "ip_forward", "insecure_registries", "default_cgroupns_mode", "tlsverify"})
"""What an engine chooses itself where nobody asks for anything, or finds: no news that it is not written down."""
UNTOLD = (
    "default_ulimits", "default_shm_size", "log_opts", "log_level", "cgroup_parent", "ip", "min_api_version",
    "metrics_addr", "no_new_privileges", "userland_proxy", "ipv6", "allow_direct_routing", "default_ipc_mode",
)  # fmt: skip
"""Settings that no engine tells of."""


BESIDE = frozenset({"after_upgrade", "config_file", "problems", "version", "seccomp"})
"""Fields that are no settings."""


class Running:
    """An engine that is being read: what is real, and how that differs from what was asked for."""

    def __init__(self, source: FactsSource, node: Mapping, told: Declared | None) -> None:
        self.source = source
        self.node = node
        self.info = key(node, "GET /info")
        self.told = told
        own = key(key(node, "GET /version"), "Version") or key(node, "GET /version") or node
        self.engine = Engine("Docker engine", "live", own.place(source))
        if told is not None:
            self.engine.fields = dict(told.engine.fields)
            self.engine.unread = told.engine.unread
        self.asked = dict(self.engine.fields)
        self.unreal: list[Field[Drift]] = []
        self.unwritten: list[Field[Drift]] = []

    def put(self, slot: str, value: Any, node: Node, *, same: Callable[[Any, Any], bool] | None = None) -> None:
        """What the engine really does; a difference from what was asked for is noted."""
        field = self.asked.get(slot)
        default = getattr(Engine, slot).default
        equal = same or (lambda one, other: one == other)
        place = node.place(self.source)
        if field is not None and field.written and field.known and not equal(field.value, value):
            drift = Drift(slot, _shown(field.value), _shown(value), self._why(slot))
            self.unreal.append(Field("unreal", drift, place))
        elif self._is_news(field, slot) and not equal(default, value):
            drift = Drift(slot, _shown(default), _shown(value), "")
            self.unwritten.append(Field("unwritten_state", drift, place))
        self.engine.fields[slot] = Field(slot, value, place, written=value != default, origin="the running engine")

    def _is_news(self, field: Field[Any] | None, slot: str) -> bool:
        """Whether nobody wrote it, although its default is what the engine would do without."""
        return (field is None or not field.written) and self.told is not None and slot not in CHOSEN

    def _why(self, slot: str) -> str:
        if self.told is not None and self.told.newer and slot not in self.told.flags:
            return f"{self.told.path} was changed after the engine started"
        if slot == "icc":
            return "the bridge was made before, and live-restore or a running container kept it"
        return ""

    def _unseen(self) -> None:
        """Settings of a file that is newer than the process, of which the engine tells nothing."""
        told = self.told
        if told is None or not told.newer or told.refused:
            return
        for slot, field in self.asked.items():
            if not field.written or slot in told.flags | BESIDE or self.engine.fields.get(slot) is not field:
                continue
            reload = slot in RELOADED
            real = "what it had, unless it was reloaded since" if reload else "what it started with"
            shown = _shown(field.value) if field.known else "written"
            self.unreal.append(Field("unreal", Drift(slot, shown, real, self._why(slot)), field.place))

    def finish(self) -> Engine:
        """The engine with its differences; what nobody can tell of a configuration that is newer is unknown."""
        self._unseen()
        if self.unreal:
            self.engine.unreal = Field("unreal", tuple(self.unreal), self.unreal[0].place)
        if self.unwritten:
            place = self.unwritten[0].place
            self.engine.unwritten_state = Field("unwritten_state", tuple(self.unwritten), place)
        if self.told is None:
            why = "its process and its configuration could not be read"
        elif self.told.refused:
            why = f"{self.told.path} cannot be read ({self.told.refused})"
        else:
            why = NEWER if self.told.newer else ""
        if why:
            for slot in UNTOLD:
                if slot not in self.engine.fields or self.engine.fields[slot] is self.asked.get(slot):
                    self.engine.fields[slot] = Field.unknown(slot, self.engine.place, why)
        return self.engine


def read_engine(source: FactsSource, node: Mapping) -> Engine:
    """Reads the part of a document that is about the engine."""
    version = key(key(node, "GET /version"), "Version")
    told = declared(source, node, word(version).partition("+")[0])
    running = Running(source, node, told)
    if version is not None:
        running.engine.version = Field("version", word(version), version.place(source), origin="GET /version")
    _brief(running)
    _security(running)
    _registries(running)
    _plugins(running)
    icc(running)
    packet_filter(running)
    _proxy(running)
    read_listeners(running)
    read_swarm(running)
    _told(running)
    shown(running)
    _problems(running)
    return running.finish()


def _shown(value: Any) -> str:
    """A value in words, without secrets."""
    if isinstance(value, tuple):
        return ", ".join(_item(item.get("") if isinstance(item, Field) else item) for item in value) or "none"
    return redact({True: "true", False: "false", "": "nothing", None: "nothing"}.get(value, str(value)))


def _item(item: Any) -> str:
    """One of a list; of a pair of an option and its value the name may say that it is a secret."""
    if isinstance(item, tuple) and len(item) == 2 and all(isinstance(part, str) for part in item):
        name, value = item
        return f"{name}={REDACTED if secret_in(name, value) else redact(value)}"
    return redact(str(item))


def _brief(running: Running) -> None:
    for slot, name in IN_BRIEF.items():
        node = path(running.info, name)
        if node is None:
            continue
        truth = bool_of(node)
        value: Any = word(node) if truth is None else truth
        running.put(slot, value, node, same=_same_folder if slot == "data_root" else None)


def _same_folder(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/") or other.startswith(
        f"{one.rstrip('/')}/"
    )  # with user namespaces, below


def _security(running: Running) -> None:
    """``SecurityOptions``: ``name=seccomp,profile=default``."""
    node = path(running.info, "SecurityOptions")
    if node is None:
        return
    options: dict[str, tuple[dict[str, str], Node]] = {}
    for text, at in texts(node):
        pairs = dict(part.partition("=")[::2] for part in text.split(","))
        options[pairs.get("name", text)] = (pairs, at)
    mapped = options.get("userns")
    remap = running.asked.get("userns_remap")
    wanted = str(remap.get("")) if remap is not None else ""
    real = (wanted if wanted not in {"", "host", "root", "0"} else "default") if mapped else ""
    running.put("userns_remap", real, mapped[1] if mapped else node, same=_same_mapping)
    for slot, name in (("selinux_enabled", "selinux"), ("rootless", "rootless")):
        running.put(slot, name in options, options[name][1] if name in options else node)
    filtered = options.get("seccomp")
    profile = filtered[0].get("profile", "builtin") if filtered else "unconfined"
    profile = "builtin" if profile in {"default", "builtin"} else profile
    running.put("seccomp_profile", profile, filtered[1] if filtered else node, same=_same_profile)
    if "no-new-privileges" in options:
        running.put("no_new_privileges", True, options["no-new-privileges"][1])
    if "cgroupns" in options and word(path(running.info, "CgroupVersion")) == "2":
        running.put("default_cgroupns_mode", "private", options["cgroupns"][1])


def _same_mapping(one: str, other: str) -> bool:
    return (one in {"", "host", "root", "0"}) == (other == "")


def _same_profile(one: str, other: str) -> bool:
    return (one or "builtin") == other


def _fields(slot: str, running: Running, found: Iterable[tuple[str, Node]]) -> tuple[Field[str], ...]:
    return tuple(Field(slot, text, node.place(running.source)) for text, node in found)


def _same_words(one: Any, other: Any) -> bool:
    """Whether two lists name the same, whatever their order and slashes at the end."""

    def plain(items: Any) -> set[str]:
        return {str(item.get("") if isinstance(item, Field) else item).rstrip("/") for item in items}

    return plain(one) == plain(other)


def _registries(running: Running) -> None:
    registries = path(running.info, "RegistryConfig")
    if registries is None:
        return
    insecure = [(text, at) for text, at in texts(path(registries, "InsecureRegistryCIDRs"))]
    found = [(text, at) for text, at in insecure if text not in LOOPBACK_REGISTRIES]
    named = entries_of(path(registries, "IndexConfigs"))
    found += [(entry.name or "", entry.value) for entry in named if bool_of(path(entry.value, "Secure")) is False]
    running.put("insecure_registries", _fields("insecure_registries", running, found), registries, same=_same_words)
    mirrors = path(registries, "Mirrors")
    labels = path(running.info, "Labels")
    if labels is not None:
        running.put("labels", _fields("labels", running, texts(labels)), labels, same=_same_words)
    if mirrors is not None:
        running.put("registry_mirrors", _fields("registry_mirrors", running, texts(mirrors)), mirrors, same=_same_words)


def _plugins(running: Running) -> None:
    plugins = path(running.info, "Plugins")
    if plugins is None:
        return
    authorization = path(plugins, "Authorization")
    found = _fields("authorization_plugins", running, texts(authorization))
    running.put("authorization_plugins", found, authorization or plugins, same=_same_words)


def _proxy(running: Running) -> None:
    """Proxy processes are only to be seen while ports are published."""
    proxies, rules = ending(running.node, "docker-proxy"), ending(running.node, "nat -S")
    published = any("DNAT" in text for text, _ in texts(rules.value if rules else None))
    if proxies is not None and (items_of(proxies.value) or published):
        running.put("userland_proxy", bool(items_of(proxies.value)), proxies.value)


def _told(running: Running) -> None:
    """What it says of its parts, and of what it misses."""
    warnings = path(running.info, "Warnings")
    found = _fields("warnings", running, texts(warnings))
    if found and warnings is not None:
        running.engine.warnings = Field("warnings", found, warnings.place(running.source))
    parts = [
        Field("components", (word(path(item, "Name")), word(path(item, "Version"))), item.place(running.source))
        for item in items_of(path(running.node, "GET /version", "Components"))
    ]
    if parts:
        running.engine.components = Field("components", tuple(parts), parts[0].place)


def _problems(running: Running) -> None:
    """A configuration that would not be read again: the engine runs on until somebody restarts it."""
    told = running.told
    if told is None or not told.refused:
        return
    entry = next((each for each in all_ending(running.node, told.path)), None)
    if entry is not None:
        drift = Drift("config_file", told.path, "an engine that cannot read it and does not start again", told.refused)
        running.unreal.append(Field("unreal", drift, entry.key.place(running.source)))
