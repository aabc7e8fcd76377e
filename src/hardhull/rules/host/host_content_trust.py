"""Environment of the host relies on Docker Content Trust, or switches it off.

What it checks: DOCKER_CONTENT_TRUST in the files that set variables for everybody, for root and for services. The
variable of the shell that runs the scan says nothing of the others and is not looked at.

Why it matters: switched on it is an outage to come: its public service is announced to end in December 2026, and then
every pull with it fails. It never enforced anything: only the client looks, `docker run name@sha256:...` passes
unsigned. Switched off by hand, a check that somebody wanted is skipped.

How to fix: remove the variable, pin images by digest, and verify signatures with `cosign verify` or `notation verify`.

When it is fine: with a private Notary server that is kept running.

References: https://www.docker.com/blog/retiring-docker-content-trust/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SRC-610",
    "host-content-trust",
    dimension=SOURCE,
    severity=LOW,
    checklist=[5],
    tags=["hollow"],
    needs=["content_trust"],
    by_hand="what verifies signatures instead has to be chosen",
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields each file that sets the variable."""
    for item in known_first(host.content_trust):
        path, value = item.value
        off = value in {"0", "false", ""}
        does = "switches Docker Content Trust off" if off else "relies on Docker Content Trust, whose service ends"
        yield item.finding(
            f"{path} {does}",
            label="the client looks, the engine does not",
            value=f"{path} {value}",
            fix=advise(
                "verify signatures with a tool that is kept up", "cosign verify --key KEY IMAGE before it is used"
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
  "environment": {
   "/etc/environment": "1"  #! HH-SRC-610
  }
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "environment": {}
 }
}
""",
    ),
]
