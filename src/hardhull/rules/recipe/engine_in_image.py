"""Image brings a container engine or its client.

What it checks: the built image installs Docker's engine or client (`docker-ce`, `docker.io`, `docker-cli`), or copies
the client from the image `docker`.

Why it matters: the client is of use only with an engine's socket, and whoever has the socket is root on the host. The
engine itself needs a privileged container. Both are a sign that the container is meant to have that power.

How to fix: build images with BuildKit's remote builder, rootless buildah or kaniko. Read-only access to the engine's
API goes through a proxy that lets single requests through.

When it is fine: CI runners on machines of their own, and tools that administer an engine.

References: https://docs.docker.com/engine/security/#docker-daemon-attack-surface
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.lazy import lazy
from hardhull.rules.fix import advise
from hardhull.rules.installs import SYSTEM, installed
from hardhull.rules.recipe_commands import calls
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

SUSPECT = (lazy(r"docker(?<=\s.{6})(?:-[\w.-]{1,20}|\.io)?(?=[\s=~;&|]|$)"), "moby-")
"""A quick look whether a RUN is worth reading."""
PACKAGES = lazy(r"docker(?:-ce|-ce-cli|-cli|\.io|-engine|-ee)?(?:[=~].*)?|moby-(?:engine|cli)(?:[=~].*)?")

ADVICE = advise(
    "build images without an engine in the container",
    "use a remote BuildKit (buildctl, docker buildx --driver remote), rootless buildah or kaniko, and drop the package",
)


@rule(
    "HH-PRV-038",
    "engine-in-image",
    dimension=PRIVILEGE,
    severity=LOW,
    by_hand="what the image does with an engine has to be done another way",
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the package, or the copy."""
    stages = list(recipe.final.lineage) if recipe.final else []
    for stage in stages:
        for copy in stage.copies:
            origin = copy.origin.get(None)
            names = [source.get("") for source in copy.sources]
            if origin and origin.reference and origin.reference.familiar_name == "docker":
                if any(name.endswith(("/docker", "/dockerd")) for name in names):
                    yield copy.origin.finding(
                        "the image brings Docker's client", label="of use only with an engine's socket", fix=ADVICE
                    )
                break
    for call in calls(recipe, SUSPECT, stages):
        found = installed(call.texts)
        at = next((at for at in found.at if PACKAGES.fullmatch(call.texts[at])), None) if found else None
        if found and at is not None and found.manager in SYSTEM:
            yield call.finding(
                f"the image brings {call.texts[at]}",
                at=at,
                label="of use only with an engine",
                value=call.texts[at],
                fix=ADVICE,
            )
            return


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
RUN apt-get update && apt-get install -y docker.io  #! HH-PRV-038
COPY --from=docker:27.4.1-cli /usr/local/bin/docker /usr/local/bin/  #! HH-PRV-038
""",
        good="""
FROM debian:13.1 AS tools
RUN apt-get update && apt-get install -y docker.io

FROM debian:13.1
COPY --from=tools /etc/os-release /etc/tools-release
""",
    ),
]
