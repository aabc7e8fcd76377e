"""How bad an advisory says it is: CVSS vectors of versions 2, 3 and 4, or the words that databases use."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from hardhull.model.finding import Severity

WORDS: Final = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "low": Severity.LOW,
    "minor": Severity.LOW,
    "negligible": Severity.INFO,
    "unimportant": Severity.INFO,
    "none": Severity.INFO,
}
"""Of GitHub, Red Hat, Ubuntu, Debian and Bitnami; what is not here ("not yet assigned") says nothing."""
KINDS: Final = ("CVSS_V4", "CVSS_V3", "CVSS_V2")
"""The newest version of CVSS that is given counts."""
OLD_HIGH: Final = 70
"""CVSS 2 knows no critical."""


class Rating(NamedTuple):
    """How bad it is.

    Attributes:
        severity: the word; None where nothing is known.
        score: ten times the CVSS base score; -1 where there is none.
        vector: that it comes from; empty where there is none.
    """

    severity: Severity | None = None
    score: int = -1
    vector: str = ""


UNKNOWN: Final = Rating()


def of_score(score: int) -> Severity:
    """The word for ten times a CVSS base score, by the scale of CVSS 3 and 4."""
    if score >= 90:
        return Severity.CRITICAL
    if score >= 70:
        return Severity.HIGH
    if score >= 40:
        return Severity.MEDIUM
    return Severity.LOW if score > 0 else Severity.INFO


@lru_cache(1 << 14)
def of_vector(vector: str) -> Rating:
    """The base score of a vector; UNKNOWN where it is none.

    Source: the calculators of FIRST, in the ``cvss`` library of Red Hat Product Security.
    """
    from cvss import CVSS2, CVSS3, CVSS4
    from cvss.exceptions import CVSSError

    vector = vector.strip()[:MAX_VECTOR]
    try:
        if vector.startswith("CVSS:4."):
            score = round(float(CVSS4(vector).base_score) * 10)
        elif vector.startswith("CVSS:3."):
            score = round(float(CVSS3(vector).base_score) * 10)
        else:
            score = round(float(CVSS2(vector.strip("()")).base_score) * 10)
            return Rating(Severity.HIGH if score >= OLD_HIGH else of_score(score), score, vector)
    except (CVSSError, ValueError, KeyError, TypeError, ArithmeticError):
        return UNKNOWN
    return Rating(of_score(score), score, vector)


MAX_VECTOR: Final = 400


def of_entries(entries: Any) -> Rating:
    """The rating of a ``severity`` array of OSV."""
    if not isinstance(entries, list):
        return UNKNOWN
    given = {one.get("type"): one.get("score") for one in entries if isinstance(one, dict)}
    for kind in KINDS:
        rating = of_vector(given[kind]) if isinstance(given.get(kind), str) else UNKNOWN
        if rating.severity is not None:
            return rating
    return next((of_word(score) for score in given.values() if of_word(score).severity is not None), UNKNOWN)


def of_word(word: Any) -> Rating:
    """The rating that a word stands for; UNKNOWN where it says nothing."""
    return Rating(WORDS.get(word.strip().lower())) if isinstance(word, str) else UNKNOWN


def of_number(number: Any) -> Rating:
    """The rating of a bare base score, as the Node.js security working group gives it."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= 10:
        return UNKNOWN
    score = round(number * 10)
    return Rating(of_score(score), score)
