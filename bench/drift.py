"""Configurations that are written beside a running engine and never loaded: is each of them told, by name?

    python bench/drift.py

Starts an engine with an empty daemon.json (as the tests do), writes each of the configurations over it without a
reload, and scans the engine. Exit 1 where one is not told, or where the file that is in effect is accused.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent.parent / "tests")]

from docker_engine import running_engine  # noqa: E402
from live_containers import facts, judged  # noqa: E402

RULE, REFUSED = "HH-MON-192", "HH-MON-190"
"""Not in effect; and for a key that is also an option of the running process, that the next start fails."""
LATER = 2.0
"""Seconds after the start: a file counts as newer than the process only by more than one, as clocks differ."""
CONFIGURATIONS: tuple[dict[str, Any], ...] = (
    {"icc": False}, {"userns-remap": "default"}, {"userns-remap": "nobody"}, {"live-restore": True},
    {"no-new-privileges": True}, {"userland-proxy": False}, {"log-driver": "syslog"}, {"log-driver": "journald"},
    {"log-driver": "local"}, {"log-opts": {"max-size": "10m"}}, {"log-opts": {"max-size": "10m", "max-file": "3"}},
    {"log-level": "warn"}, {"debug": True}, {"experimental": True}, {"selinux-enabled": True}, {"iptables": False},
    {"ip-forward": False}, {"ip-masq": False}, {"ip": "127.0.0.1"}, {"ipv6": True, "fixed-cidr-v6": "fd00::/80"},
    {"bip": "10.9.0.1/24"}, {"mtu": 1400}, {"dns": ["192.0.2.53"]}, {"insecure-registries": ["registry.example.com:5000"]},
    {"registry-mirrors": ["https://mirror.example.com"]}, {"authorization-plugins": ["opa"]},
    {"hosts": ["tcp://127.0.0.1:2376"]}, {"tlsverify": True, "tlscacert": "/ca", "tlscert": "/c", "tlskey": "/k"},
    {"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 1024, "Hard": 2048}}},
    {"default-shm-size": "8M"}, {"seccomp-profile": "/etc/docker/seccomp.json"}, {"seccomp-profile": "unconfined"},
    {"default-cgroupns-mode": "private"}, {"default-ipc-mode": "shareable"}, {"cgroup-parent": "/evil"},
    {"default-runtime": "runsc", "runtimes": {"runsc": {"path": "/usr/bin/runsc"}}}, {"init": True},
    {"max-concurrent-downloads": 1}, {"shutdown-timeout": 60}, {"storage-driver": "vfs"}, {"data-root": "/srv/docker"},
    {"exec-opts": ["native.cgroupdriver=systemd"]}, {"labels": ["zone=1"]}, {"metrics-addr": "127.0.0.1:9323"},
    {"features": {"buildkit": True}}, {"default-address-pools": [{"base": "10.8.0.0/16", "size": 24}]},
    {"bridge": "none"}, {"group": "wheel"}, {"icc": False, "userland-proxy": False, "no-new-privileges": True},
)  # fmt: skip


def told(document: bytes, root: Path) -> set[str]:
    """The keys of which is said that the engine does not follow them."""
    result = judged(document, root)
    found = {one.message.partition(" ")[0] for one in result.findings if one.rule == RULE}
    return found | {"hosts" for one in result.findings if one.rule == REFUSED and "hosts" in one.message}


def main() -> int:
    missed = 0
    with running_engine("drift") as engine, tempfile.TemporaryDirectory() as name:
        file, root = engine.socket.parent / "daemon.json", Path(name)
        accused = told(facts(engine, "engine"), root)
        print(f"the configuration in effect: {', '.join(sorted(accused)) or 'nothing said'}")
        time.sleep(LATER)
        for configuration in CONFIGURATIONS:
            file.write_text(json.dumps(configuration), encoding="utf-8")
            found = told(facts(engine, "engine"), root)
            left = {key for key in configuration if key not in found and key not in {"runtimes", "fixed-cidr-v6"}}
            if left:
                missed += 1
                print(f"  not told: {', '.join(sorted(left))} of {json.dumps(configuration)}; told: {sorted(found)}")
        file.write_text("{broken", encoding="utf-8")
        found = told(facts(engine, "engine"), root)
        print(f"a file that cannot be read: {', '.join(sorted(found)) or 'nothing said'}")
        file.write_text("{}", encoding="utf-8")
    print(f"{len(CONFIGURATIONS) - missed} of {len(CONFIGURATIONS)} configurations that were never loaded are told")
    return 1 if missed or accused else 0


if __name__ == "__main__":
    sys.exit(main())
