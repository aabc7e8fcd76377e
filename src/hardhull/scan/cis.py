"""Answers every item of the CIS Docker Benchmark from the facts about a machine and from what the rules said of it.

An item that has a question of its own is answered by that; else it fails where a rule that belongs to it found
something, and passes only where something was judged. What was not scanned is "not checked", and what no program can
know is left to a person.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.model.result import Control
from hardhull.scan.cis_questions import QUESTIONS, Machine
from hardhull.scan.cis_rows import ROWS, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hardhull.facts.fact import Fact
    from hardhull.model.result import CheckCount, Found, RuleInfo

ITEM = "benchmark item"
"""The name of the evidence by which a finding says to which of its rule's items it belongs."""
TARGETS = {"host": "host", "engine": "engine", "containers": "containers", "images": "containers"}


class Said(NamedTuple):
    """What the rules of one item said."""

    findings: int = 0
    subjects: int = 0
    skipped: int = 0
    names: tuple[str, ...] = ()


def controls(
    facts: Sequence[Fact], findings: Iterable[Found], checks: Iterable[CheckCount], rules: dict[str, RuleInfo]
) -> tuple[Control, ...]:
    """The answer to every item; nothing where no living machine was read.

    Args:
        facts: everything that was judged.
        findings: those that count.
        checks: how many subjects each rule judged and skipped.
        rules: metadata of the rules that ran.
    """
    live = [fact for fact in facts if fact.syntax == "live"]
    if not live:
        return ()
    machine = Machine(_document(live[0].place.source.data), live)
    said = _said(findings, checks, rules)
    return tuple(_answer(row, machine, said.get(row.v18, Said())) for row in ROWS)


def _document(data: bytes) -> dict[str, Any]:
    """The facts as plain values; the reader has already taken the text."""
    found = json.loads(data)
    return found if isinstance(found, dict) else {}


def _said(findings: Iterable[Found], checks: Iterable[CheckCount], rules: dict[str, RuleInfo]) -> dict[str, Said]:
    """What the rules said of each item of version 1.8, by its number."""
    items = {
        rule.id: [one.partition(":")[2] for one in rule.cis if one.startswith("docker-1.8:")] for rule in rules.values()
    }
    against: dict[str, dict[str, int]] = {}
    for found in findings:
        own = [value for what, value, _ in found.readings if what == ITEM]
        for number in own or items.get(found.rule, []):
            counts = against.setdefault(number, {})
            counts[rules[found.rule].name] = counts.get(rules[found.rule].name, 0) + 1
    out: dict[str, Said] = {}
    for check in checks:
        for number in items.get(check.rule, ()):
            before = out.get(number, Said())
            out[number] = Said(0, before.subjects + check.subjects, before.skipped + check.skipped)
    for number, counts in against.items():
        out[number] = out.get(number, Said())._replace(findings=sum(counts.values()), names=tuple(sorted(counts)))
    return out


def _answer(row: Row, machine: Machine, said: Said) -> Control:
    def control(status: str, evidence: str, findings: int = 0) -> Control:
        return Control(row.v16, row.v18, row.title, status, evidence, findings)

    wanted, question = TARGETS[row.target], QUESTIONS.get(row.v18)
    answer = question(machine) if question is not None and wanted in machine.targets else None
    if said.findings and (answer is None or answer[0] == "not-checked"):
        return control("fail", ", ".join(said.names), said.findings)
    if wanted not in machine.targets:
        return control("not-checked", f"`hardhull scan {wanted}` answers it")
    if answer is not None:
        return control(*answer)
    if said.subjects:
        more = f", {said.skipped} could not be judged" if said.skipped else ""
        return control("not-checked" if said.skipped else "pass", f"{said.subjects} judged, nothing found{more}")
    if said.skipped:
        return control("not-checked", "what it needs to know could not be read; see what was not checked")
    if row.target == "containers" and not machine.containers:
        return control("not-applicable", "no container runs")
    if row.look:
        return control("manual", row.look)
    return control("not-checked", f"nothing was read that answers it; `hardhull scan {wanted}` as root may")
