"""Proves whole applications, service by service, and starts them with what was written; they are bench/apps/NAME.

    python bench/apps/run.py images              the images that are not those of bench/servers
    python bench/apps/run.py check [NAME...]     does each work as it is, started by docker compose, with its load?
    python bench/apps/run.py prove OUT [NAME...] prove every service: OUT/NAME-SERVICE.json, what is there is kept
    python bench/apps/run.py apply OUT [NAME...] write what was proven, start, use, undo: OUT/apps.jsonl
    python bench/apps/run.py table OUT           what came of them

An application is proven one service after the other (NAME/SERVICE for one), each with all services around it and the
load of the whole, which asks the service in front. Then `fix --apply` writes what was proven, `docker compose up` starts the files as they are
then, the load runs again, and `undo` has to bring every file back byte for byte. A change survives where it was written
and the application works with it.

It wants root, libbpf, an engine with the images (DOCKER_HOST), docker-compose, and to be run in the engine's network.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.workload import Workload

HERE = Path(__file__).parent
SERVERS = HERE.parent / "servers"
LOADER = Path.home() / ".cache" / "hardhull-bench" / "venv" / "bin" / "python"
COMPOSE = os.environ.get("COMPOSE", "docker-compose")
HARDHULL = [sys.executable, "-m", "hardhull"]
START_SECONDS = 120.0


def names(wanted: Sequence[str]) -> list[str]:
    """The applications."""
    found = sorted(path.parent.name for path in HERE.glob("*/load.py"))
    return [name for name in found if not wanted or name in wanted]


def load_of(name: str) -> str:
    """The command that uses an application."""
    paths = f"{SERVERS}:{HERE}"
    return f"PYTHONPATH={shlex.quote(paths)} {shlex.quote(str(LOADER))} {shlex.quote(str(HERE / name / 'load.py'))}"


def line(out: Path, kind: str, row: dict[str, Any]) -> None:
    """Keeps and shows one result."""
    with (out / f"{kind}.jsonl").open("a") as stream:
        stream.write(json.dumps(row) + "\n")
    print(json.dumps(row), flush=True)


def copied(name: str, folder: str) -> Path:
    """An application in a tree of its own, without its load."""
    tree = Path(folder) / name
    shutil.copytree(HERE / name, tree, ignore=shutil.ignore_patterns("load.py", "__pycache__"))
    (tree / ".git").mkdir()
    return tree


def services(tree: Path) -> list[Workload]:
    """What its file starts, in the order in which it is written."""
    from hardhull.facts.workload import Workload
    from hardhull.scan import Options, gather
    from hardhull.scan.read import Reading
    from hardhull.scan.tree import Tree

    discovery, _ = gather([str(tree)], Options())
    reading = Reading(Tree(discovery.root, discovery.files))
    reading.run()
    found = [each for each in reading.facts if isinstance(each, Workload) and each.runtime == "docker"]
    return sorted(found, key=lambda each: each.place.span.start)


def front(found: Sequence[Workload]) -> Workload:
    """The service that the load asks: the first that publishes ports."""
    return next(each for each in found if each.ports.get(()))


def jobs(found: Sequence[Workload]) -> set[str]:
    """Services that do their work and end: others wait for that."""
    after = [item.value for each in found for item in each.depends_on.get(()) if item.known]
    return {each.service for each in after if each.condition == "service_completed_successfully"}


# ---- with docker compose ------------------------------------------------------------------------------------------


def compose(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One command of docker compose for an application."""
    command = [COMPOSE, "--project-name", f"bench-{tree.name}", "--project-directory", str(tree), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tree)


