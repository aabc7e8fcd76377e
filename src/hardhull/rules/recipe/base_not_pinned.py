"""Base image is named by a tag that can be moved.

What it checks: images after FROM, `COPY --from` and `RUN --mount=from=` with a version tag but without a digest. Those
without a version at all are reported by base-latest-or-untagged.

Why it matters: a tag is a label that its owner, or whoever took over the owner's account, can put on other content at
any time: two builds of the same commit give two images. A digest names the content itself.

How to fix: add the digest and keep the tag for people: `FROM python:3.13.1-slim@sha256:...`. A bot (Renovate,
Dependabot) keeps both current, otherwise fixes stop arriving.

When it is fine: registries where tags cannot be changed.

References: https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.images import MOVING
from hardhull.rules.recipe_images import argument, pin, taken, unknown_bases
from hardhull.rules.rule import BUILD, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-BLD-002",
    "base-not-pinned",
    dimension=BUILD,
    severity=LOW,
    checklist=[1],
    cis=["docker-1.6:4.2", "docker-1.8:4.2"],
    tags=["cis"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the name of every such image."""
    for one in taken(recipe):
        image = one.image
        if image.digest or image.registry == "localhost" or image.effective_tag in MOVING:
            continue
        yield one.field.finding(
            f"{one.stage.subject} {one.verb} whatever {image.familiar} points to today",
            label="no digest",
            also=argument(recipe, one),
            value=image.familiar,
            fix=pin(one),
        )
    unknown_bases(recipe)


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM golang:1.27.1 AS build  #! HH-BLD-002
RUN go build -o /app .

FROM scratch
COPY --from=build /app /app
""",
        good="""
FROM golang:1.27.1@sha256:28bd5fe8b56d1bd048e5babf5b10710ebe0bae67db86916198a6eec434943f8b AS build
RUN go build -o /app .

FROM scratch
COPY --from=build /app /app
""",
    ),
]
