"""A document of facts becomes Workloads, an Engine and a Host; each field stands where it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.jsonread import items_of, text_of, texts
from hardhull.formats.live.host import host
from hardhull.formats.live.network import network
from hardhull.formats.live.nodes import key, word
from hardhull.formats.live.shown import hollow
from hardhull.formats.live.source import FactsSource
from hardhull.formats.live.store import store
from hardhull.formats.live.workload import container
from hardhull.model.field import Field
from hardhull.text.errors import UnreadableError
from hardhull.text.jsondoc import load
from hardhull.text.nodes import Mapping

if TYPE_CHECKING:
    from hardhull.facts.engine import Engine
    from hardhull.facts.fact import Fact
    from hardhull.model.source import Source
    from hardhull.text.nodes import Node

SYNTAX = "live"
SCHEMA = "hardhull-facts/1"


class Gap(NamedTuple):
    """Something that could not be read when the facts were collected."""

    kind: str
    what: str
    why: str
    how: str


class LiveRead(NamedTuple):
    """What a document says.

    Attributes:
        facts: the containers, the engine and the host that were asked for.
        gaps: what could not be read.
    """

    facts: list[Fact]
    gaps: list[Gap]


def read(source: Source) -> LiveRead:
    """Reads a document.

    Raises:
        UnreadableError: not JSON, or of another version than :data:`SCHEMA`.
    """
    root = load(source)
    schema = word(key(root, "schema"))
    if schema != SCHEMA:
        why = f"its facts are of version {schema!r}, and this version reads {SCHEMA}"
        raise UnreadableError(source, root.start, why, "judge it with the version of hardhull that collected it")
    located = FactsSource(source.path, source.data)
    located.root = root
    asked = {name for name, _ in texts(key(key(root, "collected"), "targets"))}
    facts: list[Fact] = []
    machine = key(root, "host")
    if "host" in asked and isinstance(machine, Mapping):
        facts.append(host(located, machine))
    engine = _engine(located, root)
    if engine is not None and "engine" in asked:
        facts.append(engine)
    networks = key(root, "network")
    if "network" in asked and isinstance(networks, Mapping):
        facts.append(network(located, networks))
    stored = key(root, "images")
    if "images" in asked and isinstance(stored, Mapping):
        facts.append(store(located, stored, root))
    for node in items_of(key(root, "containers")):
        if isinstance(node, Mapping):
            workload = container(located, node, root)
            if engine is not None:
                workload.engine = Field("engine", engine, engine.place, origin="the engine that runs it")
                hollow(workload, engine)
            facts.append(workload)
            filtered = workload.seccomp_profile.get(None)
            if filtered is not None:
                filtered.subject = f"{workload.subject} (its filter)"
                facts.append(filtered)
    return LiveRead(facts, [_gap(node) for node in items_of(key(root, "not_read"))])


def _engine(source: FactsSource, root: Node) -> Engine | None:
    node = key(root, "engine")
    if not isinstance(node, Mapping) or key(node, "GET /info") is None:
        return None
    from hardhull.formats.live.engine import read_engine

    return read_engine(source, node)


def _gap(node: Node) -> Gap:
    return Gap(*(text_of(key(node, name)) or "" for name in Gap._fields))
