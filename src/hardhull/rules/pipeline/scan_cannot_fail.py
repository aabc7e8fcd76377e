"""A vulnerability scan that findings cannot fail.

What it checks: scan steps in scripts and workflows (Trivy, Grype, Docker Scout, Dockle and their actions) whose tool
ends with 0 whatever it finds, because no threshold is set, or whose failure is ignored (`|| true`,
`continue-on-error`, `allow_failure`).

Why it matters: the step is green for ever. People trust it, and images with known, exploited weaknesses are shipped.

How to fix: give the threshold: `trivy image --exit-code 1 --severity HIGH,CRITICAL --ignore-unfixed`, `grype
--fail-on high`, `exit-code: "1"` for trivy-action; and take away what ignores the failure.

When it is fine: a report beside a second step that does block, or one that uploads SARIF where the platform itself
blocks.

References: https://trivy.dev/latest/docs/configuration/others/#exit-code
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.deeds import deeds
from hardhull.rules.at_deed import at_deed, not_counted
from hardhull.rules.pipeline_fixes import counting, gated
from hardhull.rules.rule import HIGH, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-301",
    "scan-cannot-fail",
    dimension=MONITORING,
    severity=HIGH,
    checklist=[4],
    tags=["hollow"],
)
def check(pipeline: Pipeline, _policy: Policy) -> Iterator[Finding]:
    """Yields every scan that cannot block, where none of the pipeline can."""
    scans = [deed for deed in deeds(pipeline) if deed.kind == "scan"]
    if any(deed.can_block for deed in scans):
        return
    for deed in scans:
        ignored = not_counted(deed)
        if ignored:
            yield at_deed(
                deed,
                f"{deed.tool} in {pipeline.subject} cannot fail it: its exit code is ignored",
                label="whatever it finds, the step is green",
                also=ignored,
                fix=counting(deed, "let a failing scan fail the step"),
            )
        else:
            yield at_deed(
                deed,
                f"{deed.tool} in {pipeline.subject} ends with 0 whatever it finds",
                label="no threshold is set",
                fix=gated(deed),
            )


EXAMPLES = [
    Example(
        "shell",
        bad="""
#!/bin/sh
set -e
trivy image shop/api:1.4.0  #! HH-MON-301
""",
        good="""
#!/bin/sh
set -e
trivy image --exit-code 1 shop/api:1.4.0
""",
    ),
    Example(
        "shell",
        bad="""
#!/bin/sh
set -e
grype --fail-on high shop/api:1.4.0 || true  #! HH-MON-301
""",
        good="""
#!/bin/sh
set -e
grype --fail-on high shop/api:1.4.0
""",
    ),
    Example(
        "workflow",
        bad="""
name: build
on: [push]
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - uses: aquasecurity/trivy-action@ed142fd0673e97e23eac54620cfb913e5ce36c25  #! HH-MON-301
        with:
          image-ref: shop/api:1.4.0
""",
        good="""
name: build
on: [push]
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - uses: aquasecurity/trivy-action@ed142fd0673e97e23eac54620cfb913e5ce36c25
        with:
          image-ref: shop/api:1.4.0
          exit-code: "1"
""",
    ),
]
