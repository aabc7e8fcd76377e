"""The plan of audit rules, on a screen and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.fix.patch import file_edit, shown
from hardhull.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.audit.plan import AuditPlan
    from hardhull.audit.proof import Proven
    from hardhull.model.receipt import FileChange
    from hardhull.report.view import View

SCHEMA: Final = "hardhull-audit/1"


class Done(NamedTuple):
    """What became of a plan: the receipt of the journal (empty where nothing changed), and the proof of each rule."""

    receipt: str
    proofs: Sequence[Proven]


NOT_DONE: Final = Done("", ())


def summary(plan: AuditPlan, done: Done = NOT_DONE) -> str:
    """One line."""
    telling = [wish for wish in plan.wishes if not wish.quiet]
    if done.proofs:
        hit = sum(one.hit is not None for one in done.proofs)
        return f"{hit} of {count(len(done.proofs), 'rule')} shown to record"
    if not plan.to_do:
        return f"the kernel has all {count(len(plan.wishes), 'rule')}"
    quiet = len(plan.wishes) - len(telling)
    more = f", and {quiet} that leave out noise" if quiet else ""
    return f"{count(len(telling), 'audit rule')} for what this host uses{more}"


def render(plan: AuditPlan, view: View, done: Done = NOT_DONE) -> Iterator[str]:
    """The screen.

    Args:
        plan: what was found out.
        view: how it is shown; ``command`` is what the person typed.
        done: what became of it.
    """
    word = "Applied" if done.receipt else "Proven" if done.proofs else "Plan"
    yield f"{view.paint('bold', view.clean(f'{word}: {summary(plan, done)}'))}\n"
    for title, rows in (("Rules:", _rules(plan, done)), ("Files:", _files(plan)), ("Know:", _know(plan))):
        if rows:
            yield f"\n{view.paint('bold', title)}\n"
            for row in rows:
                margin = "  " * (1 + (len(row) - len(row.lstrip())) // 2)
                yield from (
                    f"{margin}{line}\n" for line in view.fold(view.clean(row.strip()), view.width - len(margin))
                )
    if done.receipt:
        yield f"\nReceipt {done.receipt}: `hardhull undo --root / {done.receipt}` takes rules and files back\n"
    elif plan.to_do or not done.proofs:
        what = "loads them, and shows for each that it records" if plan.to_do else "shows for each that it records"
        yield f"\nNext:\n  {view.clean(view.command)} --apply   {what}\n"


def _rules(plan: AuditPlan, done: Done) -> list[str]:
    proofs = {one.wish.text: one for one in done.proofs}
    rows, about = [], ""
    for wish in plan.wishes:
        if wish.used.path != about:
            about = wish.used.path
            quiet = sum(one.quiet and one.used.path == about for one in plan.wishes)
            more = f", and {count(quiet, 'rule')} before it that leave out what the engine does there" if quiet else ""
            rows.append(f"{wish.used.name}, {about}{more}")
        if wish.quiet:
            continue
        rows.append(f"  {wish.text}")
        one = proofs.get(wish.text)
        if one is not None:
            rows.append(f"    {_proof(one)}")
    return rows


def _proof(one: Proven) -> str:
    if one.hit is None:
        return one.stimulus.none or f"{one.stimulus.said}: no record"
    other = "" if one.hit.key == one.wish.rule.key else f" (by the rule with the key {one.hit.key})"
    return f"{one.stimulus.said} ({one.hit.pid}): recorded as {one.hit.event}{other}"


def _files(plan: AuditPlan) -> list[str]:
    return [f"/{one.path}: {_what(one)}" for one in plan.files if one.before != one.after]


def _what(one: FileChange) -> str:
    if one.after is None:
        return "removed"
    rows = sum(bool(row.strip()) and not row.startswith("#") for row in one.after.decode().splitlines())
    return f"{count(rows, 'line')}" + ("" if one.before is None else ", changed")


def _know(plan: AuditPlan) -> list[str]:
    rows = []
    if not plan.state["enabled"]:
        rows.append("auditing is off, and is switched on")
    if plan.there:
        rows.append(f"other rules record already: {', '.join(one.path for one in plan.there)}")
    return [*rows, *plan.notes]


def as_json(plan: AuditPlan, done: Done = NOT_DONE) -> str:
    """The plan for programs."""
    proofs = {one.wish.text: one for one in done.proofs}
    document = {
        "schema": SCHEMA, "applied": bool(done.receipt), "receipt": done.receipt, "to_do": plan.to_do,
        "enabled": plan.state["enabled"], "auditd": plan.state["pid"],
        "rules": [
            {"rule": wish.text, "path": wish.used.path, "kind": wish.used.kind, "name": wish.used.name,
             "quiet": wish.quiet, "proof": _plain(proofs.get(wish.text))}
            for wish in plan.wishes
        ],
        "elsewhere": [one.path for one in plan.there],
        "files": [
            {"path": f"/{one.path}", "diff": _diff(one)}
            for one in plan.files if one.before != one.after
        ],
        "notes": list(plan.notes),
    }  # fmt: skip
    return json.dumps(document, indent=1) + "\n"


def _diff(one: FileChange) -> str:
    return shown(file_edit(one.path, one.before, one.after or b""))


def _plain(one: Proven | None) -> dict[str, Any] | None:
    if one is None:
        return None
    hit = one.hit
    return {
        "stimulus": one.stimulus.said, "pid": one.stimulus.pid, "not_tried": one.stimulus.none,
        "recorded": hit is not None, "event": hit.event if hit else "", "key": hit.key if hit else "",
        "source": one.source,
    }  # fmt: skip
