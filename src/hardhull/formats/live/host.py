"""The host of a document of facts, as a Host: each field stands where it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hardhull.facts.host import KINDS, AuditRule, Host, InUse, Kept
from hardhull.facts.host_files import PARTS, HostFile
from hardhull.formats.auditd import RefusedError, parse
from hardhull.formats.jsonread import bool_of, entries_of, entry_place, int_of, items_of, texts
from hardhull.formats.live.nodes import key, word
from hardhull.model.field import Field
from hardhull.text.nodes import Mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardhull.formats.live.source import FactsSource
    from hardhull.model.source import Place
    from hardhull.text.nodes import Entry, Node

T = TypeVar("T")
NOT_READ = "it was not read when the facts were collected"


def host(source: FactsSource, node: Mapping) -> Host:
    """Reads the object ``host`` of a document.

    Args:
        source: the document.
        node: the object.
    """
    return _Reader(source, node).read()


class _Reader:
    """One host that is being read."""

    def __init__(self, source: FactsSource, node: Mapping) -> None:
        self.source = source
        self.node = node
        self.host = Host("host", "live", _at(source, node))

    def read(self) -> Host:
        """All parts."""
        self._list("files", "files", self._file)
        self._list("sysctls", "sysctls", _sysctl)
        self._list("certificates", "certificates", _certificate)
        self._list("content_trust", "environment", lambda entry: (entry.name or "", word(entry.value)))
        self._list("monitors", "monitors", lambda entry: word(entry.value))
        self._list("shippers", "shippers", lambda entry: word(entry.value))
        self._list("audits", "audits", _record)
        self._users()
        self._data()
        self._listeners()
        self._audit()
        self._list("in_use", "audited", _in_use)
        return self.host

    def _place(self, node: Node) -> Place:
        return node.place(self.source)

    def _list(self, slot: str, name: str, read: Callable[[Entry], Any]) -> None:
        """A list whose items are the entries of an object."""
        part = key(self.node, name)
        if not isinstance(part, Mapping):
            self._unknown(slot)
            return
        fields = []
        for entry in entries_of(part):
            value = read(entry)
            if value is not None:
                fields.append(Field(slot, value, entry_place(self.source, entry)))
        self.host.fields[slot] = Field(slot, tuple(fields), self._place(part), written=bool(fields))

    def _unknown(self, slot: str) -> None:
        unknown: Field[Any] = Field.unknown(slot, self.host.place, NOT_READ)
        self.host.fields[slot] = unknown

    @staticmethod
    def _file(entry: Entry) -> HostFile | None:
        part, mode = word(key(entry.value, "part")), word(key(entry.value, "mode"))
        if part not in PARTS or not mode or set(mode) - set("01234567"):
            return None
        acl = tuple(text for text, _ in texts(key(entry.value, "acl")))
        user, group, above = (word(key(entry.value, name)) for name in ("user", "group", "above"))
        return HostFile(part, entry.name or "", int(mode, 8), user, group, acl, above)

    def _users(self) -> None:
        part = key(self.node, "engine_users")
        if not isinstance(part, Mapping):
            self._unknown("engine_users")
            return
        found = [
            Field("engine_users", name, self._place(node))
            for entry in entries_of(part)
            for name, node in texts(entry.value)
            if name != "root"
        ]
        self.host.engine_users = Field("engine_users", tuple(found), self._place(part), written=bool(found))

    def _data(self) -> None:
        part = key(self.node, "data_root")
        apart = key(part, "apart")
        if apart is None or bool_of(apart) is None:
            self._unknown("data_apart")
            return
        entry = next(iter(entries_of(part)))
        self.host.data_apart = Field("data_apart", bool_of(apart), entry_place(self.source, entry))

    def _listeners(self) -> None:
        part = key(self.node, "engine")
        entry = next((one for one in entries_of(part) if (one.name or "").endswith("/net/tcp")), None)
        if entry is None:
            self._unknown("listeners")
            return
        found = tuple(Field("listeners", address, self._place(node)) for address, node in texts(entry.value))
        self.host.listeners = Field("listeners", found, entry_place(self.source, entry), written=bool(found))
        verify = key(part, "verify")
        if verify is not None:
            self.host.listeners_verify = Field("listeners_verify", bool_of(verify), self._place(verify))

    def _audit(self) -> None:
        part = key(self.node, "audit")
        enabled = key(key(part, "run auditctl -s"), "enabled")
        if enabled is None:
            self._unknown("audit_enabled")
        else:
            self.host.audit_enabled = Field("audit_enabled", int_of(enabled), self._place(enabled))
        loaded = key(part, "AUDIT_LIST_RULES")
        if loaded is None:  # as hardhull before this wrote it
            loaded = key(part, "run auditctl -l")
        if loaded is None:
            self._unknown("audit_rules")
            return
        self.host.audit_rules = Field("audit_rules", tuple(self._rules(items_of(loaded))), self._place(loaded))

    def _rules(self, nodes: Iterable[Node]) -> Iterable[Field[AuditRule]]:
        for node in nodes:
            try:
                rule = parse(word(node).split())
            except RefusedError as error:
                yield Field.unknown("audit_rules", self._place(node), str(error), written=True)
                continue
            if rule is not None:
                yield Field("audit_rules", rule, self._place(node))


def _at(source: FactsSource, node: Mapping) -> Place:
    """The host is known by its kernel's version."""
    release = key(key(node, "kernel"), "/proc/sys/kernel/osrelease")
    return (release or node).place(source)


def _sysctl(entry: Entry) -> tuple[str, str] | None:
    value = word(entry.value)
    name = (entry.name or "").removeprefix("/proc/sys/").replace("/", ".")
    return (name, value) if value else None


def _certificate(entry: Entry) -> Kept | None:
    days = int_of(key(entry.value, "days"))
    return None if days is None else Kept(entry.name or "", days, int_of(key(entry.value, "bits")) or 0)


def _record(entry: Entry) -> tuple[str, int] | None:
    days = int_of(entry.value)
    return None if days is None else (entry.name or "", days)


def _in_use(entry: Entry) -> InUse | None:
    kind = word(key(entry.value, "kind"))
    if not entry.name or kind not in KINDS:
        return None
    engine = key(entry.value, "engine")
    return InUse(entry.name, kind, word(key(entry.value, "name")), engine is not None and bool_of(engine) is True)
