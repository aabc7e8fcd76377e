"""Who watches a host: runtime monitors and log shippers that live, and the records of earlier audits."""

from __future__ import annotations

import re
import time
from pathlib import Path

from hardhull.hosts.proc import stat_words, text

MONITORS = frozenset({
    "falco", "auditd", "tetragon", "tracee", "tracee-ebpf", "sysdig", "osqueryd", "wazuh-agentd", "wazuh-syscheckd",
    "ossec-syscheckd", "laurel", "go-audit", "auditbeat", "kubearmor", "crowdsec", "falcon-sensor", "ds_agent",
    "mdatp", "wdavdaemon", "draios-agent", "elastic-endpoint", "sentinelone-age",
})  # fmt: skip
"""Names of processes (the kernel keeps 15 letters) of programs that watch what other processes do."""
SHIPPERS = frozenset({
    "fluent-bit", "fluentd", "td-agent", "vector", "filebeat", "promtail", "alloy", "otelcol", "otelcol-contrib",
    "logstash", "splunkd", "nxlog", "journalbeat", "systemd-journal-upload", "systemd-journal-",
    "datadog-agent", "amazon-cloudwa", "google_cloud_op",
})  # fmt: skip
FORWARDS = re.compile(r"^\s*[^#\s]\S*\s+(?:-)?@{1,2}\S+|^\s*[^#\n]*\b(?:omfwd|omrelp|omelasticsearch)\b", re.MULTILINE)
"""rsyslog: ``*.* @@host:514``, or an action that sends."""
FORWARDS_NG = re.compile(r"^\s*[^#\n]*\b(?:network|syslog|tcp|udp|tls)\s*\(", re.MULTILINE)
"""syslog-ng: a destination driver of the network (a source has the same words; either is taken for one)."""
CONFIGS = {
    "rsyslogd": (FORWARDS, ("/etc/rsyslog.conf", "/etc/rsyslog.d/*.conf")),
    "syslog-ng": (FORWARDS_NG, ("/etc/syslog-ng/syslog-ng.conf", "/etc/syslog-ng/conf.d/*.conf")),
}
RECORDS = (
    "/var/lib/hardhull/audits/*.json", "/var/log/docker-bench-security*", "/var/log/kube-bench*", "/var/log/lynis.log",
    "/var/log/lynis-report.dat", "/var/log/openscap*", "/var/log/hardhull*",
)  # fmt: skip
"""Where audits leave what they found."""
DAY = 86_400
MOST = 64


def watching(names: dict[int, str]) -> dict[str, str]:
    """The monitors among the processes: the file that names each to its name. A zombie watches nothing."""
    return {f"/proc/{pid}/comm": name for pid, name in sorted(names.items()) if name in MONITORS and _lives(pid)}


def shipping(names: dict[int, str]) -> dict[str, str]:
    """Programs that send logs elsewhere: the file that shows it to what it says."""
    found = {f"/proc/{pid}/comm": name for pid, name in sorted(names.items()) if name in SHIPPERS and _lives(pid)}
    for program, (pattern, places) in CONFIGS.items():
        if program not in names.values():
            continue
        for place in places:
            for path in sorted(Path("/").glob(place.lstrip("/")))[:MOST]:
                match = pattern.search(text(str(path)) or "")
                if match is not None:
                    found[str(path)] = f"{program}: {match[0].strip()[:120]}"
    return found


def audits() -> dict[str, int]:
    """Records of audits and their age in days."""
    now, found = time.time(), {}
    for place in RECORDS:
        for path in sorted(Path("/").glob(place.lstrip("/")))[:MOST]:
            try:
                found[str(path)] = max(0, int((now - path.stat().st_mtime) // DAY))
            except OSError:
                continue
    return found


def _lives(pid: int) -> bool:
    words = stat_words(pid)
    return bool(words) and words[0] not in {"Z", "X"}
