"""A service that people meet only through another one is used by asking that one, and is what is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.run.create import prepare
from hardhull.run.exercise import Exercise, asked_at, exercise, questions
from hardhull.run.refusal import CannotRunError
from hardhull.run.settings import Settings
from hardhull.run.target import target
from hardhull.run.world import World
from worlds import IMAGE, left, world

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine

SERVE = "trap 'exit 0' TERM; mkdir -p /www/cgi-bin; {}; httpd -f -p 8000 -h /www & while :; do wait; done"
STORE = SERVE.format("echo kept >/www/index.html")
FRONT = SERVE.format(
    "printf '#!/bin/sh\\\\necho; timeout 5 wget -qO- http://store:8000/index.html || echo gone\\\\n' >/www/cgi-bin/ask;"
    " chmod +x /www/cgi-bin/ask; echo front >/www/index.html"
)
TEXT = f"""services:
  front:
    image: IMAGE
    command: ["sh", "-c", "{FRONT}"]
    depends_on: [store]
    ports: ["8000"]
  store: {{image: IMAGE, command: ["sh", "-c", "{STORE}"]}}
  late:
    image: IMAGE
    command: [sleep, "60"]
    healthcheck: {{test: "false", interval: 1s, retries: 60}}
  waiting: {{image: IMAGE, command: [sleep, "60"], ports: ["1"], depends_on: {{late: {{condition: service_healthy}}}}}}
"""
ASK = 'test "$(timeout 10 busybox wget -qO- http://$HARDHULL_HOST:$HARDHULL_PORT_8000/cgi-bin/ask)" = kept'


def beside(folder: Path, name: str, other: str) -> World:
    (folder / "compose.yaml").write_text(TEXT.replace("IMAGE", IMAGE))
    found = target(str(folder), name, beside=(other,))
    settings = Settings(base=found.root)
    return World(prepare(found.workloads, settings), settings)


@pytest.mark.engine
def test_a_service_is_used_through_the_one_in_front(engine: Engine, tmp_path: Path) -> None:
    with beside(tmp_path, "store", "front") as one:
        assert list(one.containers) == ["store", "front"]
        used = exercise(one, Exercise("store", loads=(f"@front {ASK}",), trust=True))
        lived = one.state("front")["Running"]
    assert used.works, used.failure
    assert [(each.check.container, each.check.judges) for each in used.outcomes] == [("front", "store")]
    assert [(each.broken, each.noticed) for each in used.trust[0].trials] == [("stopped", True)]
    assert used.observation is not None
    assert used.observation.life is not None
    assert used.observation.life.restarted
    assert lived  # only the one that is judged is stopped
    assert left(engine) == []


@pytest.mark.engine
def test_a_check_of_the_one_in_front_that_does_not_need_it_is_not_believed(engine: Engine, tmp_path: Path) -> None:
    alone = "@front timeout 10 busybox wget -qO- http://$HARDHULL_HOST:$HARDHULL_PORT_8000/index.html"
    with beside(tmp_path, "store", "front") as one, pytest.raises(CannotRunError) as error:
        exercise(one, Exercise("store", (alone,), trust=True))
    assert "it passes on an app that is broken (stopped)" in str(error.value)
    assert left(engine) == []


@pytest.mark.engine
def test_what_an_image_exposes_need_not_be_open_where_the_file_names_ports(engine: Engine, tmp_path: Path) -> None:
    engine.build(f"FROM {IMAGE}\nEXPOSE 8000 9999\n".encode(), "hh/exposing:1")
    text = f"""services:
  named: {{image: "hh/exposing:1", command: ["sh", "-c", "{STORE}"], expose: ["8000"]}}
  bare: {{image: "hh/exposing:1", command: ["sh", "-c", "{STORE}"]}}
"""
    asked = {}
    for name in ("named", "bare"):
        with world(tmp_path, text, subject=name) as one:
            one.start()
            asked[name] = [each.words for each in questions(one, Exercise(name))]
    assert asked == {"named": [("8000",)], "bare": [("8000",), ("9999",)]}
    assert left(engine) == []


@pytest.mark.engine
def test_others_wait_for_it_as_long_as_it_may_take(engine: Engine, tmp_path: Path) -> None:
    with beside(tmp_path, "late", "waiting") as one, pytest.raises(CannotRunError) as error:
        exercise(one, Exercise("late", ("@waiting true",), ready=2))
    assert "late, which it waits for, is not healthy (starting)" in str(error.value)
    assert left(engine) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("./load.sh", ("", "./load.sh")),
        ("@web ./load.sh --fast", ("web", "./load.sh --fast")),
        ("@ odd", ("", "@ odd")),
        ("mail ada@web x", ("", "mail ada@web x")),
    ],
)
def test_who_is_asked_stands_first(text: str, parts: tuple[str, str]) -> None:
    assert asked_at(text) == parts


def test_only_what_is_there_can_be_asked(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(TEXT)
    with pytest.raises(CannotRunError) as error:
        target(str(tmp_path), "store", beside=("web",))
    assert "it has no workload web (it has: front, store, late, waiting)" in str(error.value)
    with pytest.raises(CannotRunError) as error:
        target("image:hh/base:1", beside=("web",))
    assert "an image has no web beside it" in str(error.value)
