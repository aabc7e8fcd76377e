"""Exit codes: what a result means for the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.cli.gate import DEFAULT_GATE, exit_code, gate_of, reason
from hardhull.model.finding import Severity
from made_results import CLEAN, SHOP

if TYPE_CHECKING:
    from hardhull.model.result import Result

ONLY_LOW = SHOP._replace(findings=SHOP.findings[-2:-1], not_checked=())
FAILED = CLEAN._replace(not_checked=SHOP.not_checked[2:])
UNKNOWN = CLEAN._replace(not_checked=SHOP.not_checked[:1])


@pytest.mark.parametrize(
    ("result", "gate", "strict", "code"),
    [
        (CLEAN, "high", False, 0),
        (ONLY_LOW, "high", False, 0),
        (ONLY_LOW, "low", False, 1),
        (ONLY_LOW, "info", False, 1),
        (ONLY_LOW, "never", False, 0),
        (SHOP, "high", False, 1),  # findings win over failures
        (SHOP, "never", False, 4),
        (FAILED, "high", False, 4),
        (UNKNOWN, "high", False, 0),
        (UNKNOWN, "high", True, 4),
        (CLEAN._replace(checks=()), "high", False, 3),
        (FAILED._replace(checks=()), "high", False, 4),
        (SHOP._replace(findings=SHOP.findings[-1:], not_checked=()), "info", False, 0),  # hidden ones do not count
    ],
)
def test_exit_codes(result: Result, gate: str, strict: bool, code: int) -> None:
    assert exit_code(result, gate_of(gate), strict=strict) == code


def test_reasons() -> None:
    assert reason(SHOP, 1, Severity.HIGH) == "5 findings at or above high"
    assert reason(SHOP, 4, None) == (
        "not checked: k8s/broken.yaml: line 3: a tab where blanks must stand (and 2 more not checked)"
    )
    assert reason(CLEAN, 0, None) == ""


def test_the_default_gate_is_high() -> None:
    assert gate_of(DEFAULT_GATE) is Severity.HIGH
