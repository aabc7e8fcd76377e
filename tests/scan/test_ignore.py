"""Ignore comments count exactly where they stand, for the rules they name, until they expire."""

from __future__ import annotations

import pytest

from hardhull.model.source import Source
from hardhull.rules.policy import PathIgnore
from hardhull.scan.ignore import Ignores, ignores_in

NAMES = frozenset({"hh-prv-001", "privileged-container"})


def lines_hidden(text: str, today: str = "2026-06-01") -> list[int]:
    ignores = Ignores(today)
    ignores.read(Source("f", text.encode()))
    return [line for line in range(1, text.count("\n") + 1) if ignores.for_place(NAMES, "f", line)]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("a: 1\nb: 2  # hardhull: ignore[HH-PRV-001] -- why\nc: 3\n", [2]),
        ("a: 1\n# hardhull: ignore[privileged-container] -- why\nb: 2\nc: 3\n", [3]),
        ("# hardhull: ignore[HH-PRV-001]\n\n# another comment\nb: 2\nc: 3\n", [4]),
        ("#hardhull:ignore[hh-prv-001,HH-NET-001]\nb: 2\n", [2]),
        ("# hardhull: ignore[HH-PRV-001]\ndocker run \\\n  --privileged \\\n  x\nnext\n", [2, 3, 4]),
        ("# hardhull: ignore[HH-PRV-001]\n- run: |\n    one\n    two\n- run: x\n", [2, 3, 4]),
        ("# hardhull: ignore[HH-NET-001]\nb: 2\n", []),
        ("# hardhull: ignore[HH-PRV-001] until=2026-06-01\nb: 2\n", [2]),
        ("# hardhull: ignore[HH-PRV-001] until=2026-05-31\nb: 2\n", []),
        ("# hardhull: ignore[HH-PRV-001]\n", []),
    ],
)
def test_where_an_ignore_counts(text: str, hidden: list[int]) -> None:
    assert lines_hidden(text) == hidden


@pytest.mark.parametrize("rest", ["", "[]", "[*]", "[HH-PRV-001] until=tomorrow", "everything", "[HH-PRV-001] because"])
def test_what_cannot_be_understood_hides_nothing_and_is_said(rest: str) -> None:
    good, bad = ignores_in(Source("f", f"# hardhull: ignore{rest}\na: 1\n".encode()))
    assert not good
    assert bad[0].what == "f:1"


def test_unused_expired_unknown_and_reasonless_ignores_are_said() -> None:
    text = (
        "a: 1 # hardhull: ignore[HH-PRV-001] -- used\n"
        "b: 1 # hardhull: ignore[HH-PRV-001] -- unused\n"
        "c: 1 # hardhull: ignore[HH-PRV-001] until=2020-01-01 -- old\n"
        "d: 1 # hardhull: ignore[HH-NOT-999] -- no such rule\n"
        "e: 1 # hardhull: ignore[HH-PRV-001]\n"
    )
    ignores = Ignores("2026-01-01")
    ignores.read(Source("f", text.encode()))
    for line in (1, 3, 5):
        ignores.for_place(NAMES, "f", line)
    said = {note.what: note.why for note in ignores.unused(NAMES)}
    assert said == {
        "f:2": "the ignore hides nothing",
        "f:3": "the ignore expired on 2020-01-01",
        "f:4": "there is no rule hh-not-999",
        "f:5": "the ignore gives no reason",
    }


def test_path_rules_of_the_configuration() -> None:
    accepted = PathIgnore(("legacy/",), ("hh-prv-001",), "goes away in May", "2026-05-31")
    assert Ignores("2026-05-31", [accepted]).for_path(NAMES, "legacy/daemon.json")
    assert not Ignores("2026-05-31", [accepted]).for_path(NAMES, "new/daemon.json")
    assert not Ignores("2026-06-01", [accepted]).for_path(NAMES, "legacy/daemon.json")
    assert not Ignores("2026-05-31", [accepted]).for_path(frozenset({"hh-net-001"}), "legacy/daemon.json")
