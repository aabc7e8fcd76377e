"""ADD is used where COPY would do.

What it checks: `ADD` of files and folders of the build context that are no archives.

Why it matters: ADD also fetches addresses and unpacks archives. A file that turns out to be an archive is unpacked
into the image, where its paths and links decide what is overwritten.

How to fix: write COPY.

When it is fine: archives that are meant to be unpacked; those are not reported.

References: https://docs.docker.com/build/building/best-practices/#add-or-copy
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.lazy import lazy
from hardhull.rules.fix import NEEDS_PROOF, SAFE, Rewrite, change
from hardhull.rules.rule import LOW, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_parts import Copy
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

OTHER = lazy(
    r"[a-z][a-z0-9+.-]*://|git@|.*\.(?:tar|tar\.\w+|tgz|tbz2?|tb2|txz|tlz|tzst|gz|bz2|xz|zst|lzma)[*\"']?$|.*tar|.*rootfs",
    re.IGNORECASE,
)
"""Addresses, and names that are or may match archives."""

ONLY_ADD = lazy(r"\s--(?:unpack|keep-git-dir|checksum)\b")


@rule(
    "HH-SRC-037",
    "add-instead-of-copy",
    dimension=SOURCE,
    severity=LOW,
    cis=["docker-1.6:4.9", "docker-1.8:4.9"],
    tags=["cis"],
    also=["hadolint:DL3020", "trivy:DS-0005", "checkov:CKV_DOCKER_4"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the keyword."""
    for stage in recipe.stages:
        for copy in stage.copies:
            if not copy.adds or copy.files or copy.checksum.written or not copy.sources:
                continue
            if all(source.known and not OTHER.match(source.value) for source in copy.sources):
                first = copy.sources[0].value
                yield copy.field("ADD", "ADD").finding(
                    f"{stage.subject} takes {first} by ADD, which also unpacks and fetches",
                    label="COPY does no more than copy",
                    value=f"{first} {copy.target.get('')}",
                    fix=_fix(copy),
                )


def _fix(copy: Copy) -> Fix | None:
    """The other keyword; None where an option only ADD has stands there."""
    if ONLY_ADD.search(copy.place.text):
        return None
    many = any(source.get("").rstrip("/").endswith("*") for source in copy.sources)
    return change(
        "write COPY",
        Rewrite(copy.head, "copy" if copy.head.text.islower() else "COPY"),
        risk=NEEDS_PROOF if many else SAFE,
        mitigation="look whether the pattern matches an archive that has to be unpacked" if many else "",
    )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
ADD app.py /app/  #! HH-SRC-037
""",
        good="""
FROM debian:13.1
COPY app.py /app/
""",
    ),
]
