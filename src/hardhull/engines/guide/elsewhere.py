"""Recipes that need more than an engine: what of it there is here, and why nothing can be said where it is missing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hardhull.engines.daemon import CannotApplyError, daemon
from hardhull.engines.guide.ground import BREAKS, WORKS, unverifiable
from hardhull.guide import Live
from hardhull.hosts.commands import output

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.engines.guide.ground import Ground
    from hardhull.guide import Recipe

SYSTEMD: Final = "/run/systemd/system"
"""There where systemd runs the machine (sd_booted(3))."""
KUBELET: Final = "/var/lib/kubelet"


def _cluster(_ground: Ground, _recipe: Recipe) -> Live:
    if not Path(KUBELET).is_dir():
        return unverifiable("a kubelet does what a manifest says, and this machine has none")
    return unverifiable("nothing is started in a cluster to look at it; `kubectl apply --dry-run=server` asks it")


def _program(name: str) -> Callable[[Ground, Recipe], Live]:
    def look(_ground: Ground, _recipe: Recipe) -> Live:
        if shutil.which(name) is None:
            return unverifiable(f"{name} is not installed")
        return unverifiable(f"{name} is not run to look at its exit code; it may take minutes")

    return look


def _image(name: str, why: str) -> Callable[[Ground, Recipe], Live]:
    def look(ground: Ground, _recipe: Recipe) -> Live:
        return unverifiable(why if ground.has_image(name) else f"the engine has no image {name}, and none is pulled")

    return look


def _audit(_ground: Ground, _recipe: Recipe) -> Live:
    why = (
        "rules are the whole machine's; `hardhull fix host` loads them through the journal, and shows what each records"
    )
    return unverifiable(why)


def _rollback(ground: Ground, _recipe: Recipe) -> Live:
    """Systemd's limit of starts, without using it up."""
    if not Path(SYSTEMD).is_dir():
        return unverifiable("systemd does not run this machine")
    try:
        unit = daemon(ground.address).unit
    except CannotApplyError as error:
        return unverifiable(error.why)
    if not unit:
        return unverifiable("the engine is not started by systemd")
    told = output("systemctl", "show", unit, "--property=StartLimitBurst,StartLimitIntervalUSec")
    limits = dict(line.partition("=")[::2] for line in told or ())
    burst = limits.get("StartLimitBurst", "0")
    if not told or burst == "0":
        return Live(WORKS, f"{unit} may start as often as it likes")
    seen = f"{unit} may start {burst} times in {limits.get('StartLimitIntervalUSec', '?')}, then it stays failed"
    return Live(BREAKS, seen, "`reset-failed` sets the count back")


ELSEWHERE: Final = {
    "security-context": _cluster,
    "limits-kubernetes": _cluster,
    "host-network": _cluster,
    "trivy-gate": _program("trivy"),
    "cosign": _program("cosign"),
    "kube-bench": _program("kube-bench"),
    "docker-bench": _image("docker-bench-security", "it is not run to look at its exit code; it takes minutes"),
    "falco-container": _image("falco", "a privileged monitor is not started to look at it"),
    "auditd": _audit,
    "daemon-rollback": _rollback,
}
