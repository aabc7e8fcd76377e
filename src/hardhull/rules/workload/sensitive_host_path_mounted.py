"""Container has a host folder that decides who is root.

What it checks: bind mounts (also hostPath volumes, and named volumes that are binds) of host folders with programs,
accounts, keys, kernel settings or the data of other containers. What is harmless read-only (logs, kernel modules,
programs) is left out when it is mounted so.

Why it matters: writing to the host's /etc, /usr/bin, /proc or cron folders is root on the host; reading /etc/shadow,
/root, SSH keys or other containers' volumes is often as good.

How to fix: mount the single file or folder that is needed, read-only; copy configuration into a named volume, a
config or a secret.

When it is fine: monitors of the host mount /proc, /sys or / read-only: the finding is one step lower for images that
are known to do so. Backup tools.

References: https://docs.docker.com/engine/storage/bind-mounts/
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Severity
from hardhull.rules.fix import NEEDS_PROOF, advise, swap
from hardhull.rules.hostpaths import DATA, engine_socket, exposure
from hardhull.rules.questions import host_path, image_name, known_first
from hardhull.rules.rule import HIGH, LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.parts import Mount
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.hostpaths import Exposure
    from hardhull.rules.policy import Policy

MONITORS = (
    "node-exporter", "cadvisor", "datadog", "netdata", "telegraf", "glances", "falco", "sysdig", "metricbeat",
    "filebeat", "promtail", "alloy", "dozzle", "beszel", "scrutiny", "otel", "opentelemetry-collector", "fluent-bit",
    "fluentd", "vector", "newrelic", "wazuh", "kube-bench", "docker-bench", "trivy",
)  # fmt: skip
"""Parts of the names of images whose work is to look at the host."""


def _fix(workload: Workload, item: Field[Mount], found: Exposure) -> Fix:
    """Read-only where that takes the danger out; what is mounted for a purpose is not just taken away."""
    if not item.value.read_only and found.severity(read_only=True) is None:
        return swap(
            workload.mounts,
            item,
            item.value._replace(read_only=True),
            "mount it read-only",
            risk=NEEDS_PROOF,
            mitigation="prove it first: writing there fails with `Read-only file system`",
        )
    path = host_path(item.value)
    if item.value.read_only:
        return advise(
            "mount only what it reads of that, or let it do without",
            f"one file or folder below {path} instead of all of it, or a copy in a named volume; what watches the host "
            "keeps what its documentation asks for: say so with `# hardhull: ignore[HH-PRV-018] -- reason`",
        )
    return advise(
        "mount only what it changes of that, or let it do without",
        f"one file or folder below {path} instead of all of it, or a named volume; `:ro` where it only reads",
    )


@rule(
    "HH-PRV-018",
    "sensitive-host-path-mounted",
    dimension=PRIVILEGE,
    severity=HIGH,
    cis=["docker-1.6:5.6", "docker-1.8:5.6"],
    tags=["cis", "pss-baseline", "pss-restricted"],
    also=["trivy:KSV-0121", "kube-linter:sensitive-host-mounts"],
    about=["mounts"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each mount of such a folder."""
    engine = workload.engine.get(None)
    data_root = engine.data_root.get(DATA) if engine is not None else DATA
    for item in known_first(workload.mounts):
        mount = item.value
        path = host_path(mount)
        found = exposure(path, data_root) if path and not engine_socket(path) else None
        severity = found.severity(read_only=mount.read_only) if found else None
        if found is None or severity is None:
            continue
        if mount.read_only and severity > LOW and any(part in image_name(workload) for part in MONITORS):
            severity = Severity(severity - 1)
        yield item.finding(
            f"{workload.subject} can {'read' if mount.read_only else 'change'} {found.what} ({path})",
            label=f"{found.what}, {'read-only' if mount.read_only else 'writable'}",
            value=f"{path} {'ro' if mount.read_only else 'rw'}",
            severity=severity,
            fix=_fix(workload, item, found),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    volumes:
      - /etc:/host/etc  #! HH-PRV-018
      - /etc/localtime:/etc/localtime:ro
""",
        good="""
services:
  web:
    image: nginx:1.27
    volumes:
      - /etc/localtime:/etc/localtime:ro
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d -v /:/host:ro nginx:1.27  #! HH-PRV-018
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
  volumes:
    - name: node
      hostPath:
        path: /var/lib/kubelet  #! HH-PRV-018
  containers:
    - name: web
      image: nginx:1.27
      volumeMounts:
        - name: node
          mountPath: /host
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
