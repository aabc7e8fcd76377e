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

from hardhull.facts.recipe import is_root
from hardhull.facts.recipe_changes import AsRoot
from hardhull.model.lazy import lazy
from hardhull.rules.fix import NEEDS_PROOF, Instruct, advise, change
from hardhull.rules.recipe_commands import all_text, calls
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_parts import Run
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


SUSPECT = lazy(r"(?:^|[;&|({\n\"'!]|\b(?:then|do|else|time|env)\b)[\s\\]{0,60}sudo\s", re.MULTILINE)
"""A quick look whether a RUN is worth reading: sudo where a command may begin."""
BARE = lazy(r"(?:^|[;&|({\n]|\b(?:then|do|else)\s)[\s\\]{0,60}(sudo)[ \t]+(?![-\w]*=|-)", re.MULTILINE)
"""Calls without options."""
SUDO = lazy(r"\bsudo\s")
SEPARATOR = lazy(r"&&|\|\||;|\||\n")
OTHER_USER = lazy(r"sudo\s[^;&|]{0,200}?(?:-[A-Za-z]{0,8}u[ =]?|--user[ =])(?!root\b)")
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
            yield call.finding(
                f"{call.where} runs {call.program} through sudo", label="behind sudo", value="sudo", fix=_fix(call.run)
            )


def _fix(run: Run) -> Fix:
    """The RUN without sudo: as root anyway, or between two USER where all its commands are behind sudo."""
    user, text = run.user.get("") if run.user.known else "", run.command
    found = list(BARE.finditer(text.text)) if text else []
    places = tuple(text.place(each.start(1), each.end(1)) for each in found) if text else ()
    commands = len(SEPARATOR.findall(text.text)) + 1 if text else 0
    root = bool(user) and is_root(user)
    whole = text is not None and not run.scripts and len(SUDO.findall(text.text)) == len(found)
    if not user or not whole or not (root or len(found) == commands):
        return advise("do what needs root before USER", f"USER root\nRUN ...\nUSER {user or 'app'}")
    return change(
        "leave sudo out: the step runs as root anyway" if root else "run the step as root, and go back",
        Instruct(AsRoot(run.head, places, "" if root else user)),
        risk=NEEDS_PROOF,
        mitigation="build once; files that the step makes belong to root",
    )


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
RUN apt-get update && apt-get install -y sudo
USER app
USER root
RUN apt-get install -y curl
USER app
""",
    ),
]
