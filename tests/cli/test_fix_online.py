"""``hardhull fix --online`` and ``--engine``: images are pinned to what a real registry or engine says, and to nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from docker_registry import free_port, start, stop, wait_for
from hardhull.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine
    from docker_registry import Registry

pytest_plugins = ("docker_engine", "docker_registry")
Captured = pytest.CaptureFixture[str]

FILES = {
    "compose.yaml": "services:\n  web:\n    image: {image}\n",
    "api/Dockerfile": "FROM {image} AS build\nRUN true\nFROM {image}\nCOPY --from=build /x /x\nUSER 1000\n",
    "run.sh": "#!/bin/sh\ndocker run -d --name web {image} serve --port 80\n",
    "k8s.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n    - name: web\n      image: {image}\n",
}


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the engine nor the settings of the machine that runs the tests."""
    for name in ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tree" / "api").mkdir(parents=True)
    return tmp_path / "tree"


def plant(tree: Path, image: str) -> None:
    for name, text in FILES.items():
        (tree / name).write_text(text.format(image=image))


def plan(tree: Path, capsys: Captured, *words: str) -> dict[str, Any]:
    assert main(["fix", str(tree), "--format", "json", *words]) == 0
    made: dict[str, Any] = json.loads(capsys.readouterr().out)
    return made


def test_every_syntax_is_pinned_to_the_digest_of_the_registry(tree: Path, open_registry: Registry) -> None:
    digest = open_registry.push("pin/web", "1.4.2", content="pinned everywhere")
    image = f"{open_registry.host}/pin/web:1.4.2"
    plant(tree, image)
    assert main(["fix", str(tree), "--online", "--risk", "safe", "--apply", "-q"]) == 0
    for name, text in FILES.items():
        after = (tree / name).read_text()
        assert after.count(f"{image}@{digest}") == text.count("{image}"), name


def test_latest_becomes_the_version_that_it_is_today(tree: Path, open_registry: Registry) -> None:
    open_registry.push("pin/moving", "1.3.9", content="the one before")
    digest = open_registry.push("pin/moving", "latest", "1", "1.4.0", content="the newest")
    name = f"{open_registry.host}/pin/moving"
    plant(tree, f"{name}:latest")
    assert main(["fix", str(tree), "--online", "--apply", "-q"]) == 0
    for path, text in FILES.items():
        assert (tree / path).read_text().count(f"{name}:1.4.0@{digest}") == text.count("{image}"), path
    plant(tree, name)  # without a tag it is the same
    assert main(["fix", str(tree), "--online", "--apply", "-q"]) == 0
    assert (tree / "run.sh").read_text().splitlines()[
        1
    ] == f"docker run -d --name web {name}:1.4.0@{digest} serve --port 80"


def test_a_second_run_changes_nothing(tree: Path, open_registry: Registry, capsys: Captured) -> None:
    open_registry.push("pin/twice", "2.0.0", content="twice")
    plant(tree, f"{open_registry.host}/pin/twice:2.0.0")
    assert main(["fix", str(tree), "--online", "--apply", "-q"]) == 0
    capsys.readouterr()
    assert plan(tree, capsys, "--online")["files"] == []


def test_what_nobody_knows_is_not_guessed(tree: Path, open_registry: Registry, capsys: Captured) -> None:
    open_registry.push("pin/known", "1", content="known")
    plant(tree, f"{open_registry.host}/pin/known:7")
    before = {name: (tree / name).read_bytes() for name in FILES}
    made = plan(tree, capsys, "--online", "--apply", "--only", "image-latest-or-untagged,image-not-pinned")
    assert {name: (tree / name).read_bytes() for name in FILES} == before
    refused = [each for each in made["changes"] if each["status"] == "refused"]
    assert refused
    assert all("127.0.0.1" in each["why"] and ";" in each["why"] for each in refused)


def test_without_a_word_about_whom_to_ask_nobody_is_asked(
    tree: Path, open_registry: Registry, capsys: Captured
) -> None:
    plant(tree, f"{open_registry.host}/pin/web:1.4.2")
    why = {
        each["why"] for each in plan(tree, capsys)["changes"] if each["fix"]["title"] == "add the digest to the name"
    }
    assert why == {"nobody has looked up the digest: ask an engine (--engine) or the registry (--online)"}


@pytest.mark.engine
def test_an_engine_knows_what_it_pulled_or_pushed(
    tree: Path, docker_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{docker_engine.socket}")
    port = free_port()
    inside = start(tmp_path, port, {}, prefix=("nsenter", f"--net=/run/netns/{docker_engine.namespace}"))
    try:
        wait_for(port, inside, docker_engine.namespace)
        name = f"127.0.0.1:{port}/pin/pushed"
        docker_engine.add_image("hh/pin:1", small=True)
        for tag in ("latest", "3.1.4"):
            docker_engine.tag("hh/pin:1", name, tag)
            docker_engine.push(name, tag)
    finally:
        stop(inside)
    known = docker_engine.image(f"{name}:latest")["RepoDigests"]
    digest = next(one.partition("@")[2] for one in known if one.startswith(name))
    plant(tree, f"{name}:latest")
    assert main(["fix", str(tree), "--engine", "--apply", "-q"]) == 0
    for path, text in FILES.items():
        assert (tree / path).read_text().count(f"{name}:3.1.4@{digest}") == text.count("{image}"), path


@pytest.mark.engine
def test_an_image_that_was_never_pushed_has_no_digest(
    tree: Path, docker_engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    docker_engine.add_image("hh/local:1", small=True)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{docker_engine.socket}")
    plant(tree, "hh/local:1")
    made = plan(tree, capsys, "--engine")
    pins = [each for each in made["changes"] if each["fix"]["title"] == "add the digest to the name"]
    assert pins
    assert all(each["status"] == "refused" and "engine" in each["why"] for each in pins), pins
