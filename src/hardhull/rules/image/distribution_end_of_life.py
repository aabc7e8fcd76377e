"""Image is made from a distribution that gets no more security fixes.

What it checks: the distribution and release that a built image's os-release names, against a table of releases whose
support has ended, and against the end that the distribution's makers wrote there themselves (`SUPPORT_END`).

Why it matters: new holes in its packages are published and stay open; advisories no longer speak of the release, so a
scanner that asks them finds nothing and seems to say that all is well.

How to fix: build the image on a release that gets fixes.

When it is fine: paid long-term support (Ubuntu Pro, Debian ELTS) whose packages the image really has.

References: https://endoflife.date/
https://www.freedesktop.org/software/systemd/man/latest/os-release.html#SUPPORT_END=
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Reading
from hardhull.rules.rule import BUILD, HIGH, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.image import BuiltImage
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-BLD-401",
    "distribution-end-of-life",
    dimension=BUILD,
    severity=HIGH,
    checklist=[],
    by_hand="the image has to be built on another release",
)
def check(image: BuiltImage, _policy: Policy) -> Iterator[Finding]:
    """Yields the distribution."""
    system = image.distribution.value
    if system.ended:
        what = system.name or f"{system.id} {system.version}"
        finding = image.distribution.finding(
            f"{image.subject} is made from {what}, which gets no fixes since {system.ended}",
            label=f"ended {system.ended}",
            value=f"{system.id} {system.version}",
        )
        yield finding.with_evidence(Reading(f"end of support of {what}", system.ended, "os-release, endoflife.date"))


EXAMPLES = [
    Example(
        "image",
        bad="""
{
 "schema": "hardhull-image/1",
 "image": {"name": "docker-archive:app.tar"},
 "config": {},
 "distribution": {
  "id": "debian",
  "version": "10",
  "name": "Debian GNU/Linux 10 (buster)",  #! HH-BLD-401
  "ended": "2024-06-30"
 }
}
""",
        good="""
{
 "schema": "hardhull-image/1",
 "image": {"name": "docker-archive:app.tar"},
 "config": {},
 "distribution": {
  "id": "debian",
  "version": "10",
  "name": "Debian GNU/Linux 10 (buster)",
  "ended": ""
 }
}
""",
    ),
]
