"""What changed between two results: new, fixed and unchanged findings.

Findings are matched by ``id``, which is stable when lines move; what is left, by ``content_id``, so that a renamed file
or service is not a flood of fixed and new ones. Equal findings are matched one to one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.report.groups import rows
from hardhull.report.image_diff import changes_of_images, lines, plain
from hardhull.report.jsonout import encode, finding_line
from hardhull.report.words import count, severities

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.model.result import Found, Result
    from hardhull.report.view import View

SCHEMA = "hardhull-diff/1"


class Difference(NamedTuple):
    """The findings of two results, each in the order of its result.

    Attributes:
        new: only in the new one.
        fixed: only in the old one, and not because an ignore hides it now.
        hidden: shown in the old one; an ignore hides it in the new one.
        unchanged: in both.
    """

    new: tuple[Found, ...]
    fixed: tuple[Found, ...]
    hidden: tuple[Found, ...]
    unchanged: tuple[Found, ...]


def difference(old: Result, new: Result) -> Difference:
    """Compares the findings that are not hidden."""
    before, after = list(old.shown), list(new.findings)
    same: list[Found] = []
    for key in ("id", "content_id"):
        before, after, matched = _match(before, after, key)
        same += matched
    order = {id(found): index for index, found in enumerate(new.findings)}
    same.sort(key=lambda found: order[id(found)])
    return Difference(
        tuple(found for found in after if found.suppressed is None),
        tuple(before),
        tuple(found for found in same if found.suppressed is not None),
        tuple(found for found in same if found.suppressed is None),
    )


def _match(before: Sequence[Found], after: Sequence[Found], key: str) -> tuple[list[Found], list[Found], list[Found]]:
    """What is left of both after pairs with an equal key are taken out, and the newer half of each pair."""
    waiting: dict[str, list[Found]] = {}
    for found in reversed(after):
        waiting.setdefault(getattr(found, key), []).append(found)
    left, matched = [], []
    for found in before:
        same = waiting.get(getattr(found, key))
        if same:
            matched.append(same.pop())
        else:
            left.append(found)
    taken = {id(found) for found in matched}
    return left, [found for found in after if id(found) not in taken], matched


def render(old: Result, new: Result, view: View) -> Iterator[str]:
    """The difference for people, line by line."""
    from hardhull.report.groups import grouped

    changes = difference(old, new)
    for name, result, findings in (
        ("New", new, changes.new),
        ("Fixed", old, changes.fixed),
        ("Hidden", new, changes.hidden),
    ):
        if not findings:
            continue
        words = severities(findings)
        yield f"{view.paint('bold', name)}: {words}\n"
        shown = result._replace(findings=tuple(found._replace(suppressed=None) for found in findings), paths=())
        groups = grouped(shown)
        yield from (f"  {line}\n" for line in rows(groups, view._replace(width=view.width - 2)))
        yield "\n"
    yield from (f"{view.fit(view.clean(line), view.width)}\n" for line in lines(old, new))
    totals = [
        f"{len(changes.new)} new",
        f"{len(changes.fixed)} fixed",
        f"{count(len(changes.unchanged), 'finding')} unchanged",
    ]
    grades = f"; grade {_grade(old)} before, {_grade(new)} now"
    yield f"{', '.join(totals)}{f', {len(changes.hidden)} hidden' if changes.hidden else ''}{grades}\n"


def _grade(result: Result) -> str:
    return f"{result.score.grade} {result.score.total}/100" if result.score else "not judged"


def as_json(old: Result, new: Result) -> Iterator[str]:
    """The difference as JSON: the findings as in a result, in lists ``new``, ``fixed``, ``hidden``, ``unchanged``.

    Where both looked at built images, ``images`` has what became of their size and packages.
    """
    changes = difference(old, new)
    yield f'{{"schema": {encode(SCHEMA)}'
    for name in Difference._fields:
        rules = (old if name == "fixed" else new).rules
        lines = [finding_line(found, rules[found.rule]) for found in getattr(changes, name)]
        body = "\n  " + ",\n  ".join(lines) + "\n " if lines else ""
        yield f',\n "{name}": [{body}]'
    images = [encode(plain(one)) for one in changes_of_images(old, new)]
    if images:
        yield ',\n "images": [\n  ' + ",\n  ".join(images) + "\n ]"
    yield "\n}\n"
