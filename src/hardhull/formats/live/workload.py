"""One container: what the engine was told, and over it what the kernel has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.workload import Workload
from hardhull.formats.engine_api.network import published
from hardhull.formats.engine_api.reader import CANNOT
from hardhull.formats.engine_api.reader import container as inspected
from hardhull.formats.engine_api.setter import Setter
from hardhull.formats.jsonread import entries_of, fold
from hardhull.formats.live.devices import read_devices
from hardhull.formats.live.limits import read_limits
from hardhull.formats.live.mounts import read_mounts
from hardhull.formats.live.nodes import ending, key, path, word
from hardhull.formats.live.real import Real
from hardhull.formats.live.rights import read_rights
from hardhull.formats.live.spaces import read_spaces
from hardhull.model.field import Field
from hardhull.text.nodes import Mapping
from hardhull.text.redaction import REDACTED

if TYPE_CHECKING:
    from hardhull.formats.live.source import FactsSource
    from hardhull.text.nodes import Node

RUNTIME = {"podman": "podman", "kubernetes": "docker"}


def container(source: FactsSource, node: Mapping, root: Node) -> Workload:
    """A container of the document.

    Args:
        source: the document.
        node: its object.
        root: the whole document, for what all containers share.
    """
    answer = next((entry.value for entry in entries_of(node) if (entry.name or "").startswith("GET ")), None)
    workload = inspected(source, answer) if isinstance(answer, Mapping) else _foreign(source, node)
    workload.syntax = "live"
    _left_out(workload)
    if answer is not None:
        _published(source, workload, answer)
    kernel, machine = key(node, "kernel"), key(root, "machine")
    if isinstance(kernel, Mapping):
        real = Real(source, workload, kernel, machine, path(root, "engine", "GET /info"))
        for read in (read_rights, read_spaces, read_mounts, read_devices, read_limits):
            read(real)
        real.finish()
    return workload


def _left_out(workload: Workload) -> None:
    """Of facts that were kept, the secrets are gone: what was there nobody can judge any more."""
    why = "its value was left out of the facts, as a secret"
    for slot in ("env", "command", "entrypoint"):
        field = workload.fields.get(slot)
        if field is None or not field.known or not field.written:
            continue
        if slot == "env":
            items = tuple(
                Field.unknown(slot, item.place, why, written=True)
                if item.known and REDACTED in (item.value.value or "")
                else item
                for item in field.value
            )
            workload.fields[slot] = Field(slot, items, field.place)
        elif any(REDACTED in word for word in field.value):
            workload.fields[slot] = Field.unknown(slot, field.place, why, written=True)


def _published(source: FactsSource, workload: Workload, answer: Node) -> None:
    """What is really published, with the ports that the engine chose; of both families of addresses one is enough."""
    ports = fold(fold(answer, "NetworkSettings"), "Ports")
    if ports is None:
        return
    setter = Setter(source, workload)
    kept, seen = [], set()
    for field in published(setter, ports):
        if field.value.host is None:
            continue  # exposed only
        where = "*" if field.value.host_ip in {"0.0.0.0", "::", None} else field.value.host_ip  # noqa: S104
        what = (field.value.container, field.value.protocol, field.value.host, where)
        if what not in seen:
            seen.add(what)
            kept.append(field)
    if kept:
        setter.put("ports", tuple(kept), setter.place(ports))
    elif workload.network_mode.get(None) != "host":
        setter.put("ports", (), setter.place(ports), written=False)


def _foreign(source: FactsSource, node: Mapping) -> Workload:
    """A container that the engine knows nothing of: only the kernel speaks of it."""
    name, runtime = word(key(node, "name")), word(key(node, "runtime"))
    status = ending(key(node, "kernel"), "/status")
    known = (key(status.value, "Name") if status is not None else None) or key(node, "name") or node
    place = known.place(source)
    subject = f"container {name} of another runtime ({runtime}, {word(key(node, 'program'))})"
    workload = Workload(name, subject, "live", place, runtime=RUNTIME.get(runtime, "docker"), cannot=CANNOT)
    for slot in UNSEEN:
        workload.fields[slot] = Field.unknown(slot, place, "only its runtime knows, which was not asked", written=True)
    groups = ending(key(node, "kernel"), "/cgroup")
    if groups is not None:
        entry = max(entries_of(groups.value), key=lambda one: len(word(one.value)), default=None)
        if entry is not None:
            workload.outside = Field("outside", word(entry.value), entry.value.place(source))
    return workload


UNSEEN = (
    "image", "restart", "healthcheck", "log_driver", "log_options", "env", "command", "entrypoint", "ports", "labels",
    "networks", "publish_all", "sysctls", "ulimits",
)  # fmt: skip
"""What only a runtime could tell."""
