"""From the kernel's maps to what one workload did."""

from __future__ import annotations

import re
import struct
from ipaddress import IPv4Address, IPv6Address
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING, Any, Final

from hardhull.facts.capabilities import BY_NUMBER
from hardhull.facts.profile import Address, Call, Check, Denial, Failure, FileUse, User
from hardhull.facts.syscall_numbers import Machine, numbers
from hardhull.learn.maps import DEPTH, GROUPS, NAME_BYTES
from hardhull.learn.namespace import follow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.learn.maps import Maps
    from hardhull.learn.namespace import Namespace

RESERVING: Final = frozenset(
    {
        "", "brk", "clone", "clone3", "execve", "execveat", "fallocate", "fork", "ftruncate", "memfd_create", "mmap",
        "mmap2", "mprotect", "mremap", "pkey_mprotect", "pwrite64", "pwritev", "pwritev2", "sendfile", "shmat",
        "shmget", "splice", "vfork", "write", "writev",
    }
)  # fmt: skip
"""Calls (and page faults) that reserve memory: ``__vm_enough_memory`` in ``mm/util.c`` then asks for SYS_ADMIN."""

OPENED, EXECUTED, CHANGED = 0, 1, 2
"""What happened to a file: opened for writing, executed, its owner, mode, times or attributes set (``calls.h``)."""
CONNECTS, BINDS, REFUSED_BIND, REFUSED_CONNECT = 0, 1, 2, 3
"""What was asked of a local socket's name. The last two are the lowest bits, under the error number (``sockets.h``)."""
_PROTOCOLS: Final = {1: "tcp", 2: "udp"}
"""By the kind of socket, for IPv4 and IPv6."""
_USES: Final = {OPENED: "write", EXECUTED: "execute", CHANGED: "change"}
_REFUSED_NAMES: Final = {REFUSED_BIND: "bind", REFUSED_CONNECT: "connect"}
_OWN_PROGRAM: Final = re.compile(r"/proc/(?:self|thread-self|\d+)/(?:exe|fd/\d+)$")
"""A process that asks for a file it has: which one that is, the kernel has said."""
_IPV4, _IPV6 = 2, 10


