"""Container runs an image that was built long ago.

What it checks: images of containers, running or not, that were built more than 180 days ago. Builds that write no date
(1970, 1980) cannot be judged.

Why it matters: an image gets no updates by itself. Whatever was found in its packages since is still in it.

How to fix: build or pull it again, and make the container anew; let a timer or the pipeline do that regularly.

When it is fine: images without packages (a static program on `scratch`), if the program itself is up to date.

References: https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.store import OLD_DAYS, age
from hardhull.model.finding import Confidence
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.store import ImageStore
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SRC-403",
    "old-image-in-use",
    dimension=SOURCE,
    severity=LOW,
    confidence=Confidence.MEDIUM,
    checklist=[6],
    cis=["docker-1.6:4.4", "docker-1.8:4.4"],
    tags=["cis"],
    by_hand="it has to be built or pulled again",
)
def check(store: ImageStore, _policy: Policy) -> Iterator[Finding]:
    """Yields each such image."""
    now = store.looked_at.value
    for item in known_first(store.images):
        image = item.value
        days = age(image, now)
        if image.users and days is not None and days > OLD_DAYS:
            yield item.finding(
                f"{image.name} was built {days} days ago and is used by {', '.join(image.users[:3])}",
                label=f"{days} days old",
                value=image.id,
            )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["images"], "at": "2026-11-01T00:00:00+00:00"},
 "images": {
  "GET /images/json": [
   {"Id": "sha256:aaaaaaaa", "RepoTags": ["team/app:1.2"], "Created": 1730000000, "Size": 50000000}  #! HH-SRC-403
  ],
  "GET /containers/json": [{"Names": ["/app"], "ImageID": "sha256:aaaaaaaa", "State": "running"}]
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["images"], "at": "2026-11-01T00:00:00+00:00"},
 "images": {
  "GET /images/json": [
   {"Id": "sha256:aaaaaaaa", "RepoTags": ["team/app:1.2"], "Created": 1790000000, "Size": 50000000}
  ],
  "GET /containers/json": [{"Names": ["/app"], "ImageID": "sha256:aaaaaaaa", "State": "running"}]
 }
}
""",
    ),
]
