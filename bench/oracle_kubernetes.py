"""Compares what hardhull reads from Kubernetes manifests with an independent derivation (kubernetes_by_hand.py).

    python bench/oracle_kubernetes.py FOLDER [--show N]

Prints how many files, containers and fields were compared, the disagreements by field, and the containers that one side
sees and the other does not. Exit code 1 where anything disagrees.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from kubernetes_by_hand import FIELDS, UNKNOWN, UNWRITTEN, Loader, derived

from hardhull.formats.kubernetes.documents import looks_like
from hardhull.formats.kubernetes.read import read
from hardhull.model.source import Source


def said(workload: Any) -> dict[str, Any]:
    """The same of hardhull's Workload."""
    return {slot: plain(slot, field) for slot, field in workload.fields.items() if slot in FIELDS}


def plain(slot: str, field: Any) -> Any:
    if not field.known:
        return UNKNOWN
    value = field.value
    if slot in {"network_mode", "pid", "ipc"} and value is None:
        return UNWRITTEN
    if slot in {"healthcheck", "readiness", "startup"}:
        return value.test[0], None if value.interval is None else int(value.interval), value.retries
    if slot == "pod_labels":
        return sorted(item.value for item in value)
    if isinstance(value, tuple):
        return [item if isinstance(item, str) else plain_item(slot, item) for item in value]
    return round(value, 9) if isinstance(value, float) else value


def plain_item(slot: str, item: Any) -> Any:
    if not item.known:
        return UNKNOWN
    value = item.value
    if slot == "env":
        return value.name, value.value, value.source
    if slot == "mounts":
        return value.kind, value.source, value.target, value.read_only
    return (value.container, value.host) if slot == "ports" else value


class Comparison:
    """The counts of one run."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.shown: list[str] = []
        self.spent = 0.0

    def file(self, name: str, data: bytes) -> None:
        self.counts["files"] += 1
        started = time.process_time()
        result = read(Source(name, data))
        self.spent += time.process_time() - started
        theirs, failed = derived(data)
        self.counts["documents that PyYAML cannot read (templates)"] += failed
        for workload in result.workloads:
            self.counts["containers"] += 1
            self.spans(workload)
            name_of = "None" if workload.name.startswith("#") else workload.name
            title = f"{workload.role.value.replace('sidecar', 'init')} {name_of} of {workload.controller.value}"
            match = next((item for item in theirs if item[0].startswith(title)), None)
            if match is None:
                self.report("container only hardhull sees", f"{workload}")
                continue
            theirs.remove(match)
            self.fields(workload, said(workload), match[1])
        for title, _ in theirs:
            if not result.not_checked:
                self.report("container only the oracle sees", f"{name}: {title}")
                continue
            self.counts["containers that hardhull lists as not checked"] += 1
            self.shown.append(f"(listed) {name}: {title}: {result.not_checked[0].why}")

    def fields(self, workload: Any, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
        for slot in sorted({*ours, *theirs}):
            self.counts["fields"] += 1
            self.counts["fields unknown to both"] += ours.get(slot) == theirs.get(slot) == UNKNOWN
            if ours.get(slot) != theirs.get(slot):
                self.report(slot, f"{workload}: {slot}: {ours.get(slot)!r} but {theirs.get(slot)!r}")

    def spans(self, workload: Any) -> None:
        """The text at a field's place must be what the field says."""
        for slot in ("image", "privileged", "read_only", "run_as_non_root", "service_account", "replicas", "namespace"):
            field = workload.fields.get(slot)
            if field is not None and field.known:
                self.counts["spans"] += 1
                if yaml.load(field.place.text, Loader) != field.value:  # noqa: S506  a safe loader
                    self.report("span", f"{field}: {field.place.text!r}")

    def report(self, what: str, text: str) -> None:
        self.wrong[what] += 1
        self.shown.append(text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", type=int, default=20)
    options = parser.parse_args()
    run = Comparison()
    for path in sorted(options.folder.rglob("*")):
        if path.suffix in {".yaml", ".yml", ".json"} and path.is_file():
            data = path.read_bytes()
            if looks_like(data):
                run.file(str(path.relative_to(options.folder)), data)
    for name, count in run.counts.items():
        print(f"{count:7,} {name}")
    print(f"{run.spent:7.2f} CPU-s in hardhull's reader")
    print("disagreements:", dict(run.wrong) or 0)
    print("\n".join(run.shown[: options.show]))
    return 1 if run.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
