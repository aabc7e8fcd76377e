"""Base image gets no more security fixes.

What it checks: images after FROM, after the defaults of ARGs are filled in, against a table of versions whose support
has ended: distributions, languages, databases. A distribution in the tag counts as well (`python:3.13-buster`). Worse
where the built image rests on it than in a stage that is left behind.

Why it matters: new holes in its packages are published and stay open. The tag may even be rebuilt, with the same old
packages.

How to fix: take a supported version; the newest long-term one gives most time until the next change.

When it is fine: paid long-term support (Ubuntu Pro, Debian ELTS) whose packages the Dockerfile really installs.

References: https://endoflife.date/
https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Reading
from hardhull.rules.end_of_life import SOURCE, ended
from hardhull.rules.fix import advise
from hardhull.rules.recipe_images import argument, taken, unknown_bases
from hardhull.rules.rule import BUILD, HIGH, MEDIUM, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-BLD-004",
    "base-end-of-life",
    dimension=BUILD,
    severity=HIGH,
    checklist=[1],
    cis=["docker-1.6:4.4", "docker-1.8:4.4"],
    tags=["cis"],
    by_hand="the program has to be tested with another version",
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the name of every such base."""
    for one in taken(recipe):
        base = one.stage.base
        if one.field is not base or one.image.effective_tag is None:
            continue
        name = one.stage.known.name if one.stage.known else one.image.familiar_name
        found = ended(name, one.image.effective_tag)
        if found is None:
            continue
        finding = base.finding(
            f"{one.stage.subject} rests on {found.what}, which gets no fixes since {found.since}",
            label=f"ended {found.since}",
            also=argument(recipe, one),
            value=one.image.familiar,
            severity=None if one.stage is recipe.root_stage else MEDIUM,
            fix=advise(
                f"take a version of {name} that gets fixes",
                f"change the tag in {base.place.text}, build, test; https://endoflife.date/ lists what is supported",
            ),
        )
        yield finding.with_evidence(Reading(f"end of support of {found.what}", found.since, SOURCE))
    unknown_bases(recipe)


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM node:14.21.3-alpine3.17 AS build  #! HH-BLD-004
RUN npm ci

FROM debian:buster-slim  #! HH-BLD-004
COPY --from=build /app /app
""",
        good="""
FROM node:24.4.1-alpine3.22 AS build
RUN npm ci

FROM debian:trixie-slim
COPY --from=build /app /app
""",
    ),
    Example(
        "dockerfile",
        bad="""
FROM python:3.13.1-slim-buster  #! HH-BLD-004
COPY app.py /app.py
""",
        good="""
FROM python:3.13.1-slim-bookworm
COPY app.py /app.py
""",
    ),
]
