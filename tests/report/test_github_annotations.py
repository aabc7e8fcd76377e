"""GitHub annotations: one line each, whatever the names and messages hold."""

from __future__ import annotations

from hardhull.report.github import render
from made_results import SHOP


def lines(*findings: int, message: str = "", path: str = "") -> list[str]:
    chosen = [SHOP.findings[number] for number in findings]
    if message:
        chosen = [found._replace(message=message) for found in chosen]
    if path:
        chosen = [found._replace(locations=(found.locations[0]._replace(path=path),)) for found in chosen]
    return "".join(render(SHOP._replace(findings=tuple(chosen), not_checked=()))).splitlines()


def test_an_annotation_stands_at_its_place() -> None:
    assert lines(0)[0] == (
        "::error file=docker-compose.yml,line=9,endLine=9,col=9,endColumn=50,"
        "title=HH-PRV-003 docker-socket-mounted (critical)::web can take over the host"
    )


def test_worst_first_and_the_levels_of_github() -> None:
    assert [line.split()[0] for line in lines(-2, 5, 0)] == ["::error", "::warning", "::notice", "::notice"]


def test_hidden_findings_are_no_annotations_and_are_counted() -> None:
    made = lines(-1)
    assert len(made) == 1
    assert "1 hidden by ignores" in made[0]


def test_a_message_cannot_write_a_command() -> None:
    made = lines(0, message="a\n::set-output name=x::y\r%0A", path="a,line=1::error::\n::add-mask::x")
    assert len(made) == 2
    assert made[0].startswith("::error file=a%2Cline=1%3A%3Aerror%3A%3A\\x0a%3A%3Aadd-mask%3A%3Ax,line=9")
    assert made[0].endswith("::a\\x0a::set-output name=x::y\\x0d%250A")


def test_what_failed_is_a_warning() -> None:
    text = "".join(render(SHOP))
    assert (
        "::warning title=not checked::k8s/broken.yaml: line 3: a tab where blanks must stand; correct the file" in text
    )
