"""Pod mounts a folder of its node.

What it checks: hostPath volumes in Kubernetes, apart from those that other rules report (engine sockets, sensitive
folders).

Why it matters: the folder belongs to the node, not to the pod: other pods see it, it stays when the pod is gone, and
links in it can lead out of it. The Pod Security Standards forbid hostPath altogether.

How to fix: use an emptyDir, a claim, a local PersistentVolume or a ConfigMap.

When it is fine: node agents (log shippers, storage and network drivers), read-only wherever possible.

References: https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.hostpaths import engine_socket, exposure
from hardhull.rules.questions import host_path, known_first
from hardhull.rules.rule import LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.parts import Mount
    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _reported_elsewhere(mount: Mount, path: str) -> bool:
    found = exposure(path)
    return bool(engine_socket(path)) or (found is not None and found.severity(read_only=mount.read_only) is not None)


@rule(
    "HH-PRV-024",
    "host-path-volume",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    tags=["pss-baseline", "pss-restricted"],
    also=["trivy:KSV-0023", "polaris:hostPathSet"],
    about=["mounts"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each mount of a hostPath volume."""
    if workload.runtime != "kubernetes":
        return
    for item in known_first(workload.mounts):
        path = host_path(item.value)
        if path and not _reported_elsewhere(item.value, path):
            yield item.finding(
                f"{workload.subject} mounts {path} of its node",
                label="a folder of the node",
                value=path,
                severity=LOW if item.value.read_only else None,
                fix=advise(
                    "use a volume of the cluster",
                    "a PersistentVolumeClaim keeps data, an emptyDir scratch files, a ConfigMap or Secret single files",
                ),
            )


EXAMPLES = [
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes:
    - name: data
      hostPath:
        path: /srv/data  #! HH-PRV-024
  containers:
    - name: web
      image: nginx:1.27
      volumeMounts:
        - name: data
          mountPath: /data
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes:
    - name: data
      emptyDir: {}
  containers:
    - name: web
      image: nginx:1.27
      volumeMounts:
        - name: data
          mountPath: /data
""",
    ),
]
