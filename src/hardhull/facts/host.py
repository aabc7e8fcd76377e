"""What a host is set up to record: the audit rules of the Linux kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from hardhull.facts.fact import Fact, Items, Slot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.facts.host_files import HostFile
    from hardhull.facts.problem import Problem


class AuditRule(NamedTuple):
    """One rule of auditctl.

    Attributes:
        path: what is watched (``-w``, ``-F path=``, ``-F dir=``), without a slash at the end; empty where nothing is.
        tree: whether ``-F dir=`` says that it is a folder with all that is in it; a ``-w`` may be on either.
        perms: of ``rwxa``; empty where the rule names system calls instead.
        syscalls: ``-S``, in order; ``all`` where none is written in a rule that needs some.
        action: ``always`` or ``never``.
        filter: ``exit``, ``exclude``, ``user``, ``task``, ``filesystem`` or ``io_uring``.
        fields: the other ``-F`` as name, operator, value.
        key: ``-k``.
    """

    path: str
    tree: bool = False
    perms: str = ""
    syscalls: tuple[str, ...] = ()
    action: str = "always"
    filter: str = "exit"
    fields: tuple[tuple[str, str, str], ...] = ()
    key: str = ""


class Kept(NamedTuple):
    """A certificate that the engine uses.

    Attributes:
        path: its file.
        days: until it ends, counted from when it was looked at; negative once it has ended.
        bits: of its key; 0 where it is no RSA key.
    """

    path: str
    days: int
    bits: int = 0


class InUse(NamedTuple):
    """Something that the engine of this machine uses, and that the kernel should record.

    Attributes:
        path: where it really is, links followed; of a call its name.
        kind: of :data:`KINDS`.
        name: how to call it.
        engine: whether it is a program that writes in the engine's folders as its daily work.
    """

    path: str
    kind: str
    name: str
    engine: bool = False


KINDS: Final = ("socket", "program", "file", "folder", "state", "call")
"""What is in use: ``state`` is a folder in which the engine's own programs write all the time; ``call`` is one of the
kernel's by which a rule about another one is evaded."""


class Host(Fact):
    """One host, as far as files, or its kernel, say how it is set up."""

    __slots__ = ()
    kind: ClassVar[str] = "host"

    audit_rules: Slot[Items[AuditRule]] = Slot(())
    """In the order of loading, without those that a later ``-D`` deletes."""
    audit_enabled: Slot[int | None] = Slot(None)
    """``-e``: 0 off, 1 on, 2 on and locked until the next boot; None where no file says it."""
    audit_backlog: Slot[int | None] = Slot(None)
    problems: Slot[Items[Problem]] = Slot(())
    in_use: Slot[Items[InUse]] = Slot(())
    """What this very machine has that should be recorded; empty where only files were read."""

    # What only a living host says; a field that was not looked at is unknown
    files: Slot[Items[HostFile]] = Slot(())
    """Files of the engine, with owner and mode."""
    engine_users: Slot[Items[str]] = Slot(())
    """Who may use the engine's socket beside root: members of its group."""
    data_apart: Slot[bool | None] = Slot(None)
    """Whether the engine's data lie on a file system of their own."""
    sysctls: Slot[Items[tuple[str, str]]] = Slot(())
    listeners: Slot[Items[str]] = Slot(())
    """Addresses on which the engine listens by TCP, as ``0.0.0.0:2375``."""
    listeners_verify: Slot[bool | None] = Slot(None)
    """Whether it was started to ask for client certificates; None where nobody can say."""
    certificates: Slot[Items[Kept]] = Slot(())
    content_trust: Slot[Items[tuple[str, str]]] = Slot(())
    """Files of environments that set DOCKER_CONTENT_TRUST, and to what."""
    monitors: Slot[Items[str]] = Slot(())
    """Programs that watch what processes do, and run."""
    shippers: Slot[Items[str]] = Slot(())
    """Programs that send logs to another machine, and run; of rsyslog and syslog-ng only with a target elsewhere."""
    audits: Slot[Items[tuple[str, int]]] = Slot(())
    """Records of earlier audits, and how many days they are old."""


ENGINE_SOCKETS: Final = frozenset({"/var/run/docker.sock", "/run/docker.sock"})
"""Where the engine listens; ``/var/run`` is a link to ``/run``."""

SOCKETS: Final = ENGINE_SOCKETS | {
    "/run/containerd/containerd.sock",
    "/var/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/var/run/podman/podman.sock",
}
"""Sockets of engines: whoever may connect to one is root."""


class AuditedPath(NamedTuple):
    """Something of Docker that should be audited.

    Attributes:
        name: how to call it.
        paths: where it is, by distribution; one of them is enough.
        cis: the number in the CIS Docker Benchmark 1.6 and 1.8, the same in both.
    """

    name: str
    paths: tuple[str, ...]
    cis: str


