"""``hardhull fix containers`` on a real engine: changed while they run, made anew, taken back, and written as text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from docker_engine import missing, running_engine, skip
from hardhull.cli.main import main
from hardhull.deploy.body import workload_of
from hardhull.deploy.export import as_compose, as_run, changes
from hardhull.deploy.replace import aside
from hardhull.deploy.room import roomy
from hardhull.facts.normal import normal
from hardhull.formats.compose.project import read_project
from hardhull.model.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docker_engine import Engine

pytestmark = pytest.mark.engine
IMAGE = "registry.example.com/team/app:1.4.2"
NAME, NETWORK, VOLUME = "web", "shop", "shop-data"
SERVE = "trap 'exit 0' TERM; mkdir -p /run/w; echo hello >/run/w/index.html; httpd -f -p 80 -h /run/w & while :; do wait; done"
BODY: dict[str, Any] = {
    "Image": IMAGE,
    "Cmd": ["sh", "-c", SERVE],
    "Env": ["DB_PASSWORD=hunter2-secret-zz", "PRICE=5$"],
    "Labels": {"mine": "stays here"},
    "ExposedPorts": {"80/tcp": {}},
    "Healthcheck": {"Test": ["CMD", "wget", "-qO", "/dev/null", "http://127.0.0.1/"], "Interval": 500_000_000},
    "HostConfig": {
        "Binds": [f"{VOLUME}:/data"],
        "NetworkMode": NETWORK,
        "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]},
        "RestartPolicy": {"Name": "unless-stopped"},
        "Tmpfs": {"/run": ""},
    },
    "NetworkingConfig": {"EndpointsConfig": {NETWORK: {"Aliases": ["www"]}}},
}
LIMITS = ("Memory", "MemorySwap", "PidsLimit", "CpuQuota", "NanoCpus")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    why = missing()
    if why:
        skip(why)
    with running_engine("renewed") as started:
        started.add_image(IMAGE)
        started.send("POST", "/networks/create", Name=NETWORK)
        started.send("POST", "/volumes/create", Name=VOLUME)
        yield started


@pytest.fixture
def web(engine: Engine) -> Iterator[str]:
    yield start(engine, NAME, BODY)
    for name in (NAME, aside(NAME)):
        if inspect(engine, name):
            engine.call("DELETE", f"/containers/{name}?force=1&v=1")


def start(engine: Engine, name: str, body: dict[str, Any]) -> str:
    ident: str = engine.send("POST", f"/containers/create?name={name}", **body)["Id"]
    engine.call("POST", f"/containers/{ident}/start")
    return ident


def inspect(engine: Engine, name: str) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(engine.call("GET", f"/containers/{name}/json"))
    except AssertionError:
        return {}
    return answer


def hardhull(engine: Engine, state: Path, *words: str) -> tuple[int, dict[str, Any]]:
    out = state / "out.json"
    out.unlink(missing_ok=True)
    settings = {"DOCKER_HOST": f"unix://{engine.socket}", "HARDHULL_HOST_STATE": str(state), "HOME": str(state)}
    with patch.dict(os.environ, settings):
        code = main([*words, "--format", "json", "--output", str(out)])
    return code, json.loads(out.read_text()) if out.exists() else {}


def limits(pid: int) -> tuple[str, str, str]:
    """Memory, processes and processor quota of a process, as the kernel has them."""
    groups = dict(line.split(":")[1:] for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines())
    if "memory" not in groups:
        top = Path(f"/sys/fs/cgroup{groups['']}")
        return tuple((top / name).read_text().split()[0] for name in ("memory.max", "pids.max", "cpu.max"))  # type: ignore[return-value]
    cpu = next(path for names, path in groups.items() if "cpu" in names.split(","))
    return (
        Path(f"/sys/fs/cgroup/memory{groups['memory']}/memory.limit_in_bytes").read_text().strip(),
        Path(f"/sys/fs/cgroup/pids{groups['pids']}/pids.max").read_text().strip(),
        Path(f"/sys/fs/cgroup/cpu{cpu}/cpu.cfs_quota_us").read_text().strip(),
    )


def test_limits_are_set_while_it_runs_and_taken_back(engine: Engine, web: str, tmp_path: Path) -> None:
    before = inspect(engine, NAME)
    pid = before["State"]["Pid"]
    wide = limits(pid)
    code, shown = hardhull(engine, tmp_path, "fix", "container:web", "--risk", "needs-proof")
    (one,) = shown["containers"]
    assert (code, shown["applied"]) == (0, False)
    assert set(one["now"]) == {"Memory", "MemorySwap", "PidsLimit", "CpuQuota", "CpuPeriod"}
    assert one["needs_to_be_made_anew"]
    assert "hunter2" not in (tmp_path / "out.json").read_text()
    assert limits(pid) == wide, "a plan changes nothing"

    code, shown = hardhull(engine, tmp_path, "fix", "container:web", "--risk", "needs-proof", "--apply")
    assert code == 0
    assert limits(pid) == (str(512 << 20), "256", "100000")
    assert inspect(engine, NAME)["State"]["Pid"] == pid
    assert web == before["Id"] == inspect(engine, NAME)["Id"]

    code, _ = hardhull(engine, tmp_path, "undo", "--root", str(tmp_path))
    assert code == 0
    assert limits(pid) == wide
    code, shown = hardhull(engine, tmp_path, "fix", "container:web", "--risk", "needs-proof")
    assert set(shown["containers"][0]["now"]) == set(one["now"]), "the same is offered again"


@pytest.mark.parametrize("way", ["edit", "recreate"])
def test_killed_on_the_way_it_is_as_before_or_can_be_taken_back(
    engine: Engine, web: str, tmp_path: Path, way: str
) -> None:
    before = inspect(engine, NAME)
    wide = limits(before["State"]["Pid"])
    settings = {"DOCKER_HOST": f"unix://{engine.socket}", "HARDHULL_HOST_STATE": str(tmp_path), "HOME": str(tmp_path)}
    words = ["fix", "container:web", "--risk", "needs-proof", "--as", way, "--apply"]
    command = [sys.executable, "-P", "-m", "hardhull", *words]
    run = subprocess.Popen(
        command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    pid = before["State"]["Pid"]
    eventually(lambda: limits(pid) != wide if way == "edit" else bool(inspect(engine, aside(NAME))), run)
    run.kill()
    run.wait()
    hardhull(engine, tmp_path, "undo", "--root", str(tmp_path))  # takes back what was done, if that was all of it
    after = inspect(engine, NAME)
    assert (after["Id"], after["State"]["Running"]) == (web, True)
    assert limits(after["State"]["Pid"]) == wide
    assert not inspect(engine, aside(NAME))


def eventually(so: Callable[[], bool], run: subprocess.Popen[bytes]) -> None:
    """Waits until something was done on the way, or everything was."""
    while not so() and run.poll() is None:
        time.sleep(0.005)


def test_without_consent_to_the_risk_nothing_is_set(engine: Engine, web: str, tmp_path: Path) -> None:
    before = inspect(engine, NAME)["HostConfig"]
    code, shown = hardhull(engine, tmp_path, "fix", "containers", "--apply")
    assert (code, shown["receipt"]) == (0, "")
    assert {key: inspect(engine, web)["HostConfig"][key] for key in LIMITS} == {key: before[key] for key in LIMITS}


def test_a_limit_leaves_room_for_what_is_used(engine: Engine, web: str) -> None:
    host = {"Memory": 1 << 20, "MemorySwap": 1 << 20, "PidsLimit": 1}
    notes = roomy(inspect(engine, web), host)
    assert len(notes) == 2
    assert host["Memory"] == host["MemorySwap"] >= 64 << 20
    assert host["PidsLimit"] == 64
    enough = {"Memory": 1 << 30, "PidsLimit": 512}
    assert not roomy(inspect(engine, web), enough)


def test_made_anew_with_everything_of_its_own_and_taken_back(engine: Engine, web: str, tmp_path: Path) -> None:
    code, _ = hardhull(engine, tmp_path, "fix", "container:web", "--risk", "needs-proof", "--as", "recreate", "--apply")
    assert code == 0
    after = inspect(engine, NAME)
    assert after["Id"] != web
    assert after["State"]["Running"]
    host = after["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["Memory"]) == (True, ["ALL"], 512 << 20)
    assert host["Binds"] == BODY["HostConfig"]["Binds"]
    assert host["PortBindings"] == BODY["HostConfig"]["PortBindings"]
    assert after["Config"]["Env"][:2] == BODY["Env"]
    assert "www" in after["NetworkSettings"]["Networks"][NETWORK]["Aliases"]
    assert not inspect(engine, aside(NAME))

    code, _ = hardhull(engine, tmp_path, "undo", "--root", str(tmp_path))
    back = inspect(engine, NAME)
    assert (code, back["HostConfig"]["ReadonlyRootfs"], back["HostConfig"]["CapDrop"]) == (0, False, None)
    assert back["State"]["Running"]


def test_what_does_not_work_anew_is_the_very_same_container_again(engine: Engine, tmp_path: Path) -> None:
    body = {
        **BODY,
        "Cmd": ["sh", "-c", "echo 1 >/mine && sleep 1000"],
        "Healthcheck": {"Test": ["CMD", "test", "-e", "/mine"], "Interval": 300_000_000, "Retries": 1},
    }
    ident = start(engine, "writes", body)
    try:
        words = ("fix", "container:writes", "--only", "HH-PRV-011", "--risk", "all", "--as", "recreate", "--apply")
        code, _ = hardhull(engine, tmp_path, *words)
        again = inspect(engine, "writes")
        assert code == 1
        assert (again["Id"], again["State"]["Running"]) == (ident, True)
        assert not inspect(engine, aside("writes"))
    finally:
        engine.call("DELETE", "/containers/writes?force=1&v=1")


def test_an_orchestrators_container_is_left_to_it(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(engine, "pod", {**BODY, "Labels": {"io.kubernetes.pod.name": "x"}})
    try:
        code, shown = hardhull(engine, tmp_path, "fix", "container:pod", "--risk", "needs-proof")
        assert (code, shown["containers"][0]["hindrance"].startswith("pod belongs to")) == (0, True)
        code, _ = hardhull(engine, tmp_path, "fix", "container:pod", "--risk", "all", "--as", "recreate", "--apply")
        assert code == 4
        assert "orchestrator" in capsys.readouterr().err
    finally:
        engine.call("DELETE", "/containers/pod?force=1&v=1")


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("container:absent",), 4, "no such container runs"),
        (("containers", "--as", "override"), 2, "they are no files"),
        (("containers", "--as", "compose", "--apply"), 2, "changes nothing that runs"),
        (("--as", "compose", "."), 2, "cannot be used with files"),
        (("images", "--as", "recreate"), 2, "cannot be used with images"),
        (("containers", "host"), 2, "one part at a time"),
    ],
)
def test_refusals_say_why(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, why: str
) -> None:
    assert hardhull(engine, tmp_path, "fix", *words)[0] == code
    assert why in capsys.readouterr().err


def test_nothing_runs_is_said(engine: Engine, tmp_path: Path) -> None:
    assert hardhull(engine, tmp_path, "fix", "containers")[0] == 3


def test_the_line_makes_the_container_that_was_meant(engine: Engine, web: str, tmp_path: Path) -> None:
    out = tmp_path / "run.sh"
    settings = {"DOCKER_HOST": f"unix://{engine.socket}", "HOME": str(tmp_path)}
    with patch.dict(os.environ, settings):
        words = ["fix", "container:web", "--risk", "needs-proof", "--as", "docker-run", "-o", str(out)]
        assert main(words) == 0
    assert "hunter2" not in out.read_text()
    before = inspect(engine, web)
    engine.call("DELETE", f"/containers/{web}?force=1")
    environment = {**os.environ, **settings, "DB_PASSWORD": "hunter2-secret-zz"}
    subprocess.run(["sh", str(out)], env=environment, check=True, stdout=subprocess.DEVNULL)
    after = inspect(engine, NAME)
    host = after["HostConfig"]
    assert sorted(after["Config"]["Env"]) == sorted(before["Config"]["Env"])
    for key in ("Cmd", "Labels", "Image"):
        assert after["Config"][key] == before["Config"][key]
    assert after["Config"]["Healthcheck"]["Test"] == ["CMD-SHELL", "wget -qO /dev/null http://127.0.0.1/"]
    for key in ("Binds", "NetworkMode", "PortBindings", "RestartPolicy"):
        assert normal(host[key]) == normal(before["HostConfig"][key])
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["Memory"], host["PidsLimit"]) == (
        True,
        ["ALL"],
        512 << 20,
        256,
    )


def test_both_texts_say_all_of_a_rich_container() -> None:
    """Reading the Compose text gives what the body says; a command line has every option."""
    create = {
        **BODY,
        "User": "1000:1000",
        "Entrypoint": ["sh"],
        "Cmd": ["-c", "echo $HOME"],
        "HostConfig": {
            **BODY["HostConfig"], "CapDrop": ["ALL"], "CapAdd": ["NET_BIND_SERVICE"], "ReadonlyRootfs": True,
            "Memory": 64 << 20, "NanoCpus": 500_000_000, "PidsLimit": 50, "Sysctls": {"net.core.somaxconn": "100"},
            "ExtraHosts": ["a:1.2.3.4"], "Ulimits": [{"Name": "nofile", "Soft": 100, "Hard": 200}],
            "SecurityOpt": ["no-new-privileges:true"], "Devices": None, "Dns": ["1.1.1.1"], "Init": True,
        },
    }  # fmt: skip
    workload = workload_of(create, NAME)
    text, left = as_compose(workload)
    assert not left
    assert "hunter2" not in text
    (again,) = read_project([Source("compose.yaml", text.encode())], lambda _: None).workloads
    for change in changes(workload):
        if change.field in {"env", "networks", "command", "restart"}:
            continue
        wanted, has = getattr(workload, change.field), getattr(again, change.field)
        if isinstance(wanted.value, tuple) and wanted.value and hasattr(wanted.value[0], "value"):
            assert [str(each.value) for each in has.value] == [str(each.value) for each in wanted.value], change.field
        else:
            assert has.value == wanted.value, change.field
    assert [each.value.name for each in again.networks.value] == [NETWORK]
    assert again.command.value == ("-c", "echo $HOME")
    assert [each.value.value for each in again.env.value if each.value.name == "PRICE"] == ["5$"]
    line, left = as_run(workload)
    assert not left
    assert "--entrypoint=sh" in line
    assert "-e DB_PASSWORD \\\n" in line
    assert line.rstrip().endswith("-c 'echo $HOME'")
