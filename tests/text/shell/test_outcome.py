"""Whether a failure counts."""

from __future__ import annotations

import pytest

from hardhull.model.fragment import Fragment
from hardhull.model.source import Source
from hardhull.text.shell.outcome import Ignored, Mode, Outcomes
from hardhull.text.shell.parser import read_script


def ignored(text: str, *, errexit: bool = True, pipefail: bool = False) -> Ignored | None:
    """What makes the failure of ``scan`` not count."""
    script = read_script(Fragment.of(Source("run.sh", text.encode())))
    command = next(command for command in script.commands if command.name == "scan")
    return Outcomes(script, Mode(errexit, pipefail)).ignored(command)


@pytest.mark.parametrize(
    "text",
    [
        "scan; a",
        "scan && push",
        "scan || exit 1",
        "scan || { echo bad; exit 1; }",
        "scan || die bad",
        "scan || false",
        "if ! scan; then exit 1; fi",
        "if scan; then a; else exit 2; fi",
        "X=$(scan)",
        "a | scan",
        "(scan)",
        "(scan) || exit 1",
        "{ a; scan; }",
        "for i in a b; do scan $i; done",
        "set +e; set -e; scan; a",
        "set -o errexit; scan; a",
        "a || true; scan",
    ],
)
def test_it_counts(text: str) -> None:
    assert ignored(text) is None


@pytest.mark.parametrize(
    ("text", "why", "place"),
    [
        ("scan || true", "`|| true` takes its place", "|| true"),
        ("scan || :", "`|| :` takes its place", "|| :"),
        ("scan || echo bad", "`|| echo` takes its place", "|| echo bad"),
        ("a && scan || true", "`|| true` takes its place", "|| true"),
        ("scan && push || exit 0", "`|| exit 0` takes its place", "|| exit 0"),
        ("(scan; b) || true", "`|| true` takes its place", "|| true"),
        ("scan | tee log", "only the last command of the pipe counts", " | tee log"),
        ("{ scan; } | tee log", "only the last command of the pipe counts", "scan"),
        ("scan &", "it runs in the background", "scan"),
        ("if scan; then a; fi", "it is only asked for by if, and no branch fails", "scan"),
        ("echo $(scan)", "echo only takes its output", "echo $(scan)"),
        ("set +e; scan; a", "the script goes on after a failure (no `set -e`)", "scan"),
    ],
)
def test_it_does_not_count(text: str, why: str, place: str) -> None:
    found = ignored(text)
    assert found is not None
    assert (found.why, found.place.text) == (why, place)


def test_pipefail() -> None:
    assert ignored("scan | tee log", pipefail=True) is None
    assert ignored("set -euo pipefail\nscan | tee log", errexit=False) is None


def test_without_errexit_only_the_end_counts() -> None:
    assert ignored("scan", errexit=False) is None
    assert ignored("scan\na", errexit=False) is not None
    assert ignored("scan\n[ $? -eq 0 ] || exit 1", errexit=False) is None
    assert ignored("#!/bin/sh -e\nscan\na", errexit=False) is None
    assert ignored("if x; then scan; else b; fi", errexit=False) is None
    assert ignored("for i in a; do scan; done; b", errexit=False) is not None
