"""Compare the Compose reader with Docker Compose itself over a folder of real files.

    python bench/oracle_compose.py DIR [--filled] [--limit N] [--show N] [--cache FILE]
    python bench/oracle_compose.py --record        (renews the verdicts on tests/formats/compose/fixtures)

The oracle is ``docker-compose`` (or what ORACLE_COMPOSE names): ``docker-compose config --format json`` prints the
canonical model without an engine. Every file with services is a project of its own; a default file with an override
beside it is also read together with it. ``--filled`` gives every variable that has no value one on both sides, so that
what is unknown otherwise is compared too. Fields that we say are unknown are counted, not compared.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "formats" / "compose"))

from oracle_model import HOME, differences, in_one_root

from hardhull.formats.compose.project import read_project
from hardhull.model.source import Source

TESTS = Path(__file__).parent.parent / "tests" / "formats" / "compose"
NAMES = re.compile(r"^(?:docker-|podman-|container-)?compose[\w.-]*\.ya?ml$|^[\w.-]*[.-]compose\.ya?ml$")
VARIABLE = re.compile(rb"\$(?:\{([A-Za-z_]\w*)|([A-Za-z_]\w*))")
DEFAULTS = ("compose", "docker-compose")


class Tree:
    """The files of one scanned folder, as the scan would give them."""

    def __init__(self, root: Path, extra: dict[str, bytes] | None = None) -> None:
        self.root = root
        self.extra = extra or {}

    def read(self, path: str) -> Source | None:
        if path in self.extra:
            return Source(path, self.extra[path])
        full = self.root / path
        inside = full.resolve().is_relative_to(self.root.resolve())
        return Source(path, full.read_bytes()) if inside and full.is_file() else None


def projects(folder: Path) -> list[list[Path]]:
    """Every Compose file, and every default file with its override."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".yml", ".yaml"} and path.is_file() and b"services:" in path.read_bytes():
            if not NAMES.match(path.name) and "compose" not in path.parent.name:
                continue
            found.append([path])
            for name in DEFAULTS:
                override = path.with_name(f"{name}.override{path.suffix}")
                if path.name == f"{name}{path.suffix}" and override.is_file():
                    found.append([path, override])
    return found


def ask(binary: str, files: list[Path], env_file: str | None, cache: dict[str, Any]) -> Any:
    """The canonical model, or the oracle's complaint as a string."""
    key = json.dumps([[str(path), path.stat().st_mtime_ns] for path in files] + [env_file or ""])
    if key not in cache:
        command = [binary]
        for path in files:
            command += ["-f", str(path)]
        if env_file:
            command += ["--env-file", env_file]
        command += ["--profile", "*", "config", "--format", "json"]
        done = run(command)
        complaint = "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["?"])[-1]
        if "env file" in complaint:
            done = run([*command, "--no-env-resolution"])
            complaint = "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["?"])[-1]
        files_read = "--no-env-resolution" not in done.args
        if done.returncode:  # the model of a project that does not hang together is worth comparing too
            done = run([*command, "--no-env-resolution", "--no-consistency"])
            files_read = False
        output = done.stdout.replace("$$", "$")
        model = json.loads(output) if done.returncode == 0 else None
        for service in (model or {}).get("services", {}).values():
            service["#env_files_read"] = files_read and not env_file
        cache[key] = [model, complaint]
    return cache[key]


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {"HOME": HOME, "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/", check=False)


def filled(files: list[Path]) -> bytes:
    """A value for every variable of the files that .env does not have."""
    env = files[0].parent / ".env"
    before = env.read_bytes() if env.is_file() else b""
    names = set()
    for path in [*files, *files[0].parent.glob("*.y*ml")]:
        names |= {(one or other).decode() for one, other in VARIABLE.findall(path.read_bytes())}
    names -= {"PWD", "HOME", "PATH"}  # the process has them, and they go before
    names -= {line.split(b"=")[0].strip().decode("utf-8", "replace") for line in before.splitlines()}
    lines = [f"{name}={value_for(name)}\n".encode() for name in sorted(names)]
    return before + b"\n" + b"".join(lines)


