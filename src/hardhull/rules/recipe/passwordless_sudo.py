"""User of the image may become root without a password.

What it checks: RUN instructions of the built image that write a `NOPASSWD` line for sudo.

Why it matters: USER then protects nothing: whoever takes over the process runs `sudo` and is root in the container,
with all capabilities that the container has.

How to fix: leave sudo out. What needs root belongs before USER; a single command can be allowed by name.

When it is fine: images for development, whose users install things.

References: https://docs.docker.com/build/building/best-practices/#user
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Finding, SourceSpan
from hardhull.model.lazy import lazy
from hardhull.rules.fix import advise
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.rules.policy import Policy

EVERYTHING = lazy(r"NOPASSWD\s*:\s*(?:SETENV\s*:\s*)?ALL\b")

ADVICE = advise(
    "do what needs root before USER, and leave sudo out",
    "a single command can stay: app ALL=(root) NOPASSWD: /usr/local/bin/that-command",
)


@rule(
    "HH-PRV-033",
    "passwordless-sudo",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    by_hand="which commands need root only those who wrote the image know",
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the word."""
    for stage in recipe.final.lineage if recipe.final else ():
        for run in stage.runs:
            texts = [run.command, *(script.text for script in run.scripts)]
            for text in texts:
                found = EVERYTHING.search(text.text) if text and "NOPASSWD" in text.text else None
                if text and found:
                    evidence = (SourceSpan(text.place(found.start(), found.end()), "root without a password"),)
                    message = "whoever is in the container becomes root by sudo, without a password"
                    yield Finding(message, evidence, "run", "NOPASSWD", fixes=(ADVICE,))
                    break


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM ubuntu:24.04
RUN useradd -u 10001 app && \\
    echo 'app ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/app  #! HH-PRV-033
USER 10001
""",
        good="""
FROM ubuntu:24.04
RUN useradd -u 10001 app
USER 10001
""",
    ),
]