def used(tree: Path, name: str) -> str:
    """Starts an application by docker compose and uses it; what is wrong, or nothing. It is gone afterwards."""
    found = services(tree)
    entry = front(found)
    pairs = [(item.value.container, item.value.host) for item in entry.ports.get(()) if item.known]
    ports = {f"HARDHULL_PORT_{inner}": str(outer) for inner, outer in pairs}
    environment = {**os.environ, "HARDHULL_HOST": "127.0.0.1", **ports}
    try:
        up = compose(tree, "up", "--detach", "--pull", "never")
        if up.returncode:
            return f"it is not started: {up.stderr.strip()[-400:]}"
        said = ""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:  # what has no health check may still be starting
            done = subprocess.run(
                ["bash", "-c", load_of(name)], env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode == 0:
                return stopped(tree, found)
            said = (done.stdout + done.stderr).strip()[-300:]
            time.sleep(1)
        return f"its load fails: {said}; {compose(tree, 'logs', '--tail', '5').stdout[-600:]}"
    finally:
        compose(tree, "down", "--volumes", "--timeout", "5")


def stopped(tree: Path, found: Sequence[Workload]) -> str:
    """Which of its services do not run although the load passed; those of its jobs have ended with 0."""
    rows = [json.loads(row) for row in compose(tree, "ps", "--all", "--format", "json").stdout.splitlines()]
    ended = jobs(found)
    wrong = [
        row["Service"]
        for row in rows
        if (row["ExitCode"] if row["Service"] in ended else row["State"] != "running" or row["Health"] == "unhealthy")
    ]
    missing = {each.name for each in found} - {row["Service"] for row in rows}
    return f"{', '.join([*wrong, *missing])} does not run" if wrong or missing else ""


def check(wanted: Sequence[str]) -> int:
    """Starts them as they are; how many do not work."""
    failed = 0
    for name in names(wanted):
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            wrong = used(copied(name, folder), name)
            failed += bool(wrong)
            print(f"{'FAILED' if wrong else 'ok'} {name}: {wrong or f'{time.monotonic() - began:.0f} s'}", flush=True)
    return failed


# ---- proving ------------------------------------------------------------------------------------------------------


def hardhull(*words: str, at: Path | None = None) -> subprocess.CompletedProcess[str]:
    """One command of hardhull."""
    return subprocess.run([*HARDHULL, *words], capture_output=True, text=True, check=False, cwd=at)


def content(tree: Path) -> dict[str, bytes]:
    """Every file of a tree but for what hardhull keeps there, and what Python leaves in folders that it may write to."""
    files = (path for path in tree.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    pairs = ((str(path.relative_to(tree)), path) for path in files)
    return {name: path.read_bytes() for name, path in pairs if not name.startswith((".hardhull/", "hardhull/"))}


def proved(out: Path, wanted: Sequence[str]) -> None:
    """Proves the services that have no proof in a folder yet."""
    for name in names([each.partition("/")[0] for each in wanted]):
        with tempfile.TemporaryDirectory() as folder:
            found = services(copied(name, folder))
        for each in found:
            report = out / f"{name}-{each.name}.json"
            whole = not wanted or name in wanted
            if not report.exists() and (whole or f"{name}/{each.name}" in wanted):
                line(out, "proofs", {"name": name, "service": each.name, **proof(name, each.name, found, report)})


def proof(name: str, service: str, found: Sequence[Workload], report: Path) -> dict[str, Any]:
    """Proves one service in a tree of its own: the exit code, the seconds, and why it was not proven."""
    entry = front(found).name
    aim = load_of(name) if service == entry else f"@{entry} {load_of(name)}"
    load = [] if service in jobs(found) else ["--load", aim]
    with tempfile.TemporaryDirectory() as folder:
        tree, made = copied(name, folder), Path(folder) / "proof.json"
        began = time.monotonic()
        words = ["prove", str(tree), "--service", service, *load, "-q", "--format", "json", "-o", str(made)]
        done = hardhull(*words)
        wall = round(time.monotonic() - began, 1)
        if done.returncode:
            return {"code": done.returncode, "wall": wall, "why": done.stderr.strip()[-500:]}
        shutil.copy(made, report)
        return {"code": 0, "wall": wall}


def proofs(tree: Path, name: str, out: Path) -> list[dict[str, Any]]:
    """Puts the proofs of an application into its tree, as ``hardhull prove`` keeps them."""
    rows = []
    for each in services(tree):
        report = out / f"{name}-{each.name}.json"
        rows.append({"service": each.name, "proven": report.exists()})
        if report.exists():
            kept = tree / "hardhull" / "proofs" / json.loads(report.read_text())["ident"] / "proof.json"
            kept.parent.mkdir(parents=True)
            shutil.copy(report, kept)
    return rows


def settings_of(report: Path) -> list[dict[str, Any]]:
    """The settings that a proof takes something away with, or keeps a limit with."""
    return [item for item in json.loads(report.read_text())["proven"] if not item["kept"]]


def written(tree: Path, rows: Sequence[dict[str, Any]], name: str, out: Path) -> tuple[int, int]:
    """How many proven settings stand in the files now, of how many."""
    from hardhull.facts.digest import holds, stated
    from hardhull.facts.proof import Proven

    now = {each.name: stated(each) for each in services(tree)}
    items = [
        (row["service"], Proven(item["field"], item["item"], absent=item["absent"]))
        for row in rows
        if row["proven"]
        for item in settings_of(out / f"{name}-{row['service']}.json")
        if item["field"] != "seccomp"
    ]
    filters = [row for row in rows if row["proven"] and "seccomp" in now[row["service"]]]
    return sum(holds(now[service], item) for service, item in items) + len(filters), len(items) + len(filters)


def one(name: str, out: Path) -> dict[str, Any]:
    """Everything that is done with the proofs of one application."""
    with tempfile.TemporaryDirectory() as folder:
        tree = copied(name, folder)
        before = content(tree)
        rows = proofs(tree, name, out)
        row: dict[str, Any] = {"name": name, "services": rows}
        applied = hardhull("fix", str(tree), "--apply", "-q")
        row["apply"] = applied.returncode
        row["changed"] = sum(before.get(path) != data for path, data in content(tree).items())
        row["written"], row["proven"] = written(tree, rows, name, out)
        row["wrong"] = used(tree, name)
        (out / name).mkdir(exist_ok=True)
        for path in tree.glob("*compose*.y*ml"):
            shutil.copy(path, out / name / path.name)
        undone = hardhull("undo", at=tree) if row["changed"] else applied
        row["undo"] = undone.returncode
        row["restored"] = content(tree) == before
        return row


def apply(out: Path, wanted: Sequence[str]) -> None:
    """Writes, starts and takes back those of which at least one service was proven."""
    for name in names(wanted):
        if list(out.glob(f"{name}-*.json")):
            line(out, "apps", one(name, out))


def table(out: Path) -> None:
    """One line for each application."""
    proven = out / "proofs.jsonl"
    lines = map(json.loads, proven.read_text().splitlines()) if proven.exists() else ()
    tried = {(row["name"], row["service"]) for row in lines}
    rows = {row["name"]: row for row in map(json.loads, (out / "apps.jsonl").read_text().splitlines())}
    for name, row in sorted(rows.items()):
        good = [each for each in row["services"] if each["proven"]]
        rest = [each["service"] for each in row["services"] if not each["proven"]]
        bad = ", ".join(each for each in rest if (name, each) in tried)
        left = ", ".join(each for each in rest if (name, each) not in tried)
        print(
            f"{name:14} services {len(good)} of {len(row['services'])} proven, settings written {row['written']:3} of "
            f"{row['proven']:3}, {'works' if not row['wrong'] else 'BROKEN: ' + row['wrong'][:200]}, "
            f"{'restored' if row['restored'] else 'NOT RESTORED'}{'; no proof: ' + bad if bad else ''}"
            f"{'; not tried: ' + left if left else ''}"
        )
    total = [sum(row[key] for row in rows.values()) for key in ("written", "proven")]
    survive = sum(row["written"] for row in rows.values() if not row["wrong"])
    count = [each for row in rows.values() for each in row["services"]]
    print(
        f"{len(rows)} applications, {len(count)} services, {sum(each['proven'] for each in count)} proven; "
        f"{survive} of {total[1]} proven settings were written and survive ({100 * survive / max(1, total[1]):.1f} %); "
        f"broken {sum(bool(row['wrong']) for row in rows.values())}; "
        f"restored {sum(row['restored'] for row in rows.values())}"
    )


def images() -> int:
    """Builds the images with the clients that the applications need; how many could not be built."""
    sys.path.insert(0, str(SERVERS))
    import build  # type: ignore[import-not-found]

    found = sorted(path.parent for path in HERE.glob("_images/*/Dockerfile"))
    return [build.image(f"apps-{path.name}", path) for path in found].count(False)


def main(words: list[str]) -> int:
    """Runs what was asked for."""
    match words:
        case ["images"]:
            return images()
        case ["check", *wanted]:
            return check(wanted)
        case ["prove", out, *wanted]:
            Path(out).mkdir(parents=True, exist_ok=True)
            proved(Path(out).resolve(), wanted)
        case ["apply", out, *wanted]:
            apply(Path(out).resolve(), wanted)
        case ["table", out]:
            table(Path(out))
        case _:
            sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
