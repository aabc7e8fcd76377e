"""Capabilities, system call filter, no-new-privileges, user and confinement, as ``/proc/PID`` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.capabilities import ALL, BY_NUMBER, DOCKER_DEFAULT, PODMAN_DEFAULT, effective, normal
from hardhull.formats.live.nodes import all_ending, key, word
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.formats.live.real import Real
    from hardhull.text.nodes import Entry, Node

UNFILTERED, STRICT, FILTERED = "0", "1", "2"
"""``Seccomp:`` in /proc/PID/status (proc(5))."""
IDENTITY = "0 0 4294967295"
"""The uid_map of a process in the first user namespace."""


def read_rights(real: Real) -> None:
    """Fills what a process of the container may do."""
    statuses = list(all_ending(real.kernel, "/status"))
    if not statuses:
        return
    first = statuses[0]
    _capabilities(real, first)
    _seccomp(real, first)
    _no_new_privileges(real, first)
    _user(real, first)
    _escalated(real, statuses)
    _confinement(real)
    servers = tuple(
        Field("ssh_servers", word(entry.value), real.place(entry.value))
        for entry in real.kernel.entries
        if (entry.name or "").endswith("/comm")
    )
    if servers:
        real.workload.ssh_servers = Field("ssh_servers", servers, servers[0].place)


def capabilities(mask: str) -> frozenset[str]:
    """The names of a mask in hexadecimal digits."""
    try:
        bits = int(mask, 16)
    except ValueError:
        return frozenset()
    return frozenset(name for number, name in enumerate(BY_NUMBER) if bits >> number & 1)


def _capabilities(real: Real, status: Entry) -> None:
    """``CapBnd``: what the container's processes can ever have."""
    node, workload = key(status.value, "CapBnd"), real.workload
    if node is None:
        return
    held = capabilities(word(node)) | capabilities(word(key(status.value, "CapEff")))
    real.put("effective_capabilities", held, node, f"CapBnd in {status.name}")
    if workload.privileged.get(False):
        return
    default = PODMAN_DEFAULT if workload.runtime == "podman" else DOCKER_DEFAULT
    added = frozenset(normal(item.value) for item in workload.cap_add.get(()) if item.known)
    dropped = frozenset(normal(item.value) for item in workload.cap_drop.get(()) if item.known)
    declared = effective(added, dropped, default) if real.known else held
    place = real.place(node)
    extra = held - declared
    if real.known and extra:
        names = ", ".join(sorted(extra))
        real.drift("cap_drop", "the capabilities of its definition", f"{names} besides", node)
    given = sorted(held - default) if not real.known or extra else sorted(held & added)
    if ALL in added and held > default:
        given = [ALL]  # all that this machine can give, which need not be every one
    items = tuple(Field("cap_add", name, place) for name in given)
    real.put("cap_add", items, node, f"CapBnd in {status.name}", written=bool(items))
    if not real.known or extra or not dropped:
        gone = tuple(Field("cap_drop", name, place) for name in sorted(default - held))
        real.put("cap_drop", gone, node, f"CapBnd in {status.name}", written=bool(gone))
    else:
        real.put("cap_drop", workload.cap_drop.get(()), node, f"CapBnd in {status.name}")


def _seccomp(real: Real, status: Entry) -> None:
    node, workload = key(status.value, "Seccomp"), real.workload
    if node is None:
        return
    mode, origin = word(node), f"Seccomp in {status.name}"
    own = workload.seccomp.get(None)
    if mode == UNFILTERED:
        real.put("effective_seccomp", "unconfined", node, origin)
        if own not in {None, "unconfined"} and not workload.privileged.get(False):
            real.drift("seccomp", f"seccomp={own}", "no system call is filtered", node)
    elif own in {None, "default", "unconfined"}:
        real.put("effective_seccomp", "default" if own != "unconfined" else "custom", node, origin)


def _no_new_privileges(real: Real, status: Entry) -> None:
    node, workload = key(status.value, "NoNewPrivs"), real.workload
    if node is None:
        return
    holds, declared = word(node) == "1", workload.no_new_privileges.get(None)
    origin = f"NoNewPrivs in {status.name}"
    real.put("effective_no_new_privileges", holds, node, origin)
    if declared and not holds:
        real.drift("no_new_privileges", "no-new-privileges", "setuid programs still give privileges", node)
    if holds or declared is not False:
        real.put("no_new_privileges", True if holds else None, node, origin, written=holds)


