"""Images are pulled from a registry without a valid certificate.

What it checks: entries of `insecure-registries`, other than those of the host itself.

Why it matters: the engine accepts any certificate from these registries, and plain HTTP. Whoever is on the way
replaces images, and reads the password of the registry.

How to fix: give the registry a certificate, and put its CA into `/etc/docker/certs.d/HOST:PORT/ca.crt`; then remove
the entry.

When it is fine: a registry on the machine itself (127.0.0.0/8 is always allowed and needs no entry), or in a
throw-away test network.

References: https://docs.docker.com/engine/security/certificates/
https://docs.docker.com/reference/cli/dockerd/
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hardhull.facts.engine_reload import when_dropped
from hardhull.rules.each import each
from hardhull.rules.fix import NEEDS_PROOF, Drop, change
from hardhull.rules.rule import HIGH, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SRC-101",
    "insecure-registry",
    dimension=SOURCE,
    severity=HIGH,
    checklist=[6],
    cis=["docker-1.6:2.5", "docker-1.8:2.5"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields every entry."""
    yield from each(engine.insecure_registries.value, partial(_judge, engine))


def _judge(engine: Engine, entry: Field[str]) -> Iterator[Finding]:
    host = entry.value.rpartition("://")[2]
    if _is_local(host):
        return
    leaving = sum(not _is_local(one.get("").rpartition("://")[2]) for one in engine.insecure_registries.value)
    yield entry.finding(
        f"images from {host} can be replaced on the way",
        label="any certificate, or none",
        fix=change(
            f"ask {host} for a valid certificate",
            Drop("insecure_registries", entry),
            risk=NEEDS_PROOF,
            mitigation=f"see first that the registry has TLS (curl https://{host}/v2/), and put a CA of your own into"
            f" /etc/docker/certs.d/{host}/ca.crt",
            interrupts=when_dropped(engine, "insecure_registries", leaving),
        ),
    )


def _is_local(host: str) -> bool:
    return host.startswith(("127.", "localhost:", "localhost/", "[::1]", "::1")) or host == "localhost"


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "insecure-registries": [
    "registry.example.com:5000",  #! HH-SRC-101
    "127.0.0.1:5000"
  ]
}
""",
        good="""
{
  "insecure-registries": [
    "127.0.0.1:5000"
  ]
}
""",
    ),
]
