"""RUN updates the package lists and nothing else.

What it checks: RUN instructions that only run `apt-get update`, `apk update` or their like.

Why it matters: the build cache keeps the lists of that day. A later RUN installs what these old lists name: packages
with known holes, or none, because the server has them no longer.

How to fix: install in the same RUN: `RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf
/var/lib/apt/lists/*`.

When it is fine: never in an image that is built again.

References: https://docs.docker.com/build/building/best-practices/#apt-get
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe_changes import UpdateWhereNeeded
from hardhull.model.lazy import lazy
from hardhull.rules.fix import SAFE, Instruct, change
from hardhull.rules.recipe_commands import text_of
from hardhull.rules.rule import BUILD, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

ALONE = lazy(
    r"\s*(?:set\s+-\w+\s*(?:;|&&)\s*)?(?:sudo\s+)?(?:apt-get|apt|aptitude|apk|tdnf)\s+(?:-\S+\s+)*update(?:\s+-\S+)*[\s;]*"
)


@rule(
    "HH-BLD-007",
    "package-lists-only-updated",
    dimension=BUILD,
    severity=LOW,
    cis=["docker-1.6:4.7", "docker-1.8:4.7"],
    tags=["cis"],
    also=["trivy:DS-0017", "checkov:CKV_DOCKER_5"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the instruction."""
    for stage in recipe.stages:
        for run in stage.runs:
            text = text_of(run)
            if "update" in text and len(text) < 200 and ALONE.fullmatch(text):
                yield run.field("run", "update").finding(
                    f"{stage.subject} keeps the package lists of the day this step was first built",
                    label="cached, and used by later steps",
                    fix=change(
                        "update the lists where packages are installed",
                        Instruct(UpdateWhereNeeded(run.head)),
                        risk=SAFE,
                    ),
                )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
RUN apt-get update  #! HH-BLD-007
RUN apt-get install -y curl
""",
        good="""
FROM debian:13.1
RUN apt-get update && apt-get install -y curl
""",
    ),
]