def inside(uid: int, mapping: str) -> int | None:
    """A user of the host as the container knows it; None for one that it has no number for."""
    numbers = [int(word) for word in mapping.split() if word.isdigit()]
    for start, outside, count in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=False):
        if outside <= uid < outside + count:
            return start + uid - outside
    return None


def _effective(status: Node, name: str) -> int | None:
    words = word(key(status, name)).split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else None


def _user(real: Real, status: Entry) -> None:
    """The first process's user. One that gave root up by itself still starts as root, and so does ``docker exec``."""
    node, workload = key(status.value, "Uid"), real.workload
    mapping = real.text("/uid_map")
    uid, gid = _effective(status.value, "Uid"), _effective(status.value, "Gid")
    if node is None or uid is None:
        return
    own = inside(uid, mapping)
    origin = f"Uid in {status.name}"
    mapped = real.file("/uid_map")
    if mapped is not None and mapping and mapping != IDENTITY:
        real.put("userns", "private", mapped, "uid_map", written=False)
    declared = workload.user.get(None)
    asks_root = (declared or "").partition(":")[0] in {"", "0", "root"}
    if own == 0:
        if real.known and not asks_root:
            real.drift("user", f"user {declared}", "its first process is root", node)
        real.put("user", "0", node, origin)
    elif not real.known:
        real.put("user", f"{own if own is not None else uid}:{gid}", node, origin)
    elif declared is not None and not asks_root:
        real.put("user", declared, node, origin)


def _escalated(real: Real, statuses: list[Entry]) -> None:
    """Processes that came in later with more rights: ``docker exec --privileged``, ``--user root``, ``nsenter``."""
    first, mapping = statuses[0].value, real.text("/uid_map")
    held = capabilities(word(key(first, "CapBnd")))
    is_root = inside(_effective(first, "Uid") or 0, mapping) == 0
    found = []
    for status in statuses[1:]:
        more = []
        caps = capabilities(word(key(status.value, "CapBnd"))) - held
        node = key(status.value, "CapBnd") if caps else None
        if caps:
            more.append(f"{len(caps)} more capabilities" if len(caps) > 3 else ", ".join(sorted(caps)))
        uid = _effective(status.value, "Uid")
        if uid is not None and inside(uid, mapping) == 0 and not is_root:
            more.append("root's rights")
            node = node or key(status.value, "Uid")
        for name, weak, what in (
            ("Seccomp", UNFILTERED, "no system call filter"),
            ("NoNewPrivs", "0", "setuid programs that count"),
        ):
            if word(key(status.value, name)) == weak != word(key(first, name)):
                more.append(what)
                node = node or key(status.value, name)
        if more and node is not None:
            text = f"{word(key(status.value, 'Name'))} has {', '.join(more)}"
            found.append(Field("escalated", text, real.place(node)))
    if found:
        real.workload.escalated = Field("escalated", tuple(found), found[0].place)


def _confinement(real: Real) -> None:
    """The profile or label that the kernel's security module really applies."""
    workload, modules = real.workload, key(real.machine, "/sys/kernel/security/lsm")
    if modules is None or workload.privileged.get(False):
        return
    present = set(word(modules).split(","))
    current = real.file("/attr/current")
    profile = workload.apparmor.get(None)
    if "apparmor" in present and current is not None:
        if word(current) in {"", "unconfined"}:
            if profile not in {None, "unconfined"}:
                real.drift("apparmor", f"apparmor={profile}", "no profile is applied", current)
            real.put("apparmor", "unconfined", current, "attr/current")
    elif profile not in {None, "unconfined"}:
        real.drift("apparmor", f"apparmor={profile}", "this kernel has no AppArmor", modules)
    _labels(real, "selinux" in present)
    wanted = [item.value for item in workload.selinux.get(()) if item.known and item.value != "disable"]
    if wanted and "selinux" not in present:
        real.drift("selinux", f"label={wanted[0]}", "SELinux does not run in this kernel", modules)


def _labels(real: Real, present: bool) -> None:
    """``label=disable`` that the engine itself adds with the host's processes or IPC is nobody's choice."""
    workload = real.workload
    shares = {workload.pid.get(None), workload.ipc.get(None)}
    if not present and any(word == "host" or (word or "").startswith("container:") for word in shares):
        workload.fields.pop("selinux", None)
