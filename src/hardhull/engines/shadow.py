"""A shadow: a throwaway engine with the wanted configuration, in namespaces of its own that end with this process.

It has its own processes, network, mounts and folders, and a copy of ``/etc`` that is written over it: what an engine
writes at its start (the user ``dockremap``, a key) goes with it. Nothing listens outside of it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardhull.engines.shadow_words import settings, words
from hardhull.hosts.commands import PLACES
from hardhull.hosts.proc import lines, text
from hardhull.run.owner import current, started
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from docker import APIClient

    from hardhull.engines.candidate import Candidate
    from hardhull.engines.daemon import Daemon
    from hardhull.engines.surroundings import Surroundings

NEEDED = ("unshare", "setpriv", "prlimit", "mount", "ip", "sh")
SECONDS = 60.0
"""For the start; it takes one on a machine with nothing else to do."""
PREFIX = "hardhull-shadow-"
INSIDE = r"""
box=$1; shift
test -e "$box/on-disk" || mount -t tmpfs -o mode=0711 tmpfs "$box/data"
mount -t tmpfs tmpfs "$box/own"
mkdir "$box/own/upper" "$box/own/work"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$box/own/upper,workdir=$box/own/work" /etc
test ! -d /run/containerd || mount -t tmpfs tmpfs /run/containerd
ip link set lo up
while read -r address; do ip address add "$address" dev lo; done <"$box/addresses"
while read -r bridge address; do
    ip link add "$bridge" type bridge
    test -z "$address" || ip address add "$address" dev "$bridge"
done <"$box/bridges"
cat "$box/names" >>/etc/hosts
: >"$box/began"
exec "$@"
"""
"""Runs before the engine does, with nothing of the configuration in it: what differs is read from files."""


class ShadowError(Exception):
    """The shadow did not start; the message is its last word.

    Attributes:
        ours: whether the shadow itself could not be made, so that nothing is said about the configuration.
    """

    def __init__(self, why: str, *, ours: bool = False) -> None:
        super().__init__(why)
        self.ours = ours


class Shadow:
    """One shadow, from ``with`` to its end.

    Args:
        wanted: the configuration.
        engine: the engine that it stands for.
        around: what its network has to have.

    Attributes:
        client: speaks to it.
        seconds: how long its start took.
        root: its root folder, as it is seen from here.
        network: the file of its network namespace.
    """

    client: APIClient

    def __init__(self, wanted: Candidate, engine: Daemon, around: Surroundings) -> None:
        self._wanted, self._engine, self._around = wanted, engine, around
        self.seconds = 0.0
        self.root = self.network = ""
        self._process: subprocess.Popen[bytes] | None = None
        parent = str(wanted.new("cgroup_parent")).strip("/")
        self._groups = [f"{PREFIX}{current().pid}", *([parent] if parent and not _groups(parent) else [])]
        self._folders: list[Path] = []

    def __enter__(self) -> Self:
        missing = [name for name in NEEDED if not shutil.which(name, path=PLACES)]
        if missing:
            raise ShadowError(f"not installed: {', '.join(missing)}", ours=True)
        sweep()
        try:
            self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _start(self) -> None:
        here = current()
        box = self._box = _made(_base(), f"{PREFIX}{here.pid}-{here.started}-")
        self._folders.append(box)
        box.chmod(0o711)  # users of containers may be mapped to others, who have to come through
        (box / "own").mkdir()
        data = box / "data"
        if self._wanted.fields & {"storage_driver", "storage_opts"}:
            real = _made(_beside(self._engine, self._wanted), f".{PREFIX}{here.pid}-{here.started}-")
            self._folders.append(real)
            (box / "on-disk").touch()
            data = real
        else:
            data.mkdir()
        for name, rows in self._around.files():
            (box / name).write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
        (box / "daemon.json").touch(0o600)
        (box / "daemon.json").write_text(json.dumps(settings(self._wanted.after, self._around.left_out)), "utf-8")
        before = time.monotonic()
        command = [*_apart(self._engine), str(box), *words(self._wanted, self._engine, box, data)]
        with (box / "log").open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                env={"PATH": PLACES, **self._engine.environment}, start_new_session=True,
            )  # fmt: skip
        self._answered(box / "sock")
        self.seconds = time.monotonic() - before
        self.root = f"/proc/{self._first()}/root"
        self.network = f"/proc/{self._first()}/ns/net"
        self.client = client_of(f"unix://{box}/sock")

    def _first(self) -> int:
        """The shadow's own first process: the engine."""
        assert self._process is not None  # noqa: S101  it was started
        children = (text(f"/proc/{self._process.pid}/task/{self._process.pid}/children") or "").split()
        return int(children[0]) if children else 0

    def _answered(self, socket: Path) -> None:
        assert self._process is not None  # noqa: S101  likewise
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            if self._process.poll() is not None:
                why = self._last_word() or f"it ended with code {self._process.returncode}"
                raise ShadowError(why, ours=not (self._box / "began").exists())
            if answers(str(socket)):
                return
            time.sleep(0.02)
        raise ShadowError(f"it did not answer within {SECONDS:.0f} seconds: {self._last_word()}")

    def _last_word(self) -> str:
        rows = [row.strip() for row in lines(str(self._box / "log")) if row.strip()]
        fatal = [row for row in rows if "level=" not in row] or rows
        said = fatal[-1] if fatal else ""
        return redact(said.replace(str(self._box / "daemon.json"), self._wanted.path))[:500]

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if hasattr(self, "client"):
            self.client.close()
        if self._process is not None:
            first = self._first()
            with suppress(ProcessLookupError):  # with the first process of its namespace all others end, before it does
                os.kill(first or self._process.pid, signal.SIGKILL)
            self._process.wait()
        for folder in self._folders:
            remove(folder)
        for name in self._groups:
            _clear_groups(name)


