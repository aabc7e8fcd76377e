"""Build step runs with the privileges or the network of the host.

What it checks: `RUN --security=insecure` (a privileged build step) and `RUN --network=host`.

Why it matters: build steps run code of others: package scripts, compilers' plug-ins. A privileged one owns the build
machine and everything that is built on it; one in the host's network reaches services that listen on localhost only.

How to fix: leave the option out. Give the step what it lacks another way: a cache mount, a secret mount, a file.

When it is fine: builds of tools that need it, on build machines that are thrown away after each build.

References: https://docs.docker.com/reference/dockerfile/#run---security
https://docs.docker.com/reference/dockerfile/#run---network
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe_changes import NoOption
from hardhull.rules.fix import NEEDS_PROOF, Instruct, change
from hardhull.rules.rule import HIGH, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule("HH-PRV-037", "run-insecure", dimension=PRIVILEGE, severity=HIGH)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the option."""
    for stage in recipe.stages:
        for run in stage.runs:
            if run.security.get(None) == "insecure":
                yield run.security.finding(
                    f"{stage.subject} runs a build step with all privileges of the host",
                    label="privileged build step",
                    fix=_without(run.security),
                )
            if run.network.get(None) == "host":
                yield run.network.finding(
                    f"{stage.subject} runs a build step in the network of the host",
                    label="reaches what listens on localhost",
                    severity=MEDIUM,
                    fix=_without(run.network),
                )


def _without(option: Field[str | None]) -> Fix:
    return change(
        f"leave --{option.name} out",
        Instruct(NoOption(option.place)),
        risk=NEEDS_PROOF,
        mitigation="build once; give a step that fails then a cache, secret or file mount in its place",
    )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
RUN --security=insecure make install  #! HH-PRV-037
RUN --network=host make fetch  #! HH-PRV-037
""",
        good="""
FROM debian:13.1
RUN make install
RUN make fetch
""",
    ),
]
