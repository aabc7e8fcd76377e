"""Engine's socket can be used by users who are not meant to.

What it checks: the files of the Unix sockets that the running engine listens on: write permission for everybody, an
owner who is not root, a group other than `docker` and `root`, an access list.

Why it matters: whoever may write to the socket gives the engine orders and is root on the host. `chmod 666` is what
many tutorials advise.

How to fix: `chmod 660` and `chown root:docker`; in docker.socket set `SocketMode=0660` and `SocketGroup=docker`. Give
users rootless engines instead.

When it is fine: a rootless engine's socket belongs to its user. A group of another name on purpose.

References: https://docs.docker.com/engine/security/protect-access/
https://docs.docker.com/engine/install/linux-postinstall/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.questions import known_first
from hardhull.rules.rule import CRITICAL, LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-108",
    "engine-socket-open",
    dimension=NETWORK,
    severity=CRITICAL,
    cis=["docker-1.6:3.15", "docker-1.6:3.16", "docker-1.8:3.15", "docker-1.8:3.16"],
    tags=["cis"],
    by_hand="it is a file of the running machine, not of a configuration",
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields each socket that more than root and one group can use."""
    for item in known_first(engine.sockets):
        file = item.value
        if file.mode & EVERYBODY_WRITES:
            yield item.finding(
                f"every local user is root on the host: {file.path} has mode {file.mode:04o}",
                label="everybody may write",
                value=f"{file.path} mode",
            )
        if file.owner != "root" and not engine.rootless.get(False):
            yield item.finding(
                f"{file.owner} is root on the host: {file.path} is theirs",
                label="not root's",
                value=f"{file.path} owner",
            )
        elif file.group not in GROUPS or file.access_list:
            more = "an access list" if file.access_list else f"the group {file.group}"
            yield item.finding(
                f"{more} decides who is root on the host, at {file.path}",
                label="more than root and docker",
                value=f"{file.path} group",
                severity=LOW,
            )


EVERYBODY_WRITES = 0o002
GROUPS = frozenset({"root", "docker"})


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["engine"]},
 "engine": {
  "GET /version": {"Version": "29.10.1"},
  "GET /info": {"Debug": false},
  "/proc/412/cmdline": ["dockerd"],
  "/proc/412/fd": [
   {"address": "unix:///var/run/docker.sock", "mode": "0666", "owner": "root", "group": "docker"}  #! HH-NET-108
  ]
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["engine"]},
 "engine": {
  "GET /version": {"Version": "29.10.1"},
  "GET /info": {"Debug": false},
  "/proc/412/cmdline": ["dockerd"],
  "/proc/412/fd": [
   {"address": "unix:///var/run/docker.sock", "mode": "0660", "owner": "root", "group": "docker"}
  ]
 }
}
""",
    ),
]