def _apart(engine: Daemon) -> Sequence[str]:
    """What gives the shadow its namespaces, and the engine's own resource limits."""
    limits = (f"--{name}={_bound(soft)}:{_bound(hard)}" for name, (soft, hard) in engine.limits.items())
    return [
        "setpriv", "--pdeathsig", "KILL", "prlimit", *limits,
        "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child=KILL", "--mount-proc",
        "--propagation", "private",
        "sh", "-ec", INSIDE, "shadow",
    ]  # fmt: skip


def _bound(limit: int) -> str:
    return "unlimited" if limit < 0 else str(limit)


def answers(socket: str) -> bool:
    """Whether an engine says that it is there."""
    import socket as network

    with network.socket(network.AF_UNIX, network.SOCK_STREAM) as asked:
        asked.settimeout(5)
        try:
            asked.connect(socket)
            asked.sendall(b"GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n")
            return asked.recv(64).startswith(b"HTTP/1.1 ")
        except OSError:
            return False


def client_of(address: str) -> Any:
    """A client of an engine, with time for what takes long."""
    from docker import APIClient

    return APIClient(base_url=address, version="auto", timeout=60)


def _base() -> Path:
    return Path("/run") if os.access("/run", os.W_OK) else Path(tempfile.gettempdir())


def _beside(engine: Daemon, wanted: Candidate) -> Path:
    """A folder on the file system of the real data: what a storage driver can do depends on it."""
    path = Path(str(wanted.new("data_root"))).parent
    while not path.is_dir():
        path = path.parent
    return path if os.access(path, os.W_OK) else Path(engine.folder)


def _made(folder: Path, prefix: str) -> Path:
    return Path(tempfile.mkdtemp(prefix=prefix, dir=folder))


def remove(folder: Path) -> None:
    """Removes a folder of a shadow."""
    shutil.rmtree(folder, ignore_errors=True)


def _groups(name: str) -> list[Path]:
    """The control groups of a name, in every hierarchy."""
    top = Path("/sys/fs/cgroup")
    return [found for found in (top / name, *top.glob(f"*/{name}")) if found.is_dir()]


def _clear_groups(name: str) -> None:
    """Removes control groups in which nothing runs."""
    for found in _groups(name):
        for folder in sorted(found.glob("**/"), reverse=True):
            with suppress(OSError):
                folder.rmdir()


def sweep() -> None:
    """Removes what shadows of processes that were killed have left: folders, and empty control groups."""
    for base in {_base(), Path("/var/lib")}:
        for found in (*base.glob(f"{PREFIX}*"), *base.glob(f".{PREFIX}*")):
            pid, _, ticks = found.name.partition(PREFIX)[2].rpartition("-")[0].partition("-")
            if pid.isdigit() and started(int(pid)) != int(ticks or 0):
                remove(found)
                _clear_groups(f"{PREFIX}{pid}")
