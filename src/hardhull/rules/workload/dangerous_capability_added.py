"""Container is given a dangerous capability.

What it checks: capabilities that reach beyond the container: they load kernel modules, mount, read any file, watch or
change other processes, reconfigure the network, set the clock. Some are worse together with a shared namespace of the
host.

Why it matters: a capability is a part of root's power. With SYS_ADMIN, SYS_MODULE or DAC_READ_SEARCH a process that
was taken over reads or writes the host's files; with NET_ADMIN it reroutes traffic.

How to fix: remove it and let a recorded run show what is really needed. Often a narrower way exists: a device, a
sysctl, a single mount, or a helper outside of the container.

When it is fine: VPN gateways, DHCP servers and monitors of the host need some of these; the finding is then one step
lower, for images that are known to need it.

References: https://man7.org/linux/man-pages/man7/capabilities.7.html
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.capabilities import normal
from hardhull.model.finding import Severity
from hardhull.rules.fix import NEEDS_PROOF, advise, drop
from hardhull.rules.hardening import PROVE
from hardhull.rules.questions import image_name, is_privileged, known_first
from hardhull.rules.rule import CRITICAL, HIGH, LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

POWERS = {
    "ALL": (CRITICAL, "has every power of root on the host"),
    "SYS_ADMIN": (CRITICAL, "mounts file systems and administers the kernel"),
    "SYS_MODULE": (CRITICAL, "loads modules into the host's kernel"),
    "SYS_RAWIO": (HIGH, "talks to disks and memory of the host directly"),
    "DAC_READ_SEARCH": (HIGH, "opens any file of the host's file systems"),
    "BPF": (HIGH, "loads programs into the host's kernel"),
    "MAC_ADMIN": (HIGH, "changes the host's AppArmor or SELinux policy"),
    "MAC_OVERRIDE": (HIGH, "ignores the host's AppArmor or SELinux policy"),
    "SYS_BOOT": (HIGH, "reboots the host or starts another kernel"),
    "SYS_PTRACE": (MEDIUM, "reads and changes every process it sees"),
    "NET_ADMIN": (MEDIUM, "reconfigures its network: addresses, routes, firewall"),
    "PERFMON": (MEDIUM, "watches the host's kernel and processes"),
    "CHECKPOINT_RESTORE": (MEDIUM, "reads the memory of other processes"),
    "AUDIT_CONTROL": (MEDIUM, "switches the host's audit off"),
    "SYS_TIME": (MEDIUM, "sets the host's clock"),
    "SYSLOG": (LOW, "reads the host's kernel log"),
    "SYS_RESOURCE": (LOW, "lifts its own limits"),
    "NET_BROADCAST": (LOW, "sends to everybody on its network"),
}
"""What each lets a process do (capabilities(7)), and how bad that is in namespaces of its own."""

WORSE = {"SYS_PTRACE": ("pid", "the host's processes"), "NET_ADMIN": ("network_mode", "the host's network")}
"""Capabilities that reach the host where a namespace is shared with it."""

KNOWN_NEEDS = {
    "wireguard": {"NET_ADMIN", "SYS_MODULE"},
    "wg-easy": {"NET_ADMIN", "SYS_MODULE"},
    "gluetun": {"NET_ADMIN"},
    "openvpn": {"NET_ADMIN"},
    "tailscale": {"NET_ADMIN", "SYS_MODULE"},
    "zerotier": {"NET_ADMIN", "SYS_ADMIN"},
    "pihole": {"NET_ADMIN", "SYS_TIME"},
    "adguardhome": {"NET_ADMIN"},
    "keepalived": {"NET_ADMIN", "NET_BROADCAST"},
    "fail2ban": {"NET_ADMIN"},
    "netdata": {"SYS_PTRACE", "SYS_ADMIN"},
    "falco": {"SYS_PTRACE", "SYS_ADMIN", "BPF", "PERFMON", "SYS_RESOURCE"},
    "calico": {"NET_ADMIN", "SYS_ADMIN"},
    "cilium": {"NET_ADMIN", "SYS_ADMIN", "SYS_MODULE", "BPF", "PERFMON", "SYS_RESOURCE", "SYS_PTRACE", "SYSLOG"},
    "flannel": {"NET_ADMIN"},
    "speaker": {"NET_ADMIN"},
    "istio": {"NET_ADMIN"},
    "proxyv2": {"NET_ADMIN"},
    "proxy-init": {"NET_ADMIN"},
}
"""What images (by a part of their name) are documented to need."""


def _severity(workload: Workload, name: str) -> tuple[Severity, str]:
    """How bad the capability is here, and what it lets the process do."""
    severity, power = POWERS[name]
    if name in WORSE:
        field, what = WORSE[name]
        if workload.fields.get(field) and workload.fields[field].get("") == "host":
            severity, power = HIGH, f"{power}, and shares {what}"
    image = image_name(workload)
    if image and any(part in image and name in needs for part, needs in KNOWN_NEEDS.items()):
        return Severity(severity - 1), f"{power} (the image is known to need it)"
    return severity, power


def _fix(workload: Workload, item: Field[str], name: str) -> Fix:
    """The capability goes, unless the image is known to need it."""
    image = image_name(workload)
    if any(part in image and name in needs for part, needs in KNOWN_NEEDS.items()):
        advice = (
            f"{image} is documented to need {name}: decide whether you want what it does, and ignore the finding then"
        )
        return advise(f"keep or give up {name}", advice)
    return drop(workload.cap_add, [item], f"take {name} away", risk=NEEDS_PROOF, mitigation=PROVE)


@rule(
    "HH-PRV-003",
    "dangerous-capability-added",
    dimension=PRIVILEGE,
    severity=HIGH,
    checklist=[8],
    cis=["docker-1.6:5.4", "docker-1.8:5.4"],
    tags=["cis", "pss-baseline", "pss-restricted"],
    also=["trivy:KSV-0022", "checkov:CKV_K8S_25", "polaris:dangerousCapabilities"],
    about=["cap_add", "privileged"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each dangerous capability in the list."""
    if is_privileged(workload):
        return
    for item in known_first(workload.cap_add):
        name = normal(item.value)
        if name in POWERS:
            severity, power = _severity(workload, name)
            yield item.finding(
                f"{workload.subject} gets {name}: it {power}",
                label=power,
                value=name,
                severity=severity,
                fix=_fix(workload, item, name),
            )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    cap_drop: [ALL]
    cap_add:
      - CHOWN
      - SYS_ADMIN  #! HH-PRV-003
""",
        good="""
services:
  web:
    image: nginx:1.27
    cap_drop: [ALL]
    cap_add:
      - CHOWN
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --cap-drop=ALL --cap-add=cap_sys_ptrace nginx:1.27  #! HH-PRV-003
""",
        good="""
docker run -d --cap-drop=ALL nginx:1.27
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
  containers:
    - name: web
      image: nginx:1.27
      securityContext:
        capabilities:
          add:
            - NET_ADMIN  #! HH-PRV-003
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
