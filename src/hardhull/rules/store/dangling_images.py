"""Engine keeps images that nothing refers to.

What it checks: the images of an engine without a name, without a container (running or not) and without an image that
is built on them.

Why it matters: they are what is left of builds and of tags that moved on: old packages, perhaps secrets of old builds,
and disk space, of which the engine needs some to go on.

How to fix: `hardhull fix images` shows what would go and what can be pulled again, and removes it; or `docker image
prune` from a timer.

When it is fine: between two builds.

References: https://docs.docker.com/engine/manage-resources/pruning/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.store import amount
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.store import ImageStore
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SRC-401",
    "dangling-images",
    dimension=SOURCE,
    severity=LOW,
    checklist=[6],
    cis=["docker-1.6:6.1", "docker-1.8:6.1"],
    tags=["cis"],
    by_hand="`hardhull fix images` removes them",
)
def check(store: ImageStore, _policy: Policy) -> Iterator[Finding]:
    """Yields all of them as one."""
    found = [item for item in known_first(store.images) if item.value.dangling]
    if found:
        freed = amount(sum(item.value.freed for item in found))
        first, *others = sorted(found, key=lambda item: -item.value.freed)
        yield first.finding(
            f"{len(found)} images have no name, no container and no image on them; they take {freed}",
            label=f"{amount(first.value.freed)}, nothing refers to it",
            also=tuple(item.mark(amount(item.value.freed)) for item in others[:SHOWN]),
            value="",
        )


SHOWN = 9


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["images"], "at": "2026-11-01T00:00:00+00:00"},
 "images": {
  "GET /images/json": [
   {"Id": "sha256:aaaaaaaa", "RepoTags": [], "Created": 1760000000, "Size": 50000000}  #! HH-SRC-401
  ],
  "GET /containers/json": []
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["images"], "at": "2026-11-01T00:00:00+00:00"},
 "images": {
  "GET /images/json": [
   {"Id": "sha256:aaaaaaaa", "RepoTags": ["team/app:1.4"], "Created": 1760000000, "Size": 50000000}
  ],
  "GET /containers/json": []
 }
}
""",
    ),
]
