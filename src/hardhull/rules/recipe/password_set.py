"""Image has an account with a password.

What it checks: RUN instructions that set a password: `chpasswd` with a literal, `useradd -p`, `usermod -p`,
`passwd -d` (no password at all).

Why it matters: every container of the image, and everyone who has the image, has the same password. With an SSH server
or sudo in the image it opens the door.

How to fix: let accounts have no valid password. Give access by keys from outside, or not at all: `docker exec` needs
none.

When it is fine: images for tests.

References: https://docs.docker.com/build/building/best-practices/#user
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Finding, SourceSpan
from hardhull.model.lazy import lazy
from hardhull.rules.fix import NEEDS_PROOF, Rewrite, advise, change
from hardhull.rules.recipe_commands import calls, mentions
from hardhull.rules.rule import HIGH, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe, Stage
    from hardhull.facts.recipe_parts import Run
    from hardhull.model.change import Fix
    from hardhull.rules.policy import Policy
    from hardhull.rules.recipe_commands import Call


SUSPECT = lazy(r"passwd\s+(?:-d|--delete)|user(?:add|mod)\b[^;&|]{0,300}?\s(?:-p|--password)\s")
"""A quick look whether a RUN is worth reading."""
ADVICE = advise(
    "leave the password out", "docker exec needs none; for SSH give keys from outside; to lock: passwd -l USER"
)
PIPED = lazy(
    r"\b(?:echo|printf)\s+(?:-\w+\s+)?[\"']?([\w.-]{1,32}):([^\s\"'|$`]{1,200})[\"']?[\s\\]{0,40}\|[\s\\]{0,40}(?:sudo\s+)?"
    r"(?:\S{0,20}/)?(chpasswd)"
)
"""An account and its password, written out."""


@rule(
    "HH-PRV-034",
    "password-set",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    checklist=[2],
    cis=["docker-1.6:4.10", "docker-1.8:4.10"],
    tags=["cis"],
    also=["checkov:CKV2_DOCKER_17"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the program that sets it."""
    for stage in recipe.stages:
        for run in stage.runs:
            if mentions(run, "chpasswd"):
                yield from _piped(stage, run)
    for call in calls(recipe, (SUSPECT,)):
        who = _whose(call)
        if who is not None:
            name = who or "a user"
            none = call.program == "passwd"
            yield call.finding(
                f"{call.where} gives {name} {'no password' if none else 'a password that everyone with the image has'}",
                label="anybody may log in" if none else "sets a password",
                value=f"{call.program} {who}",
                severity=HIGH if who == "root" else None,
                fix=_lock(call) if none else ADVICE,
            )


def _lock(call: Call) -> Fix:
    """``passwd -l`` in place of ``passwd -d``."""
    at = next(at for at, text in enumerate(call.texts) if text in {"-d", "--delete"})
    if not call.literal(at):
        return ADVICE
    new = "-l" if call.texts[at] == "-d" else "--lock"
    return change(
        "lock the password",
        Rewrite(call.place(at), new),
        risk=NEEDS_PROOF,
        mitigation="look who logs in without a password today: docker exec needs none",
    )


def _whose(call: Call) -> str | None:
    """Whose password is set to a literal (empty where that is not said); None where none is."""
    if call.program in {"useradd", "usermod"}:
        for index, text in enumerate(call.texts[:-1]):
            value = call.texts[index + 1]
            if text in {"-p", "--password"} and call.sure(index + 1) and value.strip("*!x"):
                return call.texts[-1] if call.sure(-1) else ""
    if call.program == "passwd" and {"-d", "--delete"} & set(call.texts):
        return call.texts[-1] if not call.texts[-1].startswith("-") else ""
    return None


def _piped(stage: Stage, run: Run) -> Iterator[Finding]:
    """``echo account:password | chpasswd``."""
    for text in (run.command, *(script.text for script in run.scripts)):
        for found in PIPED.finditer(text.text) if text else ():
            if text:
                place = SourceSpan(text.place(found.start(3), found.end(3)), "sets a password")
                message = f"{stage.subject} gives {found[1]} a password that everyone with the image has"
                severity = HIGH if found[1] == "root" else None
                yield Finding(message, (place,), "run", f"chpasswd {found[1]}", severity=severity, fixes=(ADVICE,))


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM ubuntu:24.04
RUN useradd -u 10001 app && \\
    echo 'app:hunter2' | chpasswd  #! HH-PRV-034
""",
        good="""
FROM ubuntu:24.04
RUN useradd -u 10001 app && passwd -l app
""",
    ),
    Example(
        "dockerfile",
        bad="""
FROM ubuntu:24.04
RUN useradd -u 10001 app && \\
    passwd -d app  #! HH-PRV-034
""",
        good="""
FROM ubuntu:24.04
RUN useradd -u 10001 app && \\
    passwd -l app
""",
    ),
]