class Readout:
    """The maps of a recording, as one mount namespace filled them.

    Args:
        maps: of the whole recording.
        idents: the numbers in the maps of the namespace, and of those that were made from within it.
        where: its mounts.
        machine: architectures of this kernel.
    """

    def __init__(self, maps: Maps, idents: tuple[int, ...], where: Namespace, machine: Machine) -> None:
        self._maps = maps
        self._idents = idents
        self._where = where
        self._machine = machine
        self._namespaces_made = bool(self._rows("newns"))
        self.cut = False
        """Whether a name was too long, or a path too deep."""

    def fields(self) -> dict[str, Any]:
        """The fields of a Run that come out of the maps."""
        files = frozenset(self._files())
        return {
            "syscalls": frozenset(self._calls(0)),
            "entry_syscalls": frozenset((*self._calls(1), *self._calls(2))),
            "filtered_syscalls": frozenset(self._calls(2)),
            "denied": frozenset(self.denied()),
            "failed": self._failed(),
            "capabilities": frozenset(self._checks()),
            "files": files,
            "listens": frozenset(self._listens()),
            "connects": frozenset(self._connects()),
            "users": frozenset(User(*row) for row in self._rows("user")),
            "groups": frozenset(group for (group,) in self._rows("group")),
        }

    def _rows(self, name: str) -> list[tuple[Any, ...]]:
        return [row for ident in self._idents for row in self._maps.rows(name, ident)]

    def _staged(self, stage: int) -> list[tuple[Any, ...]]:
        """System calls of the workload (0), of what came in (1), and of that behind the filter (2)."""
        return [row for row in self._rows("sys") if row[0] == stage]

    def _call(self, compat: int, number: int) -> Call:
        arch = self._machine.compat if compat else self._machine.native
        return Call(arch, numbers(arch).get(number, f"#{number}"))

    def _calls(self, stage: int) -> Iterator[Call]:
        for _stage, compat, number in self._staged(stage):
            yield self._call(compat, number)

    def denied(self) -> list[Denial]:
        """In the order of time. Also of the runtime behind the filter: then the workload does not start."""
        first: dict[Denial, int] = {}
        for ident in self._idents:
            for key, moment in self._maps.entries("denied", ident):
                _stage, compat, number, result = key
                call = Denial(*self._call(compat, number), -result)
                first[call] = min(moment, first.get(call, moment))
        return sorted(first, key=lambda call: (first[call], call))

    def _failed(self) -> frozenset[Failure]:
        """Calls that the kernel refused, with the path as it was asked for where there is one."""
        found = {Failure(*self._call(0, why // 4096), why % 4096, path) for why, path in self._refused_paths()}
        for way, abstract, name in self._rows("unix"):
            if way & 3 in _REFUSED_NAMES and not abstract:
                found.add(Failure(self._machine.native, _REFUSED_NAMES[way & 3], way >> 2, name))
        named = {each[:3] for each in found}
        for _stage, compat, number, result in self._rows("failed"):
            bare = Failure(*self._call(compat, number), -result)
            if bare[:3] not in named:
                found.add(bare)
        return frozenset(found)

    def _refused_paths(self) -> Iterator[tuple[int, str]]:
        for why, key, name in self._rows("change"):
            for path, _known in self._paths(key, name) if why else ():
                yield why, path

    def _checks(self) -> Iterator[Check]:
        """Checks of the tasks' own credentials; those of others (overlayfs) are not the workload's."""
        for capability, result, current, own in self._rows("cap"):
            if not own:
                continue
            arch, name = self._call(0, current) if current >= 0 else ("", "")
            word = BY_NUMBER[capability] if capability < len(BY_NUMBER) else f"#{capability}"
            makes_namespaces = name in {"clone", "clone3"} and self._namespaces_made
            doubtful = word == "SYS_ADMIN" and name in RESERVING and not makes_namespaces
            yield Check(word, result == 0, arch, name, not doubtful)

    def _paths(self, key: int, more: str = "") -> list[tuple[str, bool]]:
        """A path as the workload sees it, with whether its file system is mounted there.

        Args:
            key: of the path in the maps.
            more: a path from there on, as the workload wrote it: its folder is followed, its last name is not.
        """
        names, maps = list[str](), self._maps.maps
        up = key
        for _ in range(DEPTH):
            if (up,) not in maps["name"]:
                break
            up, name = maps["name"][up,]
            names.append(name)
        if (key,) in maps["deep"] or any(_full(name) for name in (*names, more)):
            self.cut = True
        device = maps["path"].get((key,), 1) - 1
        placed = self._where.place(device, tuple(reversed(names)))
        found = [(path, True) for path in placed] or [("/" + "/".join(reversed(names)), False)]
        return [(self._further(path, more) if more else path, known) for path, known in found]

    def _further(self, path: str, more: str) -> str:
        whole = join(path, more.strip("/"))
        if basename(whole) in {"", ".", ".."}:
            return self._follow(whole)
        return join(self._follow(dirname(whole)), basename(whole))

    def _follow(self, path: str) -> str:
        return follow(self._where.root, path) if self._where.root else normpath(path)

    def _files(self) -> Iterator[FileUse]:
        for use, key in self._rows("file"):
            for path, known in self._paths(key):
                if known or path != "/":  # a pipe or socket that was opened through /dev/stdout has no name
                    yield FileUse(path, _USES[use], known)
        for refused, key, name in self._rows("change"):
            for path, known in self._paths(key, name) if not refused else ():
                yield FileUse(path, "change", known)
        for key, name in self._rows("asked"):
            if _OWN_PROGRAM.match(name):
                continue
            for path, known in [("/", True)] if name.startswith("/") else self._paths(key):
                yield FileUse(self._follow(join(path, name)), "execute", known)

    def _listens(self) -> Iterator[Address]:
        """Listening sockets, and bound ones of protocols in which nobody listens."""
        for listening, kind, family, port, *words in self._rows("in"):
            if listening or kind != 1:
                raw = struct.pack("=4I", *words)
                yield Address(_PROTOCOLS.get(kind, f"#{kind}"), _address(family, raw), port)
        yield from self._local(BINDS)

    def _connects(self) -> Iterator[Address]:
        for _listening, kind, family, port, *words in self._rows("out"):
            raw = struct.pack("=4I", *words)
            yield Address(_PROTOCOLS.get(kind, f"#{kind}"), _address(family, raw), port)
        yield from self._local(CONNECTS, REFUSED_CONNECT)

    def _local(self, *ways: int) -> Iterator[Address]:
        for way, abstract, name in self._rows("unix"):
            if way & 3 in ways and (name or not abstract):
                self.cut = self.cut or _full(name)
                yield Address("unix-abstract" if abstract else "unix", name)


def family(maps: Maps, ident: int) -> tuple[int, ...]:
    """A mount namespace, and all that were made from within it."""
    found = [ident]
    for each in found:  # which grows meanwhile
        found += [new for new, old in maps.maps.get("nested", {}) if old == each and new not in found]
    return tuple(found)


def _full(name: str) -> bool:
    """Whether a name fills its space, so that its end may be missing."""
    return len(name.encode("utf-8", "surrogateescape")) >= NAME_BYTES - 1


def _address(family: int, raw: bytes) -> str:
    if family == _IPV4:
        return str(IPv4Address(raw[:4]))
    mapped = IPv6Address(raw[:16])
    return str(mapped.ipv4_mapped or mapped)


RINGS: Final = frozenset({"io_uring_setup", "io_uring_enter"})
UNSEEN_RING = "it uses io_uring: files and connections that are opened that way are not seen"
CUT = "the name of a file was too long or lay too deep, and was cut"
MANY_GROUPS = f"a process had more than {GROUPS} groups"
