"""A plan on a screen: every change as a diff under the finding it serves, what it risks, what is left, how to go on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hardhull.model.plan import Status
from hardhull.report.snippet import where
from hardhull.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hardhull.model.plan import Plan, Planned
    from hardhull.report.view import View

SCREEN = 60
"""Lines of diffs on the first screen."""
LISTED = 8
"""Rows of a list on the first screen."""
INTERRUPTS = {
    "none": "interrupts nothing",
    "reload": "needs a reload",
    "recreate": "recreates the container",
    "restart": "restarts the engine",
}
"""What a change interrupts, as people read it."""
_DIFF_STYLES = {"+": "good", "-": "poor", "@": "dim"}


def render(plan: Plan, view: View, *, applied: bool = False) -> Iterator[str]:
    """The screen, line by line.

    Args:
        plan: what would be (or was) done.
        view: how it is shown; ``command`` is what the person typed, without options for the output.
        applied: whether it was done.
    """
    planned = plan.of(Status.PLANNED)
    parts = [
        _header(plan, planned, view, applied=applied),
        *_changes(planned, view),
        _listed("Left, because of their risk or doubt", plan.of(Status.LEFT), view),
        _listed("Not written", plan.of(Status.REFUSED), view),
        _listed("Only a person can decide", plan.of(Status.BY_HAND), view),
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
    text = f"{count(len(planned), 'change')} in {count(len(plan.files), 'file')}"
    before, after = plan.before.score, plan.after.score
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
        told = ", ".join(f"{risks[risk]} {risk}" for risk in ("safe", "proven", "needs-proof") if risks[risk])
        lines.append(f"Risk: {told}")
    return lines


def _changes(planned: Sequence[Planned], view: View) -> Iterator[list[str]]:
    """The changes; on the first screen as many as have room, the others counted by rule."""
    used = 0
    for index, each in enumerate(planned):
        part = _change(each, view)
        if not view.everything and index and used + len(part) > SCREEN:
            yield _more(planned[index:], view)
            return
        used += len(part) + 1
        yield part


def _change(each: Planned, view: View) -> list[str]:
    found, fix = each.found, each.fix
    word = found.severity.word
    lead = f"{view.paint(word, word)}[{found.rule}] {view.paint('bold', view.clean(fix.title))}"
    lines = [lead, f"  --> {where(found.locations[0], view, view.width - 6)}  ({view.clean(found.subject)})"]
    lines += _noted(fix.risk, INTERRUPTS.get(fix.interrupts, fix.interrupts), fix.mitigation, view)
    if fix.basis:
        lines += _folded("  = value: ", fix.basis, view)
    for note in each.notes:
        lines += _folded("  = also: ", note, view)
    return lines + [_painted(line, view) for line in fix.diff.splitlines() if not line.startswith(("--- ", "+++ b"))]


def _noted(risk: str, interrupts: str, mitigation: str, view: View) -> list[str]:
    text = f"{risk}, {interrupts}" + (f": {mitigation}" if mitigation else "")
    return _folded("  = risk: ", text, view)


def _folded(lead: str, text: str, view: View) -> list[str]:
    first, *rest = view.fold(text, view.width - len(lead)) or [""]
    return [f"{lead}{first}", *(" " * len(lead) + line for line in rest)]


def _painted(line: str, view: View) -> str:
    text = view.fit(line, view.width - 2)
    style = _DIFF_STYLES.get(line[:1])
    return f"  {view.paint(style, text) if style else text}"


def _more(rest: Sequence[Planned], view: View) -> list[str]:
    rules = Counter(each.found.rule for each in rest)
    text = f"{view.dots} {count(len(rest), 'more change')} of {count(len(rules), 'rule')}: {view.command} --all"
    return [view.paint("dim", line) for line in view.fold(text, view.width)]


def _listed(title: str, fixes: Sequence[Planned], view: View) -> list[str]:
    """Findings that are not changed, grouped by rule and reason."""
    if not fixes:
        return []
    groups: dict[tuple[str, str, str], list[Planned]] = {}
    for each in fixes:
        groups.setdefault((each.found.rule, each.fix.title, each.why), []).append(each)
    most = len(groups) if view.everything else LISTED
    lines = [f"{title}: {len(fixes)}"]
    for (rule, fix_title, why), group in list(groups.items())[:most]:
        place = where(group[0].found.locations[0], view, 40)
        more = f" and {len(group) - 1} more" if group[1:] else ""
        text = f"{rule} {view.clean(fix_title)}: {view.clean(why)} ({place}{more})"
        lines += _folded("  ", text, view) if view.everything else [f"  {view.fit(text, view.width - 2)}"]
        if view.everything and group[0].snippet:
            lines += [f"      {view.clean(line)}" for line in group[0].snippet.splitlines()]
    if groups and len(groups) > most:
        lines.append(view.paint("dim", f"  {view.dots} {len(groups) - most} more: {view.command} --all"))
    return lines


def _rollout(plan: Plan, view: View) -> list[str]:
    if not plan.rollout:
        return []
    most = len(plan.rollout) if view.everything else LISTED
    lines = ["To roll it out:"]
    for step in plan.rollout[:most]:
        lines.append(f"  {view.clean(step.command)}")
        lines += _folded("      ", step.why, view)
    if plan.rollout[most:]:
        lines.append(view.paint("dim", f"  {view.dots} {len(plan.rollout) - most} more: {view.command} --all"))
    return [*lines, "To take it back: hardhull undo, then the same commands"]


def _next(plan: Plan, planned: Sequence[Planned], view: View, *, applied: bool) -> list[str]:
    rows: list[tuple[str, str]] = []
    if planned and not applied:
        rows.append((f"{view.command} --apply", "writes this, journaled"))
    if any(each.fix.risk == "needs-proof" for each in plan.of(Status.LEFT)):
        rows.append((f"{view.command} --risk needs-proof", "with what has to be tried out"))
    if applied:
        rows.append(("hardhull undo", "takes it back, byte for byte"))
    if planned and not applied:
        rows.append((f"{view.command} --format patch", "for git apply"))
    wide = max((len(command) for command, _ in rows), default=0)
    return ["Next:", *_rows(rows, wide, view)] if rows else []


def _rows(rows: Iterable[tuple[str, str]], wide: int, view: View) -> Iterator[str]:
    for command, what in rows:
        gap = " " * (wide - len(command) + 3)
        yield (
            f"  {view.clean(command)}{gap}{what}" if 5 + wide + len(what) <= view.width else f"  {view.clean(command)}"
        )
