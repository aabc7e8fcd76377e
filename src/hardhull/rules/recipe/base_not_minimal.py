"""Base image is larger than it has to be.

What it checks: whether the built image rests on the full variant of an image that also exists as a small one (`slim`,
`alpine`, distroless). Only images in hardhull's table of well-known bases; stages that are left behind do not count.

Why it matters: compilers, package managers and a few hundred libraries that nobody uses: each is something to patch,
and something for an intruder to work with.

How to fix: build in the full image, and begin the last stage with the small variant. Test it: alpine has another C
library, distroless has no shell.

When it is fine: the program needs what the full image brings; images for development.

References: https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Reading
from hardhull.model.lazy import lazy
from hardhull.rules.fix import NEEDS_PROOF, Rewrite, advise, change
from hardhull.rules.rule import BUILD, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.bases import KnownBase
    from hardhull.facts.recipe import ImageRecipe, Stage
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

SLIM = frozenset({"debian", "elixir", "erlang", "node", "perl", "python", "ruby", "rust"})
"""Images that have ``VERSION-slim`` for every VERSION, with the same C library and package manager."""
VERSION = lazy(r"\d+(?:\.\d+)*")


@rule(
    "HH-BLD-003",
    "base-not-minimal",
    dimension=BUILD,
    severity=LOW,
    checklist=[1],
    cis=["docker-1.6:4.3", "docker-1.8:4.3"],
    tags=["advice", "cis"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the base of the built image."""
    stage = recipe.root_stage
    if stage is None or stage.base.value is None:
        return
    known = stage.known
    if known is None or known.minimal or not known.variants or known.family == "windows":
        return
    small = " or ".join(known.variants)
    finding = stage.base.finding(
        f"the image rests on the full {known.name}, which also exists as {small}",
        label=f"there is a variant: {small}",
        value=known.name,
        fix=_fix(stage, known),
    )
    yield finding.with_evidence(Reading(f"smaller variants of {known.name}", small, known.source))


def _fix(stage: Stage, known: KnownBase) -> Fix:
    """The slim variant of the same version; where its tag is not plain, or there is none, what to look for."""
    base, tag = stage.base.value, stage.image.tag if stage.image else None
    slim = known.name in SLIM and tag is not None and VERSION.fullmatch(tag) and not (base and base.variables)
    if not slim or stage.image is None or stage.image.digest:
        return advise("take a smaller variant", f"FROM {known.name}:TAG-{known.variants[0]}")
    return change(
        f"take {tag}-slim, the same version without compilers and documentation",
        Rewrite(stage.base.place, f"{stage.base.place.text}-slim"),
        risk=NEEDS_PROOF,
        mitigation="build it: what RUN or the program misses then has to be installed by name",
        basis=f"the variants of {known.name} ({known.source})",
    )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM python:3.13.1  #! HH-BLD-003
COPY app.py /app.py
CMD ["python", "/app.py"]
""",
        good="""
FROM python:3.13.1-slim
COPY app.py /app.py
CMD ["python", "/app.py"]
""",
    ),
]
