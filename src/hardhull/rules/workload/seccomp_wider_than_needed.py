"""Container may make many system calls that no recorded run made.

What it checks: where runs of the workload were recorded: its calls are filtered by the engine's default profile, or not
at all, although the runs (and, where that was looked at, its programs) need far fewer.

Why it matters: the default profile lets some 300 of the kernel's calls through, an ordinary server makes 50 to 100.
Holes of the kernel are mostly in the calls that hardly anybody makes.

How to fix: `hardhull fix` writes the profile to `hardhull/seccomp/` and names it; for Kubernetes also an object for the
Security Profiles Operator. It allows what was observed, what the runtime itself called on the way in, and what else the
programs could call; with `--tight` only what was observed.

When it is fine: for programs that nobody can exercise fully. A profile is a lower bound: prove it before it counts.

References: https://docs.docker.com/engine/security/seccomp/
https://kubernetes.io/docs/tutorials/security/seccomp/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.seccomp import docker_default
from hardhull.facts.syscalls import known
from hardhull.rules.kept_examples import recorded
from hardhull.rules.observed import learned
from hardhull.rules.observed_calls import calls, filtered
from hardhull.rules.questions import is_privileged
from hardhull.rules.rule import LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-504",
    "seccomp-wider-than-needed",
    dimension=PRIVILEGE,
    severity=LOW,
    needs=["profile"],
)
def check(workload: Workload, policy: Policy) -> Iterator[Finding]:
    """Yields the profile, or its absence."""
    found = learned(workload)
    if found is None or not found.sees("syscalls") or is_privileged(workload):
        return
    state = workload.effective_seccomp
    if state.value == "custom":
        return
    if state.value == "default":
        default = docker_default()
        may = len(default.allowed | default.partly)
    else:
        may = len(known(amd64_only=True))
    needed = calls(found, tight=policy.tight)
    yield state.finding(
        f"{workload.subject} may make {may} system calls and needs {needed.words}, {found.runs}",
        label="the default profile" if state.value == "default" else "no filter",
        severity=None if state.value == "default" else MEDIUM,
        confidence=found.confidence,
        fix=filtered(workload, found, tight=policy.tight),
    ).with_evidence(found.saw("system calls", sorted(needed.observed)))


FILTER = """--- hardhull/seccomp/web.json
{
 "defaultAction": "SCMP_ACT_ERRNO",
 "defaultErrnoRet": 1,
 "syscalls": [
  {
   "names": [
    "execve",
    "exit_group",
    "futex",
    "read",
    "write"
   ],
   "action": "SCMP_ACT_ALLOW"
  },
  {
   "names": [
    "clone3"
   ],
   "action": "SCMP_ACT_ERRNO",
   "errnoRet": 38
  }
 ]
}
"""
EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-PRV-504
    image: shop:1
"""
        + recorded("compose.yaml", entry=("execve", "futex")),
        good="""
services:
  web:
    image: shop:1
    security_opt:
      - seccomp=./hardhull/seccomp/web.json
"""
        + recorded("compose.yaml", entry=("execve", "futex"))
        + FILTER,
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --name web --security-opt seccomp=unconfined shop:1  #! HH-PRV-504
"""
        + recorded("run.sh", "docker run web", entry=("execve", "futex")),
        good="""
docker run -d --name web --security-opt seccomp=./hardhull/seccomp/web.json shop:1
"""
        + recorded("run.sh", "docker run web", entry=("execve", "futex"))
        + FILTER,
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: shop:1
      securityContext:
        seccompProfile:
          type: RuntimeDefault  #! HH-PRV-504
"""
        + recorded("manifest.yaml", "container web of Pod web", entry=("execve", "futex")),
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: shop:1
      securityContext:
        seccompProfile:
          type: Localhost
          localhostProfile: operator/web.json
"""
        + recorded("manifest.yaml", "container web of Pod web", entry=("execve", "futex"))
        + FILTER
        + """--- hardhull/kubernetes/web-seccomp.yaml
apiVersion: security-profiles-operator.x-k8s.io/v1beta1
kind: SeccompProfile
metadata:
  name: web
spec:
  defaultAction: SCMP_ACT_ERRNO
  syscalls:
  - names:
    - execve
    - exit_group
    - futex
    - read
    - write
    action: SCMP_ACT_ALLOW
  - names:
    - clone3
    action: SCMP_ACT_ERRNO
    errnoRet: 38
""",
    ),
]
