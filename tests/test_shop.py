"""The bundled deployment fails every point of the checklist; its hardened twin fails none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardhull.model.finding import Severity
from hardhull.scan import Options, scan

if TYPE_CHECKING:
    from hardhull.model.result import Result

EXAMPLES = Path(__file__).parent.parent / "examples"


def scanned(name: str) -> Result:
    return scan([str(EXAMPLES / name)], Options(strict=True, today="2026-01-01"))


@pytest.fixture(scope="module")
def shop() -> Result:
    return scanned("shop")


@pytest.fixture(scope="module")
def hardened() -> Result:
    return scanned("shop-hardened")


def test_every_point_fails_at_least_once(shop: Result) -> None:
    assert shop.score
    assert {point.point for point in shop.score.checklist if point.status == "fail"} == set(range(1, 17))
    assert shop.score.grade in {"D", "F"}


def test_every_dimension_has_findings(shop: Result) -> None:
    assert {shop.rules[found.rule].dimension.value for found in shop.findings} == {
        "build", "source", "privilege", "limits", "network", "monitoring",
    }  # fmt: skip


def test_the_worst_path_leads_to_the_host(shop: Result) -> None:
    worst = shop.paths[0]
    assert "root on the host" in worst.steps[-1].what
    assert worst.cut_by in {found.id for found in shop.findings}


def test_nothing_was_passed_over(shop: Result, hardened: Result) -> None:
    for result in (shop, hardened):
        assert [note for note in result.not_checked if note.kind == "failed"] == []


def test_the_twin_fails_no_point(hardened: Result) -> None:
    assert hardened.score
    failing = [point for point in hardened.score.checklist if point.status == "fail"]
    assert failing == []
    assert [found for found in hardened.shown if found.severity >= Severity.HIGH] == []
    assert hardened.paths == ()


def test_the_twin_passes_every_point(hardened: Result) -> None:
    assert hardened.score
    assert {point.point: point.status for point in hardened.score.checklist} == dict.fromkeys(range(1, 17), "pass")


def test_every_location_quotes_its_file(shop: Result) -> None:
    root = EXAMPLES.parent
    for found in shop.findings:
        for at in found.locations:
            line = (root / at.path).read_text().split("\n")[at.line - 1]
            assert at.text == line or "[redacted]" in at.text
            assert 1 <= at.column <= len(line) + 1


PLANTED = ("tr0ub4dor-and-3", "npm_9f3KcVb27QxLmT5wRz81HsYd4GpJe60aNuXi")


def test_no_planted_secret_leaves_the_files() -> None:
    result = scan([str(EXAMPLES / "shop")], Options(strict=True, today="2026-01-01", facts=True))
    text = repr(result)
    for secret in PLANTED:
        assert secret not in text
