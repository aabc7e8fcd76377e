"""Reads daemon.json the way the engine does: ``getConflictFreeConfiguration`` in moby's ``daemon/config/config.go``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.facts.engine import Engine
from hardhull.facts.problem import Problem
from hardhull.formats.daemon_json.checks import refused, refused_number
from hardhull.formats.daemon_json.keys import (
    MERGED,
    NO_OPTIONS,
    ONLY_OPTIONS,
    PROXIES,
    REFUSED_EMPTY,
    RENAMED,
    keys,
    options,
    stated,
    version,
)
from hardhull.formats.daemon_json.values import MismatchError, typed
from hardhull.formats.jsonread import bool_of, entries_of, is_null, text_of, type_name
from hardhull.model.field import Field
from hardhull.model.source import BOM, Place, Span
from hardhull.text.jsondoc import load
from hardhull.text.nodes import Mapping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.formats.daemon_json.keys import Key
    from hardhull.model.source import Source
    from hardhull.text.nodes import Entry, Node

SYNTAX = "daemon.json"

_TELLING = re.compile(
    rb'"(?:live-restore|userns-remap|userland-proxy|log-driver|log-opts|registry-mirrors|insecure-registries'
    rb"|storage-driver|default-ulimits|no-new-privileges|exec-opts|data-root|default-address-pools|seccomp-profile"
    rb'|icc|authorization-plugins|default-cgroupns-mode)"\s*:'
)


def looks_like(data: bytes) -> bool:
    """Whether a JSON file of any name has keys that only daemon.json has."""
    return data.removeprefix(BOM).lstrip().startswith(b"{") and bool(_TELLING.search(data))


def read(source: Source, engine_version: str = "") -> Engine:
    """Reads a daemon.json.

    Args:
        source: the file.
        engine_version: the version of the engine that reads it (``28.5.2``), where somebody knows it. Without it,
            keys that only some versions take are taken, and keys that were removed are problems that are not sure.

    Returns:
        The engine; what it would not accept is in ``problems``, and a field whose value has the wrong type is unknown.

    Raises:
        UnreadableError: not JSON (the engine refuses it too), or past a limit.
    """
    data = source.data
    if not data.removeprefix(BOM).strip():
        return Engine("Docker engine", SYNTAX, Place(source, Span(0, len(data))))
    root = load(source)
    engine = Engine("Docker engine", SYNTAX, Place(source, Span(root.start, root.start + 1)))
    if engine_version:
        engine.version = Field(
            "version", engine_version, engine.place, written=False, origin="the engine's own version"
        )
    reading = _Reading(source, engine, engine_version)
    if isinstance(root, Mapping):
        reading.entries(root)
    elif not is_null(root):
        reading.problem(root, "type", "daemon.json", f"the file holds a {type_name(root)}, the engine wants an object")
    reading.finish()
    return engine


class _Reading:
    """One file being read."""

    def __init__(self, source: Source, engine: Engine, engine_version: str) -> None:
        self.source = source
        self.engine = engine
        self.version = stated(engine_version)
        self.problems: list[Field[Problem]] = []
        self.seen: set[str] = set()
        self.names: set[str] = set()

    def problem(
        self, node: Node, kind: str, key: str, why: str, *, stops: bool = True, sure: bool = True, instead: str = ""
    ) -> None:
        """Keeps what the engine does not take as it was meant."""
        problem = Problem(kind, key, why, stops=stops, sure=sure, instead=instead)
        self.problems.append(Field(key, problem, node.place(self.source)))

    def entries(self, mapping: Mapping) -> None:
        """Every key in the order of the file, so that the last of two wins."""
        table = keys()
        self.names = {entry.name or "" for entry in mapping.entries}
        for entry in mapping.entries:
            name = entry.name or ""
            key = table.get(name)
            if name in self.seen:
                both = key is not None and key.type in MERGED
                kept = "adds up both" if both else "takes this one and ignores the one above"
                self.problem(entry.key, "twice", name, f"{name} is written twice, the engine {kept}", stops=False)
            self.seen.add(name)
            if key is not None and name not in PROXIES:
                self.take(key, entry)
            else:
                self.stray(entry, name)

    def take(self, key: Key, entry: Entry) -> None:
        """A key that the engine knows."""
        if not self.known_to_version(key, entry) or key.type == "any":
            if isinstance(entry.value, Mapping) and key.type != "map":
                self.nested(entry, key.name)
            return
        if key.type == "proxies":
            self.proxies(entry)
            return
        if is_null(entry.value) and key.type != "size":
            return
        try:
            value = typed(key, entry.value, self.source)
        except MismatchError as error:
            self.problem(error.node, "type", key.name, f"{key.name}: {error.why}", instead=error.instead)
            if key.slot:
                place = entry.value.place(self.source)
                self.keep(key.slot, Field.unknown(key.slot, place, f"{key.name}: {error.why}", written=True))
            return
        self.values(key, entry, value)
        if key.slot:
            self.keep(key.slot, self.field(key, entry, value))
        elif key.type == "builder":
            for field in value:
                self.keep(field.name, field)

    def known_to_version(self, key: Key, entry: Entry) -> bool:
        """Whether the engine has this key; it may have come later, or be gone."""
        if self.version is not None and key.since and version(key.since) > self.version:
            if not isinstance(entry.value, Mapping):
                self.problem(entry.key, "too-new", key.name, f"{key.name} is known from engine {key.since} on")
            return False
        if not key.until:
            return True
        nested = isinstance(entry.value, Mapping) and key.type != "map"
        empty = is_null(entry.value) or text_of(entry.value) == ""
        until = REFUSED_EMPTY.get(key.name, key.until) if empty else key.until
        if self.version is not None and version(until) > self.version:
            return True
        why = f"{key.name} was removed, engine {until} and later refuse it"
        if self.version is None or not nested:
            instead = self.instead(RENAMED.get(key.name, ""), entry)
            self.problem(entry.key, "removed", key.name, why, sure=self.version is not None, instead=instead)
        return False

    def field(self, key: Key, entry: Entry, value: Any) -> Field[Any]:
        """The field of a slot; lists point at their key, and an empty text or 0 is the default (mergo in moby)."""
        if isinstance(value, tuple):
            earlier = self.engine.fields.get(key.slot)
            if key.type in MERGED and earlier is not None and earlier.known:
                value = (*earlier.value, *value)
            return Field(key.slot, value, entry.key.place(self.source))
        default = getattr(Engine, key.slot).default
        empty = value == "" or (value == 0 and not isinstance(value, bool) and key.name != "default-stop-timeout")
        return Field(key.slot, default if empty else value, entry.value.place(self.source))

    def keep(self, slot: str, field: Field[Any]) -> None:
        """Sets a field of the engine."""
        self.engine.fields[slot] = field

    def values(self, key: Key, entry: Entry, value: Any) -> None:
        """Values of the right type that the engine refuses all the same."""
        if key.type in {"strings", "ips"}:
            for item in value:
                self.value(key, item.value, item)
        elif isinstance(value, str):
            self.value(key, value, Field(key.name, value, entry.value.place(self.source)))
        elif isinstance(value, int) and not isinstance(value, bool):
            why = refused_number(key.name, value)
            if why:
                self.problem(entry.value, "value", key.name, f"{key.name}: {why}")
        elif key.type == "runtimes":
            for item in value:
                if item.value.name == "runc":
                    reserved = Problem("value", key.name, "the runtime name runc is reserved")
                    self.problems.append(Field(key.name, reserved, item.place))

    def value(self, key: Key, text: str, at: Field[str]) -> None:
        """One text."""
        why = refused(key.name, text)
        if why:
            self.problems.append(Field(key.name, Problem("value", key.name, f"{key.name}: {why}"), at.place))

    def proxies(self, proxies: Entry) -> None:
        """The object ``proxies``. Anything else under that name is an unknown key to the engine, null too."""
        node = proxies.value
        if not isinstance(node, Mapping):
            why = f"proxies: {type_name(node)} where the engine wants an object"
            self.problem(node, "type", "proxies", why)
            return
        for entry in node.entries:
            name = entry.name or ""
            text = text_of(entry.value)
            if name not in keys() and name not in options():
                instead = self.instead(_same_words(name, PROXIES), entry)
                why = f"{name} is no setting of the engine{_similar(name)}"
                self.problem(entry.key, "unknown", name, why, instead=instead)
            elif text is not None and name in PROXIES:
                self.keep(name.replace("-", "_"), Field(name, text, entry.value.place(self.source)))

    def stray(self, entry: Entry, name: str) -> None:
        """A key that is no setting at this place."""
        option = options().get(name) if len(name) > 1 else None
        self.engine.unread.append(Field(name, name, entry.key.place(self.source)))
        if (
            isinstance(entry.value, Mapping)
            and (name in PROXIES or name.lower() not in keys())
            and name not in NO_OPTIONS
        ):
            self.nested(entry, name)
        elif name in PROXIES:
            why = f"{name} counts only inside proxies, here the engine ignores it"
            self.problem(entry.key, "flag-name", name, why, stops=False)
        elif option is not None and option.until and (self.version is None or version(option.until) <= self.version):
            why = f"{name} was removed, engine {option.until} and later refuse it"
            self.problem(entry.key, "removed", name, why, sure=self.version is not None)
        elif option is not None:
            why = f"{name} is the name of the option, the key is {option.name}; the engine ignores it"
            self.problem(entry.key, "flag-name", name, why, stops=False)
        elif name in ONLY_OPTIONS:
            why = f"{name} is an option of dockerd and no key, the engine ignores it"
            self.problem(entry.key, "flag-name", name, why, stops=False)
        else:
            instead = self.instead(_same_words(name, keys()) or _only_like(name), entry)
            why = f"{name} is no setting of the engine{_similar(name)}"
            self.problem(entry.key, "unknown", name, why, instead=instead)

    def instead(self, name: str, entry: Entry) -> str:
        """The key that was meant, if its value fits and it is not in the file besides."""
        key = keys().get(name)
        if key is None or name in self.names:
            return ""
        try:
            if name not in PROXIES and not is_null(entry.value):
                typed(key, entry.value, self.source)
        except MismatchError:
            return ""
        return f'"{name}"'

    def nested(self, entry: Entry, name: str) -> None:
        """An object under an unknown key: the engine looks for settings in it, and only booleans have an effect."""
        inner_names = []
        for inner in entries_of(entry.value):
            inner_name = inner.name or ""
            key = keys().get(inner_name)
            if key is None and inner_name not in options() and inner_name not in ONLY_OPTIONS:
                why = f"{inner_name} (in {name}) is no setting of the engine{_similar(inner_name)}"
                self.problem(inner.key, "unknown", inner_name, why)
            elif key is not None and key.type == "bool" and bool_of(inner.value) is not None:
                if key.slot and key.slot not in self.engine.fields:
                    self.keep(key.slot, Field(key.slot, bool_of(inner.value), inner.value.place(self.source)))
            else:
                inner_names.append(inner_name)
        lost = f" ({', '.join(inner_names)})" if inner_names else ""
        if lost or not entries_of(entry.value):
            why = f"{name} is no setting of the engine, what stands in it{lost} is ignored"
            self.problem(entry.key, "nested", name, why, stops=False)

    def userland_proxy(self) -> None:
        """The proxy's path counts only while the proxy is on."""
        proxy = self.engine.fields.get("userland_proxy")
        if proxy is not None and proxy.get(True) is False:
            self.problems = [one for one in self.problems if one.value.key != "userland-proxy-path"]

    def finish(self) -> None:
        """Settings that exclude each other, and the list of problems."""
        self.exclusive()
        self.userland_proxy()
        if self.problems:
            place = self.problems[0].place
            self.engine.problems = Field("problems", tuple(self.problems), place)

    def exclusive(self) -> None:
        """``verifyDaemonSettings`` in moby's ``daemon/daemon_unix.go``."""
        get = self.engine.fields.get
        icc, iptables, bridge = get("icc"), get("iptables"), get("bridge")
        if icc is not None and iptables is not None and icc.get(True) is False and iptables.get(True) is False:
            self.both(icc, "icc", "icc: false needs iptables, which are switched off")
        for name in ("bip", "bip6"):
            own = get(name)
            if bridge is not None and own is not None and bridge.get("") and own.get(""):
                self.both(own, name, f"bridge and {name} exclude each other")
        six = get("ip6tables")
        older = self.version is not None and self.version < (27, 0)
        if six is not None and six.get(None) is True and older and not self.engine.experimental.get(False):
            self.both(six, "ip6tables", "ip6tables: true needs experimental before engine 27.0")
        if {"host-gateway-ip", "host-gateway-ips"} <= self.seen:
            at = Field("host-gateway-ip", "", self.engine.place)
            self.both(at, "host-gateway-ip", "host-gateway-ip and host-gateway-ips exclude each other")
        self.labels()

    def labels(self) -> None:
        """A label may not have two values (``GetConflictFreeLabels``)."""
        values: dict[str, str] = {}
        for item in self.engine.labels.get(()):
            name, _, value = item.get("").partition("=")
            if values.setdefault(name, value) != value:
                self.both(item, "labels", f"labels: {name} has two values")

    def both(self, field: Field[Any], key: str, why: str) -> None:
        """Keeps a pair that the engine refuses."""
        self.problems.append(Field(key, Problem("exclusive", key, why), field.place))


def _same_words(name: str, names: Iterable[str]) -> str:
    """The key of the same letters: people write ``log_driver`` and ``logDriver``, too."""
    letters = name.replace("_", "").replace("-", "").lower()
    return next((one for one in names if one.replace("-", "") == letters), "")


def _only_like(name: str) -> str:
    """The only key that is spelt almost like a name; empty where there are several or none."""
    from difflib import get_close_matches  # only for a file that is wrong

    found = get_close_matches(name[:60], keys(), 2, 0.85)
    return found[0] if len(found) == 1 and len(name) > 5 else ""


def _similar(name: str) -> str:
    """A hint for a mistyped key."""
    from difflib import get_close_matches  # only for a file that is wrong

    found = get_close_matches(name[:60], keys(), 1, 0.75)
    return f", did you mean {found[0]}?" if found else ""
