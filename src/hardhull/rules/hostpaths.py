"""What host paths mean: which lead to the engine, which decide who is root, and how bad a mount of each is."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from hardhull.model.finding import Severity
from hardhull.rules.questions import is_within

CRITICAL, HIGH, MEDIUM, LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW

SOCKETS: Final = {
    "docker.sock": "Docker",
    "podman.sock": "Podman",
    "containerd.sock": "containerd",
    "crio.sock": "CRI-O",
    "cri-dockerd.sock": "cri-dockerd",
    "dockershim.sock": "the kubelet's Docker",
    "buildkitd.sock": "BuildKit",
}
"""File names of the sockets on which engines take orders."""

_SOCKET_FOLDER: Final = re.compile(
    r"/run(?:/(?:docker|containerd|podman|crio|k3s|k3s/containerd|buildkit|user|user/[0-9]+|user/[0-9]+/podman))?"
)
"""Folders in which such a socket lies."""
_SOCKET_TEXT: Final = re.compile(r"\b(?:docker|podman|containerd|crio)\.sock\b")


class Exposure(NamedTuple):
    """How bad a mount is: its severity when writable and when read-only (None: fine), and what it gives."""

    written: Severity | None
    read: Severity | None
    what: str

    def severity(self, *, read_only: bool) -> Severity | None:
        """How bad it is as it is mounted; None where it is fine."""
        return self.read if read_only else self.written


def canonical(path: str) -> str:
    """A host path with ``/var/run`` and systemd's ``%t`` and ``%h`` written in one way."""
    if path.startswith("%t"):
        path = "/run" + path[2:]
    elif path.startswith("%h"):
        path = "~" + path[2:]
    return "/run" + path.removeprefix("/var/run") if is_within(path, "/var/run") else path


def engine_socket(path: str) -> str | None:
    """Which engine's socket a path is, or lies in a folder of that path; None where it is none."""
    path = canonical(path)
    name = SOCKETS.get(path.rpartition("/")[2])
    if name:
        return name
    return "the engine" if _SOCKET_FOLDER.fullmatch(path) else None


def of_one_user(path: str) -> bool:
    """Whether a path lies in the runtime folder of a user's own session, where a rootless engine has its socket.

    ``%t`` is that folder in the units of a user's systemd, and ``/run`` in those of the system's.
    """
    return path.startswith(("%t/podman", "/run/user/", "/var/run/user/", "$XDG_RUNTIME_DIR", "${XDG_RUNTIME_DIR"))


def names_a_socket(text: str) -> bool:
    """Whether the text of a mount names an engine's socket, for mounts whose source is a variable."""
    return bool(_SOCKET_TEXT.search(text))


