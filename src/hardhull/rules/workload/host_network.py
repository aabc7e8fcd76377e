"""Container uses the host's network.

What it checks: containers without a network of their own (`network_mode: host`, `--network host`, `hostNetwork:
true`).

Why it matters: the process listens on every address of the host past all published ports and their rules, reaches
services that listen on localhost only, and sees the host's interfaces. With NET_ADMIN it changes the host's firewall.

How to fix: use a network of its own and publish the ports that are needed.

When it is fine: network drivers, DHCP and discovery (mDNS) services, and monitors of the host's network.

References: https://docs.docker.com/engine/network/drivers/host/
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import off_the_host
from hardhull.rules.questions import is_minor_of_its_pod, throwaway
from hardhull.rules.rule import HIGH, MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


MITIGATION = "publish the ports that others need, and name services instead of localhost; prove it first"


@rule(
    "HH-NET-001",
    "host-network",
    dimension=NETWORK,
    severity=HIGH,
    checklist=[13],
    cis=["docker-1.6:5.10", "docker-1.8:5.10"],
    tags=["cis", "pss-baseline", "pss-restricted"],
    also=["trivy:KSV-0009", "checkov:CKV_K8S_19", "kube-linter:host-network"],
    about=["network_mode"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    if workload.network_mode.value == "host" and not is_minor_of_its_pod(workload):
        yield workload.network_mode.finding(
            f"{workload.subject} listens on and reaches every address of the host, localhost included",
            label="the host's network",
            severity=MEDIUM if throwaway(workload) else None,
            fix=off_the_host(workload, workload.network_mode, "give it a network of its own", MITIGATION),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    network_mode: host  #! HH-NET-001
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
docker run -d --network host nginx:1.27  #! HH-NET-001
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
  hostNetwork: true  #! HH-NET-001
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
