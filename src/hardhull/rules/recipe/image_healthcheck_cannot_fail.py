"""Health check of the image always succeeds.

What it checks: HEALTHCHECK commands whose failure is thrown away (`|| true`, `; exit 0`), that do nothing (`true`,
`exit 0`), and `curl` without `--fail`, which succeeds on an error page.

Why it matters: the container is healthy as long as it can start a program. Whoever waits for `healthy`, or restarts
what is not, is deceived.

How to fix: end with `|| exit 1`, and write `curl --fail`.

When it is fine: a check that only looks whether something answers, whatever the answer.

References: https://docs.docker.com/reference/dockerfile/#healthcheck
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.rules.rule import LOW, MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

THROWN_AWAY = re.compile(r"(?:\|\||;|&)\s*(?:true|:|exit\s+0|/bin/true)[\s;)}\"']*$")
NOTHING = re.compile(r"\s*(?:true|:|exit\s+0|/bin/true|echo\b[^|&;]*)\s*")
CURL = re.compile(r"\bcurl\b([^|&;]*)")
FAILS = re.compile(r"\s(?:--fail\S*|-[A-Za-z]*f[A-Za-z]*)(?:\s|$)|-w|--write-out")


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
        yield field.finding("the health check always succeeds", label="its failure does not count", value="always")
        return
    curl = CURL.search(text)
    if curl and not FAILS.search(f"{curl[1]} ") and not text[curl.end() :].lstrip().startswith("| "):
        yield field.finding(
            "the health check succeeds on error pages too",
            label="curl without --fail",
            value="curl",
            severity=LOW,
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
HEALTHCHECK CMD ["curl", "-sf", "http://localhost:8080/health"]
""",
    ),
]
