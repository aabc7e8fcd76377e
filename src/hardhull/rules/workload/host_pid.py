"""Container sees and reaches all processes of the host.

What it checks: containers in the host's PID namespace (`pid: host`, `--pid=host`, `hostPID: true`).

Why it matters: the process sees every command line and, through /proc, the environment, root folder and open files of
other processes of its user; root can signal and (with SYS_PTRACE) take over all of them.

How to fix: remove it; to watch one other container use `pid: "container:NAME"` or `shareProcessNamespace`.

When it is fine: monitors of the host (node exporters, runtime security sensors), with everything else locked down.

References: https://docs.docker.com/reference/cli/docker/container/run/#pid
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import off_the_host
from hardhull.rules.questions import is_minor_of_its_pod
from hardhull.rules.rule import HIGH, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


MITIGATION = "prove it first: what looks at processes of the host sees its own only"


@rule(
    "HH-PRV-012",
    "host-pid",
    dimension=PRIVILEGE,
    severity=HIGH,
    cis=["docker-1.6:5.16", "docker-1.8:5.16"],
    tags=["cis", "pss-baseline", "pss-restricted"],
    also=["trivy:KSV-0010", "checkov:CKV_K8S_17", "kube-linter:host-pid"],
    about=["pid"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    if workload.pid.value == "host" and not is_minor_of_its_pod(workload):
        yield workload.pid.finding(
            f"{workload.subject} sees and reaches all processes of the host",
            label="the host's PID namespace",
            fix=off_the_host(workload, workload.pid, "give it process ids of its own", MITIGATION),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    pid: host  #! HH-PRV-012
""",
        good="""
services:
  web:
    image: nginx:1.27
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --pid=host nginx:1.27  #! HH-PRV-012
""",
        good="""
docker run -d nginx:1.27
""",
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostPID: true  #! HH-PRV-012
  containers:
    - name: web
      image: nginx:1.27
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx:1.27
""",
    ),
]
