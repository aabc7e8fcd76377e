"""Mounts: which part of the host each really shows, whether it may be written, and which engines' sockets are in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.parts import Mount
from hardhull.formats.jsonread import bool_of, items_of, texts
from hardhull.formats.live.nodes import key, path, word
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.formats.live.real import Real
    from hardhull.text.nodes import Node

ENGINES_OWN = frozenset({"/etc/resolv.conf", "/etc/hostname", "/etc/hosts", "/dev/shm", "/run/.containerenv"})  # noqa: S108
INIT = frozenset({"/sbin/docker-init", "/dev/init", "/run/podman-init"})
TELLING = frozenset({"/proc/kcore", "/proc/keys", "/proc/timer_list"})
"""Of what the engine masks, what every kernel has."""


def read_mounts(real: Real) -> None:
    """Fills the mounts, whether the root may be written, and whether /proc is masked."""
    node = real.file("/mountinfo")
    if node is None:
        return
    entries = items_of(node)
    _root(real, entries)
    _masks(real, node, entries)
    data = word(path(real.info, "DockerRootDir")) or "/var/lib/docker"
    declared = {item.value.target.rstrip("/"): item for item in real.workload.mounts.get(()) if item.known}
    found, sockets = dict(declared), []
    for entry in entries:
        if word(key(entry, "what")) not in {"host", "disk"}:
            continue
        target, host = word(key(entry, "target")), word(key(entry, "host"))
        if _is_the_engines(target, host, data):
            continue
        mount = _mount(entry, declared.get(target.rstrip("/")), target, host, data)
        found[target.rstrip("/")] = Field("mounts", mount, real.place(entry))
        for text, at in texts(key(entry, "sockets")):
            sockets.append(Field("sockets", text, real.place(at)))
    if found:
        real.put("mounts", tuple(found.values()), node, "mountinfo")
    if sockets:
        real.workload.sockets = Field("sockets", tuple(sockets), sockets[0].place)


def _is_the_engines(target: str, host: str, data: str) -> bool:
    """Files that the engine makes for every container, and its init program."""
    if target in INIT:
        return True
    own = ("/containers/", "/libpod/", "/kubelet/pods/")
    return target in ENGINES_OWN and (host.startswith(f"{data}/containers/") or any(word in host for word in own))


def _mount(entry: Node, declared: Field[Mount] | None, target: str, host: str, data: str) -> Mount:
    read_only = bool_of(key(entry, "read_only")) is True
    tags = word(key(entry, "propagation"))
    propagation = "rshared" if "shared:" in tags else "rslave" if "master:" in tags else ""
    known = declared.value if declared is not None else None
    options = known.options if known is not None else ()
    if word(key(entry, "what")) == "disk":
        return Mount("bind", host, target, read_only, propagation, options, host)
    if known is not None and known.kind == "volume" and host.startswith(f"{data}/volumes/"):
        return known._replace(read_only=read_only, propagation=propagation)
    if host.startswith(f"{data}/volumes/") and known is None:
        return Mount("volume", host.removeprefix(f"{data}/volumes/").partition("/")[0], target, read_only, propagation)
    return Mount("bind", host, target, read_only, propagation, options, host)


def _root(real: Real, entries: list[Node]) -> None:
    root = next((entry for entry in entries if word(key(entry, "what")) == "root"), None)
    node = key(root, "options")
    if node is None:
        return
    read_only, declared = "ro" in word(node).split(","), real.workload.read_only.get(False)
    if declared and not read_only:
        real.drift("read_only", "a read-only root", "its root can be written", node)
    real.put("read_only", read_only, node, "mountinfo", written=read_only)


def _masks(real: Real, node: Node, entries: list[Node]) -> None:
    """Where none of the masks is mounted, /proc shows the host's memory and keys."""
    covered = {word(key(entry, "target")) for entry in entries if word(key(entry, "what")) == "covered"}
    if not covered & TELLING and not real.workload.privileged.get(False):
        real.put("unmasked_paths", True, node, "mountinfo: nothing is mounted over /proc/kcore and /proc/keys")
