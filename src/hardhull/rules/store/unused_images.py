"""Engine keeps images that no container uses.

What it checks: images with a name that no container is made of (running or not), that no other image is built on, and
that are older than 30 days.

Why it matters: what is not used is not updated: one `docker run` starts a program with the holes of last year. And it
takes disk space.

How to fix: `hardhull fix images --risk needs-proof` removes those that a registry still has by their digest; `--risk
all` also those that it has not.

When it is fine: images for the next run of a timer, a rollback or a build without a network.

References: https://docs.docker.com/engine/manage-resources/pruning/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.store import UNUSED_DAYS, age, amount
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.store import ImageStore
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SRC-402",
    "unused-images",
    dimension=SOURCE,
    severity=LOW,
    checklist=[6],
    cis=["docker-1.6:6.1", "docker-1.8:6.1"],
    tags=["cis"],
    by_hand="`hardhull fix images` removes them",
)
def check(store: ImageStore, _policy: Policy) -> Iterator[Finding]:
    """Yields all of them as one."""
    now = store.looked_at.value
    found = []
    for item in known_first(store.images):
        image = item.value
        if image.tags and not image.users and not image.children and (age(image, now) or 0) > UNUSED_DAYS:
            found.append(item)
    if found:
        freed = amount(sum(item.value.freed for item in found))
        first, *others = sorted(found, key=lambda item: -item.value.freed)
        yield first.finding(
            f"{len(found)} images are used by no container and older than {UNUSED_DAYS} days; they take {freed}",
            label=f"{first.value.name}: {amount(first.value.freed)}",
            also=tuple(item.mark(f"{item.value.name}: {amount(item.value.freed)}") for item in others[:SHOWN]),
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
   {"Id": "sha256:aaaaaaaa", "RepoTags": ["team/app:1.2"], "Created": 1730000000, "Size": 50000000}  #! HH-SRC-402
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
   {"Id": "sha256:aaaaaaaa", "RepoTags": ["team/app:1.2"], "Created": 1791000000, "Size": 50000000}
  ],
  "GET /containers/json": [{"Names": ["/app"], "ImageID": "sha256:aaaaaaaa", "State": "exited"}]
 }
}
""",
    ),
]
