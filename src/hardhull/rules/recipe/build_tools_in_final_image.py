"""Compilers and development files are in the built image.

What it checks: RUN instructions of the built image (earlier stages do not count) that install compilers, build tools or
development files (`gcc`, `build-essential`, `*-dev`, `*-devel`) and do not remove them in the same RUN; likewise a
project's npm, yarn or pnpm dependencies together with those for development. Of an image that was built: the bytes of
files of such packages, of tool chains under /usr/local, and of what npm's own lock file says is for development alone,
from one megabyte of one instruction on.

Why it matters: an intruder compiles exploits on the spot, and every package is something to patch. The files also make
the image several times larger.

How to fix: build in a first stage, and copy what was built: `COPY --from=build /app /app`. For Node.js `npm ci
--omit=dev` in the last stage.

When it is fine: images for development and for CI, and programs that compile at run time.

References: https://docs.docker.com/build/building/multi-stage/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model import measured
from hardhull.model.finding import Confidence, Finding, SourceSpan
from hardhull.model.lazy import lazy
from hardhull.rules.fix import NEEDS_PROOF, Rewrite, advise, change
from hardhull.rules.installs import REMOVES, REMOVING
from hardhull.rules.recipe_commands import calls, mentions
from hardhull.rules.recipe_users import program_of
from hardhull.rules.rule import BUILD, LOW, MEDIUM, Example, judges, rule
from hardhull.rules.weighed import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_parts import Run
    from hardhull.rules.policy import Policy
    from hardhull.rules.recipe_commands import Call

INSTALL = lazy(
    r"(?<![\w./-])(?:apt-get|apt|aptitude|apk|yum|dnf|microdnf|tdnf|zypper)\s[^;&|]{0,200}?\b(?:install|add|in)\s([^;&|<>]*)"
)
"""An installation and the rest of its words; in the exec form of RUN nothing is looked for."""
TOOLS = lazy(
    r"(?<=[\s\"'])(?:(?:gcc|g\+\+|clang|tcc)(?:-[\d.]+)?|gcc-c\+\+|build-essential|build-base|make|cmake|automake|autoconf"
    r"|ninja-build|golang(?:-go)?|go|cargo|rust|rustc|maven|gradle|(?:default|openjdk-?\d+)-jdk(?:-headless)?"
    r"|java-[\d.]+-openjdk-devel|ghc|nasm|bison|flex|[\w.+]+(?:-[\w.+]+)*-(?:dev|devel)|linux-headers[\w-]*|kernel-headers"
    r"|@development-tools|alpine-sdk|base-devel)(?=[\s\"'=]|$)"
)
COMMENT = lazy(r"^[ \t]*#.*$", re.MULTILINE)
HINTS = (
    "-dev", "gcc", "g++", "make", "build-", "clang", "golang", "cargo", "rust", "maven", "gradle", "ghc", "nasm",
    "bison", "flex", "-headers", "sdk", "jdk", "autoconf", " go", "ninja", "tcc",
)  # fmt: skip
"""Texts of which every tool's name has one: looking for them is fast."""
NODE = (
    lazy(r"npm\s+(?:-\S+\s+){0,4}(?:ci|i|install|clean-install)\b"),
    lazy(r"yarn(?:\s+(?:-|install)|[ \t]*(?:[;&|\\\n]|$))"),
)
PRODUCTION = lazy(
    r"--omit[= ]\"?dev|--prod(?:uction)?\b|--only[= ]prod|prune|NODE_ENV[= ]\"?production|workspaces focus"
)

BUILDS = lazy(r"\brun\s+[\w:-]*build|\b(?:npx|yarn|pnpm|tsc|webpack|vite|next|ng|nest)\s+\S*build|\btsc\b|\btest\b")
"""What needs the development dependencies in the same stage."""
ADVICE = advise(
    "build in a first stage, and copy what was built",
    "FROM ... AS build\n...\nFROM ...\nCOPY --from=build /app /app",
)
OMIT = advise("install without devDependencies, or take them out in the same RUN", "RUN npm ci --omit=dev")