def _unit(name: str) -> tuple[str, ...]:
    return tuple(
        f"{folder}/{name}" for folder in ("/usr/lib/systemd/system", "/lib/systemd/system", "/etc/systemd/system")
    )


AUDITED: Final = (
    AuditedPath("the engine's program", ("/usr/bin/dockerd", "/usr/sbin/dockerd"), "1.1.3"),
    AuditedPath("containerd's state", ("/run/containerd", "/var/run/containerd"), "1.1.4"),
    AuditedPath("the engine's data", ("/var/lib/docker",), "1.1.5"),
    AuditedPath("the engine's configuration", ("/etc/docker",), "1.1.6"),
    AuditedPath("docker.service", _unit("docker.service"), "1.1.7"),
    AuditedPath("docker.socket", _unit("docker.socket"), "1.1.9"),
    AuditedPath("the engine's options", ("/etc/default/docker", "/etc/sysconfig/docker"), "1.1.10"),
    AuditedPath("containerd's configuration", ("/etc/containerd/config.toml",), "1.1.12"),
    AuditedPath("containerd", ("/usr/bin/containerd",), "1.1.14"),
    AuditedPath("runc", ("/usr/bin/runc", "/usr/sbin/runc"), "1.1.18"),
)
"""What the CIS benchmark wants audited and every current engine has (the shims differ between versions)."""

RENAMED: Final = {
    "/usr/bin/docker-containerd": "/usr/bin/containerd",
    "/usr/bin/docker-containerd-shim": "/usr/bin/containerd-shim-runc-v2",
    "/usr/bin/docker-containerd-ctr": "/usr/bin/ctr",
    "/usr/bin/docker-runc": "/usr/bin/runc",
    "/usr/bin/docker-daemon": "/usr/bin/dockerd",
}
"""Programs that no engine since 18.09 (2018) installs, and what they are called now."""


def covers(rule: AuditRule, path: str) -> bool:
    """Whether a rule records writes to, changes of, or the running of what is at ``path``.

    A ``-w`` on a folder covers everything below it, if the folder is there when the rule is loaded.
    """
    if rule.action != "always" or rule.filter != "exit" or not rule.path:
        return False
    if rule.perms and not set(rule.perms) & set("wxa"):
        return False
    watched, wanted = _real(rule.path).rstrip("/"), _real(path)
    return watched == wanted or wanted.startswith(f"{watched}/")


def missing(rules: Iterable[AuditRule]) -> list[AuditedPath]:
    """What of :data:`AUDITED` no rule covers."""
    kept = list(rules)
    return [item for item in AUDITED if not any(covers(rule, path) for rule in kept for path in item.paths)]


NARROW: Final = frozenset({"arch", "key", "success", "exit"})
"""Fields that leave no program and no person out."""


def recorded(rules: Iterable[AuditRule], used: InUse) -> bool:
    """Whether rules, in the kernel's order, record what happens to something: the first one that matches decides.

    A socket counts as recorded where connections to it are; a rule about permissions sees none.
    """
    for rule in rules:
        if silences(rule):
            return False
        if rule.filter != "exit":
            continue
        positive = rule._replace(action="always")
        if not _about(positive, used) or (rule.action == "never" and not _plain(rule)):
            continue
        if rule.action == "never" or _plain(rule):
            return rule.action == "always"
    return False


def _about(rule: AuditRule, used: InUse) -> bool:
    if used.kind == "call":
        return not rule.path and bool({used.path, "all"} & set(rule.syscalls))
    return sees_connections(rule, frozenset({used.path})) if used.kind == "socket" else covers(rule, used.path)


def silences(rule: AuditRule) -> bool:
    """Whether a rule takes all processes out of auditing, whatever other rules say (Fedora's default)."""
    return rule.filter == "task" and rule.action == "never" and not rule.fields


def _plain(rule: AuditRule) -> bool:
    return all(name in NARROW for name, _, _ in rule.fields)


def sees_connections(rule: AuditRule, sockets: frozenset[str] = ENGINE_SOCKETS) -> bool:
    """Whether a rule records programs that connect to one of the sockets: only the call itself does (measured)."""
    calls = set(rule.syscalls) & {"connect", "all", "socketcall"} if ("arch", "=", "b32") not in rule.fields else set()
    return rule.action == "always" and bool(calls) and (not rule.path or _real(rule.path) in map(_real, sockets))


def watches_socket(rule: AuditRule, sockets: frozenset[str] = SOCKETS) -> bool:
    """Whether a rule watches the file of an engine's socket by permissions."""
    return rule.action == "always" and bool(rule.perms) and _real(rule.path) in map(_real, sockets)


def _real(path: str) -> str:
    """The path behind ``/var/run``, and without the link from ``/lib`` to ``/usr/lib``."""
    if path.startswith("/var/run/"):
        return path[4:]
    return f"/usr{path}" if path.startswith("/lib/") else path
