"""A configuration that is tried: every measure at its strictest, with the privileges that were given back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "user"
CAPABILITIES = "capabilities"
CAPABILITY = "capability"
NEW_PRIVILEGES = "new-privileges"
WRITABLE_ROOT = "writable-root"
WRITABLE = "writable"
OWNED = "owned"
SECCOMP = "seccomp"
SYSCALL = "syscall"
MEMORY = "memory"
PIDS = "pids"
CPUS = "cpus"
HOST = "host"
DEVICE = "device"
PRIVILEGED = "privileged"
NETWORK = "network"


class Privilege(NamedTuple):
    """One thing that a workload may have.

    Attributes:
        kind: ``user`` (it starts as its own user), ``capabilities`` (its own set), ``capability``, ``new-privileges``,
            ``writable-root``, ``writable`` (a folder), ``owned`` (a folder in memory that it is declared with),
            ``seccomp`` (the engine's filter), ``syscall``, ``memory``, ``pids``, ``cpus`` (as it is declared), ``host``
            (a namespace of the host's), ``device``, ``privileged``, ``network`` (being on any).
        name: which; empty where there is one of the kind.
    """

    kind: str
    name: str = ""

    @property
    def title(self) -> str:
        """What people call it."""
        return _TITLES[self.kind].format(self.name)


_TITLES = {
    USER: "starting as its own user",
    CAPABILITIES: "its own capabilities",
    CAPABILITY: "the capability {}",
    NEW_PRIVILEGES: "gaining privileges",
    WRITABLE_ROOT: "a writable root file system",
    WRITABLE: "writing to {}",
    OWNED: "owning {}",
    SECCOMP: "the engine's own seccomp filter",
    SYSCALL: "the system call {}",
    MEMORY: "the memory that it is declared with",
    PIDS: "the number of processes that it is declared with",
    CPUS: "the processors that it is declared with",
    HOST: "the host's {}",
    DEVICE: "the device {}",
    PRIVILEGED: "being privileged",
    NETWORK: "a network",
}


class Writable(NamedTuple):
    """A folder that stays writable in a read-only root.

    Attributes:
        path: absolute, without links.
        keeps: whether it is a volume, which begins with what the image has there and outlives a restart; else it is
            memory.
        uid: owner of the folder in memory; likewise ``gid`` and ``mode``.
        runs: whether programs in it may be run, which an engine forbids in memory otherwise.
    """

    path: str
    keeps: bool = False
    uid: int = 0
    gid: int = 0
    mode: int = 0o755
    runs: bool = False


class Candidate(NamedTuple):
    """What a workload is given. An empty value of a measure means: as it is declared.

    Attributes:
        user: ``uid:gid``; empty for its own.
        capabilities: all that it has; None for its own.
        no_new_privileges: whether it can gain none.
        read_only: whether its root file system is read-only.
        writable: folders that are not.
        owned: folders in memory that it is declared with, which belong to its user: to root, where nobody says so.
        syscalls: all that it may call, the runtime's own among them; None for the engine's own filter.
        unconditional: those of them that it may call with any arguments; others get the conditions of the engine's own
            filter, where that has some.
        beyond: calls that it was not seen to make, and may: those that its programs could make.
        answers: calls that get another error than EPERM, with its number: what the engine's filter told the workload,
            which then did without.
        memory: bytes; likewise ``pids`` and ``cpus`` (cores); 0 for its own limit.
        host: the host's namespaces that it keeps, of those that it has.
        devices: the devices that it keeps, of those that it has.
        privileged: whether it stays privileged, where it is.
        alone: whether it is on no network, because it was seen to use none.
        ports: those that it listens on in the host's network, to be published where it gets one of its own.
        low_ports: whether it listens below 1024 without NET_BIND_SERVICE, which only some networks let everybody do.
    """

    user: str = ""
    capabilities: frozenset[str] | None = frozenset()
    no_new_privileges: bool = True
    read_only: bool = True
    writable: tuple[Writable, ...] = ()
    owned: tuple[Writable, ...] = ()
    syscalls: frozenset[str] | None = None
    unconditional: frozenset[str] = frozenset()
    beyond: frozenset[str] = frozenset()
    answers: frozenset[tuple[str, int]] = frozenset()
    memory: int = 0
    pids: int = 0
    cpus: float = 0.0
    host: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    privileged: bool = False
    alone: bool = False
    ports: frozenset[str] = frozenset()
    low_ports: bool = False

    @property
    def privileges(self) -> Iterator[Privilege]:
        """What it has that could be taken away one by one, the mightiest first; system calls are not among them."""
        if self.privileged:
            yield Privilege(PRIVILEGED)
        yield from (Privilege(HOST, name) for name in sorted(self.host))
        yield from (Privilege(DEVICE, name) for name in sorted(self.devices))
        yield from (Privilege(CAPABILITY, name) for name in sorted(self.capabilities or ()))
        if not self.no_new_privileges:
            yield Privilege(NEW_PRIVILEGES)
        if not self.read_only:
            yield Privilege(WRITABLE_ROOT)
        yield from (Privilege(WRITABLE, each.path) for each in self.writable)
        yield from (Privilege(OWNED, each.path) for each in self.owned)

    def without(self, privilege: Privilege) -> Candidate:
        """The same, less one of :attr:`privileges`."""
        kind, name = privilege
        if kind == CAPABILITY:
            return self._replace(capabilities=(self.capabilities or frozenset()) - {name})
        if kind == WRITABLE:
            return self._replace(writable=tuple(each for each in self.writable if each.path != name))
        if kind == OWNED:
            return self._replace(owned=tuple(each for each in self.owned if each.path != name))
        if kind == HOST:
            return self._replace(host=self.host - {name})
        if kind == DEVICE:
            return self._replace(devices=self.devices - {name})
        strict: dict[str, dict[str, Any]] = {
            PRIVILEGED: {"privileged": False},
            NEW_PRIVILEGES: {"no_new_privileges": True},
        }
        return self._replace(**strict.get(kind, {"read_only": True}))

    def relaxed(self, measure: str) -> Candidate:
        """The same with one measure as it is declared."""
        return self._replace(**_LOOSE[measure])


_LOOSE: dict[str, dict[str, Any]] = {
    USER: {"user": "", "owned": ()},
    CAPABILITIES: {"capabilities": None},
    NEW_PRIVILEGES: {"no_new_privileges": False},
    WRITABLE_ROOT: {"read_only": False, "writable": ()},
    SECCOMP: {"syscalls": None, "unconditional": frozenset(), "beyond": frozenset(), "answers": frozenset()},
    MEMORY: {"memory": 0},
    PIDS: {"pids": 0},
    CPUS: {"cpus": 0.0},
    NETWORK: {"alone": False},
}
