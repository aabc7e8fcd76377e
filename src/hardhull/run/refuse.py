"""What is not run here, and why: each question is asked of the Workload alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.run.written import items, refused, value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.facts.workload import Workload
    from hardhull.run.refusal import Refusal
    from hardhull.run.settings import Settings

KUBERNETES = frozenset({"Pod", "Deployment", "StatefulSet"})
HARMLESS = frozenset(
    "/dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/fuse /dev/net/tun".split()  # noqa: SIM905
)
"""Devices that lead to nothing of the host's."""
_SHARED = (
    ("network_mode", "network", "publish its ports instead"),
    ("pid", "process list", "remove `pid: host`"),
    ("ipc", "shared memory", "remove `ipc: host`"),
    ("uts", "host name", "remove `uts: host`"),
    ("userns", "user namespace", "remove `userns: host`"),
    ("cgroupns", "cgroup tree", "remove `cgroup: host`"),
)


def refusals(workload: Workload, settings: Settings) -> list[Refusal]:
    """Every reason not to run it that consent does not lift.

    Raises:
        CannotRunError: a field that decides cannot be known.
    """
    found = [one for ask in _QUESTIONS for one in ask(workload)]
    return [one for one in found if not one.consent or one.consent not in settings.allow]


def _system(workload: Workload) -> Iterator[Refusal]:
    platform = value(workload, "platform") or ""
    if platform.lower().startswith("windows") or value(workload, "host_process"):
        yield refused(workload, "it is a Windows container", "run it on a Windows host")
    if workload.runtime == "swarm":
        yield refused(workload, "it is a service of a swarm", "run the services with `docker compose`, and prove those")


def _kind(workload: Workload) -> Iterator[Refusal]:
    if workload.runtime != "kubernetes":
        return
    controller = value(workload, "controller") or ""
    if controller not in KUBERNETES:
        known = ", ".join(sorted(KUBERNETES))
        yield refused(workload, f"containers of a {controller or 'patch'} are not run", f"name one of: {known}")
    if value(workload, "role") == "ephemeral":
        yield refused(workload, "ephemeral containers only help to look into others", "leave it out")


def _count(workload: Workload) -> Iterator[Refusal]:
    replicas = value(workload, "replicas")
    if replicas is not None and replicas != 1:
        how = "allow `replicas`: one of them is run then"
        yield refused(workload, f"it has {replicas} replicas, and a run has one", how, "replicas")


def _namespaces(workload: Workload) -> Iterator[Refusal]:
    for name, what, how in _SHARED:
        if value(workload, name) == "host":
            yield refused(workload, f"it shares the host's {what}, which others use", f"{how}, or allow `{name}`", name)
    for name in ("network_mode", "pid", "ipc"):
        mode = value(workload, name) or ""
        if mode.startswith("container:"):
            how = "write both as services of one compose file"
            yield refused(workload, f"its {name} is that of a container outside the run ({mode})", how)
        elif mode.startswith("service:") and name != "network_mode":
            yield refused(workload, f"its {name} is that of another service ({mode})", f"remove `{name}`")


def _power(workload: Workload) -> Iterator[Refusal]:
    if value(workload, "privileged"):
        how = "allow `privileged` if what it runs is trusted as root on this machine"
        yield refused(workload, "it is privileged: it reaches every device of this machine", how, "privileged")
    if value(workload, "cgroup_parent"):
        yield refused(workload, "its cgroup is in one of the host's", "remove cgroup_parent")


def _grants(workload: Workload) -> Iterator[Refusal]:
    for name in ("secrets", "configs"):
        for grant in items(workload, name):
            what = f"the {name[:-1]} {grant.name}"
            if grant.external:
                yield refused(
                    workload, f"{what} is external: only a swarm has it", "give it a file in the compose file"
                )
            elif grant.file is None and workload.runtime != "kubernetes":
                yield refused(workload, f"{what} comes from no file", "give it a file in the compose file")


def _volumes(workload: Workload) -> Iterator[Refusal]:
    for mount in items(workload, "mounts"):
        if mount.kind in {"npipe", "cluster", "image", "other"}:
            yield refused(workload, f"{mount.target} is a mount of the kind {mount.kind}", "use a volume in its place")


_QUESTIONS: tuple[Callable[[Workload], Iterator[Refusal]], ...] = (
    _system,
    _kind,
    _count,
    _namespaces,
    _power,
    _grants,
    _volumes,
)
