"""A plan on a screen: every change as a diff under the finding it serves, what it risks, what is left, how to go on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hardhull.model.plan import Status
from hardhull.report.cells import width
from hardhull.report.plan_changes import LISTED, changes, folded, listed, more, new_files
from hardhull.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hardhull.model.plan import Plan, Planned
    from hardhull.report.view import View

RISKS = {"safe": "cannot break what works", "proven": "seen to work", "needs-proof": "may: try it out"}
"""What each risk means, in the order of the risk."""


def render(plan: Plan, view: View, *, applied: bool = False, diffs: Mapping[str, str] | None = None) -> Iterator[str]:
    """The screen, line by line.

    Args:
        plan: what would be (or was) done.
        view: how it is shown; ``command`` is what the person typed, without options for the output.
        applied: whether it was done.
        diffs: of files that no single change shows, such as new ones, by path.
    """
    planned = plan.of(Status.PLANNED)
    parts = [
        _header(plan, planned, view, applied=applied),
        *changes(planned, view),
        *new_files(diffs or {}, view),
        listed("Left, because of their risk or doubt", plan.of(Status.LEFT), view),
        listed("Not written", plan.of(Status.REFUSED), view),
        listed("Only a person can decide", plan.of(Status.BY_HAND), view),
        _not_read(plan, view),
        _rollout(plan, view),
        _next(plan, planned, view, applied=applied),
    ]
    first = True
    for part in parts:
        if part and not first:
            yield "\n"
        yield from (f"{line}\n" for line in part)
        first = first and not part


def summary(plan: Plan) -> str:
    """One line: how much changes, and the score before and after."""
    planned = plan.of(Status.PLANNED)
    before, after = plan.before.score, plan.after.score
    if not planned:
        score = "" if before is None else f"; score {before.total} ({before.grade})"
        return f"nothing to write{score}"
    text = f"{count(len(planned), 'change')} in {count(len(plan.files), 'file')}"
    if before is None or after is None:
        return text
    return f"{text}; score {before.total} ({before.grade}) -> {after.total} ({after.grade})"


def _header(plan: Plan, planned: Sequence[Planned], view: View, *, applied: bool) -> list[str]:
    text = summary(plan)
    if view.unicode:
        text = text.replace("->", "\N{RIGHTWARDS ARROW}")
    lines = [view.paint("bold", f"{'Applied' if applied else 'Plan'}: {view.clean(text)}")]
    risks = Counter(each.fix.risk for each in planned)
    if planned:
        told = ", ".join(f"{risks[risk]} {risk} ({what})" for risk, what in RISKS.items() if risks[risk])
        lines += folded("Risk: ", told, view)
    return lines


def _not_read(plan: Plan, view: View) -> list[str]:
    """Files in which nobody knows what there would be to fix."""
    failed = [item for item in plan.before.not_checked if item.kind == "failed"]
    if not failed:
        return []
    most = len(failed) if view.everything else LISTED
    lines = [view.paint("bold", f"Not read: {len(failed)}")]
    for item in failed[:most]:
        text = f"{item.what}: {item.why}; {item.how}"
        lines += folded("  ", text, view) if view.everything else [f"  {view.fit(text, view.width - 2)}"]
    return [*lines, *(more(f"{len(failed) - most} more", view) if failed[most:] else ())]


def _rollout(plan: Plan, view: View) -> list[str]:
    if not plan.rollout:
        return []
    most = len(plan.rollout) if view.everything else LISTED
    lines = [view.paint("bold", "To roll it out:")]
    for step in plan.rollout[:most]:
        lines.append(f"  {view.clean(step.command)}")
        lines += folded("      ", step.why, view)
    if plan.rollout[most:]:
        lines += more(f"{len(plan.rollout) - most} more", view)
    return [*lines, "To take it back: hardhull undo, then the same commands"]


def _next(plan: Plan, planned: Sequence[Planned], view: View, *, applied: bool) -> list[str]:
    rows: list[tuple[str, str]] = []
    if planned and not applied:
        rows.append((f"{view.command} --apply", "writes this, journaled"))
    if any(each.fix.risk == "needs-proof" for each in plan.of(Status.LEFT)) and "--risk" not in view.command:
        rows.append((f"{view.command} --risk needs-proof", "with what has to be tried out"))
    if applied:
        rows.append(("hardhull undo", "takes it back, byte for byte"))
    if planned and not applied:
        rows.append((f"{view.command} --format patch", "for git apply"))
    cleaned = [(view.clean(command), what) for command, what in rows]
    wide = max((width(command) for command, _ in cleaned), default=0)
    lines = [
        f"  {command}{' ' * (wide - width(command) + 3)}{what}"
        if 5 + wide + len(what) <= view.width
        else f"  {command}"
        for command, what in cleaned
    ]
    return ["Next:", *lines] if lines else []