_EXACT: Final = {
    "/": Exposure(CRITICAL, HIGH, "every file of the host"),
    "/etc": Exposure(CRITICAL, MEDIUM, "the host's configuration, accounts and keys"),
    "/root": Exposure(HIGH, MEDIUM, "root's home folder"),
    "/home": Exposure(HIGH, MEDIUM, "everybody's home folder"),
    "~": Exposure(MEDIUM, MEDIUM, "a whole home folder, keys and start-up files included"),
    "/boot": Exposure(HIGH, LOW, "the host's kernel and boot loader"),
    "/dev": Exposure(MEDIUM, LOW, "the host's device files"),
    "/proc": Exposure(CRITICAL, LOW, "the host's processes and kernel settings"),
    "/proc/sys": Exposure(CRITICAL, None, "the host's kernel settings"),
    "/sys": Exposure(HIGH, LOW, "the host's kernel objects"),
    "/sys/kernel/debug": Exposure(MEDIUM, LOW, "the host kernel's debug interface"),
    "/sys/fs/cgroup": Exposure(MEDIUM, None, "the control groups of all processes"),
    "/var": Exposure(HIGH, MEDIUM, "all data of the host's services"),
    "/var/lib": Exposure(HIGH, MEDIUM, "all data of the host's services"),
    "/var/lib/docker": Exposure(CRITICAL, MEDIUM, "the files of every container and image"),
    "/var/lib/docker/volumes": Exposure(HIGH, MEDIUM, "the volumes of every container"),
    "/var/lib/docker/containers": Exposure(HIGH, LOW, "logs and environment of every container"),
    "/var/lib/containerd": Exposure(CRITICAL, MEDIUM, "the files of every container and image"),
    "/var/lib/containers": Exposure(CRITICAL, MEDIUM, "the files of every container and image"),
    "/var/lib/kubelet": Exposure(CRITICAL, HIGH, "the secrets and volumes of every pod on the node"),
    "/var/lib/kubelet/pods": Exposure(HIGH, HIGH, "the secrets and volumes of every pod on the node"),
    "/var/lib/etcd": Exposure(CRITICAL, HIGH, "the cluster's database with all secrets"),
    "/var/lib/rancher": Exposure(CRITICAL, HIGH, "the cluster's data"),
    "/var/lib/rancher/k3s": Exposure(CRITICAL, HIGH, "the cluster's data"),
    "/var/log": Exposure(MEDIUM, None, "the host's logs"),
    "/usr": Exposure(CRITICAL, None, "the host's programs"),
    "/run/systemd": Exposure(HIGH, LOW, "the host's service manager"),
    "/run/systemd/private": Exposure(CRITICAL, CRITICAL, "the host's service manager"),
    "/etc/passwd": Exposure(CRITICAL, None, "the host's accounts"),
    "/etc/group": Exposure(CRITICAL, None, "the host's groups"),
    "/lib/modules": Exposure(MEDIUM, None, "the host's kernel modules"),
    "/usr/lib/modules": Exposure(MEDIUM, None, "the host's kernel modules"),
}
_INSIDE: Final = {
    "/etc/shadow": Exposure(CRITICAL, HIGH, "the host's password hashes"),
    "/etc/gshadow": Exposure(CRITICAL, HIGH, "the host's password hashes"),
    "/etc/sudoers": Exposure(CRITICAL, LOW, "who may become root on the host"),
    "/etc/sudoers.d": Exposure(CRITICAL, LOW, "who may become root on the host"),
    "/etc/ssh": Exposure(CRITICAL, HIGH, "the host's SSH keys and settings"),
    "/etc/pam.d": Exposure(CRITICAL, None, "how the host checks passwords"),
    "/etc/cron.d": Exposure(CRITICAL, None, "commands that the host runs as root"),
    "/etc/crontab": Exposure(CRITICAL, None, "commands that the host runs as root"),
    "/etc/systemd": Exposure(CRITICAL, None, "services that the host runs as root"),
    "/etc/ld.so.preload": Exposure(CRITICAL, None, "a library that every program of the host loads"),
    "/etc/docker": Exposure(HIGH, LOW, "the engine's configuration"),
    "/etc/containerd": Exposure(HIGH, None, "the engine's configuration"),
    "/etc/kubernetes": Exposure(CRITICAL, HIGH, "the cluster's keys and static pods"),
    "/etc/rancher": Exposure(CRITICAL, HIGH, "the cluster's keys"),
    "/root/.ssh": Exposure(CRITICAL, HIGH, "root's SSH keys"),
    "/bin": Exposure(CRITICAL, None, "the host's programs"),
    "/sbin": Exposure(CRITICAL, None, "the host's programs"),
    "/lib": Exposure(CRITICAL, None, "the host's libraries"),
    "/lib64": Exposure(CRITICAL, None, "the host's libraries"),
    "/usr/bin": Exposure(CRITICAL, None, "the host's programs"),
    "/usr/sbin": Exposure(CRITICAL, None, "the host's programs"),
    "/usr/lib": Exposure(CRITICAL, None, "the host's libraries"),
    "/usr/local/bin": Exposure(HIGH, None, "the host's programs"),
    "/usr/local/sbin": Exposure(HIGH, None, "the host's programs"),
}
"""The folder itself and everything in it."""
_KEYS: Final = re.compile(
    r"(?:/root|/home/[^/]+|~[^/]*)/\.(?:ssh|aws|kube|gnupg|azure|docker/config\.json|docker|config/gcloud|git-credentials|netrc)"
    r"(?:/(?:id_[a-z0-9]+|credentials|config(?:\.json)?))?"
)
_HOME: Final = re.compile(r"/home/[^/]+|~[^/]*")


DATA: Final = "/var/lib/docker"
"""Where an engine keeps its data unless it was told another place."""


def exposure(path: str, data_root: str = DATA) -> Exposure | None:
    """What a host path gives to whoever can read or write it; None where nothing special is known of it.

    Args:
        path: on the host.
        data_root: where the engine keeps its data. A folder around it holds it too.
    """
    path = canonical(path)
    if data_root != DATA:
        if is_within(path, data_root):
            path = DATA + path.removeprefix(data_root.rstrip("/"))
        elif is_within(data_root, path) and path != "/" and path not in _EXACT:
            path = DATA
    found = _EXACT.get(path)
    if found:
        return found
    for folder, what in _INSIDE.items():
        if is_within(path, folder) and not is_within(path, "/lib/modules") and not is_within(path, "/usr/lib/modules"):
            return what
    if _KEYS.fullmatch(path):
        return Exposure(HIGH, MEDIUM, "somebody's keys")
    return _EXACT["~"] if _HOME.fullmatch(path) else None
