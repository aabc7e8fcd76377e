"""Whole build context is copied, and nothing keeps out what should stay out.

What it checks: `COPY .` and `ADD .` (also `/` and `*`), together with the ignore file of the build context: that of the
Dockerfile (`Dockerfile.dockerignore`), else `.dockerignore` where the context begins. Named are the things that are in
the context, or that its files say to be there, and that no pattern keeps out: `.git`, `.env`, keys and credentials,
`node_modules`. Without any ignore file it is found even where nothing of that is known yet, as low. The context is what
a compose service or a build command names, else the folder that has the other files the Dockerfile copies.

Why it matters: what is copied stays in a layer, for everybody who has the image, even if a later step deletes it. An
`.env` and the history in `.git` are the two ways in which credentials most often get into images; `node_modules` of the
machine that builds replaces what the image installed. And every changed file makes the build start over at this line.

How to fix: write a `.dockerignore` that begins with `*` and lets in what the image needs (`!src`, `!package.json`), or
one that at least names `.git`, `**/.env*` and what is installed. Its patterns are not those of .gitignore: `.env`
speaks of the top folder alone, `**/.env` of all. Or copy what is needed by name.

When it is fine: builds of a fresh clone by a machine that has no other files, where `.git` is not in the context
(BuildKit leaves it out when it clones by itself).

References: https://docs.docker.com/build/concepts/context/#dockerignore-files
https://docs.docker.com/build/building/best-practices/#exclude-with-dockerignore
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.build_context import INSTALLED, SECRET
from hardhull.model.finding import Confidence, SourceSpan
from hardhull.rules.fix import advise
from hardhull.rules.rule import BUILD, HIGH, LOW, MEDIUM, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.facts.build_context import BuildContext, Held
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_parts import Copy
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding, Severity
    from hardhull.rules.policy import Policy


@rule(
    "HH-SEC-036",
    "context-copied-whole",
    dimension=BUILD,
    severity=MEDIUM,
    checklist=[2],
    by_hand="what the image needs of its context is not written in the recipe",
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the source that is the whole context."""
    copies = recipe.whole_copies
    context = recipe.context.value if copies else None
    if context is None:
        return
    kept = set(map(id, recipe.final.lineage)) if recipe.final else set()
    for stage, copy in copies:
        source, entering = copy.whole_context, _entering(context, copy)
        if source is None or (context.ignore is not None and not entering):
            continue
        ends_here = id(stage) in kept
        yield source.finding(
            f"{'the image' if ends_here else stage.subject} gets {_what(context, entering)}",
            label=_label(entering),
            also=_also(context, entering),
            value=" ".join(one.path for one in entering) or "all",
            severity=_severity(entering) if ends_here else LOW,
            confidence=Confidence.MEDIUM if context.guessed else None,
            fix=_advice(context, entering),
        )


def _entering(context: BuildContext, copy: Copy) -> list[Held]:
    """What gets in; a plain name in ``--exclude`` keeps it out as well."""
    named = {pattern.strip("/").removeprefix("**/") for pattern in copy.excludes}
    return [one for one in context.entering if one.path not in named and one.path.partition("/")[0] not in named]


def _what(context: BuildContext, entering: Sequence[Held]) -> str:
    folder = "the project's root" if context.folder == "." else f"{context.folder}/"
    names = [one.path for one in entering]
    if not names:
        return f"all of {folder}, and no .dockerignore keeps anything out"
    listed, them = (f"{', '.join(names[:-1])} and {names[-1]}", "them") if len(names) > 1 else (names[0], "it")
    if context.ignore is None:
        return f"{listed} of {folder}, and no .dockerignore keeps {them} out"
    return f"{listed}, and {context.ignore.path} does not keep {them} out"


def _advice(context: BuildContext, entering: Sequence[Held]) -> Fix:
    """The lines that keep it out, and the file that they belong in."""
    if context.ignore is not None:
        file = context.ignore.path
    else:
        file = ".dockerignore" if context.folder == "." else f"{context.folder}/.dockerignore"
    lines = [one.path for one in entering] or [".git", "**/.env*", "**/*.pem", "**/*.key"]
    return advise(f"keep it out by {file}", "\n".join(lines))


def _label(entering: Sequence[Held]) -> str:
    reasons = dict.fromkeys(one.because for one in entering if one.because)
    return "; ".join(reasons) or "all of the build context"


def _also(context: BuildContext, entering: Sequence[Held]) -> tuple[SourceSpan, ...]:
    """The patterns that let in again what others keep out."""
    if context.ignore is None:
        return ()
    deciding = [context.ignore.decide(one.path)[1] for one in entering]
    return tuple(field.mark("lets it in again") for field in deciding if field is not None)


def _severity(entering: Sequence[Held]) -> Severity:
    """Worst for keys that are there; least where nothing, or only packages, are known to get in."""
    kinds = {one.kind for one in entering}
    if SECRET in kinds:
        return HIGH
    return LOW if not kinds - {INSTALLED} else MEDIUM


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
--- Dockerfile
FROM node:22.12.0-alpine
WORKDIR /app
COPY package.json ./
RUN npm ci
COPY . .  #! HH-SEC-036
--- package.json
{}
--- .gitignore
.env
node_modules
--- .dockerignore
node_modules
""",
        good="""
--- Dockerfile
FROM node:22.12.0-alpine
WORKDIR /app
COPY package.json ./
RUN npm ci
COPY . .
--- package.json
{}
--- .gitignore
.env
node_modules
--- .dockerignore
node_modules
.env*
.git
""",
    ),
    Example(
        "dockerfile",
        bad="""
--- compose.yaml
services:
  web:
    build:
      context: .
      dockerfile: docker/web/Dockerfile
--- docker/web/Dockerfile
FROM python:3.13-slim
ADD . /app  #! HH-SEC-036
--- .env
TOKEN=
--- docker/web/.dockerignore
**
""",
        good="""
--- compose.yaml
services:
  web:
    build:
      context: .
      dockerfile: docker/web/Dockerfile
--- docker/web/Dockerfile
FROM python:3.13-slim
ADD . /app
--- .env
TOKEN=
--- docker/web/Dockerfile.dockerignore
*
!src
!requirements.txt
""",
    ),
]
