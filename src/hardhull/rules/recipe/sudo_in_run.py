"""RUN calls sudo.

What it checks: RUN instructions that run programs through `sudo`. Installing the package alone and `sudo -u USER`,
which gives up root, are not reported.

Why it matters: it needs sudo in the image, and usually a user who may do everything without a password: then USER
protects nothing, whoever takes over the process becomes root by one word.

How to fix: do what needs root before USER, or switch with `USER root` and back. Remove the package.

When it is fine: images for development, whose users install things.

References: https://docs.docker.com/build/building/best-practices/#user
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.rules.recipe_commands import all_text, calls
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


SUSPECT = re.compile(r"(?:^|[;&|({\n\"'!]|\b(?:then|do|else|time|env)\b)[\s\\]{0,60}sudo\s", re.MULTILINE)
"""A quick look whether a RUN is worth reading: sudo where a command may begin."""
OTHER_USER = re.compile(r"sudo\s[^;&|]{0,200}?(?:-[A-Za-z]{0,8}u[ =]?|--user[ =])(?!root\b)")
"""It gives up root instead of taking it."""


@rule(
    "HH-PRV-032",
    "sudo-in-run",
    dimension=PRIVILEGE,
    severity=LOW,
    also=["hadolint:DL3004", "trivy:DS-0010", "checkov:CKV2_DOCKER_1"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the first call of every RUN."""
    if "sudo" not in all_text(recipe):
        return
    seen: set[int] = set()
    for call in calls(recipe, (SUSPECT,)):
        if "sudo" in call.wrappers and id(call.run) not in seen and not OTHER_USER.search(call.front):
            seen.add(id(call.run))
            yield call.finding(f"{call.where} runs {call.program} through sudo", label="behind sudo", value="sudo")


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
RUN apt-get update && apt-get install -y sudo
USER app
RUN sudo apt-get install -y curl  #! HH-PRV-032
""",
        good="""
FROM debian:13.1
RUN apt-get update && apt-get install -y curl
USER app
""",
    ),
]
