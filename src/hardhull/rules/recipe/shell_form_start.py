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

from hardhull.facts.recipe_parts import Command
from hardhull.model.lazy import lazy
from hardhull.rules.fix import NEEDS_PROOF, SAFE, SetTo, advise, change
from hardhull.rules.rule import BUILD, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

EXEC = lazy(r"\s*exec\s|.*(?:&&|;)\s*exec\s", re.DOTALL)
POSIX = lazy(r"(?:.*/)?(?:sh|bash|dash|ash|zsh|ksh)")

PLAIN = lazy(r"[\w./:@%+,=-]+(?:[ \t]+[\w./:@%+,=-]+)*(?<!=)", re.ASCII)
"""Words that a shell takes as they are."""
ONE = lazy(r"(?!\w+=)(?:[^;&|<>()`\n\"'$]|\$\{?\w+(?::-[\w./:-]*)?\}?|\"[^\"`$]*(?:\$\{?\w+\}?[^\"`$]*)*\"|'[^']*')+")
"""One command: nothing behind it, no redirection, no assignment in front of it."""
BUILTINS = frozenset(
    {
        ".", ":", "[", "[[", "alias", "break", "cd", "command", "continue", "eval", "exec", "exit", "export", "if",
        "for", "while", "until", "case", "{", "!", "read", "readonly", "return", "set", "shift", "source", "time",
        "times", "trap", "type", "ulimit", "umask", "unalias", "unset", "wait", "function", "select",
    }
)  # fmt: skip
"""Words that only a shell knows."""
HARMLESS = frozenset(
    {"-c", "-e", "-u", "-x", "-o", "pipefail", "-ec", "-euc", "-xc", "-exc", "-euxc", "-euo", "-exo", "-euxo"}
)
"""Options of SHELL that change nothing about a single command; a login shell reads profiles."""


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
            fix=_fix(recipe, field, shell),
        )


def _fix(recipe: ImageRecipe, field: Field[Command | None], shell: tuple[str, ...] | None) -> Fix:
    """The words as an array where the shell does nothing with them; ``exec`` in front of one command else."""
    text = field.value.words[0] if field.value else ""
    words = text.split()
    plain = bool(PLAIN.fullmatch(text)) and bool(words) and words[0] not in BUILTINS and "=" not in words[0]
    more = field.name == "entrypoint" and recipe.command.get(None) is not None
    mitigation = "arguments of docker run now reach the program" if field.name == "entrypoint" else ""
    if words and "/" in words[0]:
        mitigation = "where it is a script, let its first line be #!/bin/sh: without a shell the kernel reads that line"
    if plain and not more and (shell is None or set(shell[1:]) <= HARMLESS):
        return change(
            "write it as an array",
            SetTo(field.name, Command(tuple(words))),
            risk=NEEDS_PROOF if mitigation else SAFE,
            mitigation=mitigation,
        )
    if ONE.fullmatch(text) and words and words[0] not in BUILTINS and not words[0].startswith("$"):
        return change(
            "let the shell hand over to the program",
            SetTo(field.name, Command((f"exec {text}",), True)),
            risk=SAFE,
        )
    return advise(
        "end the shell's work with exec", f"{'CMD' if field.name == 'command' else 'ENTRYPOINT'} ... && exec PROGRAM"
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
