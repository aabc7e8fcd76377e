"""Images are pulled through a mirror without TLS.

What it checks: entries of `registry-mirrors` that begin with `http://`, other than those of the host itself.

Why it matters: the mirror answers for every image of Docker Hub. Whoever is on the way between engine and mirror
answers in its place, and a tag then names an image of his.

How to fix: give the mirror a certificate and write `https://`.

When it is fine: a mirror on the machine itself.

References: https://docs.docker.com/docker-hub/image-library/mirror/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.engine_reload import interrupts
from hardhull.rules.each import each
from hardhull.rules.fix import NEEDS_PROOF, Swap, change
from hardhull.rules.rule import MEDIUM, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SRC-102",
    "registry-mirror-without-tls",
    dimension=SOURCE,
    severity=MEDIUM,
    checklist=[6],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields every mirror."""
    yield from each(engine.registry_mirrors.value, _judge)


def _judge(mirror: Field[str]) -> Iterator[Finding]:
    scheme, _, host = mirror.value.partition("://")
    if scheme == "http" and not host.startswith(("127.", "localhost", "[::1]")):
        yield mirror.finding(
            f"images of Docker Hub that {host} serves can be replaced on the way",
            label="no TLS",
            fix=change(
                f"ask {host} over TLS",
                Swap("registry_mirrors", mirror, f"https://{host}"),
                risk=NEEDS_PROOF,
                mitigation=f"see first that the mirror has a valid certificate (curl https://{host.rstrip('/')}/v2/)",
                interrupts=interrupts("registry_mirrors"),
            ),
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "registry-mirrors": ["http://mirror.example.com:5000"]  #! HH-SRC-102
}
""",
        good="""
{
  "registry-mirrors": ["https://mirror.example.com:5000"]
}
""",
    ),
]
