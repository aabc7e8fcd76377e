"""Live containers of a real engine: each is judged by what the kernel shows, and the hardened one has nothing to hide."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from live_containers import NETWORK, body, facts, judged, pid_of, prepare, remove, seen, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker_engine import Engine
    from live_containers import Seen

pytestmark = pytest.mark.engine

ALLOW_ALL = '{"defaultAction":"SCMP_ACT_ALLOW"}'


def bodies(engine: Engine, folder: Path) -> dict[str, dict[str, Any]]:
    """What is started, in this order."""
    link = folder / "harmless"
    link.symlink_to("/etc")
    return {
        "good": body(),
        "default": {"Image": body()["Image"], "Cmd": ["sleep", "1000000"]},
        "privileged": body(Privileged=True),
        "spy": body(PidMode="host"),
        "second-hand": body(PidMode="container:spy"),
        "third-hand": body(PidMode="container:second-hand"),
        "linked": body(Binds=[f"{link}:/data:ro"]),
        "renamed-socket": body(Binds=[f"{engine.socket}:/srv/queue"]),
        "around-socket": body(Binds=[f"{engine.socket.parent}:/srv/folder:ro"]),
        "allow-all": body(SecurityOpt=["no-new-privileges:true", f"seccomp={ALLOW_ALL}"]),
        "all-devices": body(DeviceCgroupRules=["a *:* rwm"]),
        "six": body({"ExposedPorts": {"80/tcp": {}}}, PortBindings={"80/tcp": [{"HostIp": "::", "HostPort": "19001"}]}),
        "unpublished": body(PortBindings={"80/tcp": [{"HostIp": "", "HostPort": "19002"}]}),
        "docker.bench.nil": body({"Labels": {"docker.bench.security": "", "hardhull.ignore": "HH-PRV-005"}},
                                 SecurityOpt=["no-new-privileges:true", "seccomp=unconfined"]),
        "masked-off": body(MaskedPaths=[], ReadonlyPaths=[]),
        "apparmor": body(SecurityOpt=["no-new-privileges:true", "apparmor=docker-default"]),
        "grown": body(),
        "visited": body(),
        "paused": body(User="0:0", CapDrop=None),
    }  # fmt: skip


@pytest.fixture(scope="module")
def found(open_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Seen]]]:
    folder = tmp_path_factory.mktemp("live")
    prepare(open_engine)
    made = bodies(open_engine, folder)
    names = []
    for name, each in made.items():
        if name == "paused":
            each["User"] = "0:0"
        start(open_engine, name, each)
        names.append(name)
    try:
        open_engine.call("POST", "/containers/paused/pause")
        _change_behind_the_engine(pid_of(open_engine, "grown"))
        _visit(open_engine, "visited")
        document = facts(open_engine, "containers")
        yield seen(judged(document, folder).findings)
    finally:
        open_engine.call("POST", "/containers/paused/unpause")
        remove(open_engine, reversed(names))
        open_engine.call("DELETE", f"/networks/{NETWORK}")


def _change_behind_the_engine(pid: int) -> None:
    """Takes the limit of processes off a container's control group."""
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        for top in (f"/sys/fs/cgroup/{names}", "/sys/fs/cgroup"):
            file = Path(f"{top}{path}/pids.max")
            if names in {"pids", ""} and file.exists():
                file.write_text("max")


def _visit(engine: Engine, name: str) -> None:
    """``docker exec --privileged --user root`` that stays."""
    made = engine.send(
        "POST", f"/containers/{name}/exec", Cmd=["sleep", "1000000"], User="0", Privileged=True, AttachStdout=False
    )
    engine.send("POST", f"/exec/{made['Id']}/start", Detach=True)


EXPECTED = [
    ("default", "HH-PRV-002", "/status", "CapBnd"),
    ("default", "HH-PRV-004", "/status", "NoNewPrivs"),
    ("default", "HH-PRV-008", "/status", "Uid"),
    ("default", "HH-PRV-011", "/mountinfo", "options"),
    ("default", "HH-LIM-001", "memory", ""),
    ("default", "HH-LIM-003", "/pids.max", ""),
    ("default", "HH-NET-002", "GET ", "NetworkMode"),
    ("privileged", "HH-PRV-001", "GET ", "HostConfig.Privileged"),
    ("spy", "HH-PRV-012", "/ns", "pid"),
    ("second-hand", "HH-PRV-012", "/ns", "pid"),
    ("third-hand", "HH-PRV-012", "/ns", "pid"),
    ("linked", "HH-PRV-018", "/mountinfo", "mountinfo"),
    ("renamed-socket", "HH-PRV-017", "/mountinfo", "sockets"),
    ("around-socket", "HH-PRV-017", "/mountinfo", "sockets"),
    ("allow-all", "HH-PRV-401", "GET ", "SecurityOpt"),
    ("all-devices", "HH-PRV-020", "GET ", "DeviceCgroupRules"),
    ("six", "HH-NET-003", "GET ", "NetworkSettings.Ports"),
    ("docker.bench.nil", "HH-PRV-005", "/status", "Seccomp"),
    ("masked-off", "HH-PRV-021", "/mountinfo", "mountinfo"),
    ("grown", "HH-LIM-003", "/pids.max", "pids.max"),
    ("grown", "HH-PRV-210", "/pids.max", "pids.max"),
    ("visited", "HH-PRV-211", "/status", "CapBnd"),
    ("paused", "HH-PRV-002", "/status", "CapBnd"),
]


@pytest.mark.parametrize(("name", "rule", "where", "what"), EXPECTED, ids=lambda word: str(word).strip("/ "))
def test_each_is_found_with_its_proof(
    found: dict[str, list[Seen]], name: str, rule: str, where: str, what: str
) -> None:
    mine = [one for one in found[name] if one.rule == rule]
    assert mine, f"{name} is not found by {rule}; found: {[one.rule for one in found[name]]}"
    assert any(where in at and what in read for one in mine for at, read, _value in one.proof), mine


def test_nothing_but_its_image_is_said_of_the_hardened_one(found: dict[str, list[Seen]]) -> None:
    assert {one.rule for one in found["good"]} <= {"HH-SRC-002"}


def test_every_finding_names_what_proves_it(found: dict[str, list[Seen]]) -> None:
    unproven = [one for many in found.values() for one in many if not one.proof]
    assert not unproven


@pytest.mark.skipif(os.path.exists("/sys/kernel/security/lsm"), reason="this kernel may have AppArmor")  # noqa: PTH110
def test_a_profile_that_this_kernel_cannot_apply_is_no_profile(found: dict[str, list[Seen]]) -> None:
    (one,) = [one for one in found["apparmor"] if one.rule == "HH-PRV-210"]
    assert "no AppArmor" in one.message
    assert one.proof[0][0] == "/sys/kernel/security/lsm"


def test_a_port_that_was_asked_for_and_is_not_published_is_not_found(found: dict[str, list[Seen]]) -> None:
    assert not [one for one in found["unpublished"] if one.rule == "HH-NET-003"]
