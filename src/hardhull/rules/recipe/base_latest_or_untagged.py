"""Base image is whatever the registry calls newest.

What it checks: images after FROM, `COPY --from` and `RUN --mount=from=` without a tag, with the tag `latest`, or with
a tag that names a branch (`main`, `edge`, `nightly`), after the defaults of ARGs are filled in. Other stages, scratch,
images with a digest, and bare names without a tag that are no known image of Docker Hub (a context of the
build, an image made by another step) are left out.

Why it matters: the same Dockerfile builds another image tomorrow. Nobody reviewed what came in, and there is no way
back to the base that yesterday's image had.

How to fix: name a version and add its digest: `FROM node:22.12.0-alpine@sha256:...`. A bot (Renovate, Dependabot)
keeps both current.

When it is fine: throw-away experiments, and images that another step of the same build makes under that name.

References: https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.bases import find
from hardhull.model.finding import Confidence
from hardhull.rules.images import MOVING
from hardhull.rules.recipe_images import argument, pin, taken, unknown_bases
from hardhull.rules.rule import BUILD, MEDIUM, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.reference import Reference
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-BLD-001",
    "base-latest-or-untagged",
    dimension=BUILD,
    severity=MEDIUM,
    checklist=[1],
    also=["hadolint:DL3006", "hadolint:DL3007", "trivy:DS-0001", "checkov:CKV_DOCKER_7"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the name of every such image."""
    for one in taken(recipe):
        image = one.image
        if image.digest or image.registry == "localhost" or image.effective_tag not in MOVING:
            continue
        if image.tag is None and _may_be_local(image):
            continue
        what = f"the tag {image.tag}" if image.tag else "no tag"
        yield one.field.finding(
            f"{one.stage.subject} {one.verb} whatever {image.familiar_name} is today ({what})",
            label="moves with every push",
            also=argument(recipe, one),
            value=image.familiar,
            confidence=Confidence.MEDIUM if _may_be_local(image) else None,
            fix=pin(one),
        )
    unknown_bases(recipe)


def _may_be_local(image: Reference) -> bool:
    """Whether it may be an image that was built here before: a bare name that is no known image of Docker Hub."""
    return image.official and find(image) is None


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
ARG NODE=latest
FROM node:${NODE} AS build  #! HH-BLD-001
RUN npm ci

FROM nginx  #! HH-BLD-001
COPY --from=build /app/dist /usr/share/nginx/html
COPY --from=composer /usr/bin/composer /usr/bin/composer  #! HH-BLD-001
""",
        good="""
ARG NODE=22.12.0
FROM node:${NODE} AS build
RUN npm ci

FROM nginx:1.27.3
COPY --from=build /app/dist /usr/share/nginx/html
COPY --from=composer:2.8.4 /usr/bin/composer /usr/bin/composer
""",
    ),
]
