"""Shows a proof again: the same configuration, used in the same way; nothing is searched for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.digest import stale as differs
from hardhull.formats.proof import ProofError, read
from hardhull.prove.candidate import Candidate, Privilege, Writable
from hardhull.prove.prover import Outcome, declared
from hardhull.prove.search import RUNS, Kept, Proven
from hardhull.prove.trial import no_look
from hardhull.run.create import prepare
from hardhull.run.exercise import Exercise
from hardhull.run.furnish import image_of
from hardhull.run.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.proof import Proof
    from hardhull.learn.bpf import Recorder
    from hardhull.run.settings import Settings
    from hardhull.run.target import Target

_SETS = frozenset({"capabilities", "syscalls", "unconditional", "beyond", "host", "devices", "ports"})
_TYPES = {bool: (bool,), int: (int,), float: (int, float), str: (str,)}


class Shown(NamedTuple):
    """A proof that was kept, with all that it takes to show it again.

    Attributes:
        proof: the fact.
        target: what is run, relative to the root of the tree; likewise ``service``.
        wanted: how it is used; the key is empty.
        allow: what was allowed then.
        strict: the strictest candidate that works.
        wide: the same with the system calls that its programs could make as well.
        kept: privileges that it needs, and what broke without them.
    """

    proof: Proof
    target: str
    service: str
    wanted: Exercise
    allow: tuple[str, ...]
    strict: Candidate
    wide: Candidate
    kept: tuple[Kept, ...]


def kept_proof(data: bytes) -> Shown:
    """What a file says.

    Raises:
        ProofError: it is no proof, or lacks what it takes to show it again.
    """
    proof, document = read(data), json.loads(data)
    row = document.get("replay")
    if not isinstance(row, dict):
        raise ProofError("it has no section replay")
    wanted = Exercise(
        "", _texts(row, "checks"), _texts(row, "urls"), _texts(row, "loads"), float(_of(row, "seconds", 0.0)),
        reload=_of(row, "reload", ""),
    )  # fmt: skip
    rows = document.get("measures")
    kept = [each for each in rows if isinstance(each, dict) and each.get("kept")] if isinstance(rows, list) else []
    return Shown(
        proof,
        _of(row, "target", ""),
        _of(row, "service", ""),
        wanted,
        _texts(row, "allow"),
        _candidate(row.get("strict"), "strict"),
        _candidate(row.get("candidate"), "candidate"),
        tuple(_kept(each) for each in kept),
    )


def stale(target: Target, settings: Settings, shown: Shown) -> str:
    """Why a proof does not speak about the workload as it would run now, as a sentence part; empty where it does.

    Args:
        target: the workload.
        settings: of the worlds.
        shown: what was proven.

    Raises:
        CannotRunError: the engine does not have its image, or does not answer.
    """
    workload = target.subject
    container = next(each for each in prepare(target.workloads, settings) if each.key == workload.name)
    with World((), settings) as world, world.telling(workload.subject):
        image, _ = image_of(world.client, container)
    return differs(shown.proof, workload, image)


def again(
    target: Target,
    settings: Settings,
    wanted: Exercise,
    recorder: Recorder,
    shown: Shown,
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Runs the proven configuration as often as it takes, after the workload as it is declared now.

    Args:
        target: the workload, and what it depends on.
        settings: of the worlds.
        wanted: how it is used.
        recorder: attached.
        shown: what was proven.
        tell: is told what is being run.

    Raises:
        CannotRunError: it does not work as it is declared, or no check of it can be believed.
    """
    with declared(target, settings, wanted, recorder, tell) as (stage, before, ran, drills):
        passing = []
        for number in range(1, RUNS + 1):
            final = number == RUNS
            tell(f"run {number} of {RUNS}{', with drills' if final else ''}")
            candidate = shown.wide if final else shown.strict
            last = stage.trial(candidate, before, drills.after if final else no_look)
            if not last.works:
                break
            passing.append(last)
        intact = stage.whole(before)
    used = [trial.used for trial in passing if trial.used is not None]
    passed, checks = sum(each.passed for each in used), sum(len(each.outcomes) for each in used)
    runs = len(passing)
    proven = Proven(
        shown.strict, shown.wide, intact, last, runs, passed, checks, shown.kept, (), stage.varies, stage.tries
    )  # fmt: skip
    return Outcome(ran, proven, drills.compared(), drills.why)


# ---- reading ------------------------------------------------------------------------------------------------------


def _of(row: Any, key: str, default: Any) -> Any:
    """A value of the type of its default."""
    value = row.get(key, default) if isinstance(row, dict) else None
    allowed = _TYPES[type(default)]
    if type(value) not in allowed:
        raise ProofError(f"{key} is missing or is not of type {type(default).__name__}")
    return value


def _texts(row: Any, key: str) -> tuple[str, ...]:
    value = row.get(key, []) if isinstance(row, dict) else None
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ProofError(f"{key} is no list of texts")
    return tuple(value)


def _candidate(row: Any, where: str) -> Candidate:
    if not isinstance(row, dict):
        raise ProofError(f"replay.{where} is missing")
    fields: dict[str, Any] = {}
    for name, default in Candidate._field_defaults.items():
        if name not in row:
            continue
        if name in _SETS:
            fields[name] = None if row[name] is None and name in {"capabilities", "syscalls"} else _set(row, name)
        elif name in {"writable", "owned"}:
            fields[name] = tuple(_writable(each) for each in _rows(row, name))
        elif name == "answers":
            fields[name] = frozenset(_answer(each) for each in _rows(row, name))
        else:
            fields[name] = _of(row, name, default)
    return Candidate(**fields)


def _set(row: Any, name: str) -> frozenset[str]:
    return frozenset(_texts(row, name))


def _rows(row: Any, name: str) -> list[Any]:
    value = row[name]
    if not isinstance(value, list):
        raise ProofError(f"{name} is no list")
    return value


def _writable(row: Any) -> Writable:
    defaults = {"path": "", **Writable._field_defaults}
    return Writable(**{name: _of(row, name, default) for name, default in defaults.items()})


def _answer(row: Any) -> tuple[str, int]:
    if not isinstance(row, list) or [type(each) for each in row] != [str, int]:
        raise ProofError("answers has an item that is no pair of a name and a number")
    return row[0], row[1]


def _kept(row: Any) -> Kept:
    privilege = Privilege(_of(row, "measure", ""), _of(row, "name", ""))
    return Kept(privilege, _of(row, "why", ""), _of(row, "evidence", ""))
