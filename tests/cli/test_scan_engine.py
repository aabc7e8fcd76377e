"""``hardhull scan --engine``: what a real engine says of its images, and what is told where none can be asked."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest

from hardhull.cli.main import main
from hardhull.facts.reference import parse
from hardhull.supply.engine import EngineImages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker_engine import Engine
    from hardhull.facts.reference import Reference

pytest_plugins = ("docker_engine",)
Captured = pytest.CaptureFixture[str]

BASE = b"""FROM hh/small:1
ENV APP_USER=app DATA=/data
EXPOSE 9000
WORKDIR /srv
HEALTHCHECK --interval=30s CMD ["/bin/check"]
USER 1000:1000
"""
COMPOSE = """services:
  web:
    image: hh/base:1
  old:
    image: hh/small:1
  lost:
    image: hh/nowhere:1
"""
DOCKERFILE = "FROM hh/base:1\nUSER $APP_USER\n"
PLAIN = "FROM hh/base:1\nCOPY . .\n"


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the engine nor the settings of the machine that runs the tests."""
    for name in ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


@pytest.fixture(scope="module")
def images(docker_engine: Engine) -> Engine:
    docker_engine.add_image("hh/small:1", small=True)
    docker_engine.build(BASE, "hh/base:1")
    return docker_engine


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    for name, text in (("compose.yaml", COMPOSE), ("a/Dockerfile", DOCKERFILE), ("b/Dockerfile", PLAIN)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def scanned(folder: Path, capsys: Captured, *words: str) -> dict[str, Any]:
    main(["scan", str(folder), "-f", "json", "--facts", "also", *words])
    made: dict[str, Any] = json.loads(capsys.readouterr().out)
    return made


def fields(result: dict[str, Any], subject: str, path: str = "compose.yaml") -> dict[str, Any]:
    for fact in result["facts"]:
        if fact["subject"] == subject and fact["location"]["path"] == path:
            found: dict[str, Any] = fact["fields"]
            return found
    pytest.fail(f"no fact {subject} in {path}")


def rules_of(result: dict[str, Any], subject: str) -> set[str]:
    return {found["name"] for found in result["findings"] if found["subject"] == subject}


@pytest.mark.engine
def test_the_engine_knows_whom_an_image_runs_as(
    images: Engine, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{images.socket}")
    before, after = scanned(tree, capsys), scanned(tree, capsys, "--engine")

    assert not fields(before, "service web")["effective_user"]["known"]
    user = fields(after, "service web")["effective_user"]
    short = images.image("hh/base:1")["Id"][:19]
    assert user["value"] == "1000:1000"
    assert user["origin"] == f"docker image inspect of hh/base:1 ({short}) on the engine"
    assert fields(after, "service old")["effective_user"]["value"] == "root"
    assert "runs-as-root" in rules_of(after, "service old") - rules_of(before, "service old")
    assert "runs-as-root" not in rules_of(after, "service web")

    lost = fields(after, "service lost")["effective_user"]
    assert lost["why"].endswith("is not known, and the engine showed no such image")


@pytest.mark.engine
def test_the_engine_knows_what_a_base_image_brings(
    images: Engine, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{images.socket}")
    before, after = scanned(tree, capsys), scanned(tree, capsys, "--engine")

    assert not fields(before, "image", "a/Dockerfile")["user"]["known"]
    assert fields(after, "image", "a/Dockerfile")["user"]["value"] == "app"
    plain = fields(after, "image", "b/Dockerfile")
    assert plain["user"]["value"] == "1000:1000"
    assert plain["workdir"]["value"] == "/srv"
    assert plain["expose"]["value"] == ["9000/tcp"]
    assert plain["healthcheck"]["value"]["test"] == ["CMD", "/bin/check"]
    assert plain["healthcheck"]["value"]["interval"] == 30.0
    assert not plain["healthcheck"]["written"]
    assert "image-runs-as-root" not in rules_of(after, "image")


@pytest.mark.engine
def test_a_health_check_of_the_image_counts(
    images: Engine, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{images.socket}")
    before, after = scanned(tree, capsys), scanned(tree, capsys, "--engine")
    assert "healthcheck-missing" in rules_of(before, "service web")
    assert "healthcheck-missing" not in rules_of(after, "service web")
    assert "healthcheck-missing" in rules_of(after, "service old")


@pytest.mark.engine
def test_the_engine_of_the_current_context(
    images: Engine, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    context(tmp_path / "docker", "shop", f"unix://{images.socket}")
    assert fields(scanned(tree, capsys, "--engine"), "service web")["effective_user"]["known"]
    monkeypatch.setenv("DOCKER_CONTEXT", "gone")
    assert engine_failures(scanned(tree, capsys, "--engine")) == [
        ("failed", "images of the engine", "the docker context gone does not exist", "see `docker context ls`")
    ]


def context(folder: Path, name: str, host: str) -> None:
    """What ``docker context create`` and ``docker context use`` leave behind."""
    from hashlib import sha256

    meta = folder / "contexts" / "meta" / sha256(name.encode()).hexdigest() / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host}}}))
    (folder / "config.json").write_text(json.dumps({"currentContext": name}))


