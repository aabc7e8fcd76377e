"""Write changes into every service of a folder of real Compose files, in memory, and hold the result to the law.

    python bench/fix_compose.py DIR [--limit N] [--every N] [--show N] [--only WORD] [--no-oracle]

Every change is made alone, and then all of a project together. Read again, the changes have to hold and every other
field of every service has to be as before; no comment may be lost; writing again has to change nothing. Where
``docker-compose`` (or what ORACLE_COMPOSE names) is at hand, the model of the whole has to differ in the keys of the
changes only, and what it accepted before it has to accept after.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "formats" / "compose"))
sys.path.insert(0, str(Path(__file__).parent))

from lens import Tree, breaches, lost_comments, project_of
from oracle_compose import Tree as Folder
from oracle_compose import projects, run
from sensible import sensible

from hardhull.formats.writing import write
from hardhull.text.draft import Drafts, UnwritableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.workload import Workload
    from hardhull.formats.compose.project import ComposeProject
    from hardhull.model.change import Change


class Outcome:
    """What was seen so far."""

    def __init__(self, only: str) -> None:
        self.only = only
        self.written: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.broken: list[str] = []
        self.deleted: list[int] = []
        self.oracle: Counter[str] = Counter()


class Project(NamedTuple):
    """One project of the folder.

    Attributes:
        shown: its name.
        tree: all files that it is made of, by path.
        files: the ones that are laid over each other.
        root: the repository.
    """

    shown: str
    tree: Tree
    files: list[str]
    root: Path


def load(folder: Path, files: list[Path]) -> Project:
    """A project with every file that reading it touches."""
    root = folder / files[0].relative_to(folder).parts[0]
    reader, seen = Folder(root), {}

    def read(path: str) -> Any:
        if path not in seen:
            seen[path] = reader.read(path)
        return seen[path]

    from hardhull.formats.compose.project import read_project

    names = [str(path.relative_to(root)) for path in files]
    sources = [source for name in names if (source := read(name)) is not None]
    read_project(sources, read, name="shop")
    tree = {path: source.data for path, source in seen.items() if source is not None}
    return Project(" + ".join(str(path.relative_to(folder)) for path in files), tree, names, root)


def check(project: Project, outcome: Outcome, binary: str | None) -> None:
    """Every change of every service alone, then all of them."""
    before = project_of(project.tree, project.files)
    together: list[tuple[Workload, list[Change]]] = []
    drafts = Drafts()
    for workload in before.workloads:
        made: list[Change] = []
        for name, changes in sensible(workload):
            if outcome.only and outcome.only not in name:
                continue
            if alone(project, before, workload, name, changes, outcome):
                try:
                    write(workload, changes, drafts)
                except UnwritableError as error:
                    outcome.refused[f"together: {error.why}"] += 1
                else:
                    made += changes
        together.append((workload, made))
    after = after_of(project.tree, drafts)
    again = project_of(after, project.files)
    for fault in breaches(before, again, together, drafts):
        outcome.broken.append(f"{project.shown}: together: {fault}")
    if lost_comments(project.tree, after):
        outcome.broken.append(f"{project.shown}: together: comments lost")
    if binary:
        ask_oracle(project, after, together, outcome, binary)


def after_of(tree: Tree, drafts: Drafts) -> Tree:
    """The files with all edits made."""
    return {**tree, **{draft.source.path: draft.result() for draft in drafts}, **drafts.made}


def alone(
    project: Project, before: ComposeProject, workload: Workload, name: str, changes: list[Change], outcome: Outcome
) -> bool:
    """One change of one service; whether it could be written."""
    where = f"{project.shown}: {workload.name}: {name}"
    drafts = Drafts()
    try:
        write(workload, changes, drafts)
    except UnwritableError as error:
        outcome.refused[f"{name}: {error.why}"] += 1
        return False
    except Exception as error:  # noqa: BLE001  whatever it is, it is counted and shown
        outcome.broken.append(f"{where}: {type(error).__name__}: {error}")
        return False
    outcome.written[name] += 1
    after = after_of(project.tree, drafts)
    try:
        again = project_of(after, project.files)
        faults = breaches(before, again, [(workload, changes)], drafts)
    except Exception as error:  # noqa: BLE001  likewise
        faults = [f"{type(error).__name__}: {error}"]
    if lost_comments(project.tree, after):
        faults.append("comments lost")
    outcome.broken += [f"{where}: {fault}" for fault in faults]
    outcome.deleted.append(deleted(project.tree, after))
    return True


def deleted(before: Tree, after: Tree) -> int:
    """Original lines that are gone or different."""
    count = 0
    for path, data in before.items():
        if after[path] != data:
            old, new = data.splitlines(), after[path].splitlines()
            matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
            count += sum(end - start for tag, start, end, _, _ in matcher.get_opcodes() if tag in {"delete", "replace"})
    return count


# ---- the oracle ---------------------------------------------------------------------------------------------------

KEYS = {
    "env": "environment", "mounts": "volumes tmpfs", "log_options": "logging", "log_driver": "logging",
    "memory": "mem_limit deploy", "cpus": "cpus deploy", "pids": "pids_limit deploy", "no_new_privileges": "security_opt",
    "seccomp": "security_opt", "apparmor": "security_opt", "selinux": "security_opt", "unmasked_paths": "security_opt",
    "env_files": "env_file environment", "userns": "userns_mode", "memory_swap": "memswap_limit", "cgroupns": "cgroup",
    "memory_reservation": "mem_reservation deploy", "restart": "restart deploy", "stop_grace": "stop_grace_period",
    "block_io": "blkio_config", "network_mode": "network_mode networks depends_on", "runtime_name": "runtime",
    "links": "links depends_on", "pid": "pid depends_on", "ipc": "ipc depends_on",
}  # fmt: skip
"""Keys of a service by field, where they are not the same."""


def ask_oracle(
    project: Project, after: Tree, together: Sequence[tuple[Workload, list[Change]]], outcome: Outcome, binary: str
) -> None:
    """The model before and after: only the keys of the changes differ."""
    old, complaint = model_of(project, project.tree, binary)
    if old is None:
        outcome.oracle["refused before"] += 1
        return
    new, complaint = model_of(project, after, binary)
    if new is None:
        outcome.oracle["refused after"] += 1
        outcome.broken.append(f"{project.shown}: Compose refuses it now: {complaint}")
        return
    outcome.oracle["compared"] += 1
    for workload, changes in together:
        fields = {getattr(change, "field", "") for change in changes}
        keys = {key for field in fields for key in KEYS.get(field, field).split()}
        one, other = (model.get("services", {}).get(workload.name, {}) for model in (old, new))
        for key in sorted({*one, *other} - keys):
            if one.get(key) != other.get(key):
                outcome.broken.append(
                    f"{project.shown}: {workload.name}: Compose sees another {key}: {one.get(key)} -> {other.get(key)}"
                )
    for section in ("volumes", "configs"):
        if old.get(section) != new.get(section):
            missing = set(old.get(section, {})) - set(new.get(section, {}))
            field = "mounts" if section == "volumes" else section
            if not missing or not any(getattr(one, "field", "") == field for _, made in together for one in made):
                outcome.broken.append(f"{project.shown}: Compose sees other {section}")


def model_of(project: Project, tree: Tree, binary: str) -> tuple[Any, str]:
    """What Compose makes of a tree."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / project.root.name
        for path, data in tree.items():
            if not path.startswith(("../", "/")):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(data)
        command = [binary, *(part for path in project.files for part in ("-f", str(folder / path)))]
        command += ["--profile", "*", "config", "--format", "json", "--no-env-resolution"]
        done = run(command)
        if done.returncode:
            return None, (done.stderr.strip().splitlines() or ["?"])[-1].replace(name, "")
        return json.loads(done.stdout.replace(name, "")), ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--every", type=int, default=1, help="only one project of so many")
    parser.add_argument("--show", type=int, default=40)
    parser.add_argument("--only", default="", help="changes with this word in their name only")
    parser.add_argument("--no-oracle", action="store_true")
    options = parser.parse_args()
    binary = None if options.no_oracle else os.environ.get("ORACLE_COMPOSE") or shutil.which("docker-compose")
    folder = options.folder.resolve()
    outcome = Outcome(options.only)
    found = projects(folder)
    for files in found[:: options.every][: options.limit or None]:
        check(load(folder, files), outcome, binary)
    print("\n".join(outcome.broken[: options.show]))
    print(f"{len(found)} projects; written: {sum(outcome.written.values())}", dict(outcome.written.most_common()))
    print("refused:", sum(outcome.refused.values()))
    for why, count in outcome.refused.most_common(options.show):
        print(f"  {count:5} {why}")
    if outcome.deleted:
        print("deleted or changed lines, median:", statistics.median(outcome.deleted), "most:", max(outcome.deleted))
    print("oracle:", dict(outcome.oracle), "broken:", len(outcome.broken))
    sys.exit(1 if outcome.broken else 0)


if __name__ == "__main__":
    main()
