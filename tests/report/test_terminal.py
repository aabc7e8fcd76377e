"""The first screen: short whatever was scanned, worst first, honest about what it leaves out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.model.finding import Confidence, Severity
from hardhull.model.result import AttackPath, FixInfo, Location, NotChecked, Result, Step
from hardhull.report.cells import width
from hardhull.report.terminal import brief, render
from hardhull.report.view import View
from made_results import CLEAN, FINDINGS, RULES, SHOP, results

EIGHTY = View(width=80, gate=Severity.HIGH)

SCREEN = """\
hardhull 0.1.0 · 4 files · 3 workloads · 0.31 s                  Grade D  41/100
build      ███████░░░  70  source     ████░░░░░░  40  privilege  ██░░░░░░░░  20
limits     ░░░░░░░░░░   0  network    ███░░░░░░░  35  monitoring not judged

Worst path  any network :8080 → web runs as root → holds the engine's socket
            → starts any container it likes: root on the host
            cut it with one fix: HH-PRV-003 at docker-compose.yml:9:9

critical[HH-PRV-003 docker-socket-mounted]: web can take over the host
  --> docker-compose.yml:9:9
4 |     privileged: true
  |     ---------------- also runs privileged
9 |       - /var/run/docker.sock:/var/run/docker.sock   # needed for autoscaling
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |         any code in web can start a root container
  = fix: remove the mount, or put a filtering proxy in between that allows only
    the calls that are needed

critical HH-PRV-001 privileged-container    docker-compose.yml:4:5
high     HH-PRV-010 runs-as-root            docker-compose.yml:2:3  +1
high     HH-SEC-001 secret-in-env           web/Dockerfile:2:5
medium   HH-BLD-001 unpinned-base           web/Dockerfile:1:6
medium   HH-LIM-001 no-memory-limit         docker-compose.yml:20:3  +11
low      HH-NET-002 port-on-all-interfaces  docker-compose.yml:11:9

