"""Engine API knows only all or nothing.

What it checks: an engine without `authorization-plugins`.

Why it matters: whoever may talk to the engine may do everything, also start a privileged container. A plugin can
allow single calls to single users.

How to fix: where several people or programs use the API, put a plugin between (for example the Open Policy Agent), or
a proxy that lets through only the calls they need.

When it is fine: engines that only root and one deployment tool talk to, which is usual; the finding is then only a
note.

References: https://docs.docker.com/engine/extend/plugins_authorization/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.rule import INFO, LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-105",
    "authorization-plugin-missing",
    dimension=PRIVILEGE,
    severity=INFO,
    cis=["docker-1.6:2.12", "docker-1.8:2.13"],
    tags=["advice", "cis"],
    by_hand="which plugin decides, and by which policy, is a decision of its own",
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the absence."""
    if engine.authorization_plugins.value:
        return
    remote = any(host.known and host.value.startswith("tcp://") for host in engine.hosts.value)
    yield engine.authorization_plugins.finding(
        "every client of the engine may do everything",
        label="no authorization-plugins",
        severity=LOW if remote else None,
        fix=advise(
            "let a plugin decide who may do what",
            'install a plugin with a policy (docker plugin install ...), then name it: "authorization-plugins":'
            ' ["NAME"]; a plugin that does not answer stops every call, so try it on another engine first',
        ),
    )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{  #! HH-PRV-105
  "icc": false
}
""",
        good="""
{
  "icc": false,
  "authorization-plugins": ["opa-docker-authz"]
}
""",
    ),
]
