"""A Docker engine of the tests' own, with everything it has in a folder and a network namespace that go away.

    pytest_plugins = ("docker_engine",)

    @pytest.mark.engine
    def test_something(docker_engine: Engine) -> None: ...

It needs root and Debian's packages docker.io, iproute2, iptables and busybox-static. Where they are missing the tests are
skipped with the reason; with HARDHULL_NO_SKIP=1 they fail.
"""

from __future__ import annotations

import http.client
import io
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from hardhull.facts.capabilities import BY_NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NEEDED = ("dockerd", "containerd", "runc", "ip", "iptables", "nsenter", "setpriv", "busybox")
START_SECONDS = 60
PASSWD = "root:x:0:0:root:/:/bin/sh\napp:x:1000:1000::/:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n"
GROUP = "root:x:0:\nstaff:x:50:\napp:x:1000:\nnobody:x:65534:\n"


class _Connection(http.client.HTTPConnection):
    """HTTP over the engine's socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(str(self._path))


class Engine:
    """A running engine: its socket, its network namespace, and what tests ask of it."""

    def __init__(self, socket_path: Path, namespace: str) -> None:
        self.socket = socket_path
        self.namespace = namespace
        self._connection = _Connection(socket_path)

    def close(self) -> None:
        """Lets go of the socket; the engine goes on."""
        self._connection.close()

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """One call of the Engine API; raises AssertionError for an answer that is no success."""
        url = path + ("?" + urlencode(query) if query else "")
        self._connection.request(method, url, body, {"Content-Type": "application/x-tar", **(headers or {})})
        answer = self._connection.getresponse()
        data = answer.read()
        assert answer.status < 400, f"{method} {path}: {answer.status} {data.decode(errors='replace')}"
        return data

    def add_image(self, name: str, *, user: str = "", small: bool = False) -> None:
        """Makes a base image as ``docker import`` does: of busybox, or of no more than a list of users.

        Builds without RUN are quicker on the small one.
        """
        repository, _colon, tag = name.rpartition(":")
        query = {"fromSrc": "-", "repo": repository, "tag": tag}
        if user:
            query["changes"] = f"USER {user}"
        self.call("POST", "/images/create", query, small_root() if small else busybox_root())

    def import_root(self, name: str, tar: bytes) -> None:
        """Makes a base image of a root file system."""
        repository, _colon, tag = name.rpartition(":")
        self.call("POST", "/images/create", {"fromSrc": "-", "repo": repository, "tag": tag}, tar)

    def build(
        self,
        dockerfile: bytes,
        tag: str,
        args: Mapping[str, str] | None = None,
        target: str = "",
        files: Mapping[str, bytes] | None = None,
        network: str = "",
    ) -> None:
        """Builds a Dockerfile with the classic builder; the context is these files."""
        query = {"t": tag, "buildargs": json.dumps(dict(args or {})), "target": target, "version": "1"}
        query |= {"networkmode": network} if network else {}
        output = self.call("POST", "/build", query, _tar({"Dockerfile": dockerfile, **(files or {})})).decode()
        errors = [line for line in output.splitlines() if '"error"' in line]
        assert not errors, f"{tag}: {errors[0]}"

    def push(self, name: str, tag: str) -> None:
        """``docker push`` without credentials."""
        output = self.call("POST", f"/images/{name}/push", {"tag": tag}, headers={"X-Registry-Auth": "e30="}).decode()
        errors = [line for line in output.splitlines() if '"error"' in line]
        assert not errors, f"{name}:{tag}: {errors[0]}"

    def tag(self, name: str, repository: str, tag: str) -> None:
        """``docker tag``."""
        self.call("POST", f"/images/{name}/tag", {"repo": repository, "tag": tag})

    def send(self, method: str, path: str, **body: Any) -> Any:
        """One call with a JSON body; the answer as JSON, None where it is empty."""
        self._connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        data = answer.read()
        assert answer.status < 400, f"{method} {path}: {answer.status} {data.decode(errors='replace')}"
        return json.loads(data) if data.strip() else None

    def image(self, name: str) -> dict[str, Any]:
        """``docker image inspect``."""
        found: dict[str, Any] = json.loads(self.call("GET", f"/images/{name}/json"))
        return found


def _tar(files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            archive.addfile(entry, io.BytesIO(data))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return out.getvalue()


ADDGROUP = """#!/bin/sh
set -e
while getopts Sg: option; do
    case $option in g) gid=$OPTARG ;; S) ;; *) exit 1 ;; esac