19 findings: 2 critical, 3 high, 13 medium, 1 low; 1 hidden by ignores
Gate fails: 5 findings at or above high
Checklist of 16 points: 4 fail, 4 not checked, 4 pass, 4 not applicable
Ignore at api/Dockerfile:3: it hides nothing; remove it
Not checked: 3
  failed        k8s/broken.yaml: line 3: a tab where blanks must stand; correct…
  needs access  the engine: no engine was asked; scan it with `hardhull scan en…
  not known     image of service db: the variable IMAGE has no value; set it in…

Next:
  hardhull explain HH-PRV-003        why, and how to fix it
  hardhull scan --all                every finding
  hardhull scan --format checklist   the 16 points
"""


def screen(result: Result, view: View = EIGHTY) -> str:
    return "".join(render(result, view))


def test_the_first_screen() -> None:
    assert screen(SHOP) == SCREEN
    assert SCREEN.count("\n") <= 40


def test_with_more_columns_messages_stand_beside_the_places() -> None:
    text = screen(SHOP, EIGHTY._replace(width=120))
    assert "docker-compose.yml:20:3  and 11 more in 8 files  s0 may use all memory" in text
    assert "^^^ any code in web can start a root container" in text


def test_without_findings_nothing_is_praised_that_was_not_looked_at() -> None:
    assert screen(CLEAN).splitlines()[4:] == [
        "No findings",
        "Gate passes",
        "Checklist of 16 points: 4 fail, 4 not checked, 4 pass, 4 not applicable",
        "Not checked: nothing known",
        "",
        "Next:",
        "  hardhull scan --format checklist   the 16 points",
    ]


def test_what_was_not_judged_has_no_grade() -> None:
    text = screen(CLEAN._replace(score=None, targets=()))
    assert text.splitlines()[0].endswith("not graded: nothing judged")
    assert "A  100" not in text


@given(results(), st.integers(1, 130), st.booleans(), st.booleans())
@settings(max_examples=40, deadline=None)
def test_any_result_can_be_shown_anywhere(result: Result, columns: int, unicode: bool, everything: bool) -> None:
    text = screen(result, View(width=columns, unicode=unicode, everything=everything))
    assert all(char.isprintable() or char in "\n\u00a0" or char.isspace() for char in text)
    assert "\x1b" not in text
    assert unicode or text.isascii()


def many(groups: int, each: int) -> Result:
    """A result with many rules and many findings of each, all on long lines of hostile text."""
    rules = {f"HH-LIM-{n:03}": RULES["HH-LIM-001"]._replace(id=f"HH-LIM-{n:03}") for n in range(groups)}
    text = "\x1b]0;owned\x07" + "日本" * 300
    findings = tuple(
        FINDINGS[0]._replace(
            id=f"{n:08x}{m:08x}",
            rule=rule,
            message=text,
            locations=tuple(Location(f"{m}/{text}", 1 + line, 5, 1 + line, 90, text, text) for line in range(9)),
        )
        for n, rule in enumerate(rules)
        for m in range(each)
    )
    missing = tuple(NotChecked("failed", text, text, text) for _ in range(50))
    paths = (AttackPath(tuple(Step(text[:60]) for _ in range(4)), "", text),) * 9
    return SHOP._replace(findings=findings, rules=rules, not_checked=missing, unused_ignores=missing, paths=paths)


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_a_screen_stays_short_and_narrow_whatever_was_found(columns: int) -> None:
    lines = screen(many(70, 40), View(width=columns)).splitlines()
    assert len(lines) <= 48  # one finding with three long labels is shown; an ordinary screen has 40
    assert all(width(line) <= columns for line in lines)


def test_the_screen_of_an_ordinary_large_repository_has_forty_lines() -> None:
    findings = tuple(found._replace(locations=found.locations[:1]) for found in SHOP.findings * 1300)
    lines = screen(SHOP._replace(findings=findings)).splitlines()
    assert len(lines) <= 40


def test_everything_shows_every_place() -> None:
    text = screen(SHOP, EIGHTY._replace(everything=True))
    for found in SHOP.shown:
        first = found.locations[0]
        assert f"{first.path}:{first.line}:{first.column}" in text
    assert "set it in" in text
    assert "--all" not in text


def test_worst_first_and_among_equals_what_cuts_the_path() -> None:
    turned = SHOP._replace(findings=SHOP.findings[::-1])
    assert screen(turned).splitlines()[8] == SCREEN.splitlines()[8]


def test_hidden_findings_are_counted_and_not_shown() -> None:
    assert "no health check" not in screen(SHOP, EIGHTY._replace(everything=True))
    assert "1 hidden by ignores" in screen(SHOP)


def test_a_doubtful_finding_says_so() -> None:
    doubtful = SHOP.findings[1]._replace(
        confidence=Confidence.LOW, readings=(("default user of nginx", "root", "a table"),)
    )
    text = screen(SHOP._replace(findings=(doubtful,), paths=()))
    assert "= confidence: low" in text
    assert "= default user of nginx: root (a table)" in text


def test_colours_come_in_pairs_and_change_no_text() -> None:
    import re

    plain, coloured = screen(SHOP), screen(SHOP, EIGHTY._replace(colour=True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert all(line.count("\x1b[") == 2 * line.count("\x1b[0m") for line in coloured.splitlines())


def test_ascii_alone_has_the_same_lines() -> None:
    text = screen(SHOP, EIGHTY._replace(unicode=False))
    assert text.isascii()
    assert text.splitlines()[1].startswith("build      #######---  70  ")


def test_the_command_to_see_more_names_what_was_scanned() -> None:
    assert "hardhull scan 'my shop' --all" in screen(SHOP, EIGHTY._replace(command="hardhull scan 'my shop'"))


def test_a_finding_says_what_fixes_it_and_how_sure_that_is() -> None:
    fix = FixInfo("take the engine's socket away", "needs-proof", "recreate")
    by_hand = FixInfo("make a new value", "needs-proof", "recreate", advice="...")
    safe = FixInfo("add USER 1000", "safe", "recreate")
    ways = {0: fix, 2: safe, 3: safe, 4: by_hand, 5: safe}
    findings = tuple(one._replace(fixes=(ways[at],) if at in ways else ()) for at, one in enumerate(SHOP.findings))
    doubtful = (*findings[:5], findings[5]._replace(confidence=Confidence.LOW), *findings[6:])
    text = screen(SHOP._replace(findings=doubtful), EIGHTY._replace(fixing="hardhull fix"))
    assert "  = fix (needs-proof): take the engine's socket away\n" in text
    assert "  hardhull fix                       repairs up to 2 safely, 1 to be tried out\n" in text
    assert "hardhull fix" not in screen(SHOP._replace(findings=doubtful))
    everything = screen(SHOP._replace(findings=findings), EIGHTY._replace(everything=True))
    assert "= fix (by hand): make a new value\n" in everything
    assert "= fix: set one." in everything  # what the manual says, where there is nothing better


def test_one_line_for_quiet() -> None:
    assert brief(SHOP) == (
        "19 findings: 2 critical, 3 high, 13 medium, 1 low; 1 hidden by ignores; 3 not checked (1 failed)\n"
    )
    assert brief(CLEAN) == "No findings; nothing known to be left unchecked\n"
