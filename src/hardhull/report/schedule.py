"""Files that make a machine audit itself every week: a timer of systemd, a line for cron, or a workflow.

Each writes what it finds where ``scan host`` looks for the age of the last audit, keeps the one before, and fails where
there are findings at or above the gate, so that whatever watches failed jobs tells of it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

FOLDER: Final = "/var/lib/hardhull/audits"
TARGETS: Final = "host engine containers"
KINDS: Final = ("systemd", "cron", "ci")


class Written(NamedTuple):
    """One file of a schedule: where it belongs on the machine (or in the repository), and its text."""

    place: str
    text: str

    @property
    def name(self) -> str:
        """Its own name."""
        return self.place.rpartition("/")[2]


class Schedule(NamedTuple):
    """A schedule: its files, and the commands that switch it on."""

    files: tuple[Written, ...]
    then: tuple[str, ...]


def schedule(kind: str, program: str) -> Schedule:
    """The files of a schedule.

    Args:
        kind: of :data:`KINDS`.
        program: absolute path of hardhull, without blanks.

    Raises:
        KeyError: there is no such kind.
    """
    return {"systemd": _systemd, "cron": _cron, "ci": _ci}[kind](program)


def _systemd(program: str) -> Schedule:
    service = f"""# Written by `hardhull report schedule systemd`.
[Unit]
Description=Audit of this host, its Docker engine and its containers
Documentation=man:systemd.timer(5)
After=docker.service

[Service]
Type=oneshot
StateDirectory=hardhull/audits
StateDirectoryMode=0700
UMask=0077
ExecStartPre=-/bin/mv -f {FOLDER}/latest.json {FOLDER}/previous.json
ExecStart={program} scan {TARGETS} --format json --output {FOLDER}/latest.json
Nice=10
MemoryMax=1G
TimeoutStartSec=15min
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6
"""
    timer = """# Written by `hardhull report schedule systemd`.
[Unit]
Description=Weekly audit of this host, its Docker engine and its containers

[Timer]
OnCalendar=weekly
RandomizedDelaySec=6h
Persistent=yes

[Install]
WantedBy=timers.target
"""
    folder = "/etc/systemd/system"
    files = (Written(f"{folder}/hardhull-audit.service", service), Written(f"{folder}/hardhull-audit.timer", timer))
    return Schedule(files, ("systemctl daemon-reload", "systemctl enable --now hardhull-audit.timer"))


def _cron(program: str) -> Schedule:
    text = f"""# Written by `hardhull report schedule cron`. The second line keeps what was found before.
SHELL=/bin/sh
17 4 * * 1 root umask 077; mkdir -p {FOLDER}; mv -f {FOLDER}/latest.json {FOLDER}/previous.json 2>/dev/null; {program} scan {TARGETS} --format json --output {FOLDER}/latest.json
"""  # noqa: E501  cron has no continued lines
    return Schedule((Written("/etc/cron.d/hardhull-audit", text),), ())


def _ci(program: str) -> Schedule:
    text = f"""# Written by `hardhull report schedule ci`: for a runner on the machine with the label docker-host.
name: audit
on:
  schedule:
    - cron: "17 4 * * 1"
  workflow_dispatch:
permissions: {{}}
jobs:
  audit:
    runs-on: [self-hosted, docker-host]
    timeout-minutes: 15
    steps:
      - name: Audit the host, its engine and its containers
        run: sudo {program} scan {TARGETS} --format github
"""
    return Schedule((Written(".github/workflows/hardhull-audit.yml", text),), ())
