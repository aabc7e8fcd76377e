"""Manifests in few words, for the tests beside this file."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import TYPE_CHECKING

from hardhull.formats.kubernetes.read import gather, read
from hardhull.model.source import Source

if TYPE_CHECKING:
    from hardhull.facts.cluster import Cluster
    from hardhull.facts.workload import Workload
    from hardhull.formats.kubernetes.read import KubernetesRead


def read_text(text: str | bytes, path: str = "web.yaml") -> KubernetesRead:
    """Reads one file."""
    return read(Source(path, text if isinstance(text, bytes) else dedent(text).encode()))


def pod(container: str = "", spec: str = "", metadata: str = "") -> str:
    """A Deployment; the arguments are more keys for its container, its pod's spec and its pod's metadata."""
    return (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n"
        f"  template:\n    metadata:\n      labels: {{app: web}}\n{_lines(metadata, 6)}    spec:\n{_lines(spec, 6)}"
        f"      containers:\n        - name: app\n          image: nginx:1.27\n{_lines(container, 10)}"
    )


def _lines(text: str, width: int) -> str:
    return indent(dedent(text).strip() + "\n", " " * width) if text.strip() else ""


def workload(container: str = "", spec: str = "", metadata: str = "") -> Workload:
    """The only container of such a Deployment."""
    found = read_text(pod(container, spec, metadata))
    assert len(found.workloads) == 1, found.not_checked
    return found.workloads[0]


def cluster(text: str) -> Cluster:
    """The Cluster that a text declares."""
    found = gather(read_text(text).cluster_parts)
    assert found is not None
    return found


def hollow(found: Workload) -> list[str]:
    """The settings that do nothing."""
    return [item.value for item in found.hollow.value]