@pytest.mark.engine
def test_a_user_who_may_not_use_the_socket_is_told_so(images: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{images.socket}")
    kind, what, why, how = as_nobody(parse("hh/base:1"))
    assert (kind, what) == ("needs-access", f"images of the engine at unix://{images.socket}")
    assert why == "this user may not use its socket"
    assert how.startswith("run it as a user who may use this socket")


def as_nobody(reference: Reference) -> list[str]:
    """What is not checked when a child asks that has given up root."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setuid(65534)
        with EngineImages() as asked:
            asked.find(reference)
            os.write(write, json.dumps(asked.not_checked[0]).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        told: list[str] = json.loads(stream.read())
    os.waitpid(child, 0)
    return told


def engine_failures(result: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (item["kind"], item["what"], item["why"], item["how"])
        for item in result["not_checked"]
        if "of the engine" in item["what"]
    ]


def test_an_engine_that_is_not_there_fails_the_scan_in_three_parts(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    assert main([str(tree), "--engine", "--fail-on", "never", "--all"]) == 4
    out, _err = capsys.readouterr()
    assert f"images of the engine at unix://{tmp_path}/no.sock: it does not".replace(" ", "") in "".join(out.split())
    result = scanned(tree, capsys, "--engine")
    assert engine_failures(result) == [
        (
            "failed",
            f"images of the engine at unix://{tmp_path}/no.sock",
            "it does not answer (No such file or directory)",
            "start the engine, or name it in DOCKER_HOST or with `docker context use`",
        )
    ]


def test_credentials_in_an_address_are_not_shown(tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://admin:hunter2secret@127.0.0.1:1")
    result = scanned(tree, capsys, "--engine")
    assert [what for _kind, what, _why, _how in engine_failures(result)] == [
        "images of the engine at tcp://127.0.0.1:1"
    ]
    assert "hunter2secret" not in json.dumps(result)


@pytest.fixture
def babbler() -> Iterator[str]:
    """Something that listens but is no engine."""
    import threading

    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                peer, _address = listener.accept()
            except OSError:
                return
            peer.recv(4096)
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n<html")
            peer.close()

    thread = threading.Thread(target=answer)
    thread.start()
    yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_what_is_no_engine_is_told_so(
    babbler: str, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("DOCKER_HOST", babbler)
    kind, _what, why, _how = engine_failures(scanned(tree, capsys, "--engine"))[0]
    assert (kind, why) == ("failed", "it could not be asked (DockerException)")


@pytest.mark.parametrize("host", ["ssh://somewhere", "nonsense://x", "tcp://[::1", "\x1b[2Junix://x"])
def test_addresses_that_cannot_be_used(
    host: str, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    assert [kind for kind, *_rest in engine_failures(scanned(tree, capsys, "--engine"))] == ["failed"]
    main([str(tree), "--engine", "--all"])
    assert "\x1b" not in capsys.readouterr().out


def test_an_unreadable_configuration_of_the_docker_command(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "config.json").write_text('{"auths": {"r.io": "no object"}}')
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    assert [kind for kind, *_rest in engine_failures(scanned(tree, capsys, "--engine"))] == ["failed"]


def test_nothing_is_asked_without_the_option_or_without_images(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    assert engine_failures(scanned(tree, capsys)) == []
    (tree / "compose.yaml").unlink()
    for name in ("a", "b"):
        (tree / name / "Dockerfile").write_text("FROM scratch\nUSER 1\n")
    assert engine_failures(scanned(tree, capsys, "--engine")) == []


def test_the_next_command_asks_the_engine_again(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    main([str(tree), "--engine"])
    assert " --engine --all" in capsys.readouterr().out
