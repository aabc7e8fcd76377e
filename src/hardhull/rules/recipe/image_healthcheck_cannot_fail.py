"""Health check of the image always succeeds.

What it checks: HEALTHCHECK commands whose failure is thrown away (`|| true`, `; exit 0`), that do nothing (`true`,
`exit 0`), and `curl` without `--fail`, which succeeds on an error page. Of Dockerfiles, and of built images.

Why it matters: the container is healthy as long as it can start a program. Whoever waits for `healthy`, or restarts
what is not, is deceived.

How to fix: end with `|| exit 1`, and write `curl --fail`.

When it is fine: a check that only looks whether something answers, whatever the answer.

References: https://docs.docker.com/reference/dockerfile/#healthcheck
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.lazy import lazy
from hardhull.model.source import Place, Span
from hardhull.rules.fix import NEEDS_PROOF, Rewrite, advise, change
from hardhull.rules.rule import LOW, MEDIUM, MONITORING, Example, judges, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents
    from hardhull.facts.parts import Healthcheck
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

THROWN_AWAY = lazy(r"(?:\|\||;|&)\s*(?:true|:|exit\s+0|/bin/true)[\s;)}\"']*$")
NOTHING = lazy(r"\s*(?:true|:|exit\s+0|/bin/true|echo\b[^|&;]*)\s*")
CURL = lazy(r"\bcurl\b([^|&;]*)")
FAILS = lazy(r"\s(?:--fail\S*|-[A-Za-z]*f[A-Za-z]*)(?:\s|$)|-w|--write-out")

END = lazy(r"\s*(?:\|\||;)\s*(?:true|:|exit\s+0|/bin/true)\s*$")
WORD = lazy(r"\bcurl(?=\s)|\"((?:[\w/]*/)?curl)\"")


@rule(
    "HH-MON-032",
    "image-healthcheck-cannot-fail",
    dimension=MONITORING,
    severity=MEDIUM,
    cis=["docker-1.6:4.6", "docker-1.8:4.6"],
    tags=["cis", "hollow"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the command."""
    field = recipe.healthcheck
    health = field.value
    if health is None or health.disabled or len(health.test) < 2:
        return
    text = " ".join(health.test[1:])[-400:].rstrip()
    if THROWN_AWAY.search(text) or NOTHING.fullmatch(text):
        yield field.finding(
            "the health check always succeeds", label="its failure does not count", value="always", fix=_let_fail(field)
        )
        return
    curl = CURL.search(text)
    if curl and not FAILS.search(f"{curl[1]} ") and not text[curl.end() :].lstrip().startswith("| "):
        yield field.finding(
            "the health check succeeds on error pages too",
            label="curl without --fail",
            value="curl",
            severity=LOW,
            fix=_failing_curl(field),
        )


def _let_fail(field: Field[Healthcheck | None]) -> Fix:
    """An end that fails; where the whole check does nothing, nobody knows what it could ask."""
    text = field.place.text
    found = END.search(text)
    if found is None or not text[: found.start()].split("CMD")[-1].strip():
        return advise(
            "ask the service what it is there for", "HEALTHCHECK CMD curl --fail http://localhost:PORT/health"
        )
    return _change("let the check fail", field, found.start(), found.end(), " || exit 1")


def _failing_curl(field: Field[Healthcheck | None]) -> Fix | None:
    found = WORD.search(field.place.text)
    if found is None:
        return None
    new = f"{found[0]} --fail" if found[1] is None else f'"{found[1]}", "--fail"'
    return _change("write curl --fail", field, found.start(), found.end(), new)


def _change(title: str, field: Field[Healthcheck | None], start: int, end: int, new: str) -> Fix:
    place, text = field.place, field.place.text
    first = place.span.start + len(text[:start].encode())
    span = Span(first, first + len(text[start:end].encode()))
    return change(
        title,
        Rewrite(Place(place.source, span), new),
        risk=NEEDS_PROOF,
        mitigation="look whether the container becomes healthy: what was hidden shows now",
    )


@judges("contents", needs=["healthcheck"])
def built(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """The check of the image, wherever it came from."""
    health = image.healthcheck.value
    if health is None or health.disabled or len(health.test) < 2:
        return
    text = " ".join(health.test[1:])[-400:].rstrip()
    how = advise("let the check fail", "HEALTHCHECK CMD curl --fail http://localhost:PORT/health || exit 1")
    if THROWN_AWAY.search(text) or NOTHING.fullmatch(text):
        yield image.healthcheck.finding(
            f"the health check of {image.subject} always succeeds", label="its failure does not count", value="always",
            fix=how,
        )  # fmt: skip
        return
    curl = CURL.search(text)
    if curl and not FAILS.search(f"{curl[1]} ") and not text[curl.end() :].lstrip().startswith("| "):
        yield image.healthcheck.finding(
            f"the health check of {image.subject} succeeds on error pages too",
            label="curl without --fail",
            value="curl",
            severity=LOW,
            fix=how,
        )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM nginx:1.27.3
HEALTHCHECK CMD wget -q http://localhost:8080/health || true  #! HH-MON-032
""",
        good="""
FROM nginx:1.27.3
HEALTHCHECK CMD wget -q http://localhost:8080/health || exit 1
""",
    ),
    Example(
        "dockerfile",
        bad="""
FROM nginx:1.27.3
HEALTHCHECK CMD ["curl", "-s", "http://localhost:8080/health"]  #! HH-MON-032
""",
        good="""
FROM nginx:1.27.3
HEALTHCHECK CMD ["curl", "--fail", "-s", "http://localhost:8080/health"]
""",
    ),
]
