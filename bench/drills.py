"""The drills on one server in four configurations: all that the engine can grant, its default, hardened by hand, proven.

    python bench/drills.py OUT [NAME...]

Hardened by hand means what people write who follow the guides: a read-only root with memory where the server writes,
only the capabilities that it is known to need, no new privileges, and limits. It is proven as well: how far `prove`
comes that begins there. It wants what bench/prove.py wants.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copytree
from typing import Any

import yaml

from prove import HERE, loads_of

COMMON: dict[str, Any] = {
    "read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"], "mem_limit": "512m",
    "pids_limit": 200, "cpus": 1,
}  # fmt: skip
STEP_DOWN = ["SETUID", "SETGID"]
TEMPORARY = "/tmp"  # noqa: S108  a folder of containers
BY_HAND: dict[str, dict[str, Any]] = {
    "nginx": {
        "cap_add": ["CHOWN", *STEP_DOWN, "NET_BIND_SERVICE", "DAC_OVERRIDE"],
        "tmpfs": ["/run", "/var/lib/nginx", "/var/log/nginx", TEMPORARY],
    },
    "redis": {"cap_add": ["CHOWN", "DAC_OVERRIDE", *STEP_DOWN], "tmpfs": [TEMPORARY]},
    "postgres": {
        "cap_add": ["CHOWN", "DAC_OVERRIDE", "FOWNER", *STEP_DOWN],
        "tmpfs": ["/run/postgresql", TEMPORARY],
    },
    "python": {"user": "1000:1000", "tmpfs": [TEMPORARY]},
    "memcached": {"cap_add": STEP_DOWN, "tmpfs": [TEMPORARY]},
    "haproxy": {"cap_add": [*STEP_DOWN, "NET_BIND_SERVICE", "SYS_CHROOT", "KILL"], "tmpfs": ["/run", TEMPORARY]},
}
"""What is written beside the image, its ports and its volumes."""
COLUMNS = ("permissive", "default", "by hand", "proven", "proven from by hand")


def prove(name: str, more: dict[str, Any], out: Path) -> dict[str, Any] | None:
    """The proof of a server with further settings; None where there is none."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / name
        copytree(HERE / name, tree)
        (tree / ".git").mkdir()
        document = yaml.safe_load((tree / "compose.yaml").read_text())
        document["services"][name] |= more
        (tree / "compose.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
        loads = [word for each in loads_of(name) for word in ("--load", each)]
        words = ["prove", str(tree), "--service", name, *loads, "--format", "json", "-o", str(out)]
        done = subprocess.run([sys.executable, "-m", "hardhull", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name}: not proven: {' '.join(done.stderr.split())[-300:]}", flush=True)
        return None
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def succeeded(document: dict[str, Any] | None, when: str) -> str:
    """How many drills succeeded, of how many that can be made here."""
    if document is None:
        return "not proven"
    verdicts = [each["verdict"] for each in document["drills"][when]]
    return str(verdicts.count("succeeded"))


def _left(document: dict[str, Any] | None) -> set[str]:
    """The drills that still succeed when it is proven."""
    rows = document["drills"]["after"] if document else []
    return {each["id"].removeprefix("drill-") for each in rows if each["verdict"] == "succeeded"}


def main(out: Path, wanted: list[str]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    print(f"| server | {' | '.join(COLUMNS)} | differs in |")
    print("|---|" + "---|" * (len(COLUMNS) + 1), flush=True)
    for name in wanted or BY_HAND:
        first = prove(name, {}, out / f"{name}.json")
        hand = prove(name, COMMON | BY_HAND[name], out / f"{name}-by-hand.json")
        known = first or hand
        apply = str(sum(each["verdict"] != "not-applicable" for each in known["drills"]["before"])) if known else "-"
        differ = ", ".join(sorted(_left(first) ^ _left(hand))) or "-"
        before, after = ([succeeded(one, when) for one in (first, hand)] for when in ("before", "after"))
        cells = [apply, *before, *after, differ]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2:])
