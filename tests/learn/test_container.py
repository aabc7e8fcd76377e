"""A web server in a container, recorded from before it is created until after it has stopped."""

from __future__ import annotations

import platform
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from hardhull.facts.profile import Address, FileUse
from hardhull.formats.profile import read, write
from hardhull.learn.bpf import Recorder
from hardhull.learn.cgroup import Meter, groups
from hardhull.learn.profile import Exercise, Subject, profile
from live_containers import wait_for_its_program
from recorded import needs_bpf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker_engine import Engine
    from hardhull.facts.profile import Profile

pytest_plugins = ("docker_engine",)
pytestmark = pytest.mark.engine

SERVER = """
mkdir -p /tmp /srv/www && echo hello >/srv/www/index.html && chown app /srv/www/index.html
exec httpd -f -p 80 -u app -h /srv/www
"""
NEIGHBOUR = "mkdir -p /tmp; while true; do sync; echo neighbour >/tmp/neighbour; sleep 0.05; done"
REQUEST = "printf 'GET /index.html HTTP/1.0\\r\\n\\r\\n' | nc 127.0.0.1 80 >/tmp/answer"


CHANGES_OWNER = "chown" if platform.machine() == "x86_64" else "fchownat"
UNCONFINED = ("seccomp=unconfined",)
FILTERED = {"unconfined": UNCONFINED, "default": (), "tight": ("no-new-privileges",)}


class Container:
    """One that is made, started, and removed."""

    def __init__(self, engine: Engine, script: str, network: str, options: tuple[str, ...] = UNCONFINED) -> None:
        self.engine = engine
        host = {"NetworkMode": network, "SecurityOpt": list(options)}
        body = {"Image": "learn:1", "Cmd": ["sh", "-c", script], "HostConfig": host, "StopSignal": "SIGKILL"}
        body |= {"User": "1000:1000"} if "no-new-privileges" in options else {}
        self.ident: str = engine.send("POST", "/containers/create", **body)["Id"]
        engine.send("POST", f"/containers/{self.ident}/start")
        self.pid: int = self.inspect()["State"]["Pid"]

    def inspect(self) -> dict[str, Any]:
        found: dict[str, Any] = self.engine.send("GET", f"/containers/{self.ident}/json")
        return found

    def run(self, script: str) -> int:
        """The exit code of a command inside."""
        ident = self.engine.send("POST", f"/containers/{self.ident}/exec", Cmd=["sh", "-c", script])["Id"]
        self.engine.send("POST", f"/exec/{ident}/start", Detach=True)
        while True:
            state = self.engine.send("GET", f"/exec/{ident}/json")
            if not state["Running"]:
                return int(state["ExitCode"])
            time.sleep(0.02)

    def remove(self) -> None:
        self.engine.call("DELETE", f"/containers/{self.ident}", {"force": "1"})


def exercised(container: Container) -> None:
    for _attempt in range(100):
        if container.run(f"{REQUEST} && grep hello /tmp/answer") == 0:
            return
        time.sleep(0.05)
    logs = container.engine.call("GET", f"/containers/{container.ident}/logs", {"stdout": "1", "stderr": "1"})
    pytest.fail(f"the server did not answer; it says {logs!r}")


class Recorded(NamedTuple):
    """The same server by its network, one after the other, with a neighbour that is busy all the time.

    Attributes:
        profiles: from the recording at the end.
        early: what was recorded of both when the first had ended.
    """

    profiles: dict[str, Profile]
    early: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def recorded(docker_engine: Engine) -> Iterator[Recorded]:
    """Two servers in a row under one recorder."""
    needs_bpf()
    docker_engine.add_image("learn:1")
    found: dict[str, Profile] = {}
    snapshots = []
    containers = [Container(docker_engine, NEIGHBOUR, "none")]
    try:
        with Recorder() as recorder:
            begun = datetime.now(UTC)
            seen = {}
            for network in ("none", "host"):
                containers.append(Container(docker_engine, SERVER, network))
                where = recorder.watch(containers[-1].pid)
                with Meter(groups(containers[-1].pid)) as meter:
                    exercised(containers[-1])
                containers.pop().remove()
                seen[network] = where, meter.peaks
                snapshots.append(recorder.snapshot())
            recording = snapshots[-1]
            seconds = (datetime.now(UTC) - begun).total_seconds()
            exercise = Exercise(begun, seconds, ("start", "one request"))
            for network, (where, peaks) in seen.items():
                found[network] = profile(Subject(f"server {network}"), exercise, recording.of(where), peaks)
            early = {network: snapshots[0].of(where) for network, (where, _peaks) in seen.items()}
        yield Recorded(found, early)
    finally:
        for container in containers:
            container.remove()


@pytest.fixture
def profiles(recorded: Recorded) -> dict[str, Profile]:
    """What each needs."""
    return recorded.profiles


