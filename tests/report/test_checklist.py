"""The scorecard: every point with its status and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.report.checklist import render
from hardhull.report.view import View
from made_results import POINTS, SHOP

if TYPE_CHECKING:
    from hardhull.model.result import Point


def card(*points: Point, width: int = 80) -> str:
    score = SHOP.score
    assert score is not None
    return "".join(render(SHOP._replace(score=score._replace(checklist=points or POINTS)), View(width=width)))


def test_sixteen_points_on_one_screen() -> None:
    lines = card().splitlines()
    assert lines[0] == "Production checklist: 4 fail, 4 not checked, 4 pass, 4 not applicable"
    assert lines[4:6] == [
        " 2  fail            Point number 2 of the checklist (2 findings)",
        "                    evidence 2",
    ]
    assert len(lines) <= 40


def test_evidence_of_strangers_is_harmless_and_folded() -> None:
    point = POINTS[0]._replace(evidence="\x1b[2J " + "word " * 40)
    text = card(point, width=60)
    assert "\x1b" not in text
    assert max(map(len, text.splitlines()[2:])) <= 60


def test_without_a_score_nothing_passes() -> None:
    assert "".join(render(SHOP._replace(score=None), View())) == "Production checklist: nothing was judged\n"
