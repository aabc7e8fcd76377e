"""What was proven as a document: the fact that scans read, and beside it everything that was seen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.digest import digest, with_before
from hardhull.facts.normal import normal
from hardhull.facts.proof import Proof, identified
from hardhull.facts.proof import Proven as Item
from hardhull.learn.profile import kernel
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.prove.candidate import (
    CAPABILITIES,
    CAPABILITY,
    DEVICE,
    NEW_PRIVILEGES,
    OWNED,
    PRIVILEGED,
    SECCOMP,
    SYSCALL,
    USER,
    WRITABLE,
    WRITABLE_ROOT,
)
from hardhull.prove.changes import measures
from hardhull.prove.drills import Measure as Drilled
from hardhull.prove.filter import profile as filter_of
from hardhull.rules.observed_calls import file_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change
    from hardhull.prove.candidate import Candidate
    from hardhull.prove.changes import Measure
    from hardhull.prove.drills import Compared
    from hardhull.prove.prover import Outcome
    from hardhull.prove.search import Kept, Proven
    from hardhull.prove.trial import Trial
    from hardhull.run.exercise import Exercise

_DRILLED = {
    Drilled.CAPABILITIES: CAPABILITIES,
    Drilled.SECCOMP: SECCOMP,
    Drilled.USER: USER,
    Drilled.READ_ONLY: WRITABLE_ROOT,
    Drilled.NO_NEW_PRIVILEGES: NEW_PRIVILEGES,
    Drilled.DEVICES: DEVICE,
    Drilled.MASKS: PRIVILEGED,
}
"""What blocks a drill to the measure that is taken."""
_PART_OF = {CAPABILITY: CAPABILITIES, WRITABLE: WRITABLE_ROOT, OWNED: USER, SYSCALL: SECCOMP}
"""Kinds of privileges that are part of a measure."""


class Replay(NamedTuple):
    """What the proof is made again with.

    Attributes:
        target: as the person named it, relative to the root; likewise ``service``.
        wanted: how it was used.
        allow: what was allowed.
    """

    target: str
    service: str
    wanted: Exercise
    allow: tuple[str, ...] = ()


def proof_of(workload: Workload, outcome: Outcome) -> Proof:
    """The fact.

    Args:
        workload: as it is declared.
        outcome: what was found.
    """
    proven, ran = outcome.proven, outcome.ran
    items = with_before(workload, _items(workload, outcome))
    found = Proof(
        "", workload.subject, workload.place.source.path, digest(workload, items), ran.reference,
        ran.image, ran.engine, kernel(), datetime.now(UTC).isoformat(timespec="seconds"), proven.runs,
        proven.passed, proven.checks, items, digest(workload),
    )  # fmt: skip
    return identified(found)


def _items(workload: Workload, outcome: Outcome) -> Iterator[Item]:
    """Every Change that was proven, and every privilege that stays."""
    for measure in measures(outcome.proven.wide, workload, file_of(workload)):
        blocked = tuple(each.drill.id for each in outcome.drills if each.stopped and _blocks(measure, each))
        for change in measure.changes:
            item = _item(workload, measure, change, outcome.proven)
            yield item if item.kept else item._replace(drills=blocked)


def _blocks(measure: Measure, compared: Compared) -> bool:
    """Whether a measure alone is known to block a drill."""
    return any(_DRILLED.get(each) == measure.name for each in compared.drill.measures)


def _item(workload: Workload, measure: Measure, change: Change, proven: Proven) -> Item:
    kept = _needed(measure, change, proven)
    evidence = kept.evidence or kept.why if kept else f"{proven.runs} runs passed with it"
    why = kept.why if kept else measure.title
    portable = _portable(workload, measure, proven.candidate)
    given = kept is not None and isinstance(change, Add | Swap) and change.field != "cap_drop"
    if isinstance(change, SetTo):
        value = change.value
        if change.field == "seccomp":
            value = {"path": file_of(workload), "profile": filter_of(proven.wide)}
        return Item(change.field, normal(value), False, why, evidence, portable=portable)
    assert isinstance(change, Add | Drop | Swap)  # noqa: S101  measures make no others
    value = _of(change)
    return Item(change.field, normal(value), given, why, evidence, portable=portable, absent=isinstance(change, Drop))


def _of(change: Add | Drop | Swap) -> Any:
    """The item of a list that a change is about."""
    if isinstance(change, Swap):
        return change.value
    return change.item.value if isinstance(change, Drop) else change.item


def _needed(measure: Measure, change: Change, proven: Proven) -> Kept | None:
    """Why a part of a measure stays that gives something."""
    if not isinstance(change, Add | Swap):
        return None
    item = _of(change)
    name = item if isinstance(item, str) else getattr(item, "target", "")
    for kept in proven.kept:
        if _PART_OF.get(kept.privilege.kind) == measure.name and kept.privilege.name == name:
            return kept
    return None


def _portable(workload: Workload, measure: Measure, candidate: Candidate) -> bool:
    """Whether it holds elsewhere too: in networks of this engine everybody may have the ports below 1024."""
    said = workload.runtime == "kubernetes" and candidate.user
    has = "NET_BIND_SERVICE" in (candidate.capabilities or ())
    return not (candidate.low_ports and not has and not said and measure.name in {CAPABILITIES, USER})


# ---- the rest of the document ---------------------------------------------------------------------------------------


def sections(workload: Workload, outcome: Outcome, replay: Replay) -> dict[str, Any]:
    """Everything else of the document, as JSON has it."""
    proven = outcome.proven
    return {
        "profile": _profile(proven),
        "measures": [*_measures(workload, proven), *_not_taken(workload, proven)],
        "drills": {
            "before": [_drill(each, each.before, each.why_before) for each in outcome.drills],
            "after": [_drill(each, each.after, each.why_after) for each in outcome.drills],
        },
        "undrilled": outcome.undrilled,
        "results": {"before": _results(proven.before), "after": _results(proven.last)},
        "given_back": [_kept(each) for each in proven.given_back],
        "flaky": list(proven.flaky),
        "tries": proven.tries,
        "not_exercised": list(replay.wanted.left_out),
        "throughput": list(_throughput(proven)),
        "replay": _replay(proven, replay),
    }


def _replay(proven: Proven, replay: Replay) -> dict[str, Any]:
    wanted = replay.wanted
    return {
        "target": replay.target,
        "service": replay.service,
        "checks": list(wanted.commands),
        "urls": list(wanted.urls),
        "loads": list(wanted.loads),
        "seconds": wanted.seconds,
        "reload": wanted.reload,
        "allow": list(replay.allow),
        "candidate": normal(proven.wide),
        "strict": normal(proven.candidate),
    }


def _throughput(proven: Proven) -> Iterator[dict[str, Any]]:
    """How long each load took, as it is declared and at last."""
    before = proven.before.used.outcomes if proven.before.used else ()
    after = proven.last.used.outcomes if proven.last.used else ()
    for one, other in zip(_loads(before), _loads(after), strict=False):
        yield {
            "load": one.check.title,
            "before_seconds": round(one.seconds, 3),
            "after_seconds": round(other.seconds, 3),
        }


def _loads(outcomes: Iterable[Any]) -> list[Any]:
    """The outcomes of loads."""
    return [one for one in outcomes if one.check.kind == "load"]


def _profile(proven: Proven) -> dict[str, Any]:
    run = proven.last.seen.first
    candidate = proven.candidate
    return {
        "syscalls": sorted({call.name for call in run.syscalls}),
        "syscalls_allowed": sorted(candidate.syscalls or ()),
        "syscalls_static": sorted(proven.wide.beyond | (candidate.syscalls or frozenset())),
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
    for measure in measures(proven.wide, workload, file_of(workload)):
        parts = [kept for kept in proven.kept if _PART_OF.get(kept.privilege.kind) == measure.name]
        yield {"change": measure.title, "measure": measure.name, "kept": False, "why": "", "evidence": ""}
        yield from (_kept(kept) for kept in parts)


def _not_taken(workload: Workload, proven: Proven) -> Iterator[dict[str, Any]]:
    taken = {measure.name for measure in measures(proven.wide, workload, file_of(workload))}
    for kept in proven.kept:
        if kept.privilege.kind not in taken and _PART_OF.get(kept.privilege.kind) not in taken:
            yield _kept(kept)


def _kept(kept: Kept) -> dict[str, Any]:
    return {
        "change": kept.privilege.title,
        "measure": kept.privilege.kind,
        "name": kept.privilege.name,
        "kept": True,
        "why": kept.why,
        "evidence": kept.evidence,
    }


def _drill(compared: Compared, verdict: str, why: str) -> dict[str, Any]:
    drill = compared.drill
    found = {"id": drill.id, "title": drill.title, "dimension": drill.dimension.value, "verdict": verdict, "why": why}
    return found | ({"technique": drill.technique} if drill.technique else {})


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
