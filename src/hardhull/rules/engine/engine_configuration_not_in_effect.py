"""Engine does not do what its configuration says.

What it checks: daemon.json and the options of the running dockerd against what the engine tells of itself, the sockets
it listens on and the packet filter's rules: icc, userns-remap, live-restore, registries, plugins, drivers and so on.

Why it matters: the file looks safe, and file checks pass, but nothing of it holds. The usual reasons: the file was
changed and the engine was not restarted (a reload takes few keys and says nothing of the others), live-restore kept
the old bridge, the engine reads another file (`--config-file`), or the file cannot be read any more and the next start
fails.

How to fix: restart the engine; for icc stop all containers first. `hardhull fix engine` does that with a way back.

When it is fine: shortly, between the change and the planned restart.

References: https://docs.docker.com/engine/daemon/
https://github.com/moby/moby/issues/42753
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.questions import known_first
from hardhull.rules.rule import HIGH, LOW, MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-192",
    "engine-configuration-not-in-effect",
    dimension=MONITORING,
    severity=MEDIUM,
    tags=["hollow"],
    by_hand="the engine has to be restarted, which interrupts what runs",
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields each setting that is written and not followed."""
    for item in known_first(engine.unreal):
        drift = item.value
        why = f": {drift.why}" if drift.why else ""
        key = drift.field.replace("_", "-")
        yield item.finding(
            f"{key} is {drift.declared} in the configuration; the running engine has {drift.real}{why}",
            label="what really holds",
            value=drift.field,
            severity=LOW if "unless" in drift.real else SEVERITY.get(drift.field),
        )


SEVERITY = {
    "icc": HIGH, "userns_remap": HIGH, "seccomp_profile": HIGH, "authorization_plugins": HIGH, "config_file": HIGH,
    "no_new_privileges": HIGH, "debug": LOW, "live_restore": LOW, "registry_mirrors": LOW,
}  # fmt: skip
"""Where a protection is believed in that is not there; and what only costs convenience."""


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
   "LiveRestoreEnabled": false  #! HH-MON-192
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
