"""The screen of a plan: every change with its risk, every change that is not made with its reason."""

from __future__ import annotations

import re

import pytest

from hardhull.model.plan import Plan, Status
from hardhull.report.cells import width
from hardhull.report.plan import render, summary
from hardhull.report.view import View
from made_plans import NEW_FILE, NOTHING, PLAN

EIGHTY = View(width=80, command="hardhull fix")

SCREEN = """\
Plan: 2 changes in 3 files; score 41 (D) → 63 (C)
Risk: 1 safe (cannot break what works), 1 needs-proof (may: try it out)

critical[HH-PRV-003] take the engine's socket away
  --> docker-compose.yml:9:9  (service web)
  = risk: needs-proof, recreates the container: what talks to the engine fails:
          give it a socket proxy that allows reading
  = also: docker-compose.yml:9 is also read by service worker
  @@ -6,5 +6,4 @@
       volumes:
  -      - /var/run/docker.sock:/var/run/docker.sock   # needed for autoscaling
  +      # needed for autoscaling
         - data:/data

high[HH-PRV-010] run it as the user that owns its files
  --> docker-compose.yml:2:3  (service web)
  = risk: safe, recreates the container
  = value: measured: the owner of /srv in the image
  web/Dockerfile
  @@ -1,2 +1,3 @@
   FROM python:latest
  +USER 1000:1000
   ENV A=b

Writes web/.dockerignore
  @@ -0,0 +1 @@
  +.git

Left, because of their risk or doubt: 2
  HH-PRV-001 run it without --privileged (docker-compose.yml:4:5)
  HH-BLD-001 add the digest to the name (web/Dockerfile:1:6)
      the finding is of low confidence: --risk all fixes it too

Not written: 1
  HH-PRV-010 run it as another user (docker-compose.yml:14:3)
      the value comes from the variable USER_OF_API, which no file of the proje…

Only a person can decide: 1
  HH-SEC-001 take AWS_SECRET_ACCESS_KEY out, and make a ne… (web/Dockerfile:2:5)

Not read: 1
  k8s/broken.yaml: line 3: a tab where blanks must stand; correct the file

To roll it out:
  docker compose up -d
      recreates the containers whose definition changed
To take it back: hardhull undo, then the same commands

Next:
  hardhull fix --apply              writes this, journaled
  hardhull fix --risk needs-proof   with what has to be tried out
  hardhull fix --format patch       for git apply
"""


def screen(plan: Plan = PLAN, view: View = EIGHTY, *, applied: bool = False) -> str:
    return "".join(render(plan, view, applied=applied, diffs=NEW_FILE if plan is PLAN else None))


def test_the_screen() -> None:
    assert screen() == SCREEN


def test_what_was_applied_says_how_to_take_it_back() -> None:
    text = screen(applied=True)
    assert text.startswith("Applied: 2 changes in 3 files")
    assert "  hardhull undo                     takes it back, byte for byte\n" in text
    assert "--apply" not in text


def test_nothing_to_write() -> None:
    assert screen(NOTHING) == "Plan: nothing to write; score 41 (D)\n"
    assert summary(NOTHING) == "nothing to write; score 41 (D)"


def test_everything_shows_reasons_and_texts_to_paste_whole() -> None:
    text = screen(view=EIGHTY._replace(everything=True))
    assert (
        "      the value comes from the variable USER_OF_API, which no file of the project gives a value\n      user: 1000:1000\n"
        in text
    )
    assert "      RUN --mount=type=secret,id=aws\n      at run time: a file\n" in text
    assert "--all" not in text


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    lines = screen(view=EIGHTY._replace(width=columns)).splitlines()
    assert [line for line in lines if width(line) > columns] == []


def test_many_changes_are_counted_on_the_first_screen_and_shown_with_everything() -> None:
    many = PLAN._replace(fixes=tuple(each for each in PLAN.fixes for _ in range(40)))
    text = screen(many)
    assert len(text.splitlines()) < 130
    shown = text.count("critical[")
    assert f"… {80 - shown} more changes of 2 rules: hardhull fix --all" in text
    assert screen(many, EIGHTY._replace(everything=True)).count("[HH-PRV-0") == 80
    assert "Not written: 40\n" in text
    assert "(docker-compose.yml:14:3 and 39 more)" in text


def test_colours_change_no_text() -> None:
    coloured = screen(view=EIGHTY._replace(colour=True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == SCREEN
    assert all(line.count("\x1b[") == 2 * line.count("\x1b[0m") for line in coloured.splitlines())


def test_ascii_alone() -> None:
    text = screen(view=EIGHTY._replace(unicode=False))
    assert text.isascii()
    assert text.splitlines()[0].endswith("41 (D) -> 63 (C)")


def test_hostile_text_is_harmless() -> None:
    evil = "\x1b]0;owned\x07\u202e"
    fixes = tuple(
        each._replace(
            found=each.found._replace(subject=evil),
            fix=each.fix._replace(title=evil, diff=f"--- a/{evil}\n+++ b/{evil}\n@@ -1 +1 @@\n-{evil}\n+{evil}\n"),
            why=evil, snippet=f"{evil}\n{evil}", notes=(evil,),
        )
        for each in PLAN.fixes
    )  # fmt: skip
    for everything in (False, True):
        text = screen(PLAN._replace(fixes=fixes), EIGHTY._replace(everything=everything))
        assert not [bad for bad in ("\x1b", "\x07", "\u202e") if bad in text]


def test_a_removed_line_that_looks_like_a_header_is_shown() -> None:
    diff = "--- a/docker-compose.yml\n+++ b/docker-compose.yml\n@@ -1,2 +1 @@\n--- x\n y\n"
    each = PLAN.fixes[0]._replace(fix=PLAN.fixes[0].fix._replace(diff=diff))
    assert "  --- x\n" in screen(PLAN._replace(fixes=(each,)))


def test_only_what_is_left_because_of_its_risk_leads_to_a_higher_one() -> None:
    left = [each for each in PLAN.fixes if each.status is not Status.LEFT]
    assert "--risk" not in screen(PLAN._replace(fixes=tuple(left)))
    assert screen(view=EIGHTY._replace(command="hardhull fix --risk needs-proof")).count("--risk needs-proof --") == 2
