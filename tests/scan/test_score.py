"""The score: repairing anything raises it, a critical finding caps it, and looking at nothing gives none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hardhull.model.finding import Confidence, Dimension, Severity
from hardhull.model.result import CheckCount, Found, Location, RuleInfo
from hardhull.scan.score import CAP_CRITICAL, CAP_HIGH, counted, grade, score

SEVERITIES = [Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL]
RULES = {
    f"R{number}": RuleInfo(
        f"R{number}", f"r{number}", dimension, Severity.MEDIUM, Confidence.HIGH, (), (), (), "", ""
    )
    for number, dimension in enumerate((Dimension.BUILD, Dimension.BUILD, Dimension.PRIVILEGE))
}  # fmt: skip
CHECKS = [CheckCount(rule, 4, 0) for rule in RULES]


def found(rule: str, subject: int, severity: Severity, confidence: Confidence = Confidence.HIGH) -> Found:
    at = Location("f", 1, 1, 1, 2, "x")
    return Found("i", "c", rule, severity, confidence, f"service {subject}", "workload", "m", (at,))


findings = st.lists(
    st.builds(found, st.sampled_from(sorted(RULES)), st.integers(0, 3), st.sampled_from(SEVERITIES)), max_size=12
)


@given(findings)
def test_the_score_is_a_percentage_and_its_parts_too(given_findings: list[Found]) -> None:
    result = score(given_findings, CHECKS, RULES, ())
    assert result
    assert 0 <= result.total <= 100
    assert result.dimensions["network"] is None
    assert all(value is None or 0 <= value <= 100 for value in result.dimensions.values())


@given(findings.filter(bool))
def test_repairing_a_finding_never_lowers_the_score(given_findings: list[Found]) -> None:
    before = score(given_findings, CHECKS, RULES, ())
    after = score(given_findings[1:], CHECKS, RULES, ())
    assert before
    assert after
    assert after.total >= before.total


def test_nothing_wrong_is_a_hundred_and_nothing_judged_is_no_score() -> None:
    clean = score([], CHECKS, RULES, ())
    assert clean
    assert (clean.total, clean.grade) == (100, "A")
    assert score([], [CheckCount("R0", 0, 3)], RULES, ()) is None


def test_the_worst_finding_caps_the_grade() -> None:
    many = [CheckCount(rule, 1000, 0) for rule in RULES]
    critical = score([found("R0", 1, Severity.CRITICAL)], many, RULES, ())
    high = score([found("R0", 1, Severity.HIGH)], many, RULES, ())
    assert critical
    assert high
    assert (critical.total, critical.grade) == (CAP_CRITICAL, "D")
    assert (high.total, high.grade) == (CAP_HIGH, "B")


def test_low_confidence_does_not_count() -> None:
    assert counted([found("R0", 1, Severity.HIGH, Confidence.LOW)]) == []


def test_the_grades() -> None:
    assert [grade(total) for total in (100, 90, 89, 75, 60, 59, 40, 39, 0)] == list("AABBCDDFF")
