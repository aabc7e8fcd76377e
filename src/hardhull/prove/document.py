"""What was proven as a document: the fact that scans read, and beside it everything that was seen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.digest import digest, with_before
from hardhull.facts.normal import normal
from hardhull.facts.proof import Proof, identified
from hardhull.facts.proof import Proven as Item
from hardhull.learn.profile import kernel
from hardhull.model.change import Add, Drop, SetTo
from hardhull.prove.candidate import (
    CAPABILITIES,
    CAPABILITY,
    SECCOMP,
    SYSCALL,
    USER,
    WRITABLE,
    WRITABLE_ROOT,
)
from hardhull.prove.changes import measures
from hardhull.prove.filter import profile as filter_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change
    from hardhull.prove.changes import Measure
    from hardhull.prove.prover import Outcome
    from hardhull.prove.search import Kept, Proven
    from hardhull.prove.trial import Trial
    from hardhull.run.exercise import Exercise

PRIVILEGED_PORTS = 1024
"""The first port that needs no NET_BIND_SERVICE (net.ipv4.ip_unprivileged_port_start of the kernel)."""
FOLDER = "hardhull/seccomp"
"""Where filters are kept, from the root of the tree."""
_PART_OF = {CAPABILITY: CAPABILITIES, WRITABLE: WRITABLE_ROOT, SYSCALL: SECCOMP}
"""Kinds of privileges that are part of a measure."""


class Replay(NamedTuple):
    """What the proof is made again with.

    Attributes:
        target: as the person named it; likewise ``service``.
        wanted: how it was used.
        allow: what was allowed.
        env: names of the variables that were given; never their values.
    """

    target: str
    service: str
    wanted: Exercise
    allow: tuple[str, ...] = ()
    env: tuple[str, ...] = ()


def proof_of(workload: Workload, outcome: Outcome) -> Proof:
    """The fact.

    Args:
        workload: as it is declared.
        outcome: what was found.
    """
    proven, ran = outcome.proven, outcome.ran
    items = with_before(workload, _items(workload, proven))
    found = Proof(
        "", workload.subject, workload.place.source.path, digest(workload, items), ran.reference,
        ran.image, ran.engine, kernel(), datetime.now(UTC).isoformat(timespec="seconds"), proven.runs,
        proven.passed, proven.checks, items, digest(workload),
    )  # fmt: skip
    return identified(found)


def filter_path(workload: Workload) -> str:
    """Where the workload's filter goes, from the root."""
    words = "".join(char if char.isascii() and char.isalnum() else "-" for char in workload.name).strip("-")
    return f"{FOLDER}/{words or 'workload'}.json"


def _items(workload: Workload, proven: Proven) -> Iterator[Item]:
    """Every Change that was proven, and every privilege that stays."""
    for measure in measures(proven.candidate, workload, filter_path(workload)):
        for change in measure.changes:
            yield _item(workload, measure, change, proven)


def _item(workload: Workload, measure: Measure, change: Change, proven: Proven) -> Item:
    kept = _needed(measure, change, proven)
    evidence = kept.evidence or kept.why if kept else f"{proven.runs} runs passed with it"
    why = kept.why if kept else measure.title
    portable = _portable(measure, proven)
    given = kept is not None and isinstance(change, Add) and change.field != "cap_drop"
    if isinstance(change, SetTo):
        value = change.value
        if change.field == "seccomp":
            text = filter_of(proven.candidate.syscalls or (), proven.candidate.answers)
            value = {"path": filter_path(workload), "profile": text}
        return Item(change.field, normal(value), False, why, evidence, portable=portable)
    assert isinstance(change, Add | Drop)  # noqa: S101  measures make no others
    value = change.item.value if isinstance(change, Drop) else change.item
    return Item(change.field, normal(value), given, why, evidence, portable=portable, absent=isinstance(change, Drop))


def _needed(measure: Measure, change: Change, proven: Proven) -> Kept | None:
    """Why a part of a measure stays that gives something."""
    if not isinstance(change, Add):
        return None
    name = change.item if isinstance(change.item, str) else getattr(change.item, "target", "")
    for kept in proven.kept:
        if _PART_OF.get(kept.privilege.kind) == measure.name and kept.privilege.name == name:
            return kept
    return None


