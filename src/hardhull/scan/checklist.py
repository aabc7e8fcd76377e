"""The 16-point production checklist: which evidence makes a point pass, fail, not checked or not applicable.

A point fails when a rule that belongs to it found something. It passes only on evidence: either rules that judged
something and found nothing, or, for what is usually just absent (scanning, signing, pruning, monitoring, audits), a
place where it is really done. Absence is "not checked", never a pass and never a fail.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.finding import Severity
from hardhull.model.result import Point
from hardhull.scan.evidence import POSITIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hardhull.facts.fact import Fact
    from hardhull.model.result import CheckCount, Found, RuleInfo
    from hardhull.rules.policy import Policy


class Row(NamedTuple):
    """One point: what it asks for, the kinds of fact that can answer, and what to say where none does."""

    title: str
    kinds: frozenset[str]
    wanted: str


ROWS: dict[int, Row] = {
    1: Row("Base images are pinned and minimal", frozenset({"recipe", "workload"}), "an image that is named"),
    2: Row("No secrets in images or definitions", frozenset({"recipe", "workload", "cluster"}), "a definition"),
    3: Row("Images are built in stages", frozenset({"recipe"}), "a Dockerfile"),
    4: Row("A vulnerability scan in CI can block", frozenset({"pipeline"}), "a scan step whose exit code counts"),
    5: Row("Images are signed and verified", frozenset({"pipeline", "cluster"}), "a step that signs or verifies"),
    6: Row("Registries are trusted, old images pruned", frozenset({"pipeline", "engine", "workload"}),
           "`trusted-registries` in hardhull.toml, or a step that prunes"),
    7: Row("Processes are not root, with explicit ids", frozenset({"recipe", "workload"}), "a container"),
    8: Row("All capabilities are dropped, few added", frozenset({"workload"}), "a container"),
    9: Row("No new privileges", frozenset({"workload", "engine"}), "a container"),
    10: Row("Memory and CPU are limited", frozenset({"workload", "engine", "cluster"}), "a container"),
    11: Row("Block I/O is throttled", frozenset({"workload"}), "a container that writes to a disk"),
    12: Row("Networks are dedicated, icc is off", frozenset({"workload", "engine", "cluster"}), "a container"),
    13: Row("No container uses the host's network", frozenset({"workload"}), "a container"),
    14: Row("Logs are central and rotate", frozenset({"workload", "engine"}), "a container or an engine"),
    15: Row("A runtime monitor watches", frozenset({"workload", "pipeline", "host"}), "a monitor that is started"),
    16: Row("Audits run regularly", frozenset({"pipeline", "host"}), "an audit step or audit rules that log"),
}  # fmt: skip


def checklist(
    facts: Sequence[Fact],
    findings: Iterable[Found],
    checks: Iterable[CheckCount],
    rules: dict[str, RuleInfo],
    policy: Policy,
) -> tuple[Point, ...]:
    """The state of all 16 points.

    Args:
        facts: everything that was judged.
        findings: those that count.
        checks: how many subjects each rule judged and skipped.
        rules: metadata of the rules that ran.
        policy: what the team decided.
    """
    kinds = {fact.kind for fact in facts if not getattr(fact, "from_docs", False)}
    failing: dict[int, Counter[str]] = {number: Counter() for number in ROWS}
    for found in findings:
        if found.severity > Severity.INFO:
            for number in rules[found.rule].checklist:
                failing[number][rules[found.rule].name] += 1
    judged: Counter[int] = Counter()
    for check in checks:
        for number in rules[check.rule].checklist:
            judged[number] += check.subjects
    return tuple(
        _point(number, row, failing[number], judged[number], kinds, facts, policy) for number, row in ROWS.items()
    )


def _point(
    number: int,
    row: Row,
    failing: Counter[str],
    judged: int,
    kinds: set[str],
    facts: Sequence[Fact],
    policy: Policy,
) -> Point:
    count = failing.total()
    if count:
        names = ", ".join(name for name, _ in failing.most_common(3))
        more = f" and {len(failing) - 3} more rules" if len(failing) > 3 else ""
        return Point(number, row.title, "fail", f"{names}{more}", count)
    if number in POSITIVE:
        shown = POSITIVE[number](facts, policy)
        if shown:
            return Point(number, row.title, "pass", shown, 0)
        return Point(number, row.title, "not-checked", f"needs {row.wanted}", 0)
    if judged:
        return Point(number, row.title, "pass", f"{judged} checks, none failed", 0)
    if kinds & row.kinds:
        return Point(number, row.title, "not-checked", f"what it needs to know is not known: {row.wanted}", 0)
    return Point(number, row.title, "not-applicable", f"there is nothing to ask: needs {row.wanted}", 0)
