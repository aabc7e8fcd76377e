"""Container can reach every network, and recorded runs connected to nothing.

What it checks: where runs of the workload were recorded: it has a way out although nothing was connected to, and no
port of it is published.

Why it matters: whoever takes over the process fetches tools from outside, sends data there, and tries the machines
around it. Without a way out none of that works.

How to fix: where nothing listens either, no network at all; else networks that are `internal`, which lead to the other
services and nowhere else.

When it is fine: for what connects only at times (updates, mails); record that as well.

References: https://docs.docker.com/reference/compose-file/networks/#internal
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.change import SetTo
from hardhull.rules.fix import NEEDS_PROOF, advise, change
from hardhull.rules.hardening import snippet
from hardhull.rules.kept_examples import recorded
from hardhull.rules.observed import PROVE, learned
from hardhull.rules.rule import LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.observed import Learned
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-502",
    "outside-network-not-used",
    dimension=NETWORK,
    severity=LOW,
    needs=["profile"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the networks, or their absence."""
    found = learned(workload)
    if found is None or not (found.sees("connects") and found.sees("listens")) or found.peers:
        return
    mode, attached = workload.network_mode.value or "", workload.networks.value
    if workload.runtime == "kubernetes" or mode.startswith(("none", "host", "container:", "service:")):
        return
    inside = attached and all(item.known and item.value.internal for item in attached)
    if inside or workload.ports.value or workload.publish_all.get(False):
        return
    at = workload.networks if attached else workload.network_mode
    yield at.finding(
        f"{workload.subject} can reach every network and connected to nothing {found.runs}",
        label="a way out",
        value="",
        confidence=found.confidence,
        fix=_fix(workload, found),
    ).with_evidence(
        found.saw("connections", ()),
        found.saw("ports listened on", sorted(f"{port}/{protocol}" for protocol, port in found.ports)),
    )


def _fix(workload: Workload, found: Learned) -> Fix:
    if found.ports or workload.networks.value:
        return advise(
            "let its networks lead to the other services only",
            snippet(
                workload,
                compose="networks:\n  back:\n    internal: true   # and `networks: [back]` at the services that talk",
                docker="docker network create --internal back, then --network back for those that talk",
            ),
        )
    return change(
        "take it off every network",
        SetTo("network_mode", "none"),
        risk=NEEDS_PROOF,
        mitigation=PROVE,
        basis=found.basis,
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-NET-502
    image: shop:1
"""
        + recorded("compose.yaml"),
        good="""
services:
  web:
    image: shop:1
    network_mode: none
"""
        + recorded("compose.yaml"),
    ),
    Example(
        "compose",
        bad="""
services:
  web:
    image: shop:1
    networks: [back]  #! HH-NET-502
networks:
  back:
"""
        + recorded("compose.yaml", listens=(5432,)),
        good="""
services:
  web:
    image: shop:1
    networks: [back]
networks:
  back:
    internal: true
"""
        + recorded("compose.yaml", listens=(5432,)),
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --name web shop:1  #! HH-NET-502
"""
        + recorded("run.sh", "docker run web"),
        good="""
docker run -d --name web --network none shop:1
"""
        + recorded("run.sh", "docker run web"),
    ),
]