done
shift $((OPTIND - 1))
test $# = 1
echo "$1:x:${gid:-1001}:" >> /etc/group
"""
ADDUSER = """#!/bin/sh
set -e
while getopts SDHu:G:s:h: option; do
    case $option in u) uid=$OPTARG ;; G) group=$OPTARG ;; s) shell=$OPTARG ;; [SDHh]) ;; *) exit 1 ;; esac
done
shift $((OPTIND - 1))
test $# = 1
test -n "$group" || { group=$1 && addgroup -g "${uid:-1001}" "$1"; }
gid=$(grep "^$group:" /etc/group | cut -d: -f3)
test -n "$gid"
echo "$1:x:${uid:-1001}:$gid::/home/$1:${shell:-/bin/ash}" >> /etc/passwd
"""
"""Alpine's busybox makes accounts, Debian's does not: these take the options that Alpine's takes."""


def small_root() -> bytes:
    """A root file system with users only."""
    return _tar({"etc/passwd": PASSWD.encode(), "etc/group": GROUP.encode()})


def busybox_root() -> bytes:
    """A root file system of busybox and its commands, as a tar."""
    path = shutil.which("busybox")
    assert path
    names = subprocess.run([path, "--list"], capture_output=True, text=True, check=True).stdout.split()
    files = {"bin/busybox": Path(path).read_bytes(), "etc/passwd": PASSWD.encode(), "etc/group": GROUP.encode()}
    files |= {"bin/addgroup": ADDGROUP.encode(), "bin/adduser": ADDUSER.encode()}
    names = [name for name in names if name not in {"addgroup", "adduser"}]
    return _tar(files, {f"bin/{name}": "busybox" for name in names if name != "busybox"})


def missing() -> str:
    """Why no engine can be started here; empty where one can."""
    if os.name != "posix" or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "starting an engine needs root"
    absent = [name for name in NEEDED if not shutil.which(name)]
    return f"not installed: {', '.join(absent)}" if absent else ""


def skip(why: str) -> None:
    """Skips with the reason, or fails where nothing may be skipped."""
    if os.environ.get("HARDHULL_NO_SKIP") == "1":
        pytest.fail(f"an engine is wanted, but {why}")
    pytest.skip(why)


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[Engine]:
    why = missing()
    if why:
        skip(why)
    with running_engine() as engine:
        yield engine


@pytest.fixture(scope="session")
def open_engine() -> Iterator[Engine]:
    """An engine that can start privileged containers, also where this machine may not give all capabilities away."""
    why = missing()
    if why:
        skip(why)
    with running_engine("open", full=True) as engine:
        yield engine


@contextmanager
def running_engine(
    suffix: str = "", config: Mapping[str, Any] | None = None, *, full: bool = False, hosts: Sequence[str] = ()
) -> Iterator[Engine]:
    """An engine that goes away with everything it has.

    Args:
        suffix: tells the engines of one test process apart.
        config: its daemon.json.
        full: whether it must be able to start privileged containers.
        hosts: where else it listens.
    """
    sweep()
    namespace = f"hardhull-{os.getpid()}{suffix}"
    made = subprocess.run(["ip", "netns", "add", namespace], capture_output=True, text=True, check=False)
    if made.returncode:
        skip(f"a network namespace cannot be made: {made.stderr.strip()}")
    folder = _folder()
    try:
        subprocess.run(["ip", "-n", namespace, "link", "set", "lo", "up"], check=True)
        settings = {**(config or {}), **(_lesser_runtime(folder) if full else {})}
        process = _start(folder, namespace, settings, hosts)
        try:
            engine = _ready(folder, process, namespace)
            try:
                yield engine
            finally:
                engine.close()
        finally:
            _stop(process)
    finally:
        unmount(folder)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(["ip", "netns", "delete", namespace], check=False)


