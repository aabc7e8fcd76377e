"""What a fix wrote is not fixed again: a second plan over the outcome of the first changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plans import OPTIONS, chosen, digest_of, planned, texts_after
from texts import marks_of

from hardhull.fix.choose import Choices
from hardhull.fix.planner import Planner, rewritten
from hardhull.model.change import Risk
from hardhull.model.plan import Status
from hardhull.rules.rule import find_rule
from hardhull.scan import gather

ROOT = Path(__file__).parents[2]
FORMATS = ROOT / "tests" / "formats"
FOLDERS = sorted({path.parent for path in FORMATS.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}})


@pytest.mark.parametrize("risk", [Risk.PROVEN, Risk.NEEDS_PROOF])
@pytest.mark.parametrize("folder", [ROOT / "examples" / "shop", *FOLDERS], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_second_plan_changes_nothing(folder: Path, risk: Risk) -> None:
    found, policy = gather([str(folder)], OPTIONS)
    choices = Choices(risk=risk, unsure=risk is Risk.NEEDS_PROOF)
    plan = Planner(found, policy, OPTIONS, choices, digest_of).plan()
    assert bool(plan.files) is bool(plan.of(Status.PLANNED))
    again = Planner(rewritten(found, list(plan.files)), policy, OPTIONS, choices, digest_of).plan()
    assert [(each.found.rule, each.found.subject) for each in again.of(Status.PLANNED)] == []
    assert not again.files


def test_every_line_with_a_wildcard_is_fixed_and_a_second_plan_is_empty() -> None:
    wild = "-w /etc/docker/*.json -p wa -k docker\n"
    before = {"etc/audit/rules.d/docker.rules": f"{wild}# {wild}{wild}-w /etc/docker/*.conf -p wa -k docker\n"}
    plan = planned(before, chosen("audit-watch-on-nothing"))
    assert [each.status for each in plan.fixes] == [Status.PLANNED] * 3
    after = texts_after(before, plan)
    assert after == {"etc/audit/rules.d/docker.rules": f"-w /etc/docker -p wa -k docker\n# {wild}"}
    assert planned(after, chosen("audit-watch-on-nothing")).files == ()


def test_a_file_of_ours_that_is_written_anew_keeps_what_another_fix_does_to_it() -> None:
    rule = find_rule("recorded-need-not-granted")
    assert rule
    bad = next(one.bad for one in rule.examples if "seccomp=" in one.bad)
    example, _ = marks_of(bad, "compose.yaml", rule.id)
    plan = planned(example, chosen("recorded-need-not-granted", "seccomp-profile-cannot-start"))
    (file,) = [one for one in plan.files if one.path == "hardhull/seccomp/web.json"]
    assert file.before == example["hardhull/seccomp/web.json"].encode()
    assert {each.found.rule: bool(each.fix.diff) for each in plan.fixes} == {"HH-PRV-402": True, "HH-PRV-506": True}
    assert {"read", "restart_syscall", "capset"} <= {*json.loads(file.after)["syscalls"][0]["names"]}


def test_what_a_later_pass_undoes_is_done_again() -> None:
    """The recorded calls replace a profile whole, and with it what was added to that in the first pass."""
    rule = find_rule("recorded-need-not-granted")
    assert rule
    bad = next(one.bad for one in rule.examples if "seccomp=" in one.bad)
    example, _ = marks_of(bad, "compose.yaml", rule.id)
    text = example["compose.yaml"]
    before = {**example, "compose.yaml": text[: text.index("    security_opt:")] + "    privileged: true\n"}
    rules = chosen("privileged-container", "seccomp-wider-than-needed", "seccomp-profile-cannot-start")
    after = texts_after(before, planned(before, rules))
    assert {"restart_syscall", "capset"} <= {*json.loads(after["hardhull/seccomp/web.json"])["syscalls"][0]["names"]}
    assert planned(after, rules).files == ()


def test_what_a_later_pass_finds_of_the_same_subject_is_fixed_too() -> None:
    """The first line is one of audit rules only without its comment."""
    lines = "-w /usr/bin/docker-runc -p wa -k docker  # kept\n\n-w /etc/docker/*.json -p wa -k docker\n"
    before = {"etc/audit/rules.d/docker.rules": lines}
    rules = chosen("audit-watch-on-nothing", "audit-rules-not-loaded")
    after = texts_after(before, planned(before, rules))
    assert after == {
        "etc/audit/rules.d/docker.rules": "# kept\n-w /usr/bin/runc -p wa -k docker\n\n-w /etc/docker -p wa -k docker\n"
    }
    assert planned(after, rules).files == ()
