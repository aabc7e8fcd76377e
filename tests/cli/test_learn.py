"""``hardhull learn`` as a person types it: what it keeps, what it says, and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hardhull.cli.learn import Request, _path
from hardhull.cli.run import run
from hardhull.cli.runs import found
from hardhull.cli.uses import Use
from hardhull.formats.profile import read
from hardhull.learn import bpf, trace
from hardhull.learn.workload import learn
from hardhull.run.exercise import Exercise
from hardhull.run.settings import Settings
from recorded import needs, needs_bpf
from worlds import IMAGE, left

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine

pytestmark = pytest.mark.engine
SERVE = (
    "trap 'exit 0' TERM; mkdir -p /www /tmp; echo hello >/www/index.html; chown app /www/index.html; "
    "httpd -f -p 8000 -u app -h /www & while :; do wait; done"
)
TEXT = f"""services:
  web:
    image: {IMAGE}
    expose: ["8000"]
    environment: {{APP_SECRET: hunter2hunter2}}
    command: ["sh", "-c", "{SERVE}"]
    depends_on: [beside]
  beside: {{image: {IMAGE}, command: ["sh", "-c", "while :; do sync; sleep 0.1; done"]}}
  broken: {{image: {IMAGE}, expose: ["8000"], command: ["sh", "-c", "echo no such thing >&2; exit 3"]}}
  mighty: {{image: {IMAGE}, expose: ["8000"], privileged: true, command: ["sh", "-c", "{SERVE}"]}}
"""
ASK = 'test "$(busybox wget -qO- http://$HARDHULL_HOST:$HARDHULL_PORT_8000/index.html)" = hello'
Said = pytest.CaptureFixture[str]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "compose.yaml").write_text(TEXT)
    return tmp_path


def test_a_workload_is_recorded_and_its_runs_add_up(engine: Engine, shop: Path, capsys: Said) -> None:
    needs_bpf()
    words = ["learn", f"{shop}/deploy", "--service", "web", "--check", ASK]
    assert run([*words, "--for", "1", "--reload", "test -d /www"]) == 0
    screen = capsys.readouterr().out
    kept = shop / "hardhull" / "profiles" / "web.json"
    profile = read(kept.read_bytes())
    one, again = profile.runs
    (static,) = profile.passes
    assert "/bin/busybox" in {each.path for each in static.binaries}
    assert (static.image, len(static.calls) > 40) == (one.image, True)
    assert (one.subject, one.path, one.mode) == ("service web", "deploy/compose.yaml", "bpf")
    assert one.image.startswith("sha256:")
    assert one.exercised[0] == "start"
    assert one.exercised == ("start", "checks", "1 s of use", "trial of the checks", "stop")
    assert again.exercised == ("restart", "checks", "exec", "reload by test -d /www (as asked)", "stop")
    calls = {call.name for call in one.syscalls}
    assert {"bind", "listen", "setuid", "chown"} <= calls
    assert "sync" not in calls
    assert "execve" in {call.name for call in one.filtered_syscalls}
    assert one.incomplete == ()
    for part in (
        "Recorded: service web",
        "system calls",
        "the code of its programs can call",
        "CHOWN (chown)",
        "tcp :::8000",
        "/www (",
        "Not exercised",
    ):
        assert part in screen
    other = shop / "other" / "compose.yaml"
    other.parent.mkdir()
    other.write_text(TEXT)
    request = Request(Use("web", (), (), (), 0.0, "", ()), "terminal", "", everything=False, quiet=False)
    assert [_path(found(f"{folder}:web", ""), request) for folder in (shop / "deploy", other.parent)] == [
        kept,
        kept.with_name("other-compose.yaml-web.json"),
    ]
    assert run([*words, "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("service web: ")
    assert len(read(kept.read_bytes()).runs) == 4
    assert "hunter2" not in kept.read_text() + screen
    assert left(engine) == []


def test_a_service_that_needs_what_it_does_not_name_is_recorded_with_its_project(
    engine: Engine, tmp_path: Path, capsys: Said
) -> None:
    needs_bpf()
    page = "mkdir -p /w/cgi-bin; printf '#!/bin/sh\\necho; wget -qO- http://behind:81/x' >/w/cgi-bin/x; chmod +x /w/cgi-bin/x"
    serve = "trap 'exit 0' TERM; httpd -f -p {} -h /w & while :; do wait; done"
    (tmp_path / "compose.yaml").write_text(f"""services:
  front: {{image: {IMAGE}, expose: ["80"], command: ["sh", "-c", "{page}; {serve.format(80)}"]}}
  behind: {{image: {IMAGE}, command: ["sh", "-c", "mkdir /w; echo done >/w/x; {serve.format(81)}"]}}
