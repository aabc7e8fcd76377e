"""Command line and file of a shadow: those of the engine, without what only one engine of a machine can have."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from hardhull.formats.daemon_json.keys import options

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from hardhull.engines.candidate import Candidate
    from hardhull.engines.daemon import Daemon

OWN = frozenset(
    {
        "config-file", "containerd", "containerd-namespace", "containerd-plugins-namespace", "data-root", "exec-root",
        "graph", "hosts", "pidfile", "host",
    }
)  # fmt: skip
"""Keys and options of which a second engine needs other values."""


def settings(after: bytes, left_out: Collection[str] = ()) -> dict[str, Any]:
    """The shadow's daemon.json, without some more keys."""
    text = after.removeprefix(b"\xef\xbb\xbf")
    found = json.loads(text) if text.strip() else {}
    return {key: value for key, value in (found or {}).items() if key not in OWN and key not in left_out}


def words(wanted: Candidate, engine: Daemon, box: Path, data: Path) -> list[str]:
    """The shadow's command line."""
    found = [engine.words[0], *_kept(engine.words[1:])]
    found += [f"--config-file={box}/daemon.json", f"--data-root={data}", f"--exec-root={box}/own/exec"]
    found += [f"--pidfile={box}/own/pid", f"--host=unix://{box}/sock"]
    found += [f"--host={host}" for host in wanted.new("hosts") if host.startswith("tcp://")]
    if not wanted.new("cgroup_parent") and "native.cgroupdriver=systemd" not in wanted.new("exec_opts"):
        found.append(f"--cgroup-parent=/hardhull-shadow-{os.getpid()}")
    return found


def _kept(given: Sequence[str]) -> Iterator[str]:
    """Options of the engine that the shadow has too."""
    known = options()
    skip = False
    for at, word in enumerate(given):
        if skip:
            skip = False
            continue
        name, has_value, _ = word.lstrip("-").partition("=")
        key = known.get(name) if word.startswith("--") else known.get(name[:1])
        apart = not has_value and (name in {"config-file", "containerd-plugins-namespace"} or _takes(key, word))
        own = name in OWN or (key is not None and key.name in OWN)
        skip = apart and own
        if not own:
            yield word
            if apart and at + 1 < len(given):
                yield given[at + 1]
                skip = True


def _takes(key: Any, word: str) -> bool:
    """Whether an option's value is the next word."""
    if key is None or key.type == "bool":
        return False
    return word.startswith("--") or len(word) == 2
