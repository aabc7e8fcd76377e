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
from hardhull.rules.fix import NEEDS_PROOF, SAFE, Rewrite, advise, change
from hardhull.rules.recipe_accounts import FREE_ID, made
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
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
        fix=_fix(recipe, user, name, number),
    )


def _fix(recipe: ImageRecipe, user: Field[str], name: str, number: int | None) -> Fix:
    """The numbers that the base or the recipe gives the user; where it gives none, new ones."""
    root = recipe.root_stage
    busybox = bool(root and root.known and root.known.family in {"alpine", "busybox"})
    group = user.value.partition(":")[2]
    written = group in {"", name} and user.place.text == user.value
    own = next((each for each in made(recipe, busybox=busybox) if each.name == name), None)
    if own is not None and own.user is not None and written:
        return change(
            f"write the numbers of {name}: {own.user}",
            *own.numbering,
            Rewrite(user.place, own.user),
            risk=NEEDS_PROOF if own.numbering else SAFE,
            mitigation="files on volumes that belong to the old number have to change hands" if own.numbering else "",
            basis=f"the recipe makes {name}"
            + (f", {FREE_ID} is above the numbers of distributions" * bool(own.numbering)),
        )
    if number is not None and own is None and written:
        known = root.known if root else None
        return change(
            f"write the number of {name}: {number}",
            Rewrite(user.place, str(number) + (f":{number}" if group else "")),
            risk=NEEDS_PROOF,
            mitigation=f"look whether this tag gives it that number: `docker run --rm --entrypoint id IMAGE {name}`",
            basis=f"the table of well-known bases ({known.source if known else ''})",
        )
    return advise(
        "give the user fixed numbers",
        f"RUN groupadd --gid {FREE_ID} {name} && useradd --uid {FREE_ID} ... {name}\nUSER {FREE_ID}:{FREE_ID}",
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
RUN addgroup -g 10001 -S app && adduser -u 10001 -S app -G app
USER 10001:10001
""",
    ),
]
