"""Image of a service says nothing about its health.

What it checks: images that EXPOSE a port and have no HEALTHCHECK in the stages of the built image. Whether the base
image brings one is not known. Of a built image: its configuration, which has what its base brought.

Why it matters: the engine only sees that a process exists. A service that hangs or has lost its database counts as
running, in every place where the image is started without a check of its own.

How to fix: a HEALTHCHECK that asks the service what it is there for, and that can fail.

When it is fine: images that only run in Kubernetes, which ignores HEALTHCHECK and has probes; images that are only the
base of others.

References: https://docs.docker.com/reference/dockerfile/#healthcheck
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.parts import Healthcheck
from hardhull.model.finding import Confidence
from hardhull.rules.fix import NEEDS_PROOF, SetTo, advise, change
from hardhull.rules.recipe_probes import probe
from hardhull.rules.rule import LOW, MONITORING, Example, judges, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-031",
    "image-healthcheck-missing",
    dimension=MONITORING,
    severity=LOW,
    confidence=Confidence.MEDIUM,
    cis=["docker-1.6:4.6", "docker-1.8:4.6"],
    tags=["cis"],
    also=["hadolint:DL3057", "trivy:DS-0026", "checkov:CKV_DOCKER_2"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the base image's name, below which it is missing."""
    if recipe.expose.value and recipe.healthcheck.value is None:
        also = tuple(item.mark("it serves this port") for item in recipe.expose.value[:1])
        yield recipe.healthcheck.finding(
            "the image of a service has no health check",
            label="no HEALTHCHECK",
            also=also,
            value="none",
            fix=_fix(recipe),
        )


def _fix(recipe: ImageRecipe) -> Fix:
    """A check with a program that the base is known to bring; elsewhere a person has to say how to ask."""
    root = recipe.root_stage
    test = probe(root.known if root else None, [port.get("") for port in recipe.expose.get(())])
    if test is None:
        return advise(
            "ask the service what it is there for", "HEALTHCHECK CMD curl --fail http://localhost:PORT/health"
        )
    return change(
        "check that the service can be reached",
        SetTo("healthcheck", Healthcheck(test, interval=30, timeout=5, start_period=30, retries=3)),
        risk=NEEDS_PROOF,
        mitigation="look whether it becomes healthy; better is a question that only a working service answers",
        basis=f"{test[1]} is in the base image",
    )


@judges("contents", needs=["exposed"])
def built(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """The ports that the image says it serves, without a check."""
    if image.exposed.value and image.healthcheck.value is None:
        also = tuple(item.mark("it serves this port") for item in image.exposed.value[:1])
        how = advise("ask the service what it is there for", "HEALTHCHECK CMD curl --fail http://localhost:PORT/health")
        yield image.healthcheck.finding(
            f"{image.subject} serves {image.exposed.value[0].value} and has no health check",
            label="no HEALTHCHECK",
            also=also,
            value="none",
            confidence=Confidence.HIGH,
            fix=how,
        )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM node:22.12.0-alpine  #! HH-MON-031
EXPOSE 8080
CMD ["node", "server.js"]
""",
        good="""
FROM node:22.12.0-alpine
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["nc", "-z", "127.0.0.1", "8080"]
CMD ["node", "server.js"]
""",
    ),
]
