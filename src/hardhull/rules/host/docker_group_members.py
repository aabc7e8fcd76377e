"""Users who may use the engine's socket.

What it checks: the members of the group that the engine's socket belongs to, those whose primary group it is
included.

Why it matters: whoever may use the socket starts a privileged container with the host's disk in it: each member is
root, without a password and without a trace in sudo's log.

How to fix: `gpasswd -d USER docker` for everybody who need not be root. Who only builds can use a rootless engine.

When it is fine: administrators who are root anyway; then ignore the finding by name in hardhull.toml.

References: https://docs.docker.com/engine/security/#docker-daemon-attack-surface
https://docs.docker.com/engine/security/rootless/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.questions import known_first
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-612",
    "docker-group-members",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    cis=["docker-1.6:1.1.2", "docker-1.8:1.1.2"],
    tags=["cis"],
    needs=["engine_users"],
    by_hand="who is trusted with root, only its owner knows",
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields each user."""
    for item in known_first(host.engine_users):
        yield item.finding(
            f"the user {item.value} can give orders to the engine and so become root on the host",
            label="a member of the socket's group",
            value=item.value,
            fix=advise("take the user out of the group", f"gpasswd -d {item.value} docker"),
        )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "engine_users": {"/etc/group docker": ["deploy"]}  #! HH-PRV-612
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "engine_users": {"/etc/group docker": []}
 }
}
""",
    ),
]
