"""What of this machine the kernel should record: sockets, programs, files and folders that its engine really uses."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hardhull.facts.audited_items import AUDITED_ITEMS
from hardhull.facts.host import SOCKETS
from hardhull.hosts.commands import PLACES
from hardhull.hosts.engine_files import INNER, UNITS, files
from hardhull.hosts.proc import identity, link, pids, stat_words, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

RUNTIME: Final = "a runtime"
SOCKET, PROGRAM, FILE, FOLDER, STATE = "socket", "program", "file", "folder", "state"
"""Kinds. ``state`` is a folder in which the engine's own programs write all the time."""
NAMES: Final = re.compile(
    r"(?:docker|docker-containerd|docker-containerd-ctr|docker-containerd-shim|docker-runc|docker-init|docker-proxy|"
    r"docker-compose|docker-buildx|dockerd|containerd|containerd-shim[\w.-]*|ctr|nerdctl|runc|crun|runsc|youki|"
    r"kata-runtime|podman|conmon|buildkitd|buildctl|crictl)"
)
"""Programs that start containers, or order that."""
ENGINE: Final = re.compile(r"(?:dockerd|containerd|containerd-shim-runc-v2|runc|crun)")
"""Those that write in the engine's folders; older shims only where one runs. Each costs a rule for each folder."""
SHIM: Final = re.compile(r"containerd-shim[\w.-]*")
FOLDERS: Final = (
    *PLACES.split(":"), "/usr/local/sbin", "/usr/local/bin", "/opt/bin", "/opt/containerd/bin", "/snap/bin",
    "/usr/libexec/docker", "/usr/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins",
    "/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins",
)  # fmt: skip
"""Where programs are looked for, beside the PATH of the engine and those that run."""
MOST: Final = 256
IO_URING_SETUP: Final = 425


def audited(
    pid: int, settings: Mapping[str, str], sockets: Iterable[tuple[str, str, int]], runtimes: Iterable[str] = ()
) -> dict[str, dict[str, Any]]:
    """Everything that is there, by its real path.

    Args:
        pid: of the engine; 0 where none runs.
        settings: of the engine: ``config-file``, ``data-root``, ``exec-root``, certificates.
        sockets: where engines listen: path, program, process.
        runtimes: programs that the engine starts containers with.

    Returns:
        Path to ``kind`` and ``name``, and ``engine`` for the programs that write in the engine's folders.
    """
    found: dict[str, dict[str, Any]] = {}
    seen: set[tuple[int, int]] = set()
    shims = {one for one in _running() if SHIM.fullmatch(Path(one).name)}
    for kind, name, path in _things(pid, settings, sockets, runtimes):
        real = os.path.realpath(path)
        number = identity(real)
        if number is None or number in seen or not _is(kind, real) or (kind == FILE and _inside(real, found)):
            continue
        seen.add(number)
        found[real] = {"kind": kind, "name": name}
        if kind == PROGRAM and (ENGINE.fullmatch(Path(path).name) or real in shims or name == RUNTIME):
            found[real]["engine"] = True
    if any(one["kind"] == SOCKET for one in found.values()) and io_uring():
        found["io_uring_setup"] = {"kind": "call", "name": "io_uring, by which a program connects without connect()"}
    return found


def io_uring() -> bool:
    """Whether this kernel lets programs have io_uring. Its call has one number everywhere."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.syscall(IO_URING_SETUP, 0, None) != -1 or ctypes.get_errno() not in {errno.ENOSYS, errno.EPERM}


def _is(kind: str, path: str) -> bool:
    mode = os.stat(path).st_mode  # noqa: PTH116  it was there a moment ago
    if kind == SOCKET:
        return stat.S_ISSOCK(mode)
    if kind in {FOLDER, STATE}:
        return stat.S_ISDIR(mode)
    return stat.S_ISREG(mode) and (kind != PROGRAM or bool(mode & 0o111))


def _inside(path: str, found: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a folder that is recorded with all that is in it holds this file."""
    return any(found[str(above)]["kind"] in {FOLDER, STATE} for above in Path(path).parents if str(above) in found)


def _things(
    pid: int, settings: Mapping[str, str], sockets: Iterable[tuple[str, str, int]], runtimes: Iterable[str]
) -> Iterator[tuple[str, str, str]]:
    listening = list(sockets)
    for path, program, owner in listening:
        if ours(path, program, owner, pid):
            yield SOCKET, f"a socket of {program}", path
    yield from ((SOCKET, "a socket of containers", path) for path in sorted(SOCKETS))
    yield from ((PROGRAM, RUNTIME, path) for path in sorted(runtimes) if path.startswith("/"))
    yield from ((PROGRAM, "a program", path) for path in sorted({*_running(), *_there(pid)}))
    yield STATE, "the engine's data", settings.get("data-root", "/var/lib/docker")
    yield STATE, "the engine's state", settings.get("exec-root", "/var/run/docker")
    yield STATE, "containerd's state", "/run/containerd"
    yield STATE, "containerd's data", "/var/lib/containerd"
    yield FOLDER, "the engine's configuration", "/etc/docker"
    yield FOLDER, "containerd's configuration", "/etc/containerd"
    if any(Path(f"{folder}/docker.service").exists() for folder in UNITS):
        yield FOLDER, "units of this machine", "/etc/systemd/system"
    yield from ((FILE, "containerd.service", f"{folder}/containerd.service") for folder in UNITS)
    for path, entry in files(dict(settings), [(path, program) for path, program, _ in listening]).items():
        if entry["part"] != "engine-folder":
            yield FILE, entry["part"], path
    yield from ((FILE, f"CIS {number}", path) for number, paths in AUDITED_ITEMS.items() for path in paths)


def ours(path: str, program: str, owner: int, pid: int) -> bool:
    """Whether a socket takes orders, and belongs to this engine: its own, or its containerd's."""
    if INNER.search(path) or (program == "containerd" and not path.endswith("containerd.sock")):
        return False
    return owner == pid or (program == "containerd" and _parent(owner) == pid != 0)


def _parent(pid: int) -> int:
    words = stat_words(pid)
    return int(words[1]) if len(words) > 1 else 0


def _running() -> Iterator[str]:
    """Programs of processes, wherever they are."""
    for running in pids():
        if NAMES.match(text(f"/proc/{running}/comm") or ""):
            path = _executable(running)
            if NAMES.fullmatch(os.path.basename(path)):  # noqa: PTH119  a script has its interpreter here
                yield path


def _there(pid: int) -> Iterator[str]:
    """Programs that could be run; links have their target's path."""
    for folder in (*FOLDERS, *_search(pid)):
        yield from (f"{folder}/{name}" for name in _names(folder))


def _executable(pid: int) -> str:
    """The program of a process; empty where it is not the one that this path names here, as in a container."""
    path = link(f"/proc/{pid}/exe") or ""
    return path if path and identity(f"/proc/{pid}/exe") == identity(path) else ""


def _search(pid: int) -> list[str]:
    """The absolute folders of the engine's own PATH."""
    words = (text(f"/proc/{pid}/environ") or "").split("\0") if pid else []
    path = next((word.removeprefix("PATH=") for word in words if word.startswith("PATH=")), "")
    return [folder.rstrip("/") for folder in path.split(":") if folder.startswith("/")]


def _names(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if NAMES.fullmatch(name))[:MOST]  # noqa: PTH208
    except OSError:
        return []
