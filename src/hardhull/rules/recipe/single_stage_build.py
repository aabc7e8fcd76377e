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

from hardhull.rules.installs import REMOVES
from hardhull.rules.recipe_commands import calls
from hardhull.rules.rule import BUILD, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy
    from hardhull.rules.recipe_commands import Call

SDKS = frozenset(
    {
        "golang", "rust", "gcc", "maven", "gradle", "haskell", "swift", "dart", "mcr.microsoft.com/dotnet/sdk",
        "mcr.microsoft.com/dotnet/core/sdk",
    }
)  # fmt: skip
SUSPECT = (
    "go build", "cargo build", "mvn", "gradle", "dotnet publish", "dotnet build", "run build", "yarn build",
    "npm build",
)  # fmt: skip
"""A quick look whether a RUN is worth reading."""


@rule("HH-BLD-006", "single-stage-build", dimension=BUILD, severity=LOW, checklist=[3], tags=["advice"])
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
        )
        return
    for call in calls(recipe, SUSPECT, final.lineage, unless=REMOVES):
        if _compiles(call):
            yield call.finding("the image is built in the stage that is delivered", label="compiles here")
            return


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
