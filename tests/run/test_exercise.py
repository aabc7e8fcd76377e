"""An exercise tells a workload that works from one that does not start, does not answer, or does not come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.run.exercise import Exercise, exercise
from hardhull.run.refusal import CannotRunError
from hardhull.run.replies import replies
from worlds import left, world

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine

pytestmark = pytest.mark.engine
SERVE = (
    "trap 'exit 0' TERM; mkdir -p /www; echo hello >/www/index.html; httpd -f -p 8000 -h /www & while :; do wait; done"
)
TEXT = f"""services:
  web: {{image: IMAGE, expose: ["8000"], command: ["sh", "-c", "{SERVE}"]}}
  short: {{image: IMAGE, expose: ["8000"], command: ["sh", "-c", "echo no such file >&2; exit 3"]}}
  once:
    image: IMAGE
    expose: ["8000"]
    command: ["sh", "-c", "test ! -e /again || exit 1; touch /again; {SERVE}"]
  mute: {{image: IMAGE, command: ["sleep", "600"]}}
  job: {{image: IMAGE, command: ["sh", "-c", "echo made 3 files; sleep 0.3"]}}
  failing: {{image: IMAGE, command: ["sh", "-c", "echo no space >&2; exit 7"]}}
"""
ASK = 'test "$(busybox wget -qO- http://$HARDHULL_HOST:$HARDHULL_PORT_8000/index.html)" = hello'


def test_what_works_is_used_to_its_end(engine: Engine, tmp_path: Path) -> None:
    begun = []
    wanted = Exercise("web", (ASK,), ("http://localhost:8000/",), (ASK, f"{ASK} && {ASK}"), seconds=1.2, trust=True)
    with world(tmp_path, TEXT, subject="web") as one:
        used = exercise(one, wanted, lambda: begun.append(one.state("web")["Pid"]))
    assert used.works, used.failure
    assert len(set(begun)) == 2
    assert 0 not in begun
    assert [each.trusted for each in used.trust] == [True, True]
    assert used.passed == len(used.outcomes) >= 2 + 2 + 2
    assert used.observation is not None
    assert used.observation.life is not None
    assert (used.observation.life.restarted, used.observation.life.stop.code) == (True, 0)
    assert wanted.deeds == ("start", "checks", "load", "1.2 s of use", "exec", "restart", "stop")
    assert left(engine) == []


def test_what_does_its_work_and_ends_is_judged_by_its_end_and_its_words(engine: Engine, tmp_path: Path) -> None:
    with world(tmp_path, TEXT, subject="job") as one:
        used = exercise(one, Exercise("job", ready=20, trust=True))
    (outcome,) = used.outcomes
    assert used.works, used.failure
    assert (outcome.check.kind, outcome.code, outcome.output) == ("job", 0, "made 3 files")
    other = outcome._replace(output="made 3 folders")
    assert not replies([[outcome]], [outcome._replace(output="made 4 files")])
    assert [each.kind for each in replies([[outcome]], [other])] == ["broken"]
    assert left(engine) == []


@pytest.mark.parametrize(
    ("subject", "wanted", "failure"),
    [
        ("short", Exercise("short", ready=20), "ended with code 3; it said: no such file"),
        (
            "web",
            Exercise("web", ("echo refused; false",), ready=0.5),
            "command echo refused; false (web) fails: refused",
        ),
        ("web", Exercise("web", loads=(ASK, "echo wrong reply; exit 1")), "fails: wrong reply"),
        (
            "web",
            Exercise("web", urls=("http://localhost:8000/absent",), ready=0.5),
            "http 8000 /absent http (web) fails",
        ),
        ("failing", Exercise("failing", ready=20), "ended with code 7; it said: no space"),
        ("once", Exercise("once", ready=5), "it does not come back after a restart"),
    ],
)
def test_what_does_not_work_says_why(
    engine: Engine, tmp_path: Path, subject: str, wanted: Exercise, failure: str
) -> None:
    with world(tmp_path, TEXT, subject=subject) as one:
        used = exercise(one, wanted)
    assert not used.works
    assert failure in used.failure
    assert left(engine) == []


def test_a_check_that_cannot_fail_proves_nothing(engine: Engine, tmp_path: Path) -> None:
    with world(tmp_path, TEXT, subject="web") as one, pytest.raises(CannotRunError) as error:
        exercise(one, Exercise("web", ("true",), trust=True))
    assert "no check of it can be believed (command true (web): it passes on an app that is broken" in str(error.value)
    assert left(engine) == []


def test_without_a_check_nothing_is_claimed(engine: Engine, tmp_path: Path) -> None:
    with world(tmp_path, TEXT, subject="mute") as one, pytest.raises(CannotRunError) as error:
        exercise(one, Exercise("mute", ready=1))
    assert error.value.refusals[0].how.startswith("give it a HEALTHCHECK, or name a check with --check or --url")
    assert left(engine) == []
