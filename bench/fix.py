"""Every automatic fix of every rule over real projects, in memory: what the reference parsers say, what was lost.

    python bench/fix.py DIR [--compose PATH-OF-docker-compose] [--buildkit PATH-OF-oracle_buildkit] [--server URL --token T]
    python bench/fix.py DIR --after COPY [--compose PATH] [--buildkit PATH] [--server URL --token T]

Each folder below DIR is a project. Counted are: files that their reference parser took before and refuses after the
fixes (BuildKit's parser for Dockerfiles, `docker compose config`, `bash -n`, PyYAML and json), comments that are gone,
original lines that go per edit and per file, values that are gone (all, and those outside the edits), changes of a second
run, and what became of the fixes, by rule and by reason. With --buildkit (``go build`` of oracle_buildkit.go in a module
that requires github.com/moby/buildkit) Dockerfiles are also asked about there; with --server every workload object is sent
to a throw-away kube-apiserver, as a dry run with strict decoding. With --after nothing is fixed: COPY, which another tool has
fixed, is counted in the same way; it declares no edits.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from fix_asks import Also
from fix_values import comments, gone, lines_gone, values

from hardhull.fix.choose import Choices
from hardhull.fix.consumers import with_required
from hardhull.fix.planner import Planner, rewritten
from hardhull.model.change import Pin, Risk
from hardhull.model.plan import FileEdit, Plan, Status
from hardhull.rules.policy import Policy
from hardhull.scan import Options
from hardhull.scan.discover import Discovery, discover
from hardhull.text.editdiff import changed_lines

DIGEST = "sha256:" + "0123456789abcdef" * 4
OPTIONS = Options(today="2026-01-01")
CHOICES = Choices(frozenset(), Risk.NEEDS_PROOF, unsure=True)


class Tally:
    def __init__(self) -> None:
        self.files: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.refused: list[str] = []
        self.comments: list[str] = []
        self.again: list[str] = []
        self.removed: list[int] = []
        self.taken: list[int] = []
        self.lines: list[int] = []
        self.values: list[str] = []
        self.outside: list[str] = []
        self.status: Counter[tuple[str, str]] = Counter()
        self.whys: Counter[tuple[str, str]] = Counter()
        self.seconds = 0.0
        self.faults: list[str] = []


def pinned(pin: Pin) -> str:
    return f"{pin.reference}@{DIGEST}"


def planned(found: Discovery) -> Plan:
    return Planner(found, Policy(), OPTIONS, CHOICES, pinned).plan()


def project(folder: Path, tally: Tally, compose: str, also: Also) -> None:
    found = discover([str(folder)], (), folder)
    kinds = {one.source.path: one.kinds for one in found.files}
    tally.files.update(one.kinds[0] for one in found.files)
    started = time.process_time()
    plan = planned(found)
    tally.seconds += time.process_time() - started
    for each in plan.fixes:
        tally.status[each.found.rule, each.status.value] += 1
        if each.status is Status.REFUSED:
            tally.whys[each.found.rule, re.sub(r"\d+|'[^']*'|\$\w+|\$\{[^}]*\}", "N", each.why)[:110]] += 1
    for file in plan.files:
        look_at(folder, file, kinds.get(file.path, ()), tally)
        if file.before is not None:
            also.ask(f"{folder.name}/{file.path}", kinds.get(file.path, ()), file.before, file.after, tally)
    if compose:
        ask_compose(folder, plan, kinds, compose, tally)
    again = planned(rewritten(found, list(plan.files)))
    tally.again += [f"{folder.name}/{file.path}" for file in again.files]


def look_at(folder: Path, file: FileEdit, kinds: tuple[str, ...], tally: Tally) -> None:
    shown = f"{folder.name}/{file.path}"
    tally.changed[kinds[0] if kinds else "new"] += 1
    if file.before is None:
        return
    for change in changed_lines(file.before, file.edits):
        tally.removed.append(max(0, change.removed - change.added))
        tally.taken.append(change.removed)
    compare(shown, kinds, file.before, file.after, tally)
    outside = gone(values(kinds, file.before), values(kinds, file.after), file.edits)
    tally.outside += [f"{shown}: {one.path} {one.text[:60]!r}" for one in outside]


def compare(shown: str, kinds: tuple[str, ...], before: bytes, after: bytes, tally: Tally) -> None:
    """What can be counted of any fixer."""
    there = comments(kinds, before)
    lost = [text for text, count in there.items() if len(text) > 3 and after.count(text) < count]
    if lost:
        tally.comments.append(f"{shown}: {lost[0][:80]!r}")
    refused = [name for name, takes in CHECKS.items() if name in kinds and takes(before) and not takes(after)]
    tally.refused += [f"{name}: {shown}" for name in refused]
    tally.lines.append(lines_gone(before, after))
    if not refused:
        lost_values = gone(values(kinds, before), values(kinds, after))
        tally.values += [f"{shown}: {one.path} {one.text[:60]!r}" for one in lost_values[:1]]


def _dockerfile(data: bytes) -> bool:
    import dockerfile

    try:
        dockerfile.parse_string(data.decode("utf-8", "surrogateescape"))
    except (dockerfile.GoParseError, UnicodeError, ValueError):
        return False
    return True


def _bash(data: bytes) -> bool:
    return subprocess.run(["bash", "-n"], input=data, capture_output=True, check=False).returncode == 0


def _yaml(data: bytes) -> bool:
    try:
        list(yaml.compose_all(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except (yaml.YAMLError, ValueError):
        return False
    return True


def _json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


CHECKS: dict[str, Any] = {
    "dockerfile": _dockerfile, "shell": _bash, "compose": _yaml, "kubernetes": _yaml, "workflow": _yaml,
    "gitlab": _yaml, "daemon.json": _json, "seccomp": _json,
}  # fmt: skip


def ask_compose(folder: Path, plan: Plan, kinds: dict[str, tuple[str, ...]], compose: str, tally: Tally) -> None:
    """Writes the project's changed files to a copy and asks Docker Compose about each main file, before and after."""
    files = [file for file in plan.files if "compose" in kinds.get(file.path, ()) and file.before is not None]
    if not files:
        return
    with TemporaryDirectory() as name:
        copy = Path(name) / "project"
        shutil.copytree(folder.resolve(), copy, symlinks=True)
        environment = with_required(file.after for file in files)
        took = {file.path for file in files if _compose(compose, copy, file.path, environment)}
        for file in plan.files:
            target = copy / file.path
            if not target.resolve().is_relative_to(copy):  # never out of the copy
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.after)
        tally.files["asked docker compose"] += len(took)
        tally.refused += [
            f"docker compose: {folder.name}/{path}" for path in took if not _compose(compose, copy, path, environment)
        ]


