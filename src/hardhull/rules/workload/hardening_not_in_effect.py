"""Container was hardened on paper, and the kernel has it otherwise.

What it checks: everything that the engine was told to restrict (capabilities, system call filter, no-new-privileges,
user, AppArmor and SELinux, limits, a read-only root) against what the kernel shows of the running process: its
/proc/PID/status, mounts and control groups.

Why it matters: the definition looks safe, passes every check of files, and protects nothing. Kernels without AppArmor
or I/O weights accept the setting, other runtimes leave it out, and somebody may have changed the group by hand.

How to fix: make it again with a setting that this kernel and runtime know, or choose a machine that does; then scan
again. Until then count on what is real.

When it is fine: where something else does the same.

References: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
https://docs.docker.com/engine/security/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.questions import known_first
from hardhull.rules.rule import HIGH, LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-210",
    "hardening-not-in-effect",
    dimension=PRIVILEGE,
    severity=HIGH,
    tags=["hollow"],
    about=["unreal"],
    by_hand="the kernel or the runtime of this machine does not do what was asked for",
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each restriction that does not hold."""
    for item in known_first(workload.unreal):
        drift = item.value
        why = f": {drift.why}" if drift.why else ""
        yield item.finding(
            f"{workload.subject} was given {drift.declared}; real is {drift.real}{why}",
            label="not in effect",
            value=drift.field,
            severity=SEVERITY.get(drift.field),
        )


SEVERITY = {
    "block_io": LOW, "cpus": MEDIUM, "memory": MEDIUM, "memory_swap": LOW, "pids": MEDIUM, "read_only": MEDIUM,
    "apparmor": MEDIUM, "selinux": MEDIUM,
}  # fmt: skip
"""Where it is not high: what costs more than it lets in, and what most kernels of other families lack."""


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["containers"]},
 "containers": [
  {
   "GET /containers/4fa6e0f0c678/json": {
    "Name": "/web",
    "Config": {"Image": "nginx:1.27"},
    "HostConfig": {"SecurityOpt": ["no-new-privileges:true"]}
   },
   "kernel": {
    "/proc/812/status": {
     "Name": "nginx",
     "Uid": "1000 1000 1000 1000",
     "CapBnd": "0000000000000000",
     "NoNewPrivs": "0"  #! HH-PRV-210
    }
   }
  }
 ]
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["containers"]},
 "containers": [
  {
   "GET /containers/4fa6e0f0c678/json": {
    "Name": "/web",
    "Config": {"Image": "nginx:1.27"},
    "HostConfig": {"SecurityOpt": ["no-new-privileges:true"]}
   },
   "kernel": {
    "/proc/812/status": {
     "Name": "nginx",
     "Uid": "1000 1000 1000 1000",
     "CapBnd": "0000000000000000",
     "NoNewPrivs": "1"
    }
   }
  }
 ]
}
""",
    ),
]
