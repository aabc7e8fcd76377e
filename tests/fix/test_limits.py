"""Limits that are set by several fixes agree with each other."""

from __future__ import annotations

import pytest
from plans import planned, texts_after

from hardhull.model.plan import Status


@pytest.mark.parametrize(
    "flags", ["-m 4m", "-m 4m --memory-swap 4m", "-m 4m --memory-swap 2m", "-m 4m --memory-swap -1"]
)
def test_a_limit_below_the_least_grows_with_its_swap_limit(flags: str) -> None:
    files = {"run.sh": f"docker run -d {flags} nginx:1.27\n"}
    plan = planned(files)
    text = texts_after(files, plan)["run.sh"]
    assert not [each.why for each in plan.of(Status.REFUSED)]
    assert "-m 6m" in text
    assert "--memory-swap 6m" in text
    assert not planned({"run.sh": text}).files
