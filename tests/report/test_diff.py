"""The difference of two results: moved and renamed findings are neither new nor fixed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hardhull.report.diff import as_json, difference, render
from hardhull.report.view import View
from made_results import SHOP

if TYPE_CHECKING:
    from hardhull.model.result import Found, Result

A, B, C = SHOP.findings[:3]


def result(*findings: Found) -> Result:
    return SHOP._replace(findings=findings)


def test_new_fixed_and_unchanged() -> None:
    changes = difference(result(A, B), result(B, C))
    assert changes == ((C,), (A,), (), (B,))


def test_the_newer_place_of_a_moved_finding_is_told() -> None:
    moved = A._replace(locations=(A.locations[0]._replace(line=99),))
    assert difference(result(A), result(moved)).unchanged == (moved,)


def test_a_renamed_file_is_matched_by_content() -> None:
    renamed = A._replace(id="f" * 16)
    assert difference(result(A), result(renamed)).unchanged == (renamed,)


def test_equal_contents_are_matched_one_to_one() -> None:
    same = [A._replace(id=f"{number:016x}", content_id="c" * 16) for number in range(5)]
    changes = difference(result(*same[:3]), result(*same[3:]))
    assert changes.unchanged == tuple(same[3:])
    assert changes.fixed == (same[2],)
    assert changes.new == ()


def test_the_same_id_wins_over_the_same_content() -> None:
    other = B._replace(content_id=A.content_id)
    assert difference(result(A, other), result(other)).fixed == (A,)


def test_a_finding_that_an_ignore_hides_now_is_not_called_fixed() -> None:
    hidden = A._replace(suppressed=SHOP.findings[-1].suppressed)
    assert difference(result(A), result(hidden)) == ((), (), (hidden,), ())
    assert difference(result(hidden), result(A)) == ((A,), (), (), ())
    assert difference(result(), result(hidden)) == ((), (), (), ())


def test_for_people() -> None:
    better = result(B)._replace(score=None)
    assert "".join(render(result(A, B, C), better, View(width=80))) == (
        "Fixed: 1 critical, 1 high\n"
        "  critical HH-PRV-003 docker-socket-mounted  docker-compose.yml:9:9\n"
        "  high     HH-PRV-010 runs-as-root           docker-compose.yml:2:3\n"
        "\n"
        "0 new, 2 fixed, 1 finding unchanged; grade D 41/100 before, not judged now\n"
    )


def test_as_json() -> None:
    made = json.loads("".join(as_json(result(A, B), result(B, C))))
    assert made["schema"] == "hardhull-diff/1"
    assert [[found["id"] for found in made[name]] for name in ("new", "fixed", "hidden", "unchanged")] == [
        [C.id], [A.id], [], [B.id],
    ]  # fmt: skip
