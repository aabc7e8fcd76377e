"""What each syntax of a Workload has no words for; for the table of rules and syntaxes."""

from __future__ import annotations

from hardhull.formats.compose.service import CANNOT as COMPOSE
from hardhull.formats.docker_run.workload import CANNOT as RUN
from hardhull.formats.engine_api.reader import CANNOT as ENGINE_API
from hardhull.formats.kubernetes.container import CANNOT as KUBERNETES
from hardhull.scan.effective import NO_LOG_WORDS

CANNOT: dict[str, tuple[str, frozenset[str]]] = {
    "compose": ("docker", COMPOSE),
    "docker-run": ("docker", RUN["docker"]),
    "docker service": ("swarm", RUN["swarm"]),
    "podman, quadlet": ("podman", RUN["podman"]),
    "kubernetes": ("kubernetes", KUBERNETES | NO_LOG_WORDS),
    "engine-api": ("docker", ENGINE_API),
}
"""Syntax -> (runtime, names of fields that it cannot express)."""
