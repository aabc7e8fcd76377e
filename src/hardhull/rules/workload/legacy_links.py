"""Container uses links.

What it checks: `links`, `external_links` and `--link`.

Why it matters: on the default bridge a link copies all environment variables of the other container, passwords
included, into this one. On other networks it only gives a second name, which a network alias does better. Docker
calls it a legacy feature that may be removed.

How to fix: put both containers on a network of their own, where they find each other by name, and remove the link.

When it is fine: never needed.

References: https://docs.docker.com/engine/network/links/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, advise, drop
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _fix(workload: Workload) -> Fix:
    """In Compose the services of a project reach each other by name anyway; elsewhere they need a network first."""
    if workload.syntax != "compose":
        return advise(
            "put both on a network", "docker network create app, then --network app for each: names resolve there"
        )
    return drop(
        workload.links,
        workload.links.value,
        "take the links away: services of a network reach each other by name",
        risk=NEEDS_PROOF,
        mitigation="prove it first: an alias (db:database) becomes a network alias of the other service, and what a "
        "link started first is named under depends_on",
    )


@rule(
    "HH-NET-007",
    "legacy-links",
    dimension=NETWORK,
    severity=LOW,
    about=["links"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the first link."""
    links = known_first(workload.links)
    if links:
        names = ", ".join(item.get("another container").partition(":")[0] for item in links)
        yield links[0].finding(
            f"{workload.subject} is linked to {names}", label="a legacy feature", value="", fix=_fix(workload)
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    links:
      - db  #! HH-NET-007
  db:
    image: postgres:17
""",
        good="""
services:
  web:
    image: nginx:1.27
  db:
    image: postgres:17
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --link db:db nginx:1.27  #! HH-NET-007
""",
        good="""
docker run -d --network app nginx:1.27
""",
    ),
]
