"""Image is delivered together with what it was built with.

What it checks: whether the built image rests on an image for developers (golang, rust, maven, gradle, gcc, the .NET SDK
...), or its last stage compiles something, without a stage that is left behind.

Why it matters: compiler, package manager and source are in the image: tools for an intruder, packages to patch, and
source that was not meant for everyone who has the image.

How to fix: give that stage a name (`AS build`), add a last stage from a small image, and copy what was built.

When it is fine: images for development and for CI, and programs that compile at run time.

References: https://docs.docker.com/build/building/multi-stage/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.installs import REMOVES
from hardhull.rules.recipe_commands import calls
from hardhull.rules.rule import BUILD, LOW, Example, rule
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy
    from hardhull.rules.recipe_commands import Call

SDKS = frozenset(
    {
        "golang", "rust", "gcc", "maven", "gradle", "haskell", "swift", "dart", "mcr.microsoft.com/dotnet/sdk",
        "mcr.microsoft.com/dotnet/core/sdk",
    }
)  # fmt: skip
SMALL = {
    "golang": "scratch", "rust": "gcr.io/distroless/cc-debian12:nonroot", "gcc": "debian:13-slim",
    "maven": "eclipse-temurin:21-jre", "gradle": "eclipse-temurin:21-jre", "swift": "swift:slim",
    "mcr.microsoft.com/dotnet/sdk": "mcr.microsoft.com/dotnet/aspnet",
}  # fmt: skip
"""Images to run on what these build."""
SUSPECT = (
    "go build", "cargo build", "mvn", "gradle", "dotnet publish", "dotnet build", "run build", "yarn build",
    "npm build",
)  # fmt: skip
"""A quick look whether a RUN is worth reading."""


@rule(
    "HH-BLD-006",
    "single-stage-build",
    dimension=BUILD,
    severity=LOW,
    checklist=[3],
    tags=["advice"],
    by_hand="which files the program needs at run time is not written in the recipe",
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the base image, or the command that compiles."""
    root, final = recipe.root_stage, recipe.final
    if root is None or final is None or any(copy.origin.written for stage in final.lineage for copy in stage.copies):
        return
    if root.known and root.known.name in SDKS:
        yield root.base.finding(
            f"the image rests on {root.known.name}, which is made to build with",
            label="no last stage without it",
            value=root.known.name,
            fix=_advice(recipe),
        )
        return
    for call in calls(recipe, SUSPECT, final.lineage, unless=REMOVES):
        if _compiles(call):
            yield call.finding(
                "the image is built in the stage that is delivered", label="compiles here", fix=_advice(recipe)
            )
            return


def _advice(recipe: ImageRecipe) -> Fix:
    """A second stage for this recipe, with what is known of it."""
    root = recipe.root_stage
    known = root.known if root else None
    base = root.base.place.text if root else "BASE"
    small = (
        f"{base}-{known.variants[0]}"
        if known and known.variants and known.name not in SDKS
        else SMALL.get(known.name if known else "", "debian:13-slim")
    )
    folder = recipe.workdir.get(None) or "/app"
    start = recipe.command.get(None) or recipe.entrypoint.get(None)
    field = recipe.command if recipe.command.get(None) else recipe.entrypoint
    keyword = "CMD" if recipe.command.get(None) else "ENTRYPOINT"
    lines = [
        f"FROM {base} AS build", "# what stands here now, without CMD and ENTRYPOINT", "", f"FROM {small}",
        f"WORKDIR {folder}", f"COPY --from=build {folder} {folder}", "USER 10001:10001",
    ]  # fmt: skip
    if start:
        lines.append(f"{keyword} {redact(field.place.text)}")
    return advise("build in a first stage, and copy what was built", "\n".join(lines))


def _compiles(call: Call) -> bool:
    words = [text for text in call.texts[1:] if not text.startswith("-")]
    first = words[0] if words else ""
    if call.program in {"go", "cargo", "dotnet"}:
        return first in {"build", "publish"}
    if call.program in {"mvn", "mvnw", "gradle", "gradlew"}:
        return bool({"package", "install", "build", "assemble", "bootJar", "shadowJar"} & set(words))
    return call.program in {"npm", "yarn", "pnpm"} and "build" in words[:2]


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM golang:1.27.1  #! HH-BLD-006
COPY . .
RUN go build -o /app .
CMD ["/app"]
""",
        good="""
FROM golang:1.27.1 AS build
COPY . .
RUN go build -o /app .

FROM scratch
COPY --from=build /app /app
CMD ["/app"]
""",
    ),
    Example(
        "dockerfile",
        bad="""
FROM node:22.12.0-alpine
COPY . .
RUN npm run build  #! HH-BLD-006
CMD ["node", "dist/server.js"]
""",
        good="""
FROM node:22.12.0-alpine AS build
COPY . .
RUN npm run build

FROM node:22.12.0-alpine
COPY --from=build /dist /dist
CMD ["node", "dist/server.js"]
""",
    ),
]
