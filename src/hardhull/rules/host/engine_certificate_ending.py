"""Certificate of the engine ends soon, or has a short key.

What it checks: the certificates that the engine's settings name and those of registries in /etc/docker/certs.d: the
day on which each ends, and the length of an RSA key.

Why it matters: the day after, nobody can give orders to the engine by TLS, or pull from the registry, and the quick
way out is to switch the check off.

How to fix: issue a new one and restart the engine (registries' certificates are read anew for each pull).

When it is fine: never; certificates that last weeks are renewed by a program, which then has failed.

References: https://docs.docker.com/engine/security/protect-access/
https://docs.docker.com/engine/security/certificates/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.questions import known_first
from hardhull.rules.rule import HIGH, MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


SOON = 30
"""Days."""
SHORT = 2048
"""Bits of an RSA key that are the least today (NIST SP 800-57)."""


@rule(
    "HH-NET-611",
    "engine-certificate-ending",
    dimension=NETWORK,
    severity=MEDIUM,
    needs=["certificates"],
    by_hand="a certificate is issued by whoever holds the CA",
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields each such certificate."""
    for item in known_first(host.certificates):
        path, days, bits = item.value
        if days < SOON:
            yield item.finding(
                f"the certificate {path} " + ("has ended" if days < 0 else f"ends in {days} days"),
                label="no longer valid" if days < 0 else "soon",
                value=f"{path} ending",
                severity=HIGH if days < 0 else None,
                fix=advise("issue a new one", f"openssl x509 -noout -text -in {path}"),
            )
        if 0 < bits < SHORT:
            yield item.finding(
                f"the key of the certificate {path} has {bits} bits",
                label="too short",
                value=f"{path} short",
                fix=advise(
                    "issue a new one with a longer key",
                    "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
                ),
            )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "certificates": {
   "/etc/docker/tls/cert.pem": {"days": 5, "bits": 2048}  #! HH-NET-611
  }
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "certificates": {
   "/etc/docker/tls/cert.pem": {"days": 300, "bits": 2048}
  }
 }
}
""",
    ),
]
