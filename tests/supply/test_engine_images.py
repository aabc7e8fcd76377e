"""Answers of ``GET /images/{name}/json``, those of other engines and odd ones too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.facts.parts import EnvVar, Healthcheck
from hardhull.facts.reference import parse
from hardhull.supply.connection import refusal, shown
from hardhull.supply.engine import EngineImages, in_full, read
from unruly import Said

if TYPE_CHECKING:
    from pathlib import Path

    from unruly import Asked, Unruly

HEX = "0123456789abcdef" * 4
NGINX = parse("nginx:1.27")


def test_an_answer() -> None:
    config = {
        "User": "101:101",
        "WorkingDir": "/srv",
        "Env": ["A=b=c", "EMPTY=", "BARE"],
        "ExposedPorts": {"80/tcp": {}, "443/tcp": {}},
        "Entrypoint": ["/entry"],
        "Cmd": ["nginx", "-g"],
        "Healthcheck": {"Test": ["CMD-SHELL", "true"], "Interval": 5_500_000_000, "Timeout": 0, "Retries": 3},
        "OnBuild": ["USER root"],
    }
    image = read(NGINX, {"Id": f"sha256:{HEX}", "Config": config, "RepoTags": ["nginx:1.27"], "RepoDigests": None})
    assert (image.name, image.user, image.workdir) == ("nginx:1.27", "101:101", "/srv")
    assert image.env == (
        EnvVar("A", "b=c", "b=c", "base"),
        EnvVar("EMPTY", "", "", "base"),
        EnvVar("BARE", "", "", "base"),
    )
    assert image.expose == ("80/tcp", "443/tcp")
    assert (image.entrypoint, image.command, image.onbuild) == (("/entry",), ("nginx", "-g"), ("USER root",))
    assert image.healthcheck == Healthcheck(("CMD-SHELL", "true"), False, 5.5, None, None, 3)
    assert (image.tags, image.digests) == (("nginx:1.27",), ())
    assert image.origin == "docker image inspect of nginx:1.27 (sha256:0123456789ab) on the engine"


def test_podman_leaves_the_algorithm_out() -> None:
    assert read(NGINX, {"Id": HEX, "Config": {}}).id == f"sha256:{HEX}"


def test_a_health_check_that_is_switched_off() -> None:
    image = read(NGINX, {"Id": HEX, "Config": {"Healthcheck": {"Test": ["NONE"]}}})
    assert image.healthcheck == Healthcheck(("NONE",), True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["User", "WorkingDir", "Env", "ExposedPorts", "Entrypoint", "Cmd", "Healthcheck", "OnBuild"]


@given(st.fixed_dictionaries({"Id": st.text()}, optional={"Config": JSON, "RepoTags": JSON, "RepoDigests": JSON}))
def test_odd_answers_are_read_or_left(answer: dict[str, Any]) -> None:
    assert read(NGINX, answer).name == "nginx:1.27"


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_odd_configurations_are_read_or_left(config: dict[str, Any]) -> None:
    image = read(NGINX, {"Id": HEX, "Config": config})
    assert all(isinstance(word, str) for words in (image.expose, image.command, image.onbuild) for word in words)


@given(JSON.filter(lambda value: not isinstance(value, dict)))
def test_what_is_no_answer(value: Any) -> None:
    with pytest.raises(TypeError):
        read(NGINX, value)


def test_a_name_is_never_taken_for_an_id() -> None:
    assert in_full(parse("cafe")) == "docker.io/library/cafe:latest"
    assert in_full(parse(f"nginx:1.27@sha256:{HEX}")) == f"docker.io/library/nginx@sha256:{HEX}"


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("unix:///var/run/docker.sock", "unix:///var/run/docker.sock"),
        ("http+unix:///var/run/docker.sock", "unix:///var/run/docker.sock"),
        ("tcp://me:pass@host:2376", "tcp://host:2376"),
        ("tcp://host:2376/x?token=1#y", "tcp://host:2376/x"),
    ],
)
def test_addresses_as_they_are_shown(address: str, text: str) -> None:
    assert shown(address) == text


def test_the_first_cause_is_found_wherever_a_library_keeps_it() -> None:
    inner = RuntimeError("aborted", PermissionError(13, "Permission denied"))
    outer = ValueError("wrapped")
    outer.__cause__ = inner
    assert refusal(outer, "unix://x").kind == "needs-access"
    endless = ValueError("itself")
    endless.__context__ = outer
    outer.__context__ = endless
    assert refusal(endless, "unix://x").kind == "needs-access"


def test_one_answer_that_cannot_be_used_does_not_hide_the_others(
    unruly: Unruly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = json.dumps({"Id": HEX, "Config": {"User": "app"}}).encode()
    replies = {"/version": b'{"ApiVersion": "1.41"}', "/good": good, "/odd": b"[]", "/html": b"<html>"}

    def answer(asked: Asked) -> Said:
        found = next((body for word, body in replies.items() if word in asked.path), None)
        if found is not None:
            return Said(200, (("Content-Type", "application/json"),), found)
        return Said(500 if "/bad" in asked.path else 404, (), b'{"message": "s3cr3t-word"}')

    unruly.answer = answer
    monkeypatch.setenv("DOCKER_HOST", f"tcp://{unruly.host}")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with EngineImages() as images:
        found = {name: images.find(parse(f"x/{name}:1")) for name in ("bad", "odd", "html", "gone", "good", "bad")}
    assert [name for name, image in found.items() if image] == ["good"]
    assert [(item.kind, item.what.split()[1]) for item in images.not_checked] == [
        ("failed", "x/bad:1"),
        ("failed", "x/odd:1"),
        ("failed", "x/html:1"),
    ]
    assert "s3cr3t-word" not in repr(images.not_checked)
    assert images.failure(parse("x/bad:1")) is images.not_checked[0]
    assert images.failure(parse("x/gone:1")) is None