def test_one_recorder_serves_two_containers_in_a_row(recorded: Recorded) -> None:
    assert recorded.early["none"]["syscalls"] == recorded.profiles["none"].runs[0].syscalls
    assert recorded.early["host"]["incomplete"] == ("not one system call of the workload was seen",)
    assert recorded.early["host"]["syscalls"] == frozenset()
    assert recorded.profiles["host"].runs[0].syscalls


def test_what_the_server_needs_is_recorded(profiles: dict[str, Profile]) -> None:
    run = profiles["none"].runs[0]
    names = {call.name for call in run.syscalls}
    assert {"execve", CHANGES_OWNER, "bind", "listen", "setuid", "setgid", "setgroups", "sendfile"} <= names
    assert not {call.name for call in run.syscalls if call.name.startswith("#")}
    assert run.incomplete == ()
    assert Address("tcp", "::", 80) in run.listens
    assert Address("tcp", "127.0.0.1", 80) in run.connects
    assert {(user.euid, user.egid) for user in run.users} == {(0, 0), (0, 1000), (1000, 1000)}


def test_capabilities_are_the_ones_it_used(profiles: dict[str, Profile]) -> None:
    used = profiles["none"].capabilities_used
    assert used == {"CHOWN", "SETUID", "SETGID"}
    # The engine lets everybody bind port 80 in a network namespace that it made; in the host's the kernel asks.
    assert profiles["host"].capabilities_used - used == {"NET_BIND_SERVICE"}


def test_files_are_those_of_the_container(profiles: dict[str, Profile]) -> None:
    files = profiles["none"].runs[0].files
    assert {
        FileUse("/srv", "change"),
        FileUse("/srv/www", "change"),
        FileUse("/srv/www/index.html", "write"),
        FileUse("/srv/www/index.html", "change"),
        FileUse("/tmp/answer", "write"),
        FileUse("/bin/busybox", "execute"),
    } <= files
    assert {each.path for each in files if each.use == "write"} == {"/srv/www/index.html", "/tmp/answer"}
    assert not [each.path for each in files if not each.placed]


def test_nothing_of_the_neighbour_or_of_the_way_in_is_the_servers(profiles: dict[str, Profile]) -> None:
    run = profiles["none"].runs[0]
    assert "sync" not in {call.name for call in run.syscalls}
    assert not [each for each in run.files if "neighbour" in each.path]
    entry = {call.name for call in run.entry_syscalls}
    assert {"pivot_root", "mount", "capset", "execve"} <= entry
    assert not {"pivot_root", "mount", "capset", "unshare"} & {call.name for call in run.syscalls}


def test_peaks_are_those_of_its_control_groups(profiles: dict[str, Profile]) -> None:
    peaks = profiles["none"].peaks
    assert peaks.memory_bytes is not None
    assert 100_000 < peaks.memory_bytes < 200_000_000
    assert peaks.pids is not None
    assert 1 <= peaks.pids < 50
    assert peaks.cpu_seconds is not None
    assert 0 < peaks.cpu_seconds < 60


def test_the_profile_comes_back_from_its_file(profiles: dict[str, Profile]) -> None:
    for each in profiles.values():
        assert read(write(each).encode()) == each


@pytest.mark.parametrize("of", ["syscalls", "denied"])
def test_what_the_runtime_needs_behind_the_filter_is_told_apart(filtered: dict[str, Profile], of: str) -> None:
    runs = {name: each.runs[0] for name, each in filtered.items()}
    if of == "denied":
        assert not any(run.denied for run in runs.values())
        return
    behind = {name: {call.name for call in run.filtered_syscalls} for name, run in runs.items()}
    assert behind["unconfined"] == set()
    assert "execve" in behind["tight"]
    # The runtime's own scheduler (Go's) interrupts its threads when it likes.
    own = {"futex", "getpid", "nanosleep", "restart_syscall", "rt_sigreturn", "sched_yield", "tgkill"}
    assert behind["tight"] - own < behind["default"]
    assert behind["default"] - own < {call.name for call in runs["default"].entry_syscalls}
    assert {"capset", "setgroups"} <= behind["default"] - behind["tight"]


@pytest.fixture(scope="module")
def filtered(docker_engine: Engine) -> Iterator[dict[str, Profile]]:
    """Of a program that ends at once, without a filter, with the engine's, and with it and no new privileges."""
    needs_bpf()
    docker_engine.add_image("learn:1")
    containers = {}
    with Recorder() as recorder:
        begun = datetime.now(UTC)
        try:
            for name, options in FILTERED.items():
                containers[name] = Container(docker_engine, "sleep 600", "none", options)
            seen = {name: recorder.watch(container.pid) for name, container in containers.items()}
            for container in containers.values():
                wait_for_its_program(container.pid)
            recording = recorder.stop()
            exercise = Exercise(begun, 1.0, ("start",))
            yield {name: profile(Subject(name), exercise, recording.of(where)) for name, where in seen.items()}
        finally:
            for container in containers.values():
                container.remove()
