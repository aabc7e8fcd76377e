"""Container is given a device of the host.

What it checks: devices (`devices:`, `--device`) and rules that allow making them (`device_cgroup_rules`). Disks,
memory and rules for all devices are critical; graphics, sound, serial ports and the like are low.

Why it matters: a raw disk is read and written past all file permissions: root on the host. Other devices open a
driver of the kernel to the process, and drivers are where many kernel bugs are.

How to fix: give the one device that is needed, with the permissions that are needed (`/dev/sda:/dev/sda:r`); for FUSE
and tun prefer a service on the host or rootless tools.

When it is fine: hardware that the application is there to use.

References: https://docs.docker.com/reference/cli/docker/container/run/#device
https://docs.docker.com/reference/cli/docker/container/run/#device-cgroup-rule
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.rules.fix import NEEDS_PROOF, advise, drop
from hardhull.rules.questions import known_first
from hardhull.rules.rule import CRITICAL, HIGH, LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding, Severity
    from hardhull.rules.policy import Policy

DISK = re.compile(r"/dev/(?:sd[a-z]|nvme\d|vd[a-z]|xvd[a-z]|hd[a-z]|mmcblk|dm-|mapper/|loop|md\d|disk/|block/)")
MEMORY = frozenset({"/dev/mem", "/dev/kmem", "/dev/port", "/dev/kcore", "/dev"})
DRIVERS = frozenset(
    {"/dev/kvm", "/dev/fuse", "/dev/vhost-net", "/dev/kmsg", "/dev/net/tun", "/dev/uinput", "/dev/input"}
)
"""Not the host itself, but large drivers with a history of holes, or input and messages of the host."""
MITIGATION = "prove it first: what opens the device fails; give one file or volume instead of a whole disk"
EVERYTHING = re.compile(r"\s*(?:a\b|[abc]\s+\*:\*)")
BLOCK = re.compile(r"\s*b\s")


def _device(path: str, permissions: str) -> tuple[Severity, str]:
    """How bad a device is, and what it is."""
    if path in MEMORY:
        return CRITICAL, "all devices of the host" if path == "/dev" else "the host's memory"
    if DISK.match(path) and not permissions.startswith("m"):  # "m" alone makes device files and opens none
        return (CRITICAL, "a disk of the host") if "w" in permissions else (HIGH, "a disk of the host, for reading")
    return (MEDIUM, "a driver of the host's kernel") if path in DRIVERS else (LOW, "a device of the host")


def _fix(field: Field[Any], item: Field[Any], severity: Severity) -> Fix:
    """What reaches the host goes; an ordinary device was given on purpose."""
    if severity is LOW:
        advice = "take it out if the application works without it; with permissions `r` if it only reads"
        return advise("give it no device", advice)
    return drop(field, [item], "give it no device of the host", risk=NEEDS_PROOF, mitigation=MITIGATION)


@rule(
    "HH-PRV-020",
    "device-exposed",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    cis=["docker-1.6:5.18", "docker-1.8:5.18"],
    tags=["cis"],
    about=["devices", "device_cgroup_rules"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each device and each rule for devices."""
    for item in known_first(workload.devices):
        if item.value.host.startswith("/"):
            severity, what = _device(item.value.host.rstrip("/"), item.value.permissions)
            yield item.finding(
                f"{workload.subject} is given {what} ({item.value.host})",
                label=what,
                value=item.value.host,
                severity=severity,
                fix=_fix(workload.devices, item, severity),
            )
    for rule_item in known_first(workload.device_cgroup_rules):
        text = rule_item.value
        if EVERYTHING.match(text):
            severity, what = CRITICAL, "every device it makes itself"
        elif BLOCK.match(text):
            severity, what = HIGH, "disks that it makes itself"
        else:
            severity, what = LOW, "devices that it makes itself"
        yield rule_item.finding(
            f"{workload.subject} may use {what}",
            label=what,
            value=text,
            severity=severity,
            fix=_fix(workload.device_cgroup_rules, rule_item, severity),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    devices:
      - /dev/sda:/dev/sda  #! HH-PRV-020
""",
        good="""
services:
  web:
    image: nginx:1.27
""",
    ),
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    device_cgroup_rules:
      - 'a *:* rwm'  #! HH-PRV-020
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
docker run -d --device /dev/fuse nginx:1.27  #! HH-PRV-020
""",
        good="""
docker run -d nginx:1.27
""",
    ),
]