def others(folder: Path, copy: Path, compose: str, tally: Tally, also: Also) -> None:
    """Counts what another tool made of a project."""
    found = discover([str(folder)], (), folder)
    tally.files.update(one.kinds[0] for one in found.files)
    for one in found.files:
        path, before = one.source.path, one.source.data
        try:
            after = (copy / path).read_bytes()
        except FileNotFoundError:
            tally.faults.append(f"{folder.name}/{path} is gone")
            continue
        if after != before:
            tally.changed[one.kinds[0]] += 1
            compare(f"{folder.name}/{path}", one.kinds, before, after, tally)
            also.ask(f"{folder.name}/{path}", one.kinds, before, after, tally)
            if compose and "compose" in one.kinds and _compose(compose, folder, path, {**os.environ}):
                tally.files["asked docker compose"] += 1
                if not _compose(compose, copy, path, {**os.environ}):
                    tally.refused.append(f"docker compose: {folder.name}/{path}")


def _compose(program: str, folder: Path, path: str, environment: dict[str, str]) -> bool:
    done = subprocess.run(
        [program, "-f", path, "config", "--quiet"],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--compose", default="")
    parser.add_argument("--after", type=Path)
    parser.add_argument("--whys", type=int, default=40)
    parser.add_argument("--buildkit", default="")
    parser.add_argument("--server", default="")
    parser.add_argument("--token", default="")
    options = parser.parse_args()
    tally, also = Tally(), Also(options.buildkit, options.server, options.token)
    for folder in sorted(path for path in options.folder.iterdir() if path.is_dir()):
        try:
            if options.after:
                others(folder, options.after / folder.name, options.compose, tally, also)
            else:
                project(folder, tally, options.compose, also)
        except Exception as error:
            tally.faults.append(f"{folder.name}: {type(error).__name__}: {error}"[:300])
            if "--trace" in sys.argv:
                raise
    report(tally, options.whys)


def report(tally: Tally, most: int) -> None:
    print("files", dict(tally.files), "total", sum(tally.files.values()))
    print("changed", dict(tally.changed), "total", sum(tally.changed.values()))
    print("planning CPU-s", round(tally.seconds, 2))
    removed = sorted(tally.removed)
    print(
        "edits",
        len(removed),
        "median of lines that go without one in their place",
        removed[len(removed) // 2] if removed else 0,
    )
    print("original lines deleted or replaced: median of edits", median(tally.taken or [0]), end="; ")
    print("median of files", median(tally.lines or [0]), "most", max(tally.lines or [0]))
    print("files with a value that is gone or changed, declared or not", len(tally.values))
    for title in ("refused", "comments", "outside", "again", "faults"):
        rows = getattr(tally, title)
        print(title, len(rows))
        for row in rows[:15]:
            print("   ", row)
    rules = sorted({rule for rule, _ in tally.status})
    for rule in rules:
        print(rule, {word: tally.status[rule, word] for word in ("planned", "refused", "by-hand", "left")})
    for (rule, why), count in tally.whys.most_common(most):
        print(f"{count:6} {rule} {why}")


if __name__ == "__main__":
    main()
