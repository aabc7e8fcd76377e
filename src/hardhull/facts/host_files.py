"""Files of an engine on its host: whose each should be, and which bits of its mode are too many.

The numbers are those of the CIS Docker Benchmark 1.6 and 1.8, section 3 (the same in both).
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Part(NamedTuple):
    """A kind of file.

    Attributes:
        title: how to call it.
        mode: the most that its mode may have.
        group: whose it may be beside root's.
        owner_cis: the number in the benchmark for its owner.
        mode_cis: likewise for its mode.
        secret: whether reading it is harm enough.
    """

    title: str
    mode: int
    owner_cis: str
    mode_cis: str
    group: str = "root"
    secret: bool = False


PARTS: Final[dict[str, Part]] = {
    "docker.service": Part("the engine's unit", 0o644, "3.1", "3.2"),
    "docker.socket": Part("the unit of the engine's socket", 0o644, "3.3", "3.4"),
    "engine-folder": Part("the engine's configuration folder", 0o755, "3.5", "3.6"),
    "registry-certificate": Part("a registry's certificate", 0o444, "3.7", "3.8"),
    "ca-certificate": Part("the certificate of the engine's CA", 0o444, "3.9", "3.10"),
    "server-certificate": Part("the engine's certificate", 0o444, "3.11", "3.12"),
    "server-key": Part("the engine's private key", 0o400, "3.13", "3.14", secret=True),
    "engine-socket": Part("the engine's socket", 0o660, "3.15", "3.16", group="docker"),
    "daemon.json": Part("the engine's configuration", 0o644, "3.17", "3.18"),
    "default-options": Part("the engine's options (/etc/default)", 0o644, "3.19", "3.20"),
    "sysconfig-options": Part("the engine's options (/etc/sysconfig)", 0o644, "3.22", "3.21"),
    "containerd-socket": Part("containerd's socket", 0o660, "3.23", "3.24"),
}


class HostFile(NamedTuple):
    """One file or folder as the file system has it.

    Attributes:
        part: of :data:`PARTS`.
        path: links followed.
        mode: the permission bits.
        user: name of the owner, or the number of one without a name.
        group: likewise.
        acl: entries of its access list beyond the mode, as ``user:alice:rw-``.
        above: the folder on the way to it that others than root may change, and so replace the file; empty for none.
    """

    part: str
    path: str
    mode: int
    user: str
    group: str
    acl: tuple[str, ...] = ()
    above: str = ""


def excess(file: HostFile) -> int:
    """The bits of its mode that it should not have. Bits are compared one by one: 0606 is not below 0644."""
    return file.mode & 0o7777 & ~PARTS[file.part].mode


def misowned(file: HostFile) -> str:
    """Who owns it that should not, as ``user:group``; empty where that is right."""
    part = PARTS[file.part]
    right = file.user == "root" and file.group in {"root", part.group}
    return "" if right else f"{file.user}:{file.group}"