def sweep() -> None:
    """Ends what is left of test runs that were killed: an engine that was started anew does not die with its test."""
    for place in Path("/run/netns").glob("hardhull-*"):
        owner = re.match(r"hardhull-(\d+)", place.name)
        if owner is None or Path("/proc", owner[1]).exists():
            continue
        listed = subprocess.run(["ip", "netns", "pids", place.name], capture_output=True, text=True, check=False)
        pids = {int(pid) for pid in listed.stdout.split()}
        folders = {found for pid in pids if (found := _data_of(pid)) is not None}
        for pid in pids | _children(pids):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for folder in folders:
            unmount(folder)
            shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(["ip", "netns", "delete", place.name], check=False, stderr=subprocess.DEVNULL)


def _data_of(pid: int) -> Path | None:
    """The folder of an engine of these tests."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        found = next((value for option, value in itertools.pairwise(words) if option == "--data-root"), "")
        if re.fullmatch(r"/(?:dev/shm|tmp)/hh[^/]+/data", found):
            return Path(found).parent
    return None


def _children(pids: set[int]) -> set[int]:
    """The first processes of containers, which have networks of their own."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(path.read_text(errors="replace").rpartition(")")[2].split()[1]) in pids:
                found.add(int(path.parent.name))
    return found


def _folder() -> Path:
    """In memory where there is room: builds wait for the disk most of the time. Short: a socket's path has 107 letters."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2 << 30
    return Path(tempfile.mkdtemp(prefix="hh", dir=memory if roomy else "/tmp"))


LESSER = """#!/usr/bin/python3
import json, os, sys
words = sys.argv[1:]
for option, value in zip(words, words[1:]):
    path = {"--bundle": os.path.join(value, "config.json"), "--process": value}.get(option)
    if path and os.path.exists(path):
        with open(path) as file:
            spec = json.load(file)
        for names in (spec.get("process", spec).get("capabilities") or {}).values():
            names[:] = [name for name in names or () if name not in %r]
        with open(path, "w") as file:
            json.dump(spec, file)
os.execvp("runc", ["runc", *words])
"""
"""runc, with the capabilities left out that this machine itself has not."""


def _lesser_runtime(folder: Path) -> dict[str, Any]:
    """A daemon.json with a runtime that can start privileged containers here; nothing where runc can."""
    status = Path("/proc/self/status").read_text().splitlines()
    bounding = int(next(line.split()[1] for line in status if line.startswith("CapBnd:")), 16)
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    absent = [f"CAP_{BY_NUMBER[number]}" for number in range(last + 1) if not bounding >> number & 1]
    if not absent:
        return {}
    path = folder / "runc"
    path.write_text(LESSER % absent)
    path.chmod(0o755)
    return {"runtimes": {"lesser": {"path": str(path)}}, "default-runtime": "lesser"}


def _start(folder: Path, namespace: str, config: Mapping[str, Any], hosts: Sequence[str]) -> subprocess.Popen[bytes]:
    """Starts dockerd so that it dies with this process. ``ip netns exec`` would hide the cgroups from it."""
    (folder / "daemon.json").write_text(json.dumps(config))
    command = [
        "setpriv", "--pdeathsig", "TERM", "nsenter", f"--net=/run/netns/{namespace}",
        "dockerd", "--config-file", f"{folder}/daemon.json", "--data-root", f"{folder}/data",
        "--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/pid", "--host", f"unix://{folder}/sock",
        *(word for host in hosts for word in ("--host", host)),
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def _ready(folder: Path, process: subprocess.Popen[bytes], namespace: str) -> Engine:
    engine = Engine(folder / "sock", namespace)
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            engine.call("GET", "/_ping")
        except OSError:
            engine.close()
            time.sleep(0.05)
        else:
            return engine
    log = (folder / "log").read_text(errors="replace").splitlines()[-5:]
    pytest.fail("dockerd did not start: " + " / ".join(log))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def unmount(folder: Path) -> None:
    """dockerd mounts its data-root onto itself and leaves that behind."""
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for mount in sorted((each for each in mounts if each.startswith(f"{folder}/")), reverse=True):
        subprocess.run(["umount", "--lazy", mount], check=False)
