"""Real tries: what a workload does by chance as it is declared is no failure of a candidate, what it never does is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.learn.bpf import Recorder
from hardhull.prove.candidate import Candidate, Writable
from hardhull.prove.evidence import refused
from hardhull.prove.trial import ENDS, Stage
from hardhull.run.exercise import Exercise
from hardhull.run.processes import crowd
from hardhull.run.refusal import CannotRunError
from hardhull.run.settings import Settings
from hardhull.run.target import Target
from recorded import needs_bpf
from worlds import left, workloads

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine

pytestmark = pytest.mark.engine
EXTRA = "test x$QUERY_STRING != x1 || tail -f /dev/null </dev/null >/dev/null 2>&1 &"
CGI = f"#!/bin/sh\\necho; echo $QUERY_STRING >/tmp/code; {EXTRA} hostname"
SERVE = (
    f"mkdir -p /tmp/cgi-bin; printf '{CGI}' >/tmp/cgi-bin/code; chmod +x /tmp/cgi-bin/code; httpd -f -p 80 -h /tmp & "
    "while :; do wait; done"
).replace("$", "$$")
TEXT = f"""services:
  varying:
    image: IMAGE
    expose: ["80"]
    command: ["sh", "-c", "trap 'exit $$(cat /tmp/code)' TERM; {SERVE}"]
  writing:
    image: IMAGE
    expose: ["80"]
    command: ["sh", "-c", "mkdir -p /tmp; echo done >/tmp/x; httpd -f -p 80 -h /"]
  helped:
    image: IMAGE
    expose: ["80"]
    command: ["sh", "-c", "touch /etc/x 2>/dev/null && tail -f /dev/null & trap 'exit 0' TERM; httpd -f -p 80 -h / & while :; do wait; done"]
  stubborn:
    image: IMAGE
    expose: ["80"]
    stop_grace_period: 45s
    command: ["sh", "-c", "trap 'touch /etc/x && exit 0' TERM; {SERVE}"]
  strict:
    image: IMAGE
    expose: ["80"]
    command: ["sh", "-c", "trap 'touch /etc/x && exit 0; exit 3' TERM; {SERVE}"]