def value_for(name: str) -> str:
    """Something that most fields take."""
    if re.search(r"(?:DIR|PATH|ROOT|DATA|FOLDER|VOLUME|HOME|SOCK)", name):
        return f"/srv/{name.lower()}"
    if re.search(r"(?:_IP|HOST_IP|BIND|ADDR)", name):
        return "127.0.0.1"
    if re.search(r"(?:MEM|SIZE)", name):
        return "64m"
    return "8080"


def record(binary: str) -> None:
    """Renew ``expected.json`` of every fixture: what Compose says about it in a folder of the name ``project``."""
    for folder in sorted(path for path in (TESTS / "fixtures").iterdir() if path.is_dir()):
        with tempfile.TemporaryDirectory() as name:
            copy = Path(name).resolve() / "project"
            shutil.copytree(folder, copy)
            files = [copy / name for name in ("compose.yml", "over.yml") if (copy / name).exists()]
            model, complaint = ask(binary, files, None, {})
        verdict = {"complaint": complaint.replace(str(copy), ""), "model": in_one_root(model, str(copy))}
        (folder / "expected.json").write_text(json.dumps(verdict, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
        print(folder.name, complaint or "accepted")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--filled", action="store_true")
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--show", type=int, default=40)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    binary = os.environ.get("ORACLE_COMPOSE") or shutil.which("docker-compose")
    if not binary:
        sys.exit("no oracle: put docker-compose on PATH, or name it in ORACLE_COMPOSE")
    if options.record:
        record(binary)
        return
    if options.folder is None:
        parser.error("name a folder")
    folder = options.folder.resolve()
    cache = json.loads(options.cache.read_text()) if options.cache and options.cache.exists() else {}
    tally: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    lines: list[str] = []
    found = projects(folder)
    for files in found[: options.limit or None]:
        check(binary, files, folder, options.filled, cache, tally, unknown, lines)
    if options.cache:
        options.cache.write_text(json.dumps(cache))
    print("\n".join(lines[: options.show]))
    print(f"{len(found)} projects:", dict(tally))
    print("unknown fields, not compared:", dict(unknown.most_common()))
    sys.exit(1 if tally["with differences"] or tally["crashed"] else 0)


def check(
    binary: str, files: list[Path], folder: Path, is_filled: bool, cache: dict[str, Any],
    tally: Counter[str], unknown: Counter[str], lines: list[str],
) -> None:  # fmt: skip
    """One project."""
    root = folder / files[0].relative_to(folder).parts[0]
    shown = " + ".join(str(path.relative_to(folder)) for path in files)
    name = root.name if files[0].parent == root else ""
    extra: dict[str, bytes] = {}
    with tempfile.NamedTemporaryFile(suffix=".env") as handle:
        if is_filled:
            data = filled(files)
            handle.write(data)
            handle.flush()
            extra[str((files[0].parent / ".env").relative_to(root))] = data
        key = handle.name if is_filled else None
        model, complaint = ask(binary, files, key, {} if is_filled else cache)
    tree = Tree(root, extra)
    sources = [source for path in files if (source := tree.read(str(path.relative_to(root)))) is not None]
    try:
        project = read_project(sources, tree.read, name=name)
    except Exception as error:  # noqa: BLE001  whatever it is, it is counted and shown
        tally["crashed"] += 1
        lines.append(f"{shown}: {type(error).__name__}: {error}")
        return
    refused = [problem for problem in project.problems if problem.refused]
    if complaint:
        kind = "both refuse" if refused else "only Compose refuses"
        tally[kind] += 1
        if kind == "only Compose refuses":
            lines.append(f"~ {shown}: {complaint[:200]}")
    if model is None:
        return
    if refused and not complaint:
        tally["only we refuse"] += 1
        lines.append(f"! {shown}: we refuse: {refused[0].place}: {refused[0].why}")
    tally["compared"] += 1
    tally["services"] += len(project.workloads)
    different, hidden = differences(project.workloads, model, str(root), str(files[0].parent))
    unknown.update(hidden)
    if different:
        tally["with differences"] += 1
        lines += [f"{shown}: {difference}" for difference in different]


if __name__ == "__main__":
    main()
