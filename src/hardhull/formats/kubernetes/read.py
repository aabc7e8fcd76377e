"""Kubernetes manifests: from the bytes of a file to workloads and the parts of a cluster."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from hardhull.facts.cluster import cluster_of
from hardhull.facts.cluster_parts import Part
from hardhull.formats.kubernetes import kustomize
from hardhull.formats.kubernetes.block import Block
from hardhull.formats.kubernetes.documents import documents, helm_place, patch_directives
from hardhull.formats.kubernetes.kinds import (
    BUILT_IN,
    NO_READER,
    OTHER_TOOLS,
    TEMPLATES,
    split_version,
)
from hardhull.formats.kubernetes.manifest import Manifest, NotWholeError, header
from hardhull.formats.kubernetes.parts import is_read, part_of
from hardhull.formats.kubernetes.workloads import pods_of
from hardhull.model.field import NotKnownError
from hardhull.model.result import NotChecked
from hardhull.text.nodes import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.facts.cluster import Cluster
    from hardhull.facts.workload import Workload
    from hardhull.model.source import Place, Source

_MAX_LISTS = 5
"""Depth of Lists in Lists."""
_RENDER = "render it with `helm template` and pipe the output to `hardhull scan -`"
_DATA = frozenset({"ConfigMap", "Secret"})
"""Kinds whose texts may hold templates of any kind without being one."""


class KubernetesRead(NamedTuple):
    """What one file holds.

    Attributes:
        workloads: every container of every whole workload object, in the order of the file.
        cluster_parts: the records that :func:`gather` makes a Cluster of.
        not_checked: what was not judged, with the reason.
    """

    workloads: list[Workload]
    cluster_parts: list[Part]
    not_checked: list[NotChecked]


def read(source: Source, context: kustomize.Context = kustomize.ALONE, *, from_docs: bool = False) -> KubernetesRead:
    """Reads one file of manifests, YAML or JSON.

    Args:
        source: the file.
        context: what the other files of the tree say about it, from :func:`kustomize.context`.
        from_docs: whether it is written in documentation.
    """
    reading = _Reading(source, from_docs)
    reason = _not_a_manifest(source, context)
    if reason is not None:
        reading.not_checked.append(reason)
    else:
        reading.file()
    return KubernetesRead(reading.workloads, reading.parts, reading.not_checked)


def gather(parts: Iterable[Part]) -> Cluster | None:
    """The Cluster that the parts of all files of one scan make; None where there is none."""
    return cluster_of(parts)


def _not_a_manifest(source: Source, context: kustomize.Context) -> NotChecked | None:
    """Why a file is not to be read as manifests at all."""
    path = source.path
    if posixpath.basename(path) in kustomize.NAMES:
        return kustomize.not_checked(source)
    if path in context.patches:
        why = "a patch that a kustomization applies to another manifest"
        return NotChecked("out-of-scope", path, why, "`kubectl kustomize FOLDER | hardhull scan -` judges the result")
    chart = kustomize.chart_of(path, context)
    template = "/templates/" in f"/{path}"
    if chart is not None and (b"{{" in source.data or not template):  # a template without one is whole as it is
        what = "a template" if template else "values"
        how = f"`helm template {chart} | hardhull scan -` judges what it renders"
        return NotChecked("out-of-scope", path, f"{what} of the Helm chart {chart}", how)
    return None


class _Reading:
    """The reading of one file."""

    def __init__(self, source: Source, from_docs: bool) -> None:
        self.source = source
        self.from_docs = from_docs
        self.workloads: list[Workload] = []
        self.parts: list[Part] = []
        self.not_checked: list[NotChecked] = []
        self.unread: dict[tuple[str, str], Counter[str]] = {}
        self.strange: list[Place] = []
        self.braces = b"{{" in source.data
        self.directives = patch_directives(source.data)

    def file(self) -> None:
        """Every document."""
        found = documents(self.source, is_read)
        for (kind, version), count in found.skipped.items():
            self.unknown_kind(kind, version, count)
        for root in found.roots:
            if not isinstance(root, Mapping):
                self.strange.append(root.place(self.source))
            elif not self.template(root):
                self.object(Block(self.source, root), None, 0)
        for error in found.errors:
            kind = "out-of-scope" if error.template else "failed"
            what = f"{self.source.path}:{error.line}:{error.column}"
            self.not_checked.append(NotChecked(kind, what, error.why, error.do))
        if self.parts:  # else the file is somebody else's
            for place in self.strange:
                self.note(str(place), "no apiVersion and kind, so no Kubernetes object", "correct it")
        for (why, how), kinds in self.unread.items():
            shown = ", ".join(f"{count} {kind}" if count > 1 else kind for kind, count in kinds.items())
            self.note(f"{self.source.path}: {shown}", why, how)

    def template(self, root: Mapping) -> bool:
        """Whether the document is a Helm template that happens to be YAML; notes it then."""
        if not self.braces:
            return False
        kind = root.get("kind")
        part = root.get("metadata") if isinstance(kind, Scalar) and kind.text in _DATA else root
        place = helm_place(self.source, part.span) if part is not None else None
        if place is not None:
            self.note(str(place), "a Helm template", _RENDER)
        return place is not None

    def object(self, block: Block, implied: tuple[str, str] | None, depth: int) -> None:
        """One object; ``implied`` are kind and apiVersion of the items of a typed list that leaves them out."""
        found = header(block) or implied
        if found is None:
            self.strange.append(block.place)
            return
        kind, api_version = found
        if kind.endswith("List") and depth < _MAX_LISTS and ("items" in block or kind == "List"):
            self.items(block, (kind.removesuffix("List"), api_version) if kind != "List" else None, depth)
        elif is_read(kind, api_version):
            self.known(Manifest(block, kind, api_version))
        else:
            self.unknown_kind(kind, api_version)

    def items(self, block: Block, implied: tuple[str, str] | None, depth: int) -> None:
        """The items of a List."""
        try:
            for item in block.blocks("items"):
                self.object(item, implied, depth + 1)
        except NotKnownError as error:
            self.note(f"List ({block.place})", error.why, "correct the manifest")

    def known(self, manifest: Manifest) -> None:
        """An object with a kind and an apiVersion."""
        start, end = manifest.block.place.span
        at = bisect_left(self.directives, start)
        if at < len(self.directives) and self.directives[at] < end:
            self.not_whole(manifest, NotWholeError("a strategic merge patch", _KUSTOMIZE))
            return
        try:
            if (manifest.group, manifest.kind) in TEMPLATES:
                self.workload(manifest)
            else:
                self.record(manifest)
        except NotWholeError as error:
            self.not_whole(manifest, error)
        except NotKnownError as error:
            self.not_whole(manifest, NotWholeError(error.why, "correct the manifest"))

    def workload(self, manifest: Manifest) -> None:
        """An object that makes pods."""
        found = pods_of(manifest)
        for workload in found.workloads:
            workload.from_docs = self.from_docs
        self.workloads += found.workloads
        self.parts.append(Part("pods", found.pods, manifest.place))
        self.parts.append(Part("objects", manifest.summary, manifest.place))

    def record(self, manifest: Manifest) -> None:
        """An object of a cluster."""
        if not manifest.name:
            raise NotWholeError("it has no name, so it is a patch or a stub", _KUSTOMIZE)
        self.parts.append(part_of(manifest))
        self.parts.append(Part("objects", manifest.summary, manifest.place))

    def unknown_kind(self, kind: str, api_version: str, count: int = 1) -> None:
        """Objects of a kind that nothing is made of; one line for all of them in a file.

        Kinds of Kubernetes itself that hold nothing to judge (claims, priority classes) are not worth a line.
        """
        found = split_version(api_version)
        if found is None:
            reason = ("its apiVersion is no group and version", "correct the apiVersion")
        elif found[0] not in BUILT_IN:
            reason = OTHER_TOOLS.get(found[0], NO_READER)
        elif kind in BUILT_IN[found[0]]:
            return
        else:
            reason = (f"{api_version} has no such kind, so an API server refuses it", "correct kind or apiVersion")
        self.unread.setdefault(reason, Counter())[kind] += count

    def not_whole(self, manifest: Manifest, error: NotWholeError) -> None:
        """An object that cannot be judged."""
        self.note(f"{manifest.title} ({manifest.place})", error.why, error.how)

    def note(self, what: str, why: str, how: str) -> None:
        """Something that is not judged."""
        self.not_checked.append(NotChecked("out-of-scope", what, why, how))


_KUSTOMIZE = "`kubectl kustomize FOLDER | hardhull scan -` judges the manifest with its patches"
