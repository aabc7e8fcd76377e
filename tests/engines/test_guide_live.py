"""``hardhull explain guide --engine``: every recipe that needs an engine is tried on one, and nothing of it is left."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from hardhull.cli.main import main
from hardhull.engines.guide import TRIED, WITHOUT, live
from hardhull.guide import UNVERIFIABLE, VERDICTS, Recipe, find, recipes
from hardhull.supply.connection import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import APIClient

    from docker_engine import Engine

pytestmark = pytest.mark.engine
Said = pytest.CaptureFixture[str]
SEEN = {
    "cap-drop", "cap-drop-one", "compose-user", "no-new-privileges", "no-new-privileges-false", "seccomp-five-calls",
    "content-trust", "memory-docker", "io-weight", "bridge-subnet", "icc-false", "syslog-max-size",
}  # fmt: skip
"""Recipes that every engine that is a process of this machine can show."""


@pytest.fixture
def client(docker_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[APIClient]:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{docker_engine.socket}")
    asked, _ = connect()
    asked.timeout = 120
    with asked:
        yield asked


def left(engine: Engine) -> list[object]:
    networks = [one["Name"] for one in json.loads(engine.call("GET", "/networks"))]
    images = sorted(one["RepoTags"] or [one["Id"]] for one in json.loads(engine.call("GET", "/images/json")))
    return [json.loads(engine.call("GET", "/containers/json?all=1")), sorted(networks), images]


def one(name: str, client: APIClient, text: str) -> str:
    """The verdict of one recipe with another text."""
    recipe = find(name)
    assert recipe is not None
    ((_, found),) = live(client, os.environ["DOCKER_HOST"], [recipe._replace(recipe=text)])
    return found.verdict


def test_every_recipe_that_needs_an_engine_has_a_verdict_of_what_was_seen(
    docker_engine: Engine, client: APIClient
) -> None:
    before = left(docker_engine)
    found = {recipe.name: (recipe, seen) for recipe, seen in live(client, os.environ["DOCKER_HOST"], recipes())}
    assert left(docker_engine) == before
    assert set(found) == {recipe.name for recipe in recipes() if recipe.syntax not in WITHOUT} == set(TRIED)
    for name, (recipe, seen) in found.items():
        assert seen.seen, name
        assert seen.verdict in {*VERDICTS, UNVERIFIABLE}
        if name in SEEN:
            assert seen.verdict == recipe.verdict, (name, seen)
        elif seen.verdict == UNVERIFIABLE:
            assert seen.seen.startswith("here, because "), name


def test_the_verdict_is_of_the_text_that_is_tried(client: APIClient) -> None:
    allow = '{"defaultAction": "SCMP_ACT_ALLOW"}'
    assert one("seccomp-five-calls", client, allow) == "works"
    assert one("syslog-max-size", client, '{"log-driver": "json-file"}') == "works"


@pytest.mark.usefixtures("client")
def test_it_is_told_on_the_screen(capsys: Said) -> None:
    assert main(["explain", "guide", "cap-drop-one", "--engine"]) == 0
    shown = capsys.readouterr().out
    assert "On this machine\n    no-op: CapBnd is " in shown
    assert "corrected: CapBnd is 0000000000000000" in shown
    assert main(["explain", "guide", "image-pin", "--engine"]) == 0
    assert "not verifiable by trying, because its text says it all" in capsys.readouterr().out


def test_without_an_engine_or_a_guide_it_says_so(capsys: Said) -> None:
    with patch.dict(os.environ, {"DOCKER_HOST": "unix:///nowhere/docker.sock"}):
        assert main(["explain", "guide", "cap-drop", "--engine"]) == 4
    assert "unix:///nowhere/docker.sock" in capsys.readouterr().err
    assert main(["explain", "privileged-container", "--engine"]) == 2
    assert "only recipes are tried" in capsys.readouterr().err


def test_a_recipe_that_fails_otherwise_does_not_end_the_rest(client: APIClient) -> None:
    recipe = find("cap-drop")
    assert isinstance(recipe, Recipe)
    with patch.dict(TRIED, {"cap-drop": TRIED["seccomp-five-calls"]}):
        found = list(live(client, os.environ["DOCKER_HOST"], [recipe._replace(recipe="not JSON"), recipe]))
    assert [seen.verdict for _, seen in found] == ["breaks", "breaks"]
