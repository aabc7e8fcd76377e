"""Images are built in CI and never scanned.

What it checks: workflows and pipelines of a continuous integration that build images, in a tree in which no workflow,
pipeline or script scans any image.

Why it matters: weaknesses in the base image and its packages are public the day they are found; without a scan nobody
looks.

How to fix: add a step behind the build: `trivy image --exit-code 1 --ignore-unfixed --severity HIGH,CRITICAL IMAGE`,
and run it on a schedule as well, because images age.

When it is fine: where the registry scans and blocks; write an ignore with that reason.

References: https://docs.docker.com/build/ci/github-actions/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.deeds import deeds
from hardhull.model.finding import Confidence
from hardhull.rules.at_deed import at_deed
from hardhull.rules.fix import advise
from hardhull.rules.rule import MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-302",
    "scan-missing",
    dimension=MONITORING,
    severity=MEDIUM,
    confidence=Confidence.MEDIUM,
    checklist=[4],
    by_hand="which scanner, from which severity on, and on which schedule is the team's choice",
)
def check(pipeline: Pipeline, _policy: Policy) -> Iterator[Finding]:
    """Yields the first step that builds an image."""
    if not pipeline.is_ci or pipeline.tree_scans.value:
        return
    built = next((deed for deed in deeds(pipeline) if deed.kind == "build"), None)
    if built is not None:
        yield at_deed(
            built,
            f"{pipeline.subject} builds an image, and nothing in this tree scans one",
            label="built, never scanned",
            fix=advise(
                "scan the image behind its build",
                "a step behind the build, for example\n"
                "- run: trivy image --exit-code 1 --ignore-unfixed --severity HIGH,CRITICAL IMAGE",
            ),
        )


EXAMPLES = [
    Example(
        "workflow",
        bad="""
name: build
on: [push]
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - run: docker build -t shop/api:1.4.0 .  #! HH-MON-302
      - run: docker push shop/api:1.4.0
""",
        good="""
name: build
on: [push]
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - run: docker build -t shop/api:1.4.0 .
      - run: trivy image --exit-code 1 --ignore-unfixed shop/api:1.4.0
      - run: docker push shop/api:1.4.0
""",
    ),
]
