"""Profiles and proofs for the examples of rules: the files that stand beside a definition once it was recorded."""

from __future__ import annotations

import json
from typing import Any, Final

from hardhull.facts.profile import SETS, Peaks

PATH: Final = "hardhull/profiles/web.json"
_RUN: Final = "00c0ffee00c0ffee"
"""The name of the run in it."""


def recorded(
    path: str,
    subject: str = "service web",
    *,
    calls: tuple[str, ...] = ("execve", "exit_group", "read", "write"),
    entry: tuple[str, ...] = ("execve",),
    capabilities: tuple[str, ...] = (),
    files: tuple[str, ...] = (),
    listens: tuple[int, ...] = (),
    connects: tuple[str, ...] = (),
    users: tuple[int, ...] = (0,),
    seconds: float = 60.0,
    **peaks: float,
) -> str:
    """The file of a profile with one complete run, as text of an example.

    Args:
        path: of the file that the subject stands in.
        subject: what was recorded.
        calls: names of system calls.
        entry: those of the runtime.
        capabilities: that were used.
        files: that were written.
        listens: TCP ports.
        connects: ``address:port``.
        users: of its processes, each with the group of the same number.
        seconds: how long it was recorded.
        peaks: fields of :class:`hardhull.facts.profile.Peaks`.
    """
    run = {
        "id": _RUN, "subject": subject, "path": path, "mode": "bpf", "started": "2026-01-01T00:00:00.000+00:00",
        "seconds": seconds, "kernel": "6.12 x86_64", "engine": "docker 28.3", "image": "",
        "exercised": ["start", "check", "stop"], "incomplete": [], "unseen": [],
        "peaks": {**dict.fromkeys(Peaks._fields), **peaks},
    }  # fmt: skip
    ends = [(host, int(port)) for host, _, port in (each.rpartition(":") for each in connects)]
    rows: dict[str, list[dict[str, Any]]] = {
        "syscalls": [{"arch": "amd64", "name": name} for name in calls],
        "entry_syscalls": [{"arch": "amd64", "name": name} for name in entry],
        "capabilities": [
            {"capability": name, "granted": True, "arch": "amd64", "syscall": "", "certain": True}
            for name in capabilities
        ],
        "files": [{"path": name, "use": "write", "placed": True} for name in files],
        "listens": [{"protocol": "tcp", "address": "0.0.0.0", "port": port} for port in listens],
        "connects": [{"protocol": "tcp", "address": host, "port": port} for host, port in ends],
        "users": [{"uid": uid, "gid": uid, "euid": uid, "egid": uid} for uid in users],
    }
    document = {"schema": "hardhull-profile/1", "runs": [run]}
    document.update({name: [{**row, "runs": [_RUN]} for row in rows.get(name, ())] for name in SETS})
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in document.items())
    return f"--- {PATH}\n{{\n{lines}\n}}\n"


PROOF: Final = "hardhull/proofs/0badcafe0badcafe/proof.json"


def proven(
    path: str, workload: str, *items: tuple[str, Any], base: str = "", kept: tuple[tuple[str, Any], ...] = ()
) -> str:
    """The file of a proof that succeeded, as text of an example.

    Args:
        path: of the file that ``service web`` stands in.
        workload: the digest of what was proven.
        items: field and item of each restriction.
        base: the digest of what was written then.
        kept: field and item of each privilege that was kept.
    """
    rows = [(field, item, False) for field, item in items] + [(field, item, True) for field, item in kept]
    document = {
        "schema": "hardhull-proof/1", "ident": "0badcafe0badcafe", "subject": "service web", "path": path,
        "workload": workload, "base": base, "image": "shop:1", "image_digest": "", "engine": "docker 28.3",
        "kernel": "6.12 x86_64", "made": "2026-01-01T00:00:00+00:00", "runs": 3, "passed": 24, "checks": 24,
    }  # fmt: skip
    proven = [{"field": field, "item": item, "kept": kept} for field, item, kept in rows]
    lines = ",\n".join(
        f" {json.dumps(key)}: {json.dumps(value)}" for key, value in {**document, "proven": proven}.items()
    )
    return f"--- {PROOF}\n{{\n{lines}\n}}\n"
