"""``--as override``: the files stay as they are, and what is laid over them counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from plans import planned, texts_after

from apply_trees import bytes_of, snapshot
from hardhull.cli.main import main
from hardhull.fix.choose import Choices
from hardhull.model.change import Risk
from hardhull.model.plan import Status

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.model.plan import Plan

pytest_plugins = ("apply_places",)
Captured = pytest.CaptureFixture[str]

COMPOSE = """services:
  web:
    image: nginx:1.27
    privileged: true
    environment: [A=1]
  db:
    image: postgres:17
    pid: host
    ports: ["5432:5432"]
"""
UNIT = "[Service]\nExecStart=/usr/bin/docker run --rm \\\n  --privileged --pid=host nginx:1.27\nRestart=always\n"
QUADLET = "[Container]\nImage=nginx:1.27\nAddCapability=SYS_ADMIN\nAddCapability=CHOWN\nPodmanArgs=--privileged\n"


def laid_over(files: dict[str, str], *, risk: Risk = Risk.NEEDS_PROOF) -> Plan:
    return planned(files, Choices(risk=risk, unsure=True, override=True))


def written(files: dict[str, str]) -> dict[str, str]:
    """The new files; those that were there are as before, and nothing that could be fixed is found any more."""
    plan = laid_over(files)
    assert not plan.of(Status.REFUSED), [(each.fix.title, each.why) for each in plan.of(Status.REFUSED)]
    after = texts_after(files, plan)
    assert not laid_over(after).of(Status.PLANNED), "a second run changes something"
    assert all(each.fix.diff for each in plan.of(Status.PLANNED))
    return {path: text for path, text in after.items() if text != files.get(path)}


def test_a_compose_project_gets_an_override_file() -> None:
    made = written({"shop/compose.yaml": COMPOSE})
    assert list(made) == ["shop/compose.override.yaml"]
    text = made["shop/compose.override.yaml"]
    assert text.startswith("services:\n  web:\n    privileged: false\n")
    assert 'ports: !override\n      - "127.0.0.1:5432:5432"\n' in text
    assert "    pid: !reset null\n" in text.partition("  db:\n")[2]
    assert "image: nginx" in text.partition("@sha256")[0]


@pytest.mark.parametrize(
    ("base", "over"),
    [
        ("compose.yml", "compose.override.yml"),
        ("docker-compose.yml", "docker-compose.override.yml"),
        ("docker-compose.yaml", "docker-compose.override.yaml"),
    ],
)
def test_the_override_is_named_after_the_file(base: str, over: str) -> None:
    assert list(written({base: COMPOSE})) == [over]


def test_an_override_that_is_there_is_added_to() -> None:
    files = {
        "compose.yaml": COMPOSE,
        "compose.override.yaml": "# ours\nservices:\n  web:\n    user: '101:101'  # nginx\n",
    }
    made = written(files)
    assert list(made) == ["compose.override.yaml"]
    assert made["compose.override.yaml"].startswith("# ours\nservices:\n  web:\n    user: '101:101'  # nginx\n")


def test_a_file_over_which_compose_lays_nothing_is_refused_with_a_text_to_paste() -> None:
    plan = laid_over({"prod.yml": COMPOSE})
    assert not plan.files
    refused = plan.of(Status.REFUSED)
    assert {each.why for each in refused} == {
        "Compose lays no file over prod.yml by itself: name one behind it with -f"
    }
    assert any(each.snippet.startswith("services:\n  web:\n") for each in refused)


def test_an_override_that_nobody_loads_does_not_count() -> None:
    files = {
        "compose.yaml": COMPOSE,
        "compose.extra.yaml": "services:\n  more: {image: 'redis:7'}\n",
        "up.sh": "#!/bin/sh\ndocker compose -f compose.yaml -f compose.extra.yaml up -d\n",
    }
    plan = laid_over(files)
    why = [each.why for each in plan.of(Status.REFUSED) if each.found.rule == "HH-PRV-001"]
    told = "with the override too: somebody names the files with -f, and then Compose loads none"
    assert why == [f"privileged-container is still found after it, {told}"]


def test_a_unit_gets_a_drop_in() -> None:
    made = written({"web.service": UNIT})
    (path,) = made
    assert path == "web.service.d/zz-hardhull.conf"
    section, reset, start, *more = made[path].splitlines()
    assert (section, reset) == ("[Service]", "ExecStart=")
    assert start.startswith("ExecStart=/usr/bin/docker run --rm \\")
    assert not [line for line in (start, *more) if "privileged" in line or "pid=host" in line or "Restart" in line]


def test_a_drop_in_that_is_there_counts_and_is_added_to() -> None:
    files = {
        "web.service": UNIT,
        "web.service.d/override.conf": "[Service]\nExecStart=\nExecStart=/usr/bin/docker run --rm --privileged nginx:1.27\n",
    }
    made = written(files)
    assert list(made) == ["web.service.d/override.conf"]  # that one is there to be edited
    assert "--privileged" not in made["web.service.d/override.conf"]


def test_a_quadlet_gets_a_drop_in_in_which_lists_begin_anew() -> None:
    made = written({"web.container": QUADLET})
    (path,) = made
    assert path == "web.container.d/zz-hardhull.conf"
    lines = made[path].splitlines()
    at = lines.index("AddCapability=")
    assert "AddCapability=SYS_ADMIN" not in lines[at:]
    assert "PodmanArgs=" in lines
    assert "Image=" not in "".join(lines).replace(f"Image=nginx:1.27@sha256:{'a' * 64}", "")


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("Dockerfile", "FROM debian:12\nADD a b\nCMD python app.py\n", "an image recipe has no override"),
        ("daemon.json", '{"userland-proxy": true, "icc": true}\n', "the engine reads one daemon.json"),
        ("run.sh", "#!/bin/sh\ndocker run --privileged nginx:1.27\n", "it has no override"),
    ],
)  # fmt: skip
def test_what_has_no_override_says_so(path: str, text: str, why: str) -> None:
    plan = laid_over({path: text})
    assert not plan.files
    refused = plan.of(Status.REFUSED)
    assert refused
    assert all(each.why.startswith(why) for each in refused), [each.why for each in refused]


def test_applied_and_taken_back(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    tree = place / "tree"
    tree.mkdir()
    for name, text in (("compose.yaml", COMPOSE), ("web.service", UNIT)):
        (tree / name).write_text(text)
    monkeypatch.chdir(tree)
    before = bytes_of(snapshot(tree))
    assert main(["fix", "--as", "override", "--risk", "all", "--apply", "-f", "json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert [(file["path"], file["new"]) for file in made["files"]] == [
        ("compose.override.yaml", True), ("web.service.d/zz-hardhull.conf", True),
    ]  # fmt: skip
    assert [step["command"] for step in made["rollout"]] == [
        "systemctl daemon-reload && systemctl restart web.service", "docker compose up -d",
    ]  # fmt: skip
    after = bytes_of(snapshot(tree))
    assert {path: after[path] for path in before} == before
    assert len(after) == len(before) + 3  # two files and a folder
    assert main(["fix", "--as", "override", "--risk", "all", "--apply", "-q"]) == 0
    assert capsys.readouterr().out.startswith("plan: nothing to write")
    assert main(["undo", "-q"]) == 0
    assert bytes_of(snapshot(tree)) == before


def test_the_screen_shows_the_override_and_how_to_go_on(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (place / "compose.yaml").write_text(COMPOSE)
    monkeypatch.chdir(place)
    assert main(["fix", "--as", "override", "--risk", "all", "--only", "host-pid"]) == 0
    out = capsys.readouterr().out
    assert "  compose.override.yaml\n" in out
    assert "Writes compose.override.yaml\n" in out
    assert "  hardhull fix --only host-pid --risk all --as override --apply" in out
