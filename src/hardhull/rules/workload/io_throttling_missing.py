"""Container may use all of the disk's bandwidth.

What it checks: Docker services that write to a volume or a host folder and have no limit on reading or writing
(`blkio_config`, `--device-write-bps` and the like). Sockets, devices, the kernel's folders and single configuration
files are no places to fill. Kubernetes has no words for it. Tools that run once are left out.

Why it matters: a backup, a compaction or an attacker that writes as fast as it can makes every other service on the
disk wait.

How to fix: set `device_write_bps` and `device_read_bps` (or iops) for the disk that the volume lies on, to what the
disk can spare. A weight alone does nothing with the usual schedulers.

When it is fine: a disk of its own, or storage that limits by itself (cloud volumes).

References: https://docs.docker.com/reference/compose-file/services/#blkio_config
https://docs.docker.com/reference/cli/docker/container/run/#device-write-bps
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.facts.parts import BlockLimit
from hardhull.model.change import Add
from hardhull.model.finding import Confidence
from hardhull.rules.fix import NEEDS_PROOF, advise, change
from hardhull.rules.questions import MIB, host_path, is_within, throwaway
from hardhull.rules.rule import LIMITS, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.parts import Mount
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

_NO_DISK: Final = ("/dev", "/proc", "/sys", "/run", "/var/run", "/lib/modules", "/etc/localtime", "/etc/timezone")
"""Host folders that lie in memory, and files that nobody writes to."""
_SMALL: Final = (
    ".sock",
    ".conf",
    ".cfg",
    ".ini",
    ".toml",
    ".json",
    ".yml",
    ".yaml",
    ".xml",
    ".pem",
    ".crt",
    ".key",
    ".env",
)
"""What the names of sockets and of single configuration files end with."""


RATE = 50 * MIB
"""Bytes a second: a third of what one old hard disk gives, so that three such services leave room for the host."""


def _fix(policy: Policy) -> Fix:
    """Limits for the disk that the team named; which one holds the engine's data, no file says."""
    if not policy.disk:
        return advise("limit what it reads and writes", ADVICE)
    limits = [BlockLimit(what, policy.disk, RATE) for what in ("read_bps", "write_bps")]
    return change(
        f"limit it to {RATE // MIB} MB/s on {policy.disk}",
        *(Add("block_io", limit) for limit in limits),
        risk=NEEDS_PROOF,
        mitigation="load-test it: the service becomes slower where it is bound by its disk",
        basis="a starting value of ours, for the disk that hardhull.toml names",
    )


ADVICE = (
    'name the disk that holds the engine\'s data (`findmnt -no SOURCE -T /var/lib/docker`) as `disk = "/dev/sda"` in '
    "hardhull.toml, then run the fix again; buffered writes are only throttled with cgroup v2"
)


@rule(
    "HH-LIM-004",
    "io-throttling-missing",
    dimension=LIMITS,
    severity=LOW,
    confidence=Confidence.MEDIUM,
    checklist=[11],
)
def check(workload: Workload, policy: Policy) -> Iterator[Finding]:
    """Yields the absence of a limit."""
    if any(not item.known or not item.value.what.startswith("weight") for item in workload.block_io.value):
        return
    if throwaway(workload) or workload.runtime == "swarm":
        return
    if any(item.known and _holds_data(item.value) for item in workload.mounts.value):
        yield workload.block_io.finding(
            f"{workload.subject} may use all of the disk's bandwidth",
            label="no limit for reading and writing",
            value="",
            fix=_fix(policy),
        )


def _holds_data(mount: Mount) -> bool:
    """Whether a mount is a place that a service can write much to."""
    if mount.read_only or mount.kind not in {"volume", "bind"}:
        return False
    path = host_path(mount) or mount.source or ""
    return not (path.endswith(_SMALL) or any(is_within(path, folder) for folder in _NO_DISK))


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-LIM-004
    image: nginx:1.27
    volumes:
      - data:/data
volumes:
  data: {}
""",
        good="""
services:
  web:
    image: nginx:1.27
    blkio_config:
      device_write_bps:
        - path: /dev/sda
          rate: 20mb
    volumes:
      - data:/data
volumes:
  data: {}
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d -v data:/data nginx:1.27  #! HH-LIM-004
""",
        good="""
docker run -d --device-write-bps /dev/sda:20mb -v data:/data nginx:1.27
""",
    ),
]
