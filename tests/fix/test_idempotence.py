"""What a fix wrote is not fixed again: a second plan over the outcome of the first changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from plans import OPTIONS, digest_of

from hardhull.fix.choose import Choices
from hardhull.fix.planner import Planner, rewritten
from hardhull.model.change import Risk
from hardhull.model.plan import Status
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
