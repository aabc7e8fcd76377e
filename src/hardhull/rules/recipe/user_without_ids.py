"""Image names its user without a number.

What it checks: a last USER that is a name (`USER app`) and not a number.

Why it matters: Kubernetes refuses to start it under `runAsNonRoot`, because it cannot tell whether the name is root.
The number behind the name is whatever was free when the user was created: it can differ with the next base, and then
the files on volumes belong to somebody else.

How to fix: create the user with fixed ids above 10000, and write the numbers: `USER 10001:10001`.

When it is fine: images that run under Docker alone and own no volumes.

References: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
https://docs.docker.com/reference/dockerfile/#user
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe import is_root
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

WINDOWS = frozenset({"containeruser", "containeradministrator"})
"""The users of Windows containers, which have no numbers."""


@rule("HH-PRV-031", "user-without-ids", dimension=PRIVILEGE, severity=LOW, checklist=[7], also=["hadolint:DL3066"])
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the last USER."""
    user = recipe.user
    name = user.value.partition(":")[0]
    if not user.written or name.isdigit() or is_root(user.value) or name.lower() in WINDOWS or "\\" in name:
        return
    root = recipe.root_stage
    ships = root.known.ships if root and root.known else ()
    number = next((each.uid for each in ships if each.name == name), None)
    yield user.finding(
        f"the image runs as {name}, whose number only the image knows",
        label=f"{name} is {number} in this base" if number is not None else "a name, not a number",
        value=name,
    )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM alpine:3.24
RUN addgroup -S app && adduser -S app -G app
USER app  #! HH-PRV-031
""",
        good="""
FROM alpine:3.24
RUN addgroup -g 10001 app && adduser -S -u 10001 -G app app
USER 10001:10001
""",
    ),
]
