"""Finds the containers in a file and reads each into a Workload.

The shapes are those of ``api/swagger.yaml`` of moby v28.5.2 (``ContainerInspectResponse``, ``ContainerCreateRequest``,
``HostConfig``, ``ContainerConfig``); ``podman inspect`` writes the same names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.workload import Workload
from hardhull.formats.engine_api.config import read_config
from hardhull.formats.engine_api.host_config import read_host_config
from hardhull.formats.engine_api.network import read_network
from hardhull.formats.engine_api.setter import Setter
from hardhull.formats.jsonread import fold, text_of
from hardhull.model.source import Place, Span
from hardhull.text.jsondoc import load
from hardhull.text.nodes import Mapping, Sequence

if TYPE_CHECKING:
    from hardhull.model.source import Source
    from hardhull.text.nodes import Node

SYNTAX = "engine-api"

CANNOT = frozenset(
    {
        "automount_token", "build", "configs", "cpu_reservation", "depends_on", "env_files", "profiles",
        "pull_policy", "readiness", "replicas", "run_as_non_root", "secrets", "service_account", "startup",
    }
)  # fmt: skip
"""Fields of a Workload that the Engine API has no words for."""

_TELLING = re.compile(rb'"HostConfig"\s*:\s*\{')


def looks_like(data: bytes) -> bool:
    """Whether a JSON text may hold a container."""
    return bool(_TELLING.search(data))


def read(source: Source) -> list[Workload]:
    """Reads every container of a file: one object, or a list of them.

    Returns:
        The workloads; nothing where no object at the top is a container.

    Raises:
        UnreadableError: not JSON, or past a limit.
    """
    return [container(source, node) for node in containers(load(source))]


def containers(root: Node) -> list[Mapping]:
    """The objects in a file that are containers."""
    nodes = root.items if isinstance(root, Sequence) else [root]
    return [node for node in nodes if isinstance(node, Mapping) and _is_container(node)]


def place_of(node: Mapping, source: Source) -> Place:
    """Where a container is known by: its name, else its brace."""
    name = fold(node, "Name")
    written = name is not None and text_of(name)
    return Place(source, name.span if name is not None and written else Span(node.start, node.start + 1))


def _is_container(node: Mapping) -> bool:
    host = fold(node, "HostConfig")
    return isinstance(host, Mapping) and (isinstance(fold(node, "Config"), Mapping) or fold(node, "Image") is not None)


def container(source: Source, node: Mapping) -> Workload:
    """One container: an inspection has its settings in ``Config``, a create body at the top."""
    config = fold(node, "Config")
    inspected = isinstance(config, Mapping)
    settings: Node = config if isinstance(config, Mapping) else node
    name_node = fold(node, "Name")
    written = text_of(name_node)
    name = (written or "").lstrip("/") or _short(text_of(fold(settings, "Image")) or "container")
    podman = fold(node, "OCIRuntime") is not None or fold(node, "ImageName") is not None
    workload = Workload(
        name,
        f"container {name}",
        SYNTAX,
        place_of(node, source),
        runtime="podman" if podman else "docker",
        cannot=CANNOT,
    )
    setter = Setter(source, workload)
    read_config(setter, settings, inspected=inspected)
    host = fold(node, "HostConfig")
    if host is not None:
        read_host_config(setter, host, mounts=fold(node, "Mounts") if inspected else None)
        read_network(setter, host, node)
    return workload


def _short(image: str) -> str:
    """``registry/team/web:1@sha256:...`` to ``web``."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0] or "container"
