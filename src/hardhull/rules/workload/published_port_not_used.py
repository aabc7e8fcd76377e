"""Published port on which nothing listened.

What it checks: where runs of the workload were recorded: ports that are published although nothing in the container
listened on them, or only on its own localhost.

Why it matters: a published port that leads nowhere is open for the next one who listens there: a debugger, or whoever
took over the process.

How to fix: do not publish it.

When it is fine: for what listens only at times; record that as well.

References: https://docs.docker.com/engine/network/port-publishing/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.change import Drop
from hardhull.rules.fix import NEEDS_PROOF, change
from hardhull.rules.kept_examples import recorded
from hardhull.rules.observed import PROVE, learned
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.parts import Port
    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-501",
    "published-port-not-used",
    dimension=NETWORK,
    severity=LOW,
    needs=["profile"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each port."""
    found = learned(workload)
    if found is None or not found.sees("listens"):
        return
    seen = found.saw("ports listened on", sorted(f"{port}/{protocol}" for protocol, port in found.ports))
    for item in known_first(workload.ports):
        port = item.value
        if port.protocol not in {"tcp", "udp"} or any(
            (port.protocol, number) in found.ports for number in _range(port)
        ):
            continue
        name = f"{port.container}/{port.protocol}"
        yield item.finding(
            f"{workload.subject} publishes port {name}, on which nothing listened {found.runs}",
            label="leads nowhere",
            value=name,
            confidence=found.confidence,
            fix=change(
                f"do not publish port {port.container}",
                Drop("ports", item),
                risk=NEEDS_PROOF,
                mitigation=PROVE,
                basis=found.basis,
            ),
        ).with_evidence(seen)


def _range(port: Port) -> range:
    """The numbers of a port or of a range of them; none where they are no numbers."""
    first, _, last = port.container.partition("-")
    try:
        return range(int(first), int(last or first) + 1)
    except ValueError:
        return range(0)


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: shop:1
    ports:
      - "127.0.0.1:8080:80"
      - "127.0.0.1:9229:9229"  #! HH-NET-501
"""
        + recorded("compose.yaml", listens=(80,)),
        good="""
services:
  web:
    image: shop:1
    ports:
      - "127.0.0.1:8080:80"
"""
        + recorded("compose.yaml", listens=(80,)),
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --name web -p 127.0.0.1:8080:80 -p 127.0.0.1:53:53/udp shop:1  #! HH-NET-501
"""
        + recorded("run.sh", "docker run web", listens=(80, 53)),
        good="""
docker run -d --name web -p 127.0.0.1:8080:80 shop:1
"""
        + recorded("run.sh", "docker run web", listens=(80, 53)),
    ),
]
