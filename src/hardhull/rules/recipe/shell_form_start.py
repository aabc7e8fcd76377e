"""Container is started through a shell.

What it checks: ENTRYPOINT in shell form, and CMD in shell form where there is no ENTRYPOINT. A text that begins with
`exec` replaces the shell and is left out.

Why it matters: a shell that waits for the program does not pass on the signal that stops a container: the program is
killed after ten seconds, with whatever it had not written. (Some shells hand over by themselves where the text is a
single command.) The image also needs a shell, which an intruder uses too.

How to fix: write a JSON array: `CMD ["node", "server.js"]`. Where variables are needed: `CMD exec node server.js
--port $PORT`.

When it is fine: programs that lose nothing when they are killed.

References: https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
https://docs.docker.com/reference/build-checks/json-args-recommended/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.rules.rule import BUILD, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

EXEC = re.compile(r"\s*exec\s|.*(?:&&|;)\s*exec\s", re.DOTALL)
POSIX = re.compile(r"(?:.*/)?(?:sh|bash|dash|ash|zsh|ksh)")


@rule("HH-BLD-008", "shell-form-start", dimension=BUILD, severity=LOW, also=["hadolint:DL3025"])
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the command."""
    root = recipe.root_stage
    shell = recipe.shell.get(None)
    if (root and root.known and root.known.family == "windows") or (shell and not POSIX.fullmatch(shell[0])):
        return
    field = recipe.entrypoint if recipe.entrypoint.value is not None else recipe.command
    command = field.value
    if command is not None and command.shell and not EXEC.match(command.words[0]):
        yield field.finding(
            "the container starts through a shell, which the signal to stop may not get past",
            label="shell form",
            value=field.name,
        )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM node:22.12.0
CMD node server.js  #! HH-BLD-008
""",
        good="""
FROM node:22.12.0
CMD ["node", "server.js"]
""",
    ),
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
ENTRYPOINT /app --port $PORT  #! HH-BLD-008
""",
        good="""
FROM debian:13.1
ENTRYPOINT exec /app --port $PORT
""",
    ),
]
