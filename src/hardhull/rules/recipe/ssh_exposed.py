"""Image serves SSH.

What it checks: EXPOSE of port 22 in a Dockerfile's last stage, or in a built image.

Why it matters: an SSH server in a container is a second way in beside the engine, with keys, passwords and updates of
its own, which nobody watches; usually it means that root logs in.

How to fix: leave it out; `docker exec` opens a shell in a running container, and logs and files are reached through
the engine.

When it is fine: images whose purpose is SSH: git servers, SFTP, jump hosts.

References: https://docs.docker.com/reference/cli/docker/container/exec/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.rule import MEDIUM, NETWORK, Example, judges, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


ADVICE = advise(
    "leave the SSH server out of the image",
    "remove its package, its start and EXPOSE 22; a shell in a running container: docker exec -it CONTAINER sh",
)


@rule(
    "HH-NET-031",
    "ssh-exposed",
    dimension=NETWORK,
    severity=MEDIUM,
    cis=["docker-1.6:5.7", "docker-1.8:5.7"],
    tags=["cis"],
    also=["trivy:DS-0004", "checkov:CKV_DOCKER_1"],
    by_hand="EXPOSE is a note: the server itself has to go",
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the port."""
    for port in recipe.expose.value:
        if port.get("") in {"22", "22/tcp"}:
            yield port.finding("the image serves SSH", label="a second way in", value="22", fix=ADVICE)


@judges("contents", needs=["exposed"])
def built(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """The ports that the image says it serves."""
    for port in image.exposed.value:
        if port.value in {"22", "22/tcp"}:
            yield port.finding(f"{image.subject} serves SSH", label="a second way in", value="22", fix=ADVICE)


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
EXPOSE 8080
EXPOSE 22  #! HH-NET-031
""",
        good="""
FROM debian:13.1
EXPOSE 8080
EXPOSE 2222
""",
    ),
]
