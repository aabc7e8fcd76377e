"""Engine takes orders from the network.

What it checks: the TCP sockets on which the engine's process really listens, in /proc, whatever its configuration
says, and whether it was started to ask for client certificates.

Why it matters: without client certificates everybody who reaches the port is root on the host; such ports are found by
worms within hours. With them, each key is root.

How to fix: take the `tcp://` host out of daemon.json and of the unit, and use `ssh://` from other machines; where TCP
must be, `tlsverify` with certificates of a CA of its own, on one internal address.

When it is fine: with client certificates, on an address that only administrators reach: the finding is low then.

References: https://docs.docker.com/engine/security/protect-access/
https://docs.docker.com/engine/daemon/remote-access/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.questions import known_first
from hardhull.rules.rule import CRITICAL, HIGH, LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


LOOPBACK = ("127.", "[::1]")


@rule(
    "HH-NET-610",
    "engine-listens-on-tcp",
    dimension=NETWORK,
    severity=CRITICAL,
    cis=["docker-1.6:2.7", "docker-1.8:2.8"],
    tags=["cis"],
    needs=["listeners"],
    by_hand="who uses the port has to be moved first",
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields each address."""
    verified = host.listeners_verify.get(None) is True
    for item in known_first(host.listeners):
        near = item.value.startswith(LOOPBACK)
        whom = (
            "whoever holds a client certificate" if verified else "every process of this host" if near else "everybody"
        )
        yield item.finding(
            f"the engine listens on {item.value}: {whom} who reaches it is root",
            label="client certificates are asked for" if verified else "nobody is asked for a certificate",
            value=item.value,
            severity=LOW if verified else HIGH if near else None,
            fix=advise("close the port", "take tcp:// out of `hosts` and of the unit; use DOCKER_HOST=ssh://USER@HOST"),
        )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "engine": {
   "/proc/812/net/tcp": ["0.0.0.0:2375"],  #! HH-NET-610
   "verify": false
  }
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "engine": {
   "/proc/812/net/tcp": [],
   "verify": false
  }
 }
}
""",
    ),
]
