"""Instruction holds a secret.

What it checks: RUN, CMD, ENTRYPOINT, HEALTHCHECK and LABEL with tokens and keys that show by their form what they are,
with a password in a URL, and RUN with a password in an assignment or an option (`DB_PASSWORD=...`, `--password=...`).

Why it matters: the text of every instruction stands in the image's history, for everyone who has the image, and in the
repository.

How to fix: take it out and make a new one, because the old one is known. What the build needs comes by
`RUN --mount=type=secret`, what the container needs at run time by a secret.

When it is fine: made-up values in examples and tests.

References: https://docs.docker.com/build/building/secrets/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.recipe_changes import HiddenLiteral
from hardhull.model.finding import Confidence, Finding, SourceSpan
from hardhull.model.fragment import Fragment
from hardhull.model.lazy import lazy
from hardhull.rules.fix import NEEDS_PROOF, Instruct, advise, change
from hardhull.rules.programs import POSIX_SHELLS
from hardhull.rules.recipe_commands import mentions
from hardhull.rules.recipe_secrets import build_with
from hardhull.rules.rule import BUILD, CRITICAL, HIGH, MEDIUM, Example, rule
from hardhull.text.secret_formats import find_formats
from hardhull.text.secrets import SecretKind, secret_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe, Stage
    from hardhull.facts.recipe_parts import Instruction, Run
    from hardhull.model.change import Fix
    from hardhull.rules.policy import Policy

ROTATE = "the old value stands in the repository and in every image: make a new one"
ADVICE = advise(
    f"take it out: {ROTATE}",
    'for the build: RUN --mount=type=secret,id=NAME,env=NAME ... "$NAME"; at run time: a secret or -e NAME',
)
TEXTS = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "LABEL"})
URL = lazy(r"://[^\s/:@\"'$<>]{1,128}:[^\s/@\"'$<>{}]{1,256}@")
NAMED = lazy(
    r"(?<![\w./$-])(?:--?)?([\w-]{0,60}?(?:passw(?:or)?d|PASSW(?:OR)?D|token|TOKEN|secret|SECRET"
    r"|[_-]key|_KEY))=(?:\"([^\"$`\n]{3,200})\"|'([^'$\n]{3,200})'|([^\s\"'$;&|<>(){}`\\]{3,200}))"
)
"""A name that says what it is, and a literal value."""


@rule(
    "HH-SEC-033",
    "image-secret-in-run",
    dimension=BUILD,
    severity=HIGH,
    checklist=[2],
    cis=["docker-1.6:4.10", "docker-1.8:4.10"],
    tags=["cis"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the place of every secret."""
    text = Fragment.of(recipe.place.source)
    for start, end, kind in _proven(text.text):
        made = _instruction(recipe, text.offset(start))
        if made is not None:
            place = SourceSpan(text.place(start, end), kind.title)
            message = f"{made.keyword} holds {kind.title}"
            severity = MEDIUM if kind.weak else HIGH if "url" in kind.id else CRITICAL
            yield Finding(message, (place,), made.keyword.lower(), kind.id, severity=severity, fixes=(ADVICE,))
    for stage in recipe.stages:
        for run in stage.runs:
            if mentions(run, "assw", "ASSW", "oken", "TOKEN", "ecret", "SECRET", "key=", "KEY="):
                yield from _named(stage, run)


def _proven(text: str) -> Iterator[tuple[int, int, SecretKind]]:
    """Secrets that their form proves, and passwords in URLs."""
    for match in find_formats(text):
        if match.valid:
            yield match.start, match.end, SecretKind(match.format.id, match.format.title, sure=True)
    for found in URL.finditer(text) if "@" in text and "://" in text else ():
        kind = secret_in(None, f"https{found[0]}host")
        if kind is not None:
            yield found.start(), found.end(), kind


def _instruction(recipe: ImageRecipe, offset: int) -> Instruction | None:
    """The instruction at a place, if it is one of those whose texts are looked at; comments belong to none."""
    for stage in recipe.stages:
        for made in stage.instructions:
            if made.span.start <= offset < made.span.end and not made.triggered:
                return made if made.keyword in TEXTS else None
    return None


def _named(stage: Stage, run: Run) -> Iterator[Finding]:
    """Secrets that a name in front of them announces."""
    shell = run.shell is None or run.shell[0].rpartition("/")[2] in POSIX_SHELLS
    texts = [(run.command, shell), *((script.text, shell and script.is_shell) for script in run.scripts)]
    for text, readable in texts:
        for found in NAMED.finditer(text.text) if text else ():
            name, value = found[1], found[2] or found[3] or found[4]
            kind = secret_in(name, value)
            if text and kind is not None and not kind.sure and not value.endswith("="):
                place = SourceSpan(text.place(found.start(1), found.end()), kind.title)
                message = f"{stage.subject} holds {kind.title} in RUN ({name})"
                severity = MEDIUM if kind.weak else None
                yield Finding(
                    message, (place,), "run", name,
                    severity=severity, confidence=Confidence.MEDIUM,
                    fixes=(_fix(text, found, name) if readable else ADVICE,),
                )  # fmt: skip


def _fix(text: Fragment, found: re.Match[str], name: str) -> Fix:
    """A variable from a secret mount in place of the value, where it is a word of its own."""
    start = found.start() + len(found[0]) - len(found[0].partition("=")[2])
    before = text.text[: found.start()]
    quoted = before.count("'") % 2 or before.count('"') % 2
    ends = text.text[found.end() : found.end() + 1]
    if quoted or (ends and ends not in " \t\r\n;&|)") or not text.literal:
        return ADVICE
    variable = re.sub(r"\W", "_", name.strip("-")).upper()
    if len(variable) < 4 or variable[0].isdigit():
        return ADVICE
    variable = variable if "_" in variable or name.isupper() else f"BUILD_{variable}"
    return change(
        f"mount the value as the secret {variable}",
        Instruct(HiddenLiteral(text.place(start, found.end()), variable)),
        risk=NEEDS_PROOF,
        mitigation=f"{build_with(variable)}; {ROTATE}",
    )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
RUN setup --host=db --db-password=vK3nq8Zr0pLw  #! HH-SEC-033
""",
        good="""
# syntax=docker/dockerfile:1
FROM debian:13.1
RUN --mount=type=secret,id=DB_PASSWORD,env=DB_PASSWORD,required=true setup --host=db --db-password="$DB_PASSWORD"
""",
    ),
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
RUN git clone https://builder:vK3nq8Zr0pLw@git.example.com/x.git  #! HH-SEC-033
""",
        good="""
FROM debian:13.1
RUN --mount=type=secret,id=git,target=/root/.netrc git clone https://git.example.com/x.git
""",
    ),
]
