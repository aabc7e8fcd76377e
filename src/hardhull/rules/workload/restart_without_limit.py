"""Container is restarted without end.

What it checks: the restart policies `always` and `unless-stopped` outside of Kubernetes and Swarm, which wait longer
and longer.

Why it matters: a process that an attacker makes crash comes back at once, as often as needed to guess addresses; a
broken one burns the host's time and fills its logs, and nobody notices.

How to fix: use `on-failure:5` and let monitoring tell you that it gave up.

When it is fine: services that have to come back after a reboot of the host; Docker then restarts with growing pauses
up to a minute.

References: https://docs.docker.com/engine/containers/start-containers-automatically/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.hardening import snippet
from hardhull.rules.rule import INFO, LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _advice(workload: Workload) -> str:
    """The policy with a limit, and what it costs: an engine that starts again leaves such containers stopped."""
    text = snippet(workload, compose="restart: on-failure:5", docker="--restart on-failure:5")
    return (
        f"{text}\n# with it nothing starts the container after a reboot or a restart of the engine: let systemd do\n"
        "# that, or keep the policy and let monitoring count restarts (docker inspect --format '{{.RestartCount}}')"
    )


@rule(
    "HH-MON-006",
    "restart-without-limit",
    dimension=MONITORING,
    severity=LOW,
    cis=["docker-1.6:5.15", "docker-1.8:5.15"],
    tags=["cis"],
    about=["restart"],
    by_hand="with a limit nothing starts the container after a reboot, and its owner knows whether that may be",
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the policy."""
    policy = workload.restart.value
    if workload.runtime in {"kubernetes", "swarm"} or policy not in {"always", "unless-stopped"}:
        return
    yield workload.restart.finding(
        f"{workload.subject} is restarted without end",
        label="no limit",
        severity=INFO if policy == "unless-stopped" else None,
        fix=advise("give up after five failures, unless it has to come back after a reboot", _advice(workload)),
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    restart: always  #! HH-MON-006
""",
        good="""
services:
  web:
    image: nginx:1.27
    restart: on-failure:5
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --restart unless-stopped nginx:1.27  #! HH-MON-006
""",
        good="""
docker run -d --restart on-failure:5 nginx:1.27
""",
    ),
]
