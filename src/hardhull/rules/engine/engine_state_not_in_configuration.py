"""Engine does something that its configuration does not say.

What it checks: the running engine against daemon.json and its options, the other way round: what it does and nobody
wrote down.

Why it matters: the next start takes it back. Mostly a key was removed from the file, or set by a file that is no longer
read; somebody relies on it (live-restore, a remapping, a registry) and will be surprised.

How to fix: write the setting down, or restart the engine so that what is written holds.

When it is fine: shortly, between the change and the planned restart.

References: https://docs.docker.com/engine/daemon/
https://docs.docker.com/reference/cli/dockerd/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-193",
    "engine-state-not-in-configuration",
    dimension=MONITORING,
    severity=LOW,
    by_hand="whether the state or the file is meant, only their owner knows",
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields each such state."""
    for item in known_first(engine.unwritten_state):
        drift = item.value
        key = drift.field.replace("_", "-")
        yield item.finding(
            f"the running engine has {key} {drift.real}, and its configuration does not say so",
            label="the next start takes it back",
            value=drift.field,
            severity=MEDIUM if drift.field in WEIGHTY else None,
        )


WEIGHTY = frozenset({"userns_remap", "icc", "authorization_plugins", "seccomp_profile", "data_root"})
"""What changes who may do what, or hides data, when it goes."""


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["engine"]},
 "engine": {
  "GET /version": {"Version": "29.10.1"},
  "GET /info": {
   "LiveRestoreEnabled": true  #! HH-MON-193
  },
  "/proc/412/cmdline": [
   "dockerd"
  ],
  "/etc/docker/daemon.json": {
   "lines": [
    "{",
    "  \\"debug\\": false",
    "}"
   ]
  }
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["engine"]},
 "engine": {
  "GET /version": {"Version": "29.10.1"},
  "GET /info": {
   "LiveRestoreEnabled": true
  },
  "/proc/412/cmdline": [
   "dockerd"
  ],
  "/etc/docker/daemon.json": {
   "lines": [
    "{",
    "  \\"live-restore\\": true",
    "}"
   ]
  }
 }
}
""",
    ),
]
