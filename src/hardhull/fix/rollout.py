"""How changed files become a change of what runs, and the way back."""

from __future__ import annotations

import posixpath
import shlex
from typing import TYPE_CHECKING

from hardhull.formats.kubernetes.kustomize import NAMES as KUSTOMIZATIONS
from hardhull.model.plan import Rollout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardhull.model.plan import FileEdit
    from hardhull.scan.tree import Tree


def rollout(files: Sequence[FileEdit], tree: Tree) -> tuple[Rollout, ...]:
    """The commands for all changed files, each once, in the order: images, engines, then what runs on them."""
    kinds = {one.source.path: one.kinds for one in tree.candidates}
    found: list[tuple[int, Rollout]] = []
    for file in files:
        if posixpath.basename(file.path) in KUSTOMIZATIONS:
            found.append((3, _kustomization(file.path)))
            continue
        for kind in kinds.get(file.path, ()):
            steps = _STEPS.get(kind)
            if steps is not None:
                order, make = steps
                found.append((order, make(file.path)))
                break
    unique: dict[str, Rollout] = {}
    for _, step in sorted(found, key=lambda item: item[0]):
        unique.setdefault(step.command, step)
    return tuple(unique.values())


def _compose(path: str) -> Rollout:
    folder, _, name = path.rpartition("/")
    override = any(word in name for word in (".override.", "compose.override"))
    default = name in {"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"} or override
    where = f" --project-directory {shlex.quote(folder)}" if folder and default else ""
    file = "" if default else f" -f {shlex.quote(path)}"
    command = f"docker compose{where}{file} up -d"
    return Rollout(command, command, "recreates the containers whose definition changed")


def _kubernetes(path: str) -> Rollout:
    command = f"kubectl apply -f {shlex.quote(path)}"
    return Rollout(command, command, "changes the objects; pods roll whose template changed")


def _kustomization(path: str) -> Rollout:
    command = f"kubectl apply -k {shlex.quote(posixpath.dirname(path) or '.')}"
    return Rollout(command, command, "rolls the pods whose template the patches change")


def _dockerfile(path: str) -> Rollout:
    folder = posixpath.dirname(path) or "."
    command = f"docker build -f {shlex.quote(path)} {shlex.quote(folder)}"
    return Rollout(command, command, "makes a new image; containers change when they are recreated from it")


def _daemon(path: str) -> Rollout:
    name = shlex.quote(path)
    command = f"install -m 644 {name} /etc/docker/daemon.json && systemctl restart docker"
    return Rollout(command, command, "restarts the engine and every container, unless live-restore is on")


def _script(path: str) -> Rollout:
    command = f"sh {shlex.quote(path)}" if path.endswith(".sh") else f"run {shlex.quote(path)} again"
    return Rollout(command, command, "containers change when they are removed and started again by it")


def _unit(path: str) -> Rollout:
    folder, name = posixpath.split(path)
    if folder.endswith(".d"):  # a drop-in
        name = posixpath.basename(folder).removesuffix(".d")
    unit = name.removesuffix(".container") + ".service" if name.endswith(".container") else name
    command = f"systemctl daemon-reload && systemctl restart {shlex.quote(unit)}"
    return Rollout(command, command, "restarts the unit's container")


def _workflow(path: str) -> Rollout:
    return Rollout(f"git add {shlex.quote(path)}", f"git add {shlex.quote(path)}", "counts from the next run on")


def _audit(path: str) -> Rollout:
    command = f"install -m 640 {shlex.quote(path)} /etc/audit/rules.d/ && augenrules --load"
    return Rollout(command, command, "loads the audit rules; nothing stops")


_STEPS: dict[str, tuple[int, Callable[[str], Rollout]]] = {
    "dockerfile": (0, _dockerfile),
    "daemon.json": (1, _daemon),
    "auditd": (1, _audit),
    "unit": (2, _unit),
    "quadlet": (2, _unit),
    "compose": (3, _compose),
    "kubernetes": (3, _kubernetes),
    "shell": (4, _script),
    "makefile": (4, _script),
    "workflow": (5, _workflow),
    "gitlab": (5, _workflow),
}
"""Kind of file -> its place in the order, and its commands."""
