"""A candidate as Changes of a Workload: the same ones are tried in a world and written into the user's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.capabilities import ALL, normal
from hardhull.facts.parts import Mount, Port
from hardhull.facts.recipe import is_root
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.prove.candidate import (
    CAPABILITIES,
    CPUS,
    DEVICE,
    HOST,
    MEMORY,
    NETWORK,
    NEW_PRIVILEGES,
    PIDS,
    PRIVILEGED,
    SECCOMP,
    USER,
    WRITABLE_ROOT,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change
    from hardhull.prove.candidate import Candidate, Writable

NAMESPACES = ("network_mode", "pid", "ipc", "uts", "userns", "cgroupns")
"""Fields of a Workload whose value ``host`` shares a namespace with the host."""
EVERYBODY = ("net.ipv4.ip_unprivileged_port_start", "0")
"""A safe sysctl of Kubernetes (since 1.22), that gives everybody the ports below 1024, as Docker's own networks do."""


class Measure(NamedTuple):
    """Changes that belong together.

    Attributes:
        name: one of the kinds of :mod:`hardhull.prove.candidate`.
        title: what it does, as an order.
        changes: all or none.
    """

    name: str
    title: str
    changes: tuple[Change, ...]


def measures(candidate: Candidate, workload: Workload, filter_path: str = "") -> list[Measure]:
    """What a candidate changes of a workload; what its syntax has no words for is left out.

    Args:
        candidate: what it is given.
        workload: as it is declared.
        filter_path: where the seccomp profile is, as the workload's file names it; empty leaves it out.
    """
    found = [
        *_privileged(candidate, workload),
        *_shared(candidate, workload),
        *_devices(candidate, workload),
        *_user(candidate, workload),
        *_capabilities(candidate, workload),
        *_new_privileges(candidate, workload),
        *_root(candidate, workload),
        *_limits(candidate, workload),
    ]
    if candidate.syscalls is not None and filter_path:
        more = f" and {len(candidate.beyond)} more that its programs hold" if candidate.beyond else ""
        title = f"allow the {len(candidate.syscalls)} system calls that it made{more}"
        found.append(Measure(SECCOMP, title, (SetTo("seccomp", filter_path),)))
    said = [each._replace(changes=tuple(one for one in each.changes if _can(workload, one))) for each in found]
    return [each for each in said if each.changes]


def inexpressible(candidate: Candidate, workload: Workload) -> tuple[str, ...]:
    """Fields that the candidate would set and the syntax has no words for."""
    set_here = {"pids": candidate.pids, "cpus": candidate.cpus, "memory": candidate.memory}
    names = [name for name, value in set_here.items() if value]
    names += ["no_new_privileges"] if candidate.no_new_privileges else []
    return tuple(name for name in names if name in workload.cannot)


def _can(workload: Workload, change: Any) -> bool:
    return change.field not in workload.cannot


def _privileged(candidate: Candidate, workload: Workload) -> Iterator[Measure]:
    if workload.privileged.get(False) and not candidate.privileged:
        yield Measure(PRIVILEGED, "take its privileges away", (SetTo("privileged", False),))


def _shared(candidate: Candidate, workload: Workload) -> Iterator[Measure]:
    """The default of these fields is a namespace of its own, but for the cgroups of an old engine."""
    for name in NAMESPACES:
        if getattr(workload, name).get(None) == "host" and name not in candidate.host:
            own = "private" if name == "cgroupns" else None
            ports = tuple(_published(candidate, workload)) if name == "network_mode" else ()
            said = f", with {', '.join(sorted(candidate.ports))} published" if ports else ""
            yield Measure(HOST, f"give it its own {name.removesuffix('_mode')}{said}", (SetTo(name, own), *ports))
    if candidate.alone:
        yield Measure(NETWORK, "take it off every network", (SetTo("network_mode", "none"),))


def _published(candidate: Candidate, workload: Workload) -> Iterator[Change]:
    """The ports that it was reached at in the host's network."""
    known = {(item.value.container, item.value.protocol) for item in workload.ports.get(()) if item.known}
    for number, _, protocol in (each.partition("/") for each in sorted(candidate.ports)):
        if (number, protocol) not in known:
            yield Add("ports", Port(number, number, protocol=protocol))


def _devices(candidate: Candidate, workload: Workload) -> Iterator[Measure]:
    for item in workload.devices.get(()):
        if item.known and item.value.host not in candidate.devices:
            yield Measure(DEVICE, f"take {item.value.host} away", (Drop("devices", item),))


