"""Container sets a kernel parameter that is not its own.

What it checks: sysctls outside of what the runtime keeps apart for each container. Docker refuses those that have no
namespace, and network ones in the host's network; Kubernetes refuses all but a short list unless the kubelet allows
them.

Why it matters: parameters without a namespace hold for the whole host. Mostly the container or pod simply does not
start; where somebody allowed it, it changes the host for everybody.

How to fix: set host-wide parameters on the host (`/etc/sysctl.d`), and keep the safe ones here.

When it is fine: clusters whose kubelets allow this one (`--allowed-unsafe-sysctls`).

References: https://docs.docker.com/reference/cli/docker/container/run/#sysctl
https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, SAFE, drop
from hardhull.rules.questions import known_first
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

KUBELET_SAFE = frozenset(
    {
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    }
)  # fmt: skip
"""What every kubelet allows (Kubernetes 1.32)."""
OWN = ("net.", "kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue.", "kernel.domainname")
"""What has a namespace, so that Docker lets a container set it (validateSysctls in docker/cli and runc)."""


NODE = "prove it first: set it on the node, or allow it there with --allowed-unsafe-sysctls"


@rule(
    "HH-PRV-023",
    "unsafe-sysctl",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    tags=["pss-baseline", "pss-restricted"],
    also=["trivy:KSV-0026", "kube-linter:unsafe-sysctls"],
    about=["sysctls"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each such parameter."""
    shared_network = workload.network_mode.get(None) == "host"
    for item in known_first(workload.sysctls):
        name = item.value[0].replace("/", ".")
        if workload.runtime == "kubernetes":
            if name not in KUBELET_SAFE:
                yield item.finding(
                    f"{workload.subject} sets {name}, which kubelets refuse unless told otherwise",
                    label="not a safe sysctl",
                    value=name,
                    fix=drop(workload.sysctls, [item], f"leave {name} as it is", risk=NEEDS_PROOF, mitigation=NODE),
                )
        elif not name.startswith(OWN) or (shared_network and name.startswith("net.")):
            yield item.finding(
                f"{workload.subject} sets {name}, which is the whole host's: the engine refuses it",
                label="has no namespace of its own",
                value=name,
                fix=drop(workload.sysctls, [item], f"take {name} out: it starts only then", risk=SAFE),
            )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    sysctls:
      vm.max_map_count: 262144  #! HH-PRV-023
      net.core.somaxconn: 1024
""",
        good="""
services:
  web:
    image: nginx:1.27
    sysctls:
      net.core.somaxconn: 1024
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --sysctl kernel.pid_max=99999 nginx:1.27  #! HH-PRV-023
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
  securityContext:
    sysctls:
      - name: net.core.somaxconn  #! HH-PRV-023
        value: "1024"
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
