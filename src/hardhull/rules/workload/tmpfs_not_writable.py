"""Container's user cannot write to its tmpfs.

What it checks: a tmpfs whose `mode` lets only root write (`mode=755`, `mode=700`) in a container that runs as another
user, without `uid` for that user.

Why it matters: the folder belongs to root, so the process fails where it was meant to write, and the next step is
usually that somebody takes the read-only root filesystem away again.

How to fix: leave `mode` out (the default is 1777), or set `uid` and `gid` to the user.

When it is fine: folders that only root's start-up script writes to.

References: https://docs.docker.com/engine/storage/tmpfs/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe import is_root
from hardhull.rules.fix import NEEDS_PROOF, swap
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.parts import Mount
    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _only_root_writes(mount: Mount, user: str) -> bool:
    """Whether the mode keeps this user from writing."""
    options = dict(option.partition("=")[::2] for option in mount.options)
    mode = options.get("mode", "")
    if mount.kind != "tmpfs" or not mode or not set(mode) <= set("01234567") or len(mode) > 5:
        return False
    uid = options.get("uid", "0")
    return not int(mode, 8) & 0o002 and is_root(uid) and "gid" not in options and not is_root(user)


def _open(mount: Mount) -> Mount:
    """The mount with the mode of /tmp."""
    options = tuple("mode=1777" if option.startswith("mode=") else option for option in mount.options)
    return mount._replace(options=options)


@rule(
    "HH-PRV-207",
    "tmpfs-not-writable",
    dimension=PRIVILEGE,
    severity=LOW,
    tags=["hollow"],
    about=["mounts"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each such mount."""
    user = workload.effective_user.get("")
    if not user:
        return
    for item in known_first(workload.mounts):
        if _only_root_writes(item.value, user):
            yield item.finding(
                f"{workload.subject} runs as {user} and cannot write to its tmpfs {item.value.target}",
                label="only root writes here",
                value=item.value.target,
                fix=swap(
                    workload.mounts,
                    item,
                    _open(item.value),
                    "let every user of the container write, as in /tmp",
                    risk=NEEDS_PROOF,
                    mitigation="look first whether it writes there at all, or is started as another user: narrower is "
                    "uid= and gid= of its user",
                ),
            )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    user: "101:101"
    tmpfs:
      - /tmp:mode=755  #! HH-PRV-207
""",
        good="""
services:
  web:
    image: nginx:1.27
    user: "101:101"
    tmpfs:
      - /tmp:mode=1777
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --user 101:101 --tmpfs /tmp:mode=0700 nginx:1.27  #! HH-PRV-207
""",
        good="""
docker run -d --user 101:101 --tmpfs /tmp:mode=1777 nginx:1.27
""",
    ),
]
