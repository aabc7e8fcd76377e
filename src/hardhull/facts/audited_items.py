"""What the CIS Docker Benchmark wants the kernel to record, item by item (1.6 and 1.8 have the same numbers)."""

from __future__ import annotations

from typing import Final

UNITS = ("/usr/lib/systemd/system", "/lib/systemd/system", "/etc/systemd/system")

AUDITED_ITEMS: Final[dict[str, tuple[str, ...]]] = {
    "1.1.3": ("/usr/bin/dockerd", "/usr/sbin/dockerd"),
    "1.1.4": ("/run/containerd",),
    "1.1.5": ("/var/lib/docker",),
    "1.1.6": ("/etc/docker",),
    "1.1.7": tuple(f"{folder}/docker.service" for folder in UNITS),
    "1.1.8": ("/run/containerd/containerd.sock",),
    "1.1.9": tuple(f"{folder}/docker.socket" for folder in UNITS),
    "1.1.10": ("/etc/default/docker",),
    "1.1.11": ("/etc/docker/daemon.json",),
    "1.1.12": ("/etc/containerd/config.toml",),
    "1.1.13": ("/etc/sysconfig/docker",),
    "1.1.14": ("/usr/bin/containerd",),
    "1.1.15": ("/usr/bin/containerd-shim",),
    "1.1.16": ("/usr/bin/containerd-shim-runc-v1",),
    "1.1.17": ("/usr/bin/containerd-shim-runc-v2",),
    "1.1.18": ("/usr/bin/runc", "/usr/sbin/runc"),
}
"""Number to where the thing is, by distribution; the engine's folder (1.1.5) is wherever the engine says it is."""
