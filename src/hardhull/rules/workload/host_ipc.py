"""Container shares memory with all processes of the host.

What it checks: containers in the host's IPC namespace (`ipc: host`, `--ipc=host`, `hostIPC: true`).

Why it matters: the process reads and writes shared memory, semaphores and message queues of the host's processes,
databases among them, as far as file permissions allow; /dev/shm is the host's.

How to fix: for more shared memory use `shm_size`; to share with one other container use `ipc: shareable` there and
`ipc: "container:NAME"` here.

When it is fine: rare: measuring tools for shared memory.

References: https://docs.docker.com/reference/cli/docker/container/run/#ipc
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import back_to_default
from hardhull.rules.questions import is_minor_of_its_pod
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


MITIGATION = "prove it first: what shares memory with the host finds none"


@rule(
    "HH-PRV-013",
    "host-ipc",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    cis=["docker-1.6:5.17", "docker-1.8:5.17"],
    tags=["cis", "pss-baseline", "pss-restricted"],
    also=["trivy:KSV-0008", "checkov:CKV_K8S_18", "kube-linter:host-ipc"],
    about=["ipc"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    if workload.ipc.value == "host" and not is_minor_of_its_pod(workload):
        yield workload.ipc.finding(
            f"{workload.subject} shares memory with all processes of the host",
            label="the host's IPC namespace",
            fix=back_to_default(workload.ipc, "give it memory of its own to share", MITIGATION),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    ipc: host  #! HH-PRV-013
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
docker run -d --ipc=host nginx:1.27  #! HH-PRV-013
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
  hostIPC: true  #! HH-PRV-013
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
