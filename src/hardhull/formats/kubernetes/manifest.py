"""One object of a manifest: its kind, its name, and whether it is the whole object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.cluster_parts import KubeObject, titled
from hardhull.formats.kubernetes.kinds import split_version
from hardhull.formats.kubernetes.known import misplaced_in_controller
from hardhull.formats.kubernetes.values import integer, text, word
from hardhull.model.field import Field
from hardhull.text.nodes import Scalar

if TYPE_CHECKING:
    from hardhull.formats.kubernetes.block import Block
    from hardhull.model.source import Place, Source


class NotWholeError(Exception):
    """An object is a stub, a patch or otherwise not what would run.

    Attributes:
        why: the reason as a sentence part.
        how: what to do about it.
    """

    def __init__(self, why: str, how: str) -> None:
        super().__init__(why)
        self.why = why
        self.how = how


class Manifest:
    """An object of a manifest.

    Attributes:
        block: the object.
        kind: as written; likewise ``group`` and ``version``.
        metadata: None where absent.
        name: its name or ``generateName``; empty where neither is a text.
        namespace: None where not written.
        place: of its name, else of its kind.
        labels: of the object itself, once :meth:`read_owner` was called; likewise ``annotations``, ``replicas`` and
            ``hollow``, the settings in its spec that do nothing where they stand.
    """

    __slots__ = (
        "annotations", "api_version", "block", "group", "hollow", "kind", "kind_place", "labels", "metadata", "name",
        "namespace", "place", "replicas", "version",
    )  # fmt: skip

    def __init__(self, block: Block, kind: str, api_version: str) -> None:
        self.block = block
        self.kind = kind
        self.group, self.version = split_version(api_version) or (api_version, "")
        self.kind_place = _value_place(block, "kind")
        self.api_version = Field("api_version", api_version, _value_place(block, "apiVersion"))
        self.metadata = block.block("metadata")
        self.place = self.kind_place
        self.name = ""
        self.namespace: Field[str | None] | None = None
        self.labels: Field[Any] | None = None
        self.annotations: Field[Any] | None = None
        self.replicas: Field[int | None] | None = None
        self.hollow: tuple[Field[str], ...] = ()
        if self.metadata is not None:
            self._identify(self.metadata)

    def _identify(self, metadata: Block) -> None:
        for key in ("name", "generateName"):
            node = metadata.node(key)
            if isinstance(node, Scalar) and node.text:
                self.name, self.place = node.text, metadata.at(node)
                break
        self.namespace = metadata.field("namespace", "namespace", word)

    @property
    def source(self) -> Source:
        """The file."""
        return self.block.source

    @property
    def namespace_name(self) -> str | None:
        """The namespace; None where it is not written or holds a placeholder."""
        return (self.namespace.get(None) or None) if self.namespace is not None else None

    @property
    def title(self) -> str:
        """How it is called in messages: ``Deployment shop/web``."""
        return titled(self.kind, self.namespace_name, self.name)

    @property
    def summary(self) -> KubeObject:
        """The object as a record of the Cluster."""
        return KubeObject(self.kind, self.group, self.version, self.namespace_name, self.name, self.api_version)

    def read_owner(self) -> None:
        """Reads what only matters of objects that make pods."""
        if self.metadata is not None:
            self.labels = self.metadata.pairs("labels", "labels")
            self.annotations = self.metadata.pairs("annotations", "annotations")
        spec = self.block.block("spec")
        if spec is None or self.kind == "Pod":
            return
        self.replicas = spec.field("replicas", "replicas", integer) if "replicas" in spec.entries else None
        self.hollow = tuple(misplaced_in_controller(spec, self.kind))


def _value_place(block: Block, key: str) -> Place:
    node = block.node(key)
    return block.place if node is None else block.at(node)


def header(block: Block) -> tuple[str, str] | None:
    """``kind`` and ``apiVersion`` of a mapping; None where it is no Kubernetes object."""
    kind, version = block.field("kind", "kind", text), block.field("apiVersion", "apiVersion", text)
    if kind is None or version is None or not (kind.known and version.known):
        return None
    return kind.value, version.value