""")
    words = ["learn", f"{tmp_path}:front", "--check", "busybox wget -qO- http://$HARDHULL_HOST/cgi-bin/x | grep done"]
    assert run(words) == 0
    assert "as it is declared, with all services of its project" in capsys.readouterr().err
    (kept,) = (tmp_path / "hardhull" / "profiles").iterdir()
    profile = read(kept.read_bytes())
    assert {use.path for use in profile.seen("files") if use.use == "execute"} >= {"/w/cgi-bin/x"}
    assert {one.subject for one in profile.runs} == {"service front"}
    assert 81 not in {each.port for each in profile.seen("listens")}
    assert left(engine) == []


def test_an_image_by_itself(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    needs_bpf()
    engine.build(f'FROM {IMAGE}\nEXPOSE 8000\nCMD ["sh", "-c", "{SERVE}"]\n'.encode(), "hh/learned:1")
    monkeypatch.chdir(tmp_path)
    assert run(["learn", "image:hh/learned:1", "--output", "-"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["runs"][0]["subject"]) == ("hardhull-profile/1", "container learned")
    assert list(tmp_path.iterdir()) == []
    assert left(engine) == []


def test_without_libbpf_it_says_that_it_is_slower(
    engine: Engine, shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    needs(trace.why_not())
    monkeypatch.setattr(bpf, "why_not", lambda: "libbpf is not installed: apt-get install libbpf1")
    assert run(["learn", f"{shop}/deploy:web", "--check", ASK]) == 0
    screen = " ".join(capsys.readouterr().out.split())
    assert "recorded by strace, because libbpf is not installed" in screen
    assert "calls made before strace was attached are missing" in screen
    one = read((shop / "hardhull" / "profiles" / "web.json").read_bytes()).runs[0]
    assert one.mode == "ptrace"
    assert "read" in {call.name for call in one.syscalls}
    assert left(engine) == []


@pytest.mark.parametrize(
    ("words", "code", "parts"),
    [
        (["{}/deploy"], 2, ("it has 4 workloads (web, beside, broken, mighty)", "--service")),
        (["{}/deploy:web", "--reload", "'open"], 2, ("its command cannot be read (No closing quotation)",)),
        (["{}/absent"], 2, ("there is no such file or folder",)),
        (["{}/deploy:broken"], 1, ("it does not work as it is: it ended with code 3; it said: no such thing",)),
        (["{}/deploy:mighty"], 5, ("it is privileged", "(--allow privileged)")),
        (["{}/deploy:web", "--check", "true"], 4, ("command true (web): it passes on an app that is broken",)),
        (["image:hh/absent:1"], 4, ("the engine does not have its image (hh/absent:1)", "nothing is pulled here")),
    ],
)
def test_what_does_not_work_is_told_in_three_parts(
    engine: Engine, shop: Path, capsys: Said, words: list[str], code: int, parts: tuple[str, ...]
) -> None:
    needs_bpf()
    assert run(["learn", *(word.format(shop) for word in words)]) == code
    said = capsys.readouterr().err
    for part in parts:
        assert part in " ".join(said.split())
    if code:
        assert said.count("error:") == said.count("  why:") == said.count("  do: ") >= 1
        assert not (shop / "hardhull").exists()
    assert left(engine) == []


def test_nothing_is_learned_of_what_fails_its_checks(engine: Engine, shop: Path) -> None:
    needs(trace.why_not() and bpf.why_not())
    target = found(f"{shop}/deploy", "web")
    learned = learn(target, Exercise("web", ("echo wrong; false",), ready=0.5), Settings(base=target.root))
    assert learned.profile is None
    assert learned.used.failure == "command echo wrong; false (web) fails: wrong"
    assert left(engine) == []


def test_what_is_no_profile_is_never_overwritten(engine: Engine, shop: Path, capsys: Said) -> None:
    other = shop / "other.json"
    other.write_text('{"name": "something else"}')
    assert run(["learn", f"{shop}/deploy:web", "--output", str(other)]) == 4
    assert "is no profile" in capsys.readouterr().err
    assert other.read_text() == '{"name": "something else"}'
    assert left(engine) == []


def test_where_nothing_can_be_recorded_it_says_what_to_install(
    engine: Engine, shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    monkeypatch.setattr(bpf, "why_not", lambda: "libbpf is not installed: apt-get install libbpf1")
    monkeypatch.setattr(trace, "why_not", lambda: "strace is not installed: apt-get install strace")
    assert run(["learn", f"{shop}/deploy:web"]) == 4
    said = " ".join(capsys.readouterr().err.split())
    assert "libbpf is not installed, and strace is not installed" in said
    assert "apt-get install libbpf1; or apt-get install strace" in said
    assert left(engine) == []