def _portable(measure: Measure, proven: Proven) -> bool:
    """Whether it holds elsewhere too: in networks of this engine everybody may have the ports below 1024."""
    low = any(0 < each.port < PRIVILEGED_PORTS for each in proven.last.seen.of("listens"))
    has = "NET_BIND_SERVICE" in (proven.candidate.capabilities or ())
    return not (low and not has and measure.name in {CAPABILITIES, USER})


# ---- the rest of the document ---------------------------------------------------------------------------------------


def sections(workload: Workload, outcome: Outcome, replay: Replay) -> dict[str, Any]:
    """Everything else of the document, as JSON has it."""
    proven = outcome.proven
    return {
        "profile": _profile(proven),
        "measures": [*_measures(workload, proven), *_not_taken(workload, proven)],
        "results": {"before": _results(proven.before), "after": _results(proven.last)},
        "given_back": [_kept(each) for each in proven.given_back],
        "flaky": list(proven.flaky),
        "tries": proven.tries,
        "not_exercised": list(replay.wanted.left_out),
        "replay": {
            "target": replay.target,
            "service": replay.service,
            "allow": list(replay.allow),
            "env": list(replay.env),
            **normal(replay.wanted._replace(key="", ready=0.0)),
            "candidate": normal(proven.candidate),
        },
    }


def _profile(proven: Proven) -> dict[str, Any]:
    run = proven.last.seen.first
    candidate = proven.candidate
    return {
        "syscalls": sorted(call.name for call in run.syscalls),
        "syscalls_allowed": sorted(candidate.syscalls or ()),
        "capabilities": sorted(candidate.capabilities or ()),
        "user": candidate.user or None,
        "writable": [each.path for each in candidate.writable] if candidate.read_only else ["/"],
        "listens": sorted({_address(each) for each in run.listens if each.port}),
        "memory_peak_bytes": run.peaks.memory_bytes,
        "pids_peak": run.peaks.pids,
        "incomplete": list(run.incomplete),
    }


def _address(each: Any) -> str:
    return f"{each.port}/{each.protocol}"


def _measures(workload: Workload, proven: Proven) -> Iterator[dict[str, Any]]:
    """Measures that are taken, and the privileges that stay in them."""
    for measure in measures(proven.candidate, workload, filter_path(workload)):
        parts = [kept for kept in proven.kept if _PART_OF.get(kept.privilege.kind) == measure.name]
        yield {"change": measure.title, "measure": measure.name, "kept": False, "why": "", "evidence": ""}
        yield from (_kept(kept) for kept in parts)


def _not_taken(workload: Workload, proven: Proven) -> Iterator[dict[str, Any]]:
    taken = {measure.name for measure in measures(proven.candidate, workload, filter_path(workload))}
    for kept in proven.kept:
        if kept.privilege.kind not in taken and _PART_OF.get(kept.privilege.kind) not in taken:
            yield _kept(kept)


def _kept(kept: Kept) -> dict[str, Any]:
    return {
        "change": kept.privilege.title,
        "measure": kept.privilege.kind,
        "kept": True,
        "why": kept.why,
        "evidence": kept.evidence,
    }


def _results(trial: Trial) -> dict[str, Any]:
    used = trial.used
    if used is None:
        return {"works": False, "failure": trial.failure}
    life = used.observation.life if used.observation else None
    return {
        "works": trial.works,
        "ready_seconds": used.ready,
        "checks": [
            {"title": each.check.title, "passed": each.passed, "code": each.code, "seconds": round(each.seconds, 3)}
            for each in used.outcomes
        ],
        "processes": [
            {"name": each.name, "uid": each.uids[1], "gid": each.gids[1], "capabilities": f"{each.capabilities[2]:x}"}
            for each in (used.observation.processes if used.observation else None) or ()
        ],
        "stop": None if life is None else {"code": life.stop.code, "seconds": round(life.stop.seconds, 3)},
        "restarted": None if life is None else life.restarted,
        "trust": [{"check": each.check.title, "trusted": each.trusted, "why": each.why} for each in used.trust],
    }
