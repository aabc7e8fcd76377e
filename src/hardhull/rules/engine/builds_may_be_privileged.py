"""Every build may ask for all privileges.

What it checks: a builder configuration with the entitlement `security-insecure`.

Why it matters: a Dockerfile with `RUN --security=insecure` is then run with all capabilities and without filters, so
whoever may start a build, or changes a Dockerfile that is built, is root on the host.

How to fix: remove the entitlement; builds that need it can use a builder of their own (`docker buildx create`).

When it is fine: build machines that run nothing else and are thrown away.

References: https://docs.docker.com/build/buildkit/toml-configuration/
https://docs.docker.com/reference/dockerfile/#run---security
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, drop
from hardhull.rules.rule import HIGH, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-106",
    "builds-may-be-privileged",
    dimension=PRIVILEGE,
    severity=HIGH,
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the entitlement."""
    for item in engine.builder_entitlements.value:
        if item.value == ("security-insecure", True):
            yield item.finding(
                "a build can ask for every privilege on the host",
                label="RUN --security=insecure is allowed",
                fix=drop(
                    engine.builder_entitlements,
                    [item],
                    "take security-insecure away from builds",
                    risk=NEEDS_PROOF,
                    mitigation="give builds with RUN --security=insecure a builder of their own (docker buildx create)",
                ),
            )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "live-restore": true,
  "builder": {
    "entitlements": {
      "security-insecure": true  #! HH-PRV-106
    }
  }
}
""",
        good="""
{
  "live-restore": true
}
""",
    ),
]
