"""Configurations that an engine refuses, or takes and then cannot work with: each has to be found beforehand.

    python bench/engine_bad.py

As root. For each: which check found it, seconds, and whether file and process are as they were.
"""

from __future__ import annotations

import json
import sys
import time

from engine_ground import Ground

SCHEMA, LINE, HOST, SHADOW, NOT_JSON = "schema", "command line", "host", "shadow", "not JSON"
BAD: list[tuple[str, str]] = [
    ("trailing comma", '{"icc": false,}'),
    ("comment", '{"icc": false} // no'),
    ("cut short", '{"icc": fal'),
    ("unknown key", '{"icd": false}'),
    ("wrong type, bool", '{"icc": "false"}'),
    ("wrong type, list", '{"dns": "192.0.2.1"}'),
    ("wrong type, map", '{"log-opts": ["max-size=10m"]}'),
    ("number as a log option", '{"log-opts": {"max-file": 3}}'),
    ("newer key", '{"log-format": "json"}'),
    ("newer proxies", '{"proxies": {"http-proxy": "http://192.0.2.1:3128"}}'),
    ("key of an option", '{"insecure-registry": ["a.example"]}'),
    ("twice", '{"icc": false, "icc": true}'),
    ("on the command line too: data-root", '{"data-root": "/srv/docker"}'),
    ("on the command line too: hosts", '{"hosts": ["unix:///run/other.sock"]}'),
    ("bad CIDR", '{"bip": "172.17.0.1"}'),
    ("bad mirror", '{"registry-mirrors": ["mirror.example"]}'),
    ("bad log level", '{"log-level": "loud"}'),
    ("bad label", '{"labels": ["nothing"]}'),
    ("icc off without iptables", '{"icc": false, "iptables": false}'),
    ("bridge and bip", '{"bridge": "br9", "bip": "10.9.0.1/24"}'),
    ("runtime named runc", '{"runtimes": {"runc": {"path": "/x"}}}'),
    ("guide: max-size for syslog", '{"log-driver": "syslog", "log-opts": {"max-size": "10m"}}'),
    ("size 10q (starts)", '{"log-opts": {"max-size": "10q"}}'),
    ("compress of one file (starts)", '{"log-opts": {"compress": "true"}}'),
    ("ulimit soft above hard (starts)", '{"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 9, "Hard": 4}}}'),
    ("ulimit unknown (starts)", '{"default-ulimits": {"files": {"Name": "files", "Soft": 9, "Hard": 9}}}'),
    (
        "ulimit above the kernel's (starts)",
        '{"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 9, "Hard": 2000000000}}}',
    ),
    ("log driver absent (starts)", '{"log-driver": "nosuch"}'),
    ("log server dead (starts)", '{"log-driver": "syslog", "log-opts": {"syslog-address": "tcp://127.0.0.1:9"}}'),
    ("fluentd absent (starts)", '{"log-driver": "fluentd"}'),
    ("gelf server dead (starts)", '{"log-driver": "gelf", "log-opts": {"gelf-address": "tcp://127.0.0.1:9"}}'),
    ("runtime absent (starts)", '{"runtimes": {"fast": {"path": "/nosuch"}}}'),
    ("default runtime absent", '{"default-runtime": "kata"}'),
    ("default runtime broken (starts)", '{"runtimes": {"x": {"path": "/bin/false"}}, "default-runtime": "x"}'),
    ("proxy absent (starts)", '{"userland-proxy-path": "/nosuch"}'),
    ("init absent (starts)", '{"init": true, "init-path": "/nosuch"}'),
    ("profile absent", '{"seccomp-profile": "/nosuch.json"}'),
    ("profile of five calls (starts)", '{"seccomp-profile": "PROFILE"}'),
    ("profile no JSON (may start)", '{"seccomp-profile": "/etc/passwd"}'),
    ("userns of nobody", '{"userns-remap": "nobodyhere"}'),
    ("address of another machine (starts)", '{"ip": "192.0.2.7"}'),
    ("name server silent (starts)", '{"dns": ["192.0.2.53"]}'),
    ("bridge absent", '{"bridge": "br-nosuch"}'),
    ("authorization plugin absent (starts)", '{"authorization-plugins": ["nope"]}'),
    ("storage driver not here", '{"storage-driver": "zfs"}'),
    ("selinux without SELinux (starts)", '{"selinux-enabled": true}'),
    ("TLS without certificates", '{"tlsverify": true, "tlscacert": "/nosuch.pem"}'),
    ("oom score out of range", '{"oom-score-adjust": -5000}'),
    ("cgroup driver unknown", '{"exec-opts": ["native.cgroupdriver=cgroups"]}'),
]
PROFILE = {
    "defaultAction": "SCMP_ACT_ERRNO",
    "syscalls": [{"names": ["read", "write", "exit", "exit_group", "brk"], "action": "SCMP_ACT_ALLOW"}],
}


def main() -> None:
    ground = Ground()
    missed = 0
    slowest = 0.0
    try:
        profile = ground.folder / "profile.json"
        profile.write_text(json.dumps(PROFILE))
        for name, text in BAD:
            new = ground.folder / "new.json"
            new.write_text(text.replace("PROFILE", str(profile)))
            pid = ground.pid()
            begun = time.monotonic()
            code, out, err = ground.ran("fix", "engine", str(new), "--apply", "--allow", "restart", "--format", "json")
            seconds = time.monotonic() - begun
            stage, why, own = NOT_JSON, err.replace("\n", " ")[:90], seconds
            if out.startswith("{"):
                found = json.loads(out)
                stage = found["refused"][0]["stage"] if found["refused"] else "MISSED"
                why = found["refused"][0]["why"][:90] if found["refused"] else ""
                own = found["seconds"]["trial"]
            same = ground.file.read_text() == "{}\n" and ground.pid() == pid
            caught = stage != "MISSED" and same and code in {1, 5}
            missed += not caught
            slowest = max(slowest, seconds)
            print(
                f"{'caught' if caught else 'MISSED':6} {seconds:5.2f} s ({own:5.2f} s) {stage:12} {name:38} {why}",
                flush=True,
            )
    finally:
        ground.stop()
    print(f"{len(BAD) - missed} of {len(BAD)} caught, the slowest in {slowest:.2f} s")
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
