"""Image holds what package managers keep to install once more.

What it checks: the bytes of every layer of a built image that lie, and still show, where package managers keep their
lists and downloads (apt, apk, dnf, zypper, pip, uv, Poetry, npm, yarn, pnpm, Go, Cargo, Maven, Gradle, Composer,
conda), each with the instruction that left them there. From one megabyte of one instruction on; the result has the
numbers of all (`images[].sizes`).

Why it matters: nothing reads them in a container. They are pulled and stored wherever the image is, and lists of
packages tell an intruder what is there and how old it is.

How to fix: do not keep them (`pip install --no-cache-dir`, `apk add --no-cache`), or take them away in the same RUN; a
later RUN only hides them. With BuildKit a cache mount keeps them out of the image and for the next build.

When it is fine: images that are made to build others.

References: https://docs.docker.com/build/cache/optimize/#use-cache-mounts
https://docs.docker.com/build/building/best-practices/#apt-get
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.measured import CACHE
from hardhull.rules.fix import advise
from hardhull.rules.rule import BUILD, LOW, Example, rule
from hardhull.rules.weighed import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

ADVICE = advise(
    "leave them out in the instruction that makes them",
    "RUN apt-get update && apt-get install -y --no-install-recommends ... && apt-get clean &&"
    " rm -rf /var/lib/apt/lists/*\n"
    "RUN pip install --no-cache-dir ...\nRUN npm ci && npm cache clean --force",
)


@rule(
    "HH-BLD-411",
    "package-cache-in-image",
    dimension=BUILD,
    severity=LOW,
    checklist=[3],
    needs=["wastes"],
    by_hand="the image has to be built again",
)
def check(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """Yields each instruction that left enough."""
    yield from told(image, (CACHE,), "package caches", LOW, ADVICE)


EXAMPLES = [
    Example(
        "contents",
        bad="""
--- Dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl  #! HH-BLD-411
CMD ["x"]
--- contents.json
{
 "history": ["", "/bin/sh -c apt-get update && apt-get install -y curl"],
 "distribution": {"id": "debian", "version": "12"}, "packages": [], "advisories": [],
 "heaps": [{"layer": 1, "cause": "package-cache", "bytes": 19000000, "files": 9,
            "examples": ["var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages"]}]
}
""",
        good="""
--- Dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
CMD ["x"]
--- contents.json
{
 "history": ["", "/bin/sh -c apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*"],
 "distribution": {"id": "debian", "version": "12"}, "packages": [], "advisories": [],
 "heaps": [{"layer": 1, "cause": "package-cache", "bytes": 999999, "files": 9, "examples": ["var/cache/apt/x.bin"]}]
}
""",
    )
]
