"""``hardhull prove`` as a person types it: what it keeps and says, what `fix` then writes, and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hardhull.cli.run import run
from hardhull.learn import bpf
from recorded import needs_bpf
from worlds import IMAGE, left

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine

pytestmark = pytest.mark.engine
SERVE = (
    "trap 'exit 0' TERM; mkdir -p /tmp; echo hello >/tmp/index.html; httpd -f -p 80 -h /tmp & while :; do wait; done"
)
TEXT = f"""services:
  web:
    image: {IMAGE}
    expose: ["80"]
    command: ["sh", "-c", "{SERVE}"]
  broken: {{image: {IMAGE}, expose: ["80"], command: ["sh", "-c", "echo no such thing >&2; exit 3"]}}
"""
ASK = 'test "$(busybox wget -qO- http://$HARDHULL_HOST:$HARDHULL_PORT_80/index.html)" = hello'
TAG = "hh/again:1"
Said = pytest.CaptureFixture[str]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "compose.yaml").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def proofs(shop: Path) -> list[Path]:
    return sorted((shop / "hardhull" / "proofs").glob("*/proof.json"))


def test_what_is_proven_is_kept_shown_again_and_written(engine: Engine, shop: Path, capsys: Said) -> None:
    needs_bpf()
    engine.build(f"FROM {IMAGE}\n".encode(), TAG)
    (shop / "compose.yaml").write_text(TEXT.replace(IMAGE, TAG, 1))
    assert run(["prove", ".:web", "--check", ASK, "--load", ASK, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (kept,) = proofs(shop)
    assert kept.parent.name == document["ident"]
    assert json.loads(kept.read_text()) == document
    check_document(document)
    ident = document["ident"]

    assert run(["prove", "--replay", ident]) == 5
    assert "it runs commands on this machine: test" in capsys.readouterr().err
    assert run(["fix", "--apply"]) == 0
    capsys.readouterr()
    written = (shop / "compose.yaml").read_text()
    for part in ("read_only: true", "cap_drop", "65534:65534", "no-new-privileges", "seccomp"):
        assert part in written
    assert "# proven: 3 runs, 9/9 checks" in written
    assert f"; replay: hardhull prove --replay {ident}" in written
    assert run(["prove", "--replay", ident, "--allow", "commands", "--quiet"]) == 0
    said = capsys.readouterr()
    assert "service web: proven, 3 runs, 9 of 9 checks passed" in said.out
    assert "stale" not in said.err
    assert len(proofs(shop)) == 2

    engine.build(f"FROM {IMAGE}\nLABEL made=later\n".encode(), TAG)
    assert run(["prove", "--replay", ident, "--allow", "commands"]) == 0
    said = capsys.readouterr()
    why = "is stale: its image is not the one that ran"
    assert f"hardhull: proof {ident} {why}; it is tried with what is there now" in said.err
    assert f"The configuration of proof {ident}, which {why}" in " ".join(said.out.split())
    newest = max((json.loads(path.read_text()) for path in proofs(shop)), key=lambda each: each["made"])
    assert newest["again"] == {"proof": ident, "stale": why.partition(": ")[2]}
    assert newest["image_digest"] != document["image_digest"]
    assert left(engine) == []


def check_document(document: dict[str, Any]) -> None:
    profile = document["profile"]
    assert document["schema"] == "hardhull-proof/1"
    assert set(profile["syscalls"]) <= set(profile["syscalls_static"])
    assert profile["capabilities"] == []
    assert profile["user"] == "65534:65534"
    assert profile["writable"] == ["/tmp"]
    assert profile["listens"] == ["80/tcp"]
    assert profile["memory_peak_bytes"] > 0
    assert profile["pids_peak"] > 0
    verdicts = {
        when: {each["id"]: each["verdict"] for each in document["drills"][when]} for when in ("before", "after")
    }
    assert verdicts["before"]["drill-write-root"] == "succeeded"
    assert verdicts["after"]["drill-write-root"] == "blocked"
    assert verdicts["before"].keys() == verdicts["after"].keys()
    (kept,) = [each for each in document["measures"] if each["kept"]]
    assert (kept["measure"], kept["name"]) == ("writable", "/tmp")
    assert "EROFS" in kept["evidence"]
    assert document["throughput"][0]["after_seconds"] > 0
    assert document["replay"]["checks"] == [ASK]


def test_what_does_not_work_as_it_is(engine: Engine, shop: Path, capsys: Said) -> None:
    needs_bpf()
    assert run(["prove", ".:broken"]) == 4
    said = capsys.readouterr().err
    assert "service broken is not proven" in said
    assert "it ended with code 3" in said
    assert proofs(shop) == []
    assert left(engine) == []


def test_without_a_recorder_in_the_kernel_nothing_is_proven(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    monkeypatch.setattr(bpf, "why_not", lambda: "libbpf is not installed: apt-get install libbpf1")
    assert run(["prove", ".:web", "--check", ASK]) == 4
    said = capsys.readouterr().err
    assert "error: nothing is proven" in said
    assert "do:  apt-get install libbpf1" in said
    assert proofs(shop) == []


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["prove", "--replay", "../x"], "it is no id of a proof"),
        (["prove", "--replay", "0123456789abcdef"], "there is no proof 0123456789abcdef"),
    ],
)
def test_a_proof_that_is_not_there(shop: Path, capsys: Said, words: list[str], part: str) -> None:
    (shop / "hardhull" / "proofs").mkdir(parents=True)
    assert run(words) == 2
    assert part in capsys.readouterr().err


def test_a_proof_that_says_too_little(shop: Path, capsys: Said) -> None:
    path = shop / "hardhull" / "proofs" / "abc" / "proof.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    assert run(["prove", "--replay", "abc"]) == 4
    assert "cannot be shown again" in capsys.readouterr().err


def test_proofs_of_no_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["prove", "--replay", "abc"]) == 2
    assert "keeps proofs" in capsys.readouterr().err