"""
ASK = """url=http://$HARDHULL_HOST/cgi-bin/code; id=$(busybox wget -qO- $url) || exit 1
grep -qx "$id" {0} || echo "$id" >>{0}; number=$(grep -nx "$id" {0} | cut -d: -f1)
test "$(busybox wget -qO- "$url?$(( (number + 1) % 2 * 2 ))")" = "$id" """
"""Every other container is told to end with 2, by this machine."""
NUMBER = ASK.replace("$(( (number + 1) % 2 * 2 ))", "$number")
"""The first container is told to start another program."""
PAGE = "busybox wget -qO- http://$HARDHULL_HOST/etc/passwd"
AS_IT_IS = Candidate(capabilities=None, no_new_privileges=False, read_only=False)


def staged(folder: Path, name: str, check: str = ASK) -> tuple[Target, Exercise]:
    needs_bpf()
    found = workloads(folder, TEXT)
    subject = next(one for one in found if one.name == name)
    (folder / "seen").touch()
    wanted = Exercise(name, (check.format(folder / "seen"),), ready=20)
    return Target(subject, (subject,), folder, "compose.yaml"), wanted


def test_on_a_busy_machine_there_is_more_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    for load, times in ((0.3, 1.0), (2.0, 1.0), (9.0, 4.5)):
        monkeypatch.setattr("os.getloadavg", lambda load=load: (load, 0.0, 0.0))
        assert crowd() == times


def test_an_exit_code_that_varies_by_itself_is_named_and_no_failure(engine: Engine, tmp_path: Path) -> None:
    target, wanted = staged(tmp_path, "varying")
    with Recorder() as recorder:
        stage = Stage(target, Settings(base=tmp_path), wanted, recorder)
        before = stage.baseline()
        trial = stage.trial(AS_IT_IS, before)
    assert before.works, before.failure
    assert trial.works, trial.failure
    assert stage.varies == ("it ends with code 0 or 2, as it is declared as well",)
    assert stage.tries == 4
    assert left(engine) == []


def test_a_program_that_only_some_containers_have_is_no_failure(engine: Engine, tmp_path: Path) -> None:
    """Such as a script that only starts the server, and was still there when it was looked at."""
    target, wanted = staged(tmp_path, "varying", NUMBER)
    with Recorder() as recorder:
        stage = Stage(target, Settings(base=tmp_path), wanted._replace(life=False), recorder)
        before = stage.baseline()
        trial = stage.trial(AS_IT_IS, before, life=False)
    assert before.used
    assert before.used.observation
    assert "tail" in {one.name for one in before.used.observation.processes or ()}
    assert trial.works, trial.failure
    assert stage.tries == 3
    assert left(engine) == []


@pytest.mark.usefixtures("engine")
def test_an_engine_that_goes_away_says_nothing_about_a_candidate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, wanted = staged(tmp_path, "writing", PAGE)
    with Recorder() as recorder:
        stage = Stage(target, Settings(base=tmp_path), wanted._replace(life=False), recorder)
        before = stage.baseline()
        assert stage.trial(AS_IT_IS._replace(read_only=True), before, life=False).failure  # which leaves evidence
        with monkeypatch.context() as context:
            context.setenv("DOCKER_HOST", "unix:///nowhere/sock")
            with pytest.raises(CannotRunError, match="engine"):
                stage.trial(AS_IT_IS, before, life=False)
        assert stage.trial(AS_IT_IS, before, life=False).works


def test_an_exit_code_that_only_a_candidate_has_is_a_failure(engine: Engine, tmp_path: Path) -> None:
    target, wanted = staged(tmp_path, "strict")
    strict = AS_IT_IS._replace(read_only=True, writable=(Writable("/tmp", mode=0o1777, runs=True),))
    with Recorder() as recorder:
        stage = Stage(target, Settings(base=tmp_path), wanted, recorder)
        before = stage.baseline()
        trials = [stage.trial(strict._replace(read_only=False), before), stage.trial(strict, before)]
        asked = stage.tries
        trials.append(stage.trial(strict, before))
    assert [each.works for each in trials] == [True, False, False], [each.failure for each in trials]
    assert "another code (0 before, 3 now)" in trials[1].failure
    assert asked == 3 + ENDS
    assert stage.tries == asked + 1  # it is asked of the workload once
    assert stage.varies == ()
    assert left(engine) == []


def test_what_is_refused_something_is_not_waited_for(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its load would go on for ever; that it is idle, or that the kernel refused it something, ends it."""
    monkeypatch.setattr("hardhull.prove.trial.LOAD_PATIENCE", 1e6)
    target, wanted = staged(tmp_path, "writing", PAGE)
    ask = "busybox wget -qO- http://$HARDHULL_HOST/tmp/x || sleep 1000000"
    strict = AS_IT_IS._replace(read_only=True)
    with Recorder() as recorder:
        stage = Stage(target, Settings(base=tmp_path), wanted._replace(loads=(ask,), life=False), recorder)
        before = stage.baseline()
        with monkeypatch.context() as idle:
            idle.setattr(stage.harmless, "evidence", lambda _: [])
            trials = [stage.trial(strict, before)]
        monkeypatch.setattr("hardhull.prove.trial.LOST_IDLE", 1e6)
        trials.append(stage.trial(strict, before))
    assert before.works, before.failure
    for trial in trials:
        assert not trial.works
        assert trial.used
        assert [each.code for each in trial.used.outcomes if not each.passed] == [None], "it was stopped"
    assert left(engine) == []


def test_what_takes_too_long_to_end_is_killed_once(engine: Engine, tmp_path: Path) -> None:
    target, wanted = staged(tmp_path, "stubborn")
    with Recorder() as recorder:
        stage = Stage(target, Settings(base=tmp_path), wanted, recorder)
        before = stage.baseline()
        trial = stage.trial(
            AS_IT_IS._replace(read_only=True, writable=(Writable("/tmp", mode=0o1777, runs=True),)), before
        )
    assert before.works, before.failure
    assert "another code (0 before, 137 now)" in trial.failure
    assert trial.used
    assert trial.used.observation
    life = trial.used.observation.life
    assert life
    assert life.restarted
    assert life.stop.killed
    assert life.stop.seconds < 45, "not the whole grace period: it would be worse anyway"
    assert left(engine) == []


def test_what_has_lost_a_process_is_not_stopped_as_well(engine: Engine, tmp_path: Path) -> None:
    target, wanted = staged(tmp_path, "helped", PAGE)
    with Recorder() as recorder:
        stage = Stage(target, Settings(base=tmp_path), wanted, recorder)
        before = stage.baseline()
        trial = stage.trial(AS_IT_IS._replace(read_only=True), before)
    assert before.works, before.failure
    assert trial.failure == "the process tail is not there any more (tail before, - now)"
    assert [each.shown_by for each in refused(trial, before)] == ["openat of /etc/x failed with EROFS"]
    assert trial.used
    assert trial.used.observation
    assert trial.used.observation.life is None
    assert left(engine) == []
