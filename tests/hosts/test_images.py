"""Images of a real engine: what refers to them, which would go, and that a removal can be taken back."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from docker_engine import busybox_root, missing, running_engine, skip, small_root
from docker_registry import free_port, skip_without, start, stop, wait_for
from hardhull.cli.main import main
from hardhull.facts.store import ImageStore, StoredImage
from hardhull.model.field import Field
from hardhull.model.source import Place, Source, Span
from hardhull.prune.plan import plan
from live_containers import facts, judged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker_engine import Engine

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    why = missing()
    if why:
        skip(why)
    with running_engine("kept", {"insecure-registries": ["127.0.0.0/8"]}) as started:
        yield started


def ran(engine: Engine, state: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """A command of ours, with its JSON."""
    out = state / "out.json"
    settings = {"DOCKER_HOST": f"unix://{engine.socket}", "HARDHULL_HOST_STATE": str(state), "HOME": str(state)}
    with patch.dict(os.environ, settings):
        code = main([*words, "--format", "json", "--output", str(out)])
    return code, json.loads(out.read_text()) if out.exists() else {}


def ids(engine: Engine) -> set[str]:
    return {str(one["Id"]) for one in json.loads(engine.call("GET", "/images/json?all=1"))}


def test_what_nothing_refers_to_goes_and_what_is_used_stays(engine: Engine, tmp_path: Path) -> None:
    engine.import_root("used.example.com/app:1", small_root())
    engine.build(b"FROM used.example.com/app:1\nLABEL round=1\n", "used.example.com/child:1")
    first = engine.image("used.example.com/child:1")["Id"]
    engine.build(b"FROM used.example.com/app:1\nLABEL round=2\n", "used.example.com/child:1")
    engine.build(b"FROM used.example.com/app:1\nLABEL held=1\n", "used.example.com/held:1")
    held = engine.image("used.example.com/held:1")["Id"]
    engine.send("POST", "/containers/create?name=stopped", Image=held, Cmd=["/x"])
    engine.call("DELETE", "/images/used.example.com/held:1?force=1")
    found = judged(facts(engine, "images"), tmp_path).findings
    (dangling,) = [one for one in found if one.rule == "HH-SRC-401"]
    assert dangling.message.startswith("1 images")
    assert dangling.readings[0][2] == "GET /images/json"

    code, shown = ran(engine, tmp_path, "fix", "images")
    assert (code, shown["removed"], shown["applied"]) == (0, [], False)
    assert [(one["id"], one["risk"]) for one in shown["left"]] == [(first, "needs-proof")]
    assert first in ids(engine)

    before = ids(engine)
    code, shown = ran(engine, tmp_path, "fix", "images", "--risk", "all", "--apply")
    assert code == 0
    assert before - ids(engine) == {first}
    assert shown["removed"][0]["back"].startswith("cannot be brought back")
    with patch.dict(os.environ, {"DOCKER_HOST": f"unix://{engine.socket}", "HOME": str(tmp_path)}):
        assert main(["undo", "--root", str(tmp_path)]) != 0, "nobody has it any more, and that is said"
    engine.call("DELETE", "/containers/stopped")


def _store(*images: StoredImage) -> ImageStore:
    place = Place(Source("live", b"{}"), Span(0, 1))
    store = ImageStore("images", "live", place)
    store.images = Field("images", tuple(Field("images", image, place) for image in images), place)
    store.looked_at = Field("looked_at", "2026-11-28T00:00:00+00:00", place)
    return store


OLD, NEW = "2026-01-01T00:00:00+00:00", "2026-11-20T00:00:00+00:00"
DIGEST = ("r.example.com/a@sha256:1",)


@pytest.mark.parametrize(
    ("image", "risk"),
    [
        (StoredImage("a", (), DIGEST, OLD, 9), "safe"),
        (StoredImage("a", (), (), OLD, 9), "needs-proof"),
        (StoredImage("a", ("t:1",), DIGEST, OLD, 9), "needs-proof"),
        (StoredImage("a", ("t:1",), (), OLD, 9), "all"),
        (StoredImage("a", ("t:1",), DIGEST, NEW, 9), None),
        (StoredImage("a", ("t:1",), DIGEST, "1970-01-01T00:00:00+00:00", 9), None),
        (StoredImage("a", ("t:1",), DIGEST, OLD, 9, users=("web (exited)",)), None),
        (StoredImage("a", (), DIGEST, OLD, 9, users=("web (running)",)), None),
        (StoredImage("a", (), DIGEST, OLD, 9, children=1), None),
    ],
)
def test_the_risk_of_each_and_what_never_goes(image: StoredImage, risk: str | None) -> None:
    order = ["safe", "needs-proof", "all"]
    gone = [one for one in order if plan(_store(image), one).removed]
    assert gone == ([] if risk is None else order[order.index(risk) :])


def test_what_a_registry_has_is_pulled_again(engine: Engine, tmp_path: Path) -> None:
    skip_without("docker-registry", "setpriv", "nsenter")
    port = free_port()
    registry = start(tmp_path, port, {}, prefix=("nsenter", f"--net=/run/netns/{engine.namespace}"))
    try:
        wait_for(port, registry, engine.namespace)
        name = f"127.0.0.1:{port}/team/back"
        engine.import_root(f"{name}:1", small_root())
        identifier = engine.image(f"{name}:1")["Id"]
        engine.push(name, "1")
        engine.build(f"FROM {name}:1\nLABEL round=2\n".encode(), f"{name}:2")
        engine.import_root(f"{name}:1", busybox_root())  # the tag moves on
        engine.call("DELETE", f"/images/{name}:2")
        assert identifier in ids(engine)

        code, shown = ran(engine, tmp_path, "fix", "images", "--apply")
        assert code == 0
        assert identifier in [one["id"] for one in shown["removed"]]
        assert identifier not in ids(engine)
        with patch.dict(os.environ, {"DOCKER_HOST": f"unix://{engine.socket}", "HOME": str(tmp_path)}):
            assert main(["undo", "--root", str(tmp_path), "--quiet"]) == 0
        assert identifier in ids(engine)
    finally:
        stop(registry)
