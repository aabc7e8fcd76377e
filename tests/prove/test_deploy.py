"""Real containers made anew with what was proven: everything of theirs is kept, or everything is taken back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from hardhull.cli.deploy import deploy
from hardhull.cli.errors import UserError
from hardhull.cli.run import run
from hardhull.deploy.replace import aside
from hardhull.facts.digest import digest, with_before
from hardhull.facts.normal import normal
from hardhull.facts.proof import Proof, Proven, identified
from hardhull.formats.proof import write
from hardhull.model.change import Add, SetTo
from hardhull.prove.again import Shown, kept_proof
from hardhull.prove.candidate import Candidate, Writable
from hardhull.prove.changes import measures
from hardhull.run.exercise import Exercise
from hardhull.run.target import target
from worlds import IMAGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker_engine import Engine

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine")]
SERVE = (
    "trap 'exit 0' TERM; mkdir -p /tmp /data; echo hello >/tmp/index.html; date >>/data/starts; "
    "httpd -f -p 80 -h /tmp & while :; do wait; done"
)
TEXT = f"""services:
  web:
    image: {IMAGE}
    expose: ["80"]
    volumes: ["data:/data"]
    command: ["sh", "-c", "{SERVE}"]
volumes: {{data: {{}}}}
"""
GOOD = Candidate(writable=(Writable("/tmp", mode=0o1777),), memory=64 << 20)
"""Root without capabilities in a read-only root: it works."""
BAD = Candidate(user="65534:65534", memory=64 << 20)
"""It cannot write to its folder."""
ASK = 'test "$(busybox wget -qO- http://$HARDHULL_HOST/index.html)" = hello'
WANTED = Exercise("web", (ASK,), ready=60)
NAME, SIDE, NETWORK, VOLUME = "hh-shop-web-1", "hh-shop-side-1", "hh-shop-net", "hh-shop-data"


def proof_in(folder: Path, candidate: Candidate) -> Shown:
    """A proof of this configuration beside the compose file, as `prove` writes it."""
    subject = target(str(folder), "web").subject
    changes = [change for each in measures(candidate, subject) for change in each.changes]
    items = [
        Proven(one.field, normal(one.item if isinstance(one, Add) else one.value), kept=one.field == "mounts")
        for one in changes
        if isinstance(one, Add | SetTo)
    ]
    proven = with_before(subject, items)
    proof = identified(
        Proof(
            "", subject.subject, "compose.yaml", digest(subject, proven), IMAGE, "", "docker 20", "6.1",
            "2026-01-01T00:00:00+00:00", 3, 9, 9, proven, digest(subject),
        )
    )  # fmt: skip
    row = {"target": "compose.yaml", "service": "web", "candidate": normal(candidate), "strict": normal(candidate)}
    path = folder / "hardhull" / "proofs" / proof.ident / "proof.json"
    path.parent.mkdir(parents=True)
    path.write_text(write(proof, {"replay": row}))
    return kept_proof(path.read_bytes())


@pytest.fixture
def shop(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A compose project that runs, with a second container in the network namespace of the first."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "compose.yaml").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    network = engine.send("POST", "/networks/create", Name=NETWORK)["Id"]
    engine.send("POST", "/volumes/create", Name=VOLUME)
    labels = {
        "com.docker.compose.service": "web",
        "com.docker.compose.project.working_dir": str(tmp_path),
        "com.docker.compose.project.config_files": str(tmp_path / "compose.yaml"),
        "mine": "stays",
    }
    host = {"Binds": [f"{VOLUME}:/data"], "NetworkMode": NETWORK, "RestartPolicy": {"Name": "unless-stopped"}}
    start(
        engine, NAME, Image=IMAGE, Cmd=["sh", "-c", SERVE], Labels=labels, Env=["COLOUR=blue"],
        ExposedPorts={"80/tcp": {}}, HostConfig=host,
        NetworkingConfig={"EndpointsConfig": {NETWORK: {"Aliases": ["web"]}}},
    )  # fmt: skip
    web = inspect(engine, NAME)["Id"]
    start(
        engine, SIDE, Image=IMAGE, Cmd=["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"],
        HostConfig={"NetworkMode": f"container:{web}"},
    )  # fmt: skip
    try:
        yield tmp_path
    finally:
        for name in (SIDE, NAME, aside(SIDE), aside(NAME)):
            if inspect(engine, name):
                engine.send("DELETE", f"/containers/{name}?force=1&v=1")
        engine.send("DELETE", f"/networks/{network}")
        engine.send("DELETE", f"/volumes/{VOLUME}")


def start(engine: Engine, name: str, **body: Any) -> None:
    engine.send("POST", f"/containers/create?name={name}", **body)
    engine.send("POST", f"/containers/{name}/start")


def inspect(engine: Engine, name: str) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = engine.send("GET", f"/containers/{name}/json")
    except AssertionError:
        return {}
    return answer


def test_everything_of_a_container_is_kept_but_what_was_proven(engine: Engine, shop: Path) -> None:
    before = inspect(engine, NAME)
    shown = proof_in(shop, GOOD)
    with pytest.raises(UserError, match="it interrupts what runs") as refused:
        deploy(target(".", "web"), shown, WANTED, ())
    assert refused.value.code == 5
    assert NAME in refused.value.why
    assert SIDE in refused.value.why
    assert inspect(engine, NAME)["Id"] == before["Id"]

    done = deploy(target(".", "web"), shown, WANTED, ("deploy",))
    after = inspect(engine, NAME)
    assert done.names == (NAME, SIDE)
    assert after["Id"] != before["Id"]
    assert after["State"]["Running"]
    host = after["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["Memory"]) == (True, ["ALL"], 64 << 20)
    assert "no-new-privileges" in " ".join(host["SecurityOpt"])
    assert host["Tmpfs"] or host["Mounts"]
    for key in ("Binds", "RestartPolicy", "NetworkMode", "PortBindings"):
        assert host[key] == before["HostConfig"][key]
    for key in ("Labels", "Env", "Cmd", "ExposedPorts", "Image"):
        assert after["Config"][key] == before["Config"][key]
    assert "web" in after["NetworkSettings"]["Networks"][NETWORK]["Aliases"]
    assert inspect(engine, SIDE)["HostConfig"]["NetworkMode"] in {f"container:{after['Id']}", f"container:{NAME}"}
    assert inspect(engine, SIDE)["State"]["Running"]
    assert not inspect(engine, aside(NAME))
    assert "read_only: true" in (shop / "compose.yaml").read_text()

    assert run(["undo", "--root", str(shop)]) == 0
    back = inspect(engine, NAME)
    assert (shop / "compose.yaml").read_text() == TEXT
    assert back["State"]["Running"]
    for key in ("ReadonlyRootfs", "Memory", "Binds", "NetworkMode"):
        assert back["HostConfig"][key] == before["HostConfig"][key]
    assert not back["HostConfig"]["CapDrop"]
    assert inspect(engine, SIDE)["State"]["Running"]


def test_what_may_not_be_made_anew_is_told_before_anything_is_run(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "idle").mkdir()
    (shop / "idle" / "compose.yaml").write_text(TEXT)
    for words, code, why in (
        ([".:web"], 5, f"it interrupts what runs, for as long as stopping and starting takes: {NAME} "),
        (["idle:web", "--allow", "deploy"], 4, "no container of it runs on this engine"),
        (["image:hh/run:1", "--allow", "deploy"], 4, "it stands in no file"),
        ([".:web", "--allow", "deploy", "--check", f"@web {ASK}"], 2, "asks another service"),
    ):
        assert run(["prove", *words, "--deploy"]) == code
        said = " ".join(capsys.readouterr().err.split())
        assert why in said
        assert "hardhull: proving" not in said
    assert not (shop / "hardhull").exists()


def test_where_a_check_fails_the_very_same_containers_run_again(engine: Engine, shop: Path) -> None:
    before = [inspect(engine, name)["Id"] for name in (NAME, SIDE)]
    with pytest.raises(UserError) as told:
        deploy(target(".", "web"), proof_in(shop, BAD), WANTED._replace(ready=8), ("deploy",))
    assert told.value.code == 1
    assert told.value.what == "service web is not deployed"
    assert "command test" in told.value.why
    assert "everything that was already done was taken back" in told.value.why
    answers = [inspect(engine, name) for name in (NAME, SIDE)]
    assert [each["Id"] for each in answers] == before
    assert all(each["State"]["Running"] for each in answers)
    assert not inspect(engine, aside(NAME))
    assert (shop / "compose.yaml").read_text() == TEXT


@pytest.mark.parametrize("delay", [0.0, 0.4, 1.2, 2.5])
def test_killed_at_any_moment_the_guard_takes_everything_back(engine: Engine, shop: Path, delay: float) -> None:
    proof_in(shop, BAD)
    before = [inspect(engine, name)["Id"] for name in (NAME, SIDE)]
    code = (
        "import sys; from pathlib import Path; from hardhull.cli.deploy import deploy; "
        "from hardhull.prove.again import kept_proof; from hardhull.run.exercise import Exercise; "
        "from hardhull.run.target import target; "
        "p = next(Path('hardhull/proofs').glob('*/proof.json')).read_bytes(); "
        f"deploy(target('.', 'web'), kept_proof(p), Exercise('web', ({ASK!r},), ready=20), ('deploy',))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=shop, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while not inspect(engine, aside(NAME)):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.01)
    time.sleep(delay)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    end = time.monotonic() + 40
    while True:
        answers = [inspect(engine, name) for name in (NAME, SIDE)]
        good = [each.get("Id") for each in answers] == before and all(each["State"]["Running"] for each in answers)
        if good and (shop / "compose.yaml").read_text() == TEXT and not inspect(engine, aside(SIDE)):
            break
        assert time.monotonic() < end, [each.get("Name") for each in answers]
        time.sleep(0.1)


def test_what_does_not_run_is_not_deployed(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "compose.yaml").write_text(TEXT)
    with pytest.raises(UserError, match="no container of it runs"):
        deploy(target(str(tmp_path), "web"), proof_in(tmp_path, GOOD), WANTED, ("deploy",))


def test_kubernetes_is_left_to_the_cluster(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: hh/run:1}]}\n"
    )
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "compose.yaml").write_text(TEXT)
    shown = proof_in(tmp_path / "other", GOOD)
    with pytest.raises(UserError, match="made anew by hand"):
        deploy(target(str(tmp_path / "pod.yaml")), shown, WANTED, ("deploy",))