@rule(
    "HH-BLD-005",
    "build-tools-in-final-image",
    dimension=BUILD,
    severity=MEDIUM,
    checklist=[3],
    cis=["docker-1.6:4.3", "docker-1.8:4.3"],
    tags=["cis"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the first such package of every RUN, and what a project needs for development alone."""
    stages = list(recipe.final.lineage) if recipe.final else []
    for stage in stages:
        for run in stage.runs:
            if mentions(run, *HINTS) and mentions(run, "install", "add") and not _removes(run):
                yield from _tools(run)
    found = [call for call in calls(recipe, NODE, stages) if _installs_all(call)]
    if found and not any(mentions(run, PRODUCTION) for stage in stages for run in stage.runs):
        later = program_of(recipe) != "node" or any(mentions(run, BUILDS) for stage in stages for run in stage.runs)
        yield from (_development(call, builds=later) for call in found)


def _removes(run: Run) -> bool:
    return mentions(run, *REMOVING) and mentions(run, REMOVES)


def _tools(run: Run) -> Iterator[Finding]:
    """The first tools that a RUN installs."""
    for text in (run.command, *(script.text for script in run.scripts if script.is_shell)):
        for found in INSTALL.finditer(text.text) if text else ():
            words = COMMENT.sub(lambda comment: " " * len(comment[0]), f" {found[1]}")
            tools = list(TOOLS.finditer(words))
            if text and tools:
                start = found.start(1) - 1
                names = ", ".join(tool[0] for tool in tools[:3]) + (" ..." if len(tools) > 3 else "")
                place = text.place(start + tools[0].start(), start + tools[0].end())
                yield Finding(
                    f"the image contains {names}",
                    (SourceSpan(place, "only needed to build"),),
                    "run",
                    names,
                    fixes=(ADVICE,),
                )
                return


def _installs_all(call: Call) -> bool:
    """Whether a project's dependencies are installed, those for development too."""
    words = [text for text in call.texts[1:] if not text.startswith("-")]
    if call.program not in {"npm", "yarn", "pnpm"} or len(words) > 1 or {"-g", "--global"} & set(call.texts):
        return False
    if words not in (["ci"], ["install"], ["i"], ["clean-install"]) and not (call.program == "yarn" and not words):
        return False
    mode = call.run.env.get("NODE_ENV")
    return (mode is None or mode.value != "production") and "--version" not in call.texts


def _development(call: Call, *, builds: bool) -> Finding:
    """Leaves them out where nothing builds with them later and `node` itself is what starts.

    A script (`npm start`) or a tool (`cypress run`) may be one of them.
    """
    verb = 1 if len(call.texts) > 1 and not call.texts[1].startswith("-") else 0
    option = "--omit=dev" if call.program == "npm" else "--prod" if call.program == "pnpm" else "--production"
    fix = advise("build in a first stage, then install without devDependencies", f"RUN {call.program} ci {option}")
    if call.literal(verb) and not builds:
        fix = change(
            "install without devDependencies",
            Rewrite(call.place(verb), f"{call.place(verb).text} {option}"),
            risk=NEEDS_PROOF,
            mitigation="move what the program needs at run time from devDependencies to dependencies",
        )
    return call.finding(
        "the image contains what the project only needs for development",
        label="installs devDependencies as well",
        value=f"{call.program} install",
        severity=LOW,
        confidence=Confidence.MEDIUM,
        fix=fix,
    )


@judges("contents", needs=["wastes"])
def built(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """What the packages, and npm's lock file, say is only for builds, with its size."""
    yield from told(image, (measured.TOOLS,), "what only builds need", MEDIUM, ADVICE)
    yield from told(image, (measured.DEVELOPMENT,), "packages that npm installed for development alone", MEDIUM, OMIT)


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
RUN apt-get update && \\
    apt-get install -y --no-install-recommends curl gcc libssl-dev  #! HH-BLD-005
""",
        good="""
FROM debian:13.1 AS build
RUN apt-get update && apt-get install -y gcc libssl-dev

FROM debian:13.1
RUN apt-get update && apt-get install -y curl libssl3
RUN apk add --no-cache --virtual .build gcc && make && apk del .build
COPY --from=build /app /app
""",
    ),
    Example(
        "dockerfile",
        bad="""
FROM node:22.12.0-alpine
COPY package.json package-lock.json ./
RUN npm ci  #! HH-BLD-005
CMD ["node", "server.js"]
""",
        good="""
FROM node:22.12.0-alpine
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
CMD ["node", "server.js"]
""",
    ),
]
