"""Health check of the image is switched off.

What it checks: `healthcheck: {disable: true}`, `test: ["NONE"]` and `--no-healthcheck`.

Why it matters: the people who made the image know how to ask whether it works; now nobody asks.

How to fix: remove it. If the check is too slow or too frequent, set its interval and timeout.

When it is fine: something outside asks the service, or the container only runs for a moment.

References: https://docs.docker.com/reference/compose-file/services/#healthcheck
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import back_to_default
from hardhull.rules.questions import runs_to_its_end
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


MITIGATION = "look whether it becomes healthy; an image without a check needs one written here"


@rule(
    "HH-MON-004",
    "healthcheck-disabled",
    dimension=MONITORING,
    severity=LOW,
    cis=["docker-1.6:5.27", "docker-1.8:5.27"],
    tags=["cis"],
    about=["healthcheck"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    if workload.runtime == "kubernetes" or runs_to_its_end(workload):
        return
    own = workload.healthcheck.value
    if own is not None and own.disabled:
        yield workload.healthcheck.finding(
            f"the health check of {workload.subject} is switched off",
            label="nobody asks",
            value="disabled",
            fix=back_to_default(workload.healthcheck, "let the image's own check count", MITIGATION),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    healthcheck:  #! HH-MON-004
      disable: true
""",
        good="""
services:
  web:
    image: nginx:1.27
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --no-healthcheck nginx:1.27  #! HH-MON-004
""",
        good="""
docker run -d nginx:1.27
""",
    ),
]
