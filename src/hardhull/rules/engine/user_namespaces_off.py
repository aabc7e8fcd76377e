"""Root in a container is root on the host.

What it checks: an engine that neither remaps users (`userns-remap`) nor runs rootless. Remapping `root` to itself
counts as off, because the engine then switches it off with a warning.

Why it matters: user 0 in a container is user 0 of the host: a break-out, or a writable host folder, gives all of the
host. With remapping it is a user without any rights.

How to fix: set `"userns-remap": "default"`. Images and containers of the engine so far are hidden afterwards (they
live in another folder), and bind mounts need new owners, so plan it as a migration; never flip it while
`live-restore` keeps containers running.

When it is fine: hosts whose containers all run as users other than root, or need the namespaces of the host.

References: https://docs.docker.com/engine/security/userns-remap/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.engine import remaps_users
from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-102",
    "user-namespaces-off",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    cis=["docker-1.6:2.9", "docker-1.8:2.10"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting, or its absence."""
    if remaps_users(engine):
        return
    written = engine.userns_remap.value != ""
    yield engine.userns_remap.finding(
        "root in a container is root on the host"
        + (f": the engine ignores a remapping to {engine.userns_remap.value}" if written else ""),
        label="switches user namespaces off" if written else "userns-remap is not set",
        fix=set_value(
            engine.userns_remap,
            "default",
            "make root of containers a user without rights on the host",
            risk=NEEDS_PROOF,
            mitigation="it hides all images, containers and volumes of the engine so far: save them, stop and remove"
            " every container, switch live-restore off, and give folders that are mounted to the new ids"
            " (/etc/subuid); start containers that need namespaces of the host with --userns host",
        ),
    )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{  #! HH-PRV-102
  "icc": false
}
""",
        good="""
{
  "icc": false,
  "userns-remap": "default"
}
""",
    ),
    Example(
        "daemon.json",
        bad="""
{
  "userns-remap": "root"  #! HH-PRV-102
}
""",
        good="""
{
  "userns-remap": "default"
}
""",
    ),
]
