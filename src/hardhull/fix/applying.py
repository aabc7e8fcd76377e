"""A plan as changes of the journal, and the check after they were written."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hardhull.fix.choose import key_of
from hardhull.fix.consumers import Checks
from hardhull.model.receipt import FileChange, Splice

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.model.plan import Plan
    from hardhull.model.result import Result
    from hardhull.scan.discover import Discovery


def changes_of(plan: Plan) -> list[FileChange]:
    """The plan's files for the journal."""
    return [
        FileChange(file.path, file.before, file.after, tuple(Splice(*edit.span, edit.text) for edit in file.edits))
        for file in plan.files
    ]


def verifier(plan: Plan, found: Discovery, rescan: Callable[[], Result]) -> Callable[[], list[str]]:
    """What the journal asks when everything is written: is it what was planned, and does everybody take it?

    Made before anything is written, because what a consumer refuses now is not held against the plan.

    Args:
        plan: what is written.
        found: the files before.
        rescan: scans the targets again, from the disk.
    """
    checks = Checks(found.root, plan.files, found.files)
    checks.before()
    wanted = Counter(map(key_of, plan.after.shown))

    def verify() -> list[str]:
        after = rescan()
        now = Counter(map(key_of, after.shown))
        names = {rule.id: rule.name for rule in after.rules.values()}
        subjects = {key_of(each): each.subject for each in after.shown}
        unexpected = [
            f"{names.get(key[0], key[0])} is found in {key[1]} ({subjects[key]}), which was not planned"
            for key, count in now.items()
            if count > wanted[key] and key[1] not in plan.patched
        ]
        return unexpected + checks.after()

    return verify
