"""Drills in a real engine: what succeeds when everything is granted, by default, and after hardening."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from drilled import HARD, PLAIN, add_bare_image, compose

from hardhull.prove.drills import BLOCKED, DRILLS, SUCCEEDED, UNAVAILABLE, compare, drill, permissive
from hardhull.prove.drills.ground import PORT, Ground
from hardhull.prove.drills.perform import all_of, given_of
from hardhull.prove.drills.table import BY_NAME
from hardhull.run.guard import Guard
from hardhull.run.refusal import CannotRunError
from hardhull.run.settings import Bounds
from worlds import left, world

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from docker_engine import Engine
    from hardhull.prove.drills import DrillOutcome
    from hardhull.run.world import World

pytestmark = pytest.mark.engine

BEYOND = {"trace-process", "program-in-memory", "io-uring", "open-port"}
"""What the measures of the hardened service have no say in (newer engines' profiles forbid io_uring)."""
BY_DEFAULT = {
    "change-root", "write-root", "write-accounts", "write-program", "plant-setuid", "change-owner", "read-others",
    "drop-program", "make-device", "become-root", "become-other", "join-groups", "setuid-file", "file-capability",
    "raw-socket", "packet-socket", "open-port", "neighbour", "flood-processes", "flood-memory", "flood-disk",
    "flood-descriptors",
}  # fmt: skip
"""What a container may do of which nobody has said anything."""


@pytest.fixture(autouse=True)
def bare(engine: Engine) -> None:
    add_bare_image(engine)


def succeeded(outcomes: Iterable[DrillOutcome]) -> set[str]:
    return {one.drill.name for one in outcomes if one.succeeded}


def of(outcomes: Iterable[DrillOutcome], name: str) -> DrillOutcome:
    return next(one for one in outcomes if one.drill.name == name)


def machine() -> dict[str, Any]:
    """What drills touch, and must leave as it was."""
    files = [
        "/proc/sys/kernel/core_pattern", "/proc/sys/vm/overcommit_memory", "/proc/sys/net/ipv4/ip_forward",
        "/proc/sys/kernel/hostname", "/proc/swaps", "/proc/partitions", "/proc/self/cgroup",
        "/sys/kernel/mm/transparent_hugepage/enabled",
    ]  # fmt: skip
    found: dict[str, Any] = {name: Path(name).read_text() for name in files if os.path.exists(name)}  # noqa: PTH110
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    found["mounts"] = [each for each in mounts if each[1] == "/" or each[1].startswith(("/sys", "/proc"))]
    return found


def helpers(engine: Engine) -> list[str]:
    """Processes that run the helper on a file system of the engine's."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            mounts = (folder / "mountinfo").read_text()
        except OSError:
            continue
        if words[0] == b"/.hardhull-drills/helper" and str(engine.socket.parent) in mounts:
            found.append(folder.name)
    return found


def test_each_drill_succeeds_where_all_is_granted_and_hardening_blocks_it(engine: Engine, tmp_path: Path) -> None:
    before = machine()
    text = compose(web=PLAIN, other=PLAIN, hard=HARD)
    with world(tmp_path, text) as one:
        one.start()
        pids = {key: one.state(key)["Pid"] for key in one.ids}
        granted, plain, hard = permissive(one, "web"), drill(one, "web"), drill(one, "hard")
        assert {key: one.state(key)["Pid"] for key in one.ids} == pids
    assert left(engine) == []
    assert machine() == before
    assert helpers(engine) == []
    assert "hardhull-drill" not in Path("/proc/keys").read_text()
    for outcomes in (granted, plain, hard):
        assert [each.drill for each in outcomes] == list(DRILLS)
        assert all(each.why for each in outcomes if not each.succeeded)
    applicable = succeeded(granted)
    assert len(applicable) >= 34
    assert BY_DEFAULT <= succeeded(plain) < applicable
    assert succeeded(hard) <= BEYOND
    compared = compare(plain, hard, granted)
    assert {each.drill.name for each in compared if each.stopped} == succeeded(plain) - succeeded(hard)
    assert {each.drill.name for each in compared if each.applicable} == applicable
    assert of(hard, "mount-tmpfs").call == "mount"
    assert of(hard, "flood-processes").call == "clone"
    assert "SIGKILL" in of(hard, "flood-memory").why


def test_neighbours_are_reached_only_over_a_network(engine: Engine, tmp_path: Path) -> None:
    only = [BY_NAME["neighbour"]]
    text = compose(
        web=PLAIN, near=PLAIN, side=f"{PLAIN}, network_mode: 'service:web'", none=f"{PLAIN}, network_mode: none"
    )
    with world(tmp_path, text) as one:
        one.start()
        ((side,), (none,)) = (drill(one, key, "", only) for key in ("side", "none"))
        (granted,) = permissive(one, "none", "", only)
    assert side.verdict == granted.verdict == SUCCEEDED
    assert (none.verdict, none.call) == (BLOCKED, "connect")
    assert left(engine) == []


def test_who_is_alone_gets_a_stranger_or_has_no_neighbour(engine: Engine, tmp_path: Path) -> None:
    only = [BY_NAME["neighbour"]]
    for keys, expected in ((PLAIN, SUCCEEDED), (f"{PLAIN}, network_mode: none", UNAVAILABLE)):
        with world(tmp_path, compose(web=keys)) as one:
            one.start()
            (found,) = drill(one, "web", "", only)
        assert found.verdict == expected
    assert left(engine) == []


@contextmanager
def answering(namespace: str, address: str) -> Iterator[None]:
    """Somebody listens at an address in the engine's namespace, where this thread is."""
    subprocess.run(["ip", "-n", namespace, "address", "add", f"{address}/32", "dev", "lo"], check=True)
    server = socket.create_server((address, 80))
    server.settimeout(0.2)
    over = threading.Event()

    def accept() -> None:
        while not over.is_set():
            try:
                server.accept()[0].close()
            except TimeoutError:
                continue

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        server.close()
        subprocess.run(["ip", "-n", namespace, "address", "delete", f"{address}/32", "dev", "lo"], check=True)


def test_metadata_and_outside_are_tried_only_where_the_world_reaches_out(engine: Engine, tmp_path: Path) -> None:
    outside = "198.51.100.7"
    only = [BY_NAME["metadata"], BY_NAME["internet"]]
    text = compose(web=PLAIN, none=f"{PLAIN}, network_mode: none")
    with answering(engine.namespace, "169.254.169.254"), answering(engine.namespace, outside):
        with world(tmp_path, text, reach=True) as one:
            one.start()
            web, none = (drill(one, key, f"{outside}:80", only) for key in ("web", "none"))
            (unnamed,) = drill(one, "web", "", only[1:])
            with pytest.raises(CannotRunError, match="nothing outside is reached for"):
                drill(one, "web", "example.com:80", only)
        with world(tmp_path, text) as one:
            one.start()
            inside = drill(one, "web", f"{outside}:80", only)
    assert [each.verdict for each in web] == [SUCCEEDED, SUCCEEDED]
    assert [(each.verdict, each.call) for each in none] == [(BLOCKED, "connect")] * 2
    assert {each.verdict for each in (unnamed, *inside)} == {UNAVAILABLE}
    assert left(engine) == []


def test_paths_of_the_host_are_copies_and_judged_as_mounted(engine: Engine, tmp_path: Path) -> None:
    only = [BY_NAME["write-host-path"]]
    (tmp_path / "etc").mkdir()
    (tmp_path / "file").write_text("kept")
    keys = {
        "writable": f"{PLAIN}, volumes: ['./etc:/host']",
        "one": f"{PLAIN}, volumes: ['./file:/host']",
        "fixed": f"{PLAIN}, volumes: ['./etc:/host:ro']",
    }
    with world(tmp_path, compose(**keys)) as one:
        one.start()
        ((writable,), (single,), (fixed,)) = (drill(one, key, "", only) for key in keys)
    assert writable.verdict == single.verdict == SUCCEEDED
    assert (fixed.verdict, fixed.call) == (BLOCKED, "openat")
    assert list((tmp_path / "etc").iterdir()) == []
    assert (tmp_path / "file").read_text() == "kept"
    assert left(engine) == []


KILLS = '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_KILL_PROCESS"}]}'
ENDS = KILLS.replace("mount", "wait4")
NO_CHILDREN = ENDS.replace("KILL_PROCESS", "ERRNO")
THREE = [BY_NAME[name] for name in ("raw-socket", "mount-tmpfs", "become-other")]


@pytest.mark.parametrize(
    ("profile", "verdicts"),
    [
        (KILLS, (SUCCEEDED, "the process was ended (SIGSYS)", SUCCEEDED)),
        (NO_CHILDREN, (SUCCEEDED, "mount: Operation not permitted (EPERM)", SUCCEEDED)),
        (ENDS, ("it ended the program that makes it",) * 3),
    ],
)
def test_a_filter_may_end_or_silence_the_helper(
    engine: Engine, tmp_path: Path, profile: str, verdicts: tuple[str, ...]
) -> None:
    (tmp_path / "profile.json").write_text(profile)
    with world(tmp_path, compose(web=f"{PLAIN}, security_opt: ['seccomp:./profile.json']")) as one:
        one.start()
        with Ground(one, "web") as ground:
            found = all_of(ground, ground.clone, THREE, {})
    assert tuple(found[each.name].why or found[each.name].verdict for each in THREE) == verdicts
    assert left(engine) == []


ONE_NAME = """{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"action": "SCMP_ACT_ERRNO", "names": [
    "mknodat", "unlinkat", "fchmodat", "fchownat", "setresuid", "clone", "ppoll", "kill", "setitimer"]}]}"""


def test_a_filter_that_knows_one_name_of_a_call_blocks_nothing(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "profile.json").write_text(ONE_NAME)
    names = ("plant-setuid", "drop-program", "make-device", "become-other", "neighbour", "flood-processes")
    keys = f"{PLAIN}, security_opt: ['no-new-privileges:true', 'seccomp:./profile.json']"
    with world(tmp_path, compose(web=keys)) as one:
        one.start()
        found = drill(one, "web", "", [BY_NAME[name] for name in names])
    assert succeeded(found) == set(names), [each.why for each in found]
    assert left(engine) == []


def drill_without_end(one: World) -> None:
    one.start()
    with Ground(one, "web") as ground:
        ground.perform(ground.clone, [f"--listen={PORT}"])


def test_nothing_is_left_of_a_drill_that_the_end_of_the_run_cuts_short(engine: Engine, tmp_path: Path) -> None:
    with world(tmp_path, compose(web=PLAIN), bounds=Bounds(seconds=4)) as one:
        with pytest.raises(CannotRunError):  # wherever it is by then
            drill_without_end(one)
        assert isinstance(one.guard, Guard)
        one.guard._process.wait()
        assert left(engine) == []
        assert helpers(engine) == []


def test_listeners_are_there_as_long_as_they_are_needed(engine: Engine, tmp_path: Path) -> None:
    with world(tmp_path, compose(web=PLAIN)) as one:
        one.start()
        with Ground(one, "web") as ground:
            assert ground.neighbours
            assert helpers(engine)
        assert helpers(engine) == []
    assert left(engine) == []


def test_capabilities_that_the_engine_does_not_give_are_found(engine: Engine, tmp_path: Path) -> None:
    with world(tmp_path, compose(web=PLAIN)) as one:
        one.start()
        with Ground(one, "web") as ground:
            assert given_of(ground, ground.clone, ["CHOWN", "NO_SUCH", "KILL", "NET_RAW"]) == [
                "CHOWN",
                "KILL",
                "NET_RAW",
            ]
    assert left(engine) == []


def test_a_clone_that_cannot_start_is_told(engine: Engine, tmp_path: Path) -> None:
    with world(tmp_path, compose(web=PLAIN)) as one:
        one.start()
        with Ground(one, "web") as ground, pytest.raises(CannotRunError, match="the drill of web is not run"):
            ground.perform(ground.clone.changed(CapAdd=["NO_SUCH"]), [])
    assert left(engine) == []
