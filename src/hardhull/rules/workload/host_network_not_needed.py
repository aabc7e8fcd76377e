"""Container uses the host's network, and recorded runs only served ports.

What it checks: where runs of the workload were recorded in the host's network: whether all that they did there was to
listen on a few ports that could be published as well.

Why it matters: in the host's network the process reaches what listens on localhost only, and listens on every address
past all rules for published ports.

How to fix: a network of its own, with these ports published.

When it is fine: network drivers, discovery, monitors of the host's network; what talks to localhost of the host.

References: https://docs.docker.com/engine/network/drivers/host/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.parts import Port
from hardhull.model.change import Add, SetTo
from hardhull.model.finding import Confidence
from hardhull.rules.fix import NEEDS_PROOF, change
from hardhull.rules.kept_examples import recorded
from hardhull.rules.observed import PROVE, is_loopback, learned, names
from hardhull.rules.rule import MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


MOST = 8
"""More ports than that are published by hand."""


@rule(
    "HH-NET-503",
    "host-network-not-needed",
    dimension=NETWORK,
    severity=MEDIUM,
    confidence=Confidence.MEDIUM,
    checklist=[13],
    needs=["profile"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    found = learned(workload)
    if found is None or not (found.sees("connects") and found.sees("listens") and found.sees("capabilities")):
        return
    if workload.network_mode.get(None) != "host" or workload.runtime not in {"docker", "podman"}:
        return
    own = any(
        one.protocol == "unix-abstract" or (one.port and is_loopback(one.address)) for one in found.seen("connects")
    )
    ports = sorted((port, protocol) for protocol, port in found.ports)
    if own or not 0 < len(ports) <= MOST or found.profile.capabilities_used & {"NET_ADMIN", "NET_RAW"}:
        return
    said = [f"{port}/{protocol}" for port, protocol in ports]
    yield workload.network_mode.finding(
        f"{workload.subject} is in the host's network, and only listened on {names(said)} {found.runs}",
        label="the host's network",
        confidence=min(found.confidence, Confidence.MEDIUM),
        fix=change(
            f"give it a network of its own, with {names(said)} published",
            SetTo("network_mode", None),
            *(Add("ports", Port(str(port), str(port), protocol=protocol)) for port, protocol in ports),
            risk=NEEDS_PROOF,
            mitigation=f"{PROVE}; the application has to listen on every address of the container, not on localhost",
            basis=found.basis,
        ),
    ).with_evidence(found.saw("ports listened on", said), found.saw("connections", found.peers))


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: shop:1
    network_mode: host  #! HH-NET-503
"""
        + recorded("compose.yaml", listens=(8080,)),
        good="""
services:
  web:
    image: shop:1
    ports:
      - "8080:8080"
"""
        + recorded("compose.yaml", listens=(8080,)),
    ),
]
