"""Proves the servers of bench/servers, one after the other, and what can be asked of the proofs then.

    python bench/prove.py run OUT [NAME...]     prove each: OUT/NAME.json, OUT/NAME.log and a line of OUT/summary.jsonl
    python bench/prove.py table OUT             what came of them
    python bench/prove.py naive OUT [NAME...]   hardening that is copied onto everything, on the same servers
    python bench/prove.py held OUT [NAME...]    another workload (held_out.py) under the proven configuration
    python bench/prove.py caps OUT [NAME...]    capabilities one at a time, without looking at any evidence
    python bench/prove.py removed OUT [NAME...] 25 random calls or capabilities away: are just those given back?

It wants root, libbpf, the images (bench/servers/build.py) in the engine that DOCKER_HOST names, and to be run in that
engine's network. The loads run in the virtual environment that build.py made.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.prove.candidate import Candidate, Privilege
    from hardhull.prove.trial import Stage, Trial

HERE = Path(__file__).parent / "servers"
LOADER = Path.home() / ".cache" / "hardhull-bench" / "venv" / "bin" / "python"


def names(wanted: list[str]) -> list[str]:
    found = sorted(path.parent.name for path in HERE.glob("*/compose.yaml"))
    return [name for name in found if not wanted or name in wanted]


def loads_of(name: str, script: str = "load.py") -> tuple[str, ...]:
    """The load of a server; a tool has none: it does its work and ends."""
    return (f"PYTHONPATH={HERE} {LOADER} {HERE / name / script}",) if (HERE / name / script).exists() else ()


def line(out: Path, kind: str, row: dict[str, Any]) -> None:
    with (out / f"{kind}.jsonl").open("a") as stream:
        stream.write(json.dumps(row) + "\n")
    print(json.dumps(row), flush=True)


# ---- proving ------------------------------------------------------------------------------------------------------


def run(out: Path, wanted: list[str]) -> None:
    for name in names(wanted):
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / name
            shutil.copytree(HERE / name, tree)
            (tree / ".git").mkdir()
            begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
            loads = [word for each in loads_of(name) for word in ("--load", each)]
            words = ["prove", str(tree), "--service", name, *loads, "--format", "json"]
            done = subprocess.run(
                [sys.executable, "-m", "hardhull", *words, "-o", str(out / f"{name}.json")],
                capture_output=True,
                text=True,
                check=False,
            )
            (out / f"{name}.log").write_text(done.stderr)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            row = {"name": name, "code": done.returncode, "wall": time.monotonic() - begun, "cpu": cpu}
            line(out, "summary", row | ({} if done.returncode == 0 else {"why": done.stderr[-600:]}))


def rows(out: Path) -> dict[str, dict[str, Any]]:
    found = [json.loads(text) for text in (out / "summary.jsonl").read_text().splitlines()]
    return {row["name"]: row for row in found}


class Line(NamedTuple):
    """One proof in figures.

    Attributes:
        calls: made from the start to the graceful stop; ``allowed``: in the filter, the runtime's own among them, and
            what exec, restart and reload add; ``wide``: with those that its programs hold.
        root: whether it starts as root; ``powers``: the most capabilities that a process of it has.
        frozen: whether its root is read-only.
        budget: seconds that it may take: 30, and its boots, stops and loads.
    """

    calls: int
    allowed: int
    wide: int
    root: bool
    powers: int
    frozen: bool
    tries: int
    cpu: float
    wall: float
    budget: float


def figures(row: dict[str, Any], document: dict[str, Any]) -> Line:
    profile, before = document["profile"], document["results"]["before"]
    candidate = {"user": "", "read_only": True, **document["replay"]["strict"]}  # without what is as in most
    kept = sum(each["kept"] for each in document["measures"])
    once = (before["ready_seconds"] or 0) + (before.get("stop") or {"seconds": 0})["seconds"]
    loads = sum(each["before_seconds"] for each in document["throughput"]) * document["tries"]
    processes = document["results"]["after"]["processes"] or ()
    return Line(
        len(profile["syscalls"]),
        len(profile["syscalls_allowed"]),
        len(profile["syscalls_static"]),
        any(each["uid"] == 0 for each in processes) if processes else not candidate["user"],
        max((int(each["capabilities"], 16).bit_count() for each in processes), default=0),
        bool(candidate["read_only"]),
        document["tries"],
        row["cpu"],
        row["wall"],
        30 + (4 + kept) * once + loads,
    )


def table(out: Path) -> None:
    proven = []
    print(
        "| name | calls | in the filter | with the code's | user | capabilities | writable | drills | tries | CPU-s | wall |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name, row in sorted(rows(out).items()):
        if row["code"]:
            print(f"| {name} | not proven: {' '.join(row['why'].split())[-200:]} |")
            continue
        document = json.loads((out / f"{name}.json").read_text())
        one, drills = figures(row, document), document["drills"]
        proven.append(one)
        passed = [sum(each["verdict"] == "succeeded" for each in drills[when]) for when in ("before", "after")]
        print(
            f"| {name} | {one.calls} | {one.allowed} | {one.wide} | {document['profile']['user'] or 'its own'} "
            f"| {' '.join(document['profile']['capabilities']) or '-'} "
            f"| {' '.join(document['profile']['writable']) or '-' if one.frozen else 'all'} "
            f"| {passed[0]} -> {passed[1]} | {one.tries} | {one.cpu:.1f} | {one.wall:.0f} of {one.budget:.0f} s |"
        )
    print(f"\nproven {len(proven)} of {len(rows(out))}")
    if proven:
        for field in ("calls", "allowed", "wide", "tries", "cpu"):
            found = [getattr(each, field) for each in proven]
            print(f"{field}: median {statistics.median(found):g}, most {max(found):g}")
        print(f"no root process {sum(not each.root for each in proven)}, ", end="")
        print(f"no capability in any process {sum(not each.powers for each in proven)}, ", end="")
        print(f"read-only {sum(each.frozen for each in proven)}, ", end="")
        print(f"within the budget {sum(each.wall <= each.budget for each in proven)}")


# ---- other configurations of the same servers -----------------------------------------------------------------------


def staged(name: str, script: str, ask: Callable[[Stage, Trial], dict[str, Any]]) -> dict[str, Any]:
    """Runs a server as it is declared, with this load, and then what is asked."""
    from hardhull.learn.bpf import Recorder
    from hardhull.prove.trial import Stage
    from hardhull.run.exercise import Exercise
    from hardhull.run.refusal import CannotRunError
    from hardhull.run.settings import Settings
    from hardhull.run.target import target

    found = target(str(HERE / name), name)
    try:
        with Recorder() as recorder:
            wanted = Exercise(found.subject.name, loads=loads_of(name, script))
            with Stage(found, Settings(base=found.root), wanted, recorder) as stage:
                before = stage.baseline(code=False)
                return ask(stage, before) if before.works else {"baseline": before.failure}
    except CannotRunError as error:
        return {"baseline": str(error)}


def naive(out: Path, wanted: list[str]) -> None:
    """What guides tell people to paste: an account without rights, nothing to write but two folders, no capability."""
    from hardhull.prove.candidate import Candidate, Writable

    pasted = Candidate(
        user="1000:1000", writable=(Writable("/run", mode=0o755), Writable("/tmp", mode=0o1777)), memory=256 << 20,  # noqa: S108
        pids=100, cpus=1.0,
    )  # fmt: skip
    for name in names(wanted):
        line(out, "naive", {"name": name, **staged(name, "load.py", lambda s, b: _tried(s, b, pasted))})


def _tried(stage: Stage, before: Trial, candidate: Candidate) -> dict[str, Any]:
    trial = stage.trial(candidate, before)
    denied = sorted({call.name for call in trial.seen.of("denied")} - {call.name for call in before.seen.of("denied")})
    return {"works": trial.works, "why": trial.failure[:200], "denied": denied}


def held(out: Path, wanted: list[str]) -> None:
    from hardhull.prove.again import kept_proof

    for name in names(wanted):
        if not (HERE / name / "held_out.py").exists() or rows(out).get(name, {"code": 1})["code"]:
            continue
        shown = kept_proof((out / f"{name}.json").read_bytes())
        both = {"observed+static": shown.wide, "observed": shown.strict}
        row = staged(name, "held_out.py", lambda s, b, c=both: {kind: _tried(s, b, c[kind]) for kind in c})  # type: ignore[misc]
        line(out, "held", {"name": name, **row})


def caps(out: Path, wanted: list[str]) -> None:
    """From all that Docker gives, as the proven account, each capability away alone: what breaks is the minimum."""
    from hardhull.facts.capabilities import DOCKER_DEFAULT
    from hardhull.prove.again import kept_proof

    for name in names(wanted):
        if rows(out).get(name, {"code": 1})["code"]:
            continue
        shown = kept_proof((out / f"{name}.json").read_bytes())
        every = shown.strict._replace(capabilities=frozenset(DOCKER_DEFAULT), syscalls=None, answers=frozenset())
        every = every._replace(unconditional=frozenset(), beyond=frozenset())

        def ask(stage: Stage, before: Trial, every: Candidate = every) -> dict[str, Any]:
            whole = stage.trial(every, before)
            if not whole.works:
                return {"baseline": whole.failure}
            all_of_them = every.capabilities or frozenset()
            return {"needed": [each for each in sorted(all_of_them) if _breaks(stage, before, every, each)]}

        row = staged(name, "load.py", ask)
        found = sorted(shown.strict.capabilities or ())
        line(out, "caps", {"name": name, **row, "proven": found, "equal": row.get("needed") == found})


def _breaks(stage: Stage, before: Trial, every: Candidate, name: str) -> bool:
    """Twice: a failure of chance is no need. No evidence is looked at."""
    less = every._replace(capabilities=(every.capabilities or frozenset()) - {name})
    return not stage.trial(less, before).works and not stage.trial(less, before).works


def removed(out: Path, wanted: list[str]) -> None:
    """One call or capability of the proven configuration is missing: the evidence has to name it, and nothing else."""
    from hardhull.prove.again import kept_proof

    for name in names(wanted):
        if rows(out).get(name, {"code": 1})["code"]:
            continue
        strict = kept_proof((out / f"{name}.json").read_bytes()).strict
        staged(name, "load.py", lambda s, b, n=name, c=strict: _given_back(out, n, s, b, c))  # type: ignore[misc]


def _given_back(out: Path, name: str, stage: Stage, before: Trial, strict: Candidate) -> dict[str, Any]:
    from hardhull.prove.candidate import CAPABILITY, SYSCALL, Privilege

    every = [Privilege(SYSCALL, each) for each in sorted(strict.syscalls or ())]
    every += [Privilege(CAPABILITY, each) for each in sorted(strict.capabilities or ())]
    chance = random.Random(name)  # noqa: S311  which ones
    stage.trial(strict, before)  # what it is refused and does without is no evidence later
    for gone in chance.sample(every, min(25, len(every))):
        if gone.kind == SYSCALL:
            less = strict._replace(syscalls=(strict.syscalls or frozenset()) - {gone.name})
        else:
            less = strict._replace(capabilities=(strict.capabilities or frozenset()) - {gone.name})
        for _ in range(2):  # a failure of chance is no want of what is gone: it is repeated once, as in a proof
            trial = stage.trial(less, before)
            named = [] if trial.works else [each.privilege for each in stage.harmless.evidence(trial)]
            verdict = "not needed" if trial.works else _verdict(gone, named)
            if verdict != "missed":
                break
        line(
            out, "removed", {"name": name, "gone": gone, "verdict": verdict, "named": named, "why": trial.failure[:160]}
        )
    return {}


def _verdict(gone: Privilege, named: list[Privilege]) -> str:
    """What was denied first is the cause; calls that are denied after it tell of the failure, or clean up."""
    if gone not in named:
        return "missed"
    if gone.kind == "syscall":
        calls = [each for each in named if each.kind == "syscall"]
        return "named" if named == [gone] else "named first" if calls[0] == gone else "another first"
    return "named" if named == [gone] else "named with others"


def main(words: list[str]) -> None:
    kinds: dict[str, Callable[[Path, list[str]], None]] = {"run": run, "naive": naive, "held": held, "caps": caps}
    kinds["removed"] = removed
    if len(words) < 2 or words[0] not in {*kinds, "table"}:
        sys.exit(__doc__)
    out = Path(words[1])
    out.mkdir(parents=True, exist_ok=True)
    if words[0] == "table":
        table(out)
    else:
        kinds[words[0]](out, words[2:])


if __name__ == "__main__":
    main(sys.argv[1:])