def _user(candidate: Candidate, workload: Workload) -> Iterator[Measure]:
    if candidate.user and candidate.user != workload.user.get(None):
        found: list[Change] = [SetTo("user", candidate.user)]
        if workload.runtime == "kubernetes" and not is_root(candidate.user):
            found.append(SetTo("run_as_non_root", True))
        if workload.runtime == "kubernetes" and candidate.low_ports:
            found.append(Add("sysctls", EVERYBODY))
        own = {each.path: each for each in candidate.owned}
        mounts = [item for item in workload.mounts.get(()) if item.known and item.value.target in own]
        found += [Swap("mounts", item, owned(item.value, own[item.value.target])) for item in mounts]
        said = f", with {', '.join(own)} its own" if mounts else ""
        yield Measure(USER, f"run it as {candidate.user}{said}", tuple(found))


def owned(mount: Mount, folder: Writable) -> Mount:
    """A mount of memory that belongs to somebody; what else is written of it stays."""
    names = {"uid": str(folder.uid), "gid": str(folder.gid)}
    if any(option.startswith("mode=") for option in mount.options):
        names["mode"] = f"{folder.mode:04o}"
    kept = tuple(option for option in mount.options if option.partition("=")[0] not in names)
    return mount._replace(options=(*kept, *(f"{name}={value}" for name, value in names.items())))


def _capabilities(candidate: Candidate, workload: Workload) -> Iterator[Measure]:
    if candidate.capabilities is None:
        return
    added = {normal(item.get("")): item for item in workload.cap_add.get(()) if item.known}
    dropped = {normal(item.get("")): item for item in workload.cap_drop.get(()) if item.known}
    found: list[Change] = [Drop("cap_add", item) for name, item in added.items() if name not in candidate.capabilities]
    found += [Drop("cap_drop", item) for name, item in dropped.items() if name != ALL]
    found += [] if ALL in dropped else [Add("cap_drop", ALL)]
    found += [Add("cap_add", name) for name in sorted(candidate.capabilities - set(added))]
    kept = ", ".join(sorted(candidate.capabilities))
    if found:
        yield Measure(CAPABILITIES, f"drop all capabilities{f' but {kept}' if kept else ''}", tuple(found))


def _new_privileges(candidate: Candidate, workload: Workload) -> Iterator[Measure]:
    if candidate.no_new_privileges and not workload.no_new_privileges.get(None):
        yield Measure(NEW_PRIVILEGES, "let it gain no privileges", (SetTo("no_new_privileges", True),))


def _root(candidate: Candidate, workload: Workload) -> Iterator[Measure]:
    if not candidate.read_only:
        return
    found: list[Change] = [] if workload.read_only.get(False) else [SetTo("read_only", True)]
    found += [Add("mounts", mount(each, workload)) for each in candidate.writable]
    if found:
        folders = ", ".join(each.path for each in candidate.writable)
        yield Measure(WRITABLE_ROOT, f"make its root read-only{f', but {folders}' if folders else ''}", tuple(found))


def mount(writable: Writable, workload: Workload) -> Mount:
    """The mount that keeps a folder writable; a cluster has no volume that begins with what the image has."""
    if workload.runtime == "kubernetes":
        return Mount("empty_dir", writable.path.strip("/").replace("/", "-").replace(".", "-"), writable.path)
    if writable.keeps:
        return Mount("volume", None, writable.path)
    owner = (f"uid={writable.uid}", f"gid={writable.gid}") if writable.uid or writable.gid else ()
    runs = ("exec",) if writable.runs else ()
    return Mount("tmpfs", None, writable.path, options=(f"mode={writable.mode:04o}", *owner, *runs))


def _limits(candidate: Candidate, workload: Workload) -> Iterator[Measure]:
    if candidate.memory:
        mebi = candidate.memory >> 20
        swap = () if "memory_swap" in workload.cannot else (SetTo("memory_swap", candidate.memory),)
        yield Measure(MEMORY, f"limit its memory to {mebi} MiB", (SetTo("memory", candidate.memory), *swap))
    if candidate.pids:
        yield Measure(PIDS, f"limit it to {candidate.pids} processes", (SetTo("pids", candidate.pids),))
    if candidate.cpus:
        yield Measure(CPUS, f"limit it to {candidate.cpus:g} processors", (SetTo("cpus", candidate.cpus),))
