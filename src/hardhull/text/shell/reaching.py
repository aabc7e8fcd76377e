"""Which assignments reach a use of a variable: straight-line ones are certain, all others make it unknown."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.text.shell.tree import Assignment, Block, Script

MAX_ASSIGNMENTS = 200
"""Most assignments of one variable that are looked at."""

_NO_EFFECT_OUTSIDE = ("subshell", "substitution")


Steps: TypeAlias = "tuple[tuple[Assignment, str], ...]"
"""The assignments that make up a value, in order, each with the reason why it may not have been made (or nothing)."""


def reaching(script: Script, name: str, at: int, block: Block) -> Steps:
    """The assignments of ``name`` that reach a use at ``at`` in ``block``.

    An assignment is certain where its block holds the use. One in a branch, a loop or a function may or may not have
    been made. One in a subshell has no effect outside. A function sees what is assigned after it, because it may be
    called later.
    """
    assignments = script.assignments.get(name, [])
    if len(assignments) > MAX_ASSIGNMENTS:
        return ((assignments[0], f"{name} is set in more than {MAX_ASSIGNMENTS} places"),)
    function = block.nearest("function")
    steps: list[tuple[Assignment, str]] = []
    later: list[Assignment] = []
    for assignment in assignments:
        if not _escapes_to(assignment, block):
            continue
        home = assignment.block.nearest("function")
        if assignment.local and home is not function:
            continue
        if assignment.start >= at:
            later.append(assignment)
            continue
        step = (assignment, _doubt(script, assignment, block))
        if assignment.append:
            steps.append(step)
        else:
            steps = [step]
    changed = next(_changes_later(steps, later, block, function), None)
    if changed is not None:
        only = not steps and len(later) == 1
        certain = only and not changed.append and changed.block.nearest(*_CONDITIONAL) is None
        line = _line(script, changed)
        steps = [(changed, "" if certain else f"{name} is also set at line {line}")]
    return tuple(steps)


_CONDITIONAL = ("function", "loop", "branch", "condition", "chain", "case")


def _escapes_to(assignment: Assignment, block: Block) -> bool:
    inner = assignment.block.nearest(*_NO_EFFECT_OUTSIDE)
    return inner is None or block.within(inner)


def _doubt(script: Script, assignment: Assignment, block: Block) -> str:
    """Why an assignment above the use may not have been made, or an empty text."""
    if block.within(assignment.block):
        return ""
    line = _line(script, assignment)
    home = assignment.block.nearest("function", "loop", "branch", "chain", "condition")
    where = {"function": "a function", "loop": "a loop"}.get(home.kind if home is not None else "", "a branch")
    return f"{assignment.name} is set in {where} (line {line})"


def _changes_later(
    steps: list[tuple[Assignment, str]], later: list[Assignment], block: Block, function: Block | None
) -> Iterator[Assignment]:
    """Assignments below the use that may come before it: in the same loop, or outside of its function."""
    base = steps[0][0].block if steps else None
    for assignment in later:
        loop = assignment.block.nearest("loop")
        while loop is not None:
            if block.within(loop) and (base is None or not base.within(loop)):
                yield assignment
            loop = loop.parent.nearest("loop") if loop.parent is not None else None
        if function is not None and not assignment.block.within(function):
            inside = base is not None and base.within(function)
            if not inside:
                yield assignment


def _line(script: Script, assignment: Assignment) -> int:
    fragment = script.fragment
    return bisect_right(fragment.source.line_starts, fragment.offset(assignment.start))
