"""The plan of an upgrade on a screen and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.rebuild.plan import Rebuild
    from hardhull.rebuild.prove import Proof
    from hardhull.report.view import View

SCHEMA = "hardhull-rebuild/1"
LISTED = 12


class Told(NamedTuple):
    """What is shown.

    Attributes:
        plan: the plan.
        way: ``Dockerfile`` or ``image``.
        text: the lines that would be added to the Dockerfile, or the Dockerfile of the image on top.
        path: of the Dockerfile; empty for an image.
        line: where its lines go, from 1.
        receipt: of what was done; empty where it was only planned.
        proof: what was seen of the new image; None where none was built.
        kept: the name under which the old image stays.
        base: what FROM becomes, where a newer base ends some of it.
        pins: file, line, version before and after, where the project itself names a version.
    """

    plan: Rebuild
    way: str
    text: str
    path: str = ""
    line: int = 0
    receipt: str = ""
    proof: Proof | None = None
    kept: str = ""
    base: str = ""
    pins: tuple[tuple[str, int, str, str], ...] = ()


def summary(told: Told) -> str:
    """One line."""
    plan = told.plan
    if not plan.upgrades:
        staying = sum(len(one.names) for one in plan.left)
        return f"nothing to upgrade; {count(staying, 'vulnerability', 'vulnerabilities')} stay"
    ended = len(told.proof.ended) if told.proof else len(plan.ended)
    return f"{count(len(plan.words), 'package')} upgraded, {count(ended, 'vulnerability', 'vulnerabilities')} fewer"


def render(told: Told, view: View) -> Iterator[str]:
    """The screen."""
    plan = told.plan
    head = f"{'Applied' if told.receipt else 'Plan'}: {plan.name}: {summary(told)}"
    yield f"{view.paint('bold', view.clean(head))}\n"
    rows = [f"{one.package.name} {one.package.version} -> {one.fixed}: {', '.join(one.names)}" for one in plan.upgrades]
    yield from _listed(rows, view)
    if told.pins:
        yield f"\n{view.paint('bold', 'Versions that your files name:')}\n"
        yield from (f"  {view.clean(path)}:{line}  {was} -> {now}\n" for path, line, was, now in told.pins)
    if plan.upgrades and (told.text or told.base):
        where = f"{told.path}, line {told.line}:" if told.path else "An image on top of it:"
        yield f"\n{view.paint('bold', view.clean(where))}\n"
        if told.base:
            yield f"  FROM {view.clean(told.base)}\n"
        yield from (f"  {view.clean(line)}\n" for line in told.text.splitlines())
    if plan.left:
        yield f"\n{view.paint('bold', 'Left:')}\n"
        yield from _listed(
            [f"{one.package.name} {one.package.version}: {one.why}: {', '.join(one.names)}" for one in plan.left], view
        )
    if told.proof:
        yield from _proof(told, view)
    yield from _next(told, view)


def _listed(rows: list[str], view: View) -> Iterator[str]:
    most = len(rows) if view.everything else LISTED
    yield from (f"  {view.fit(view.clean(row), view.width - 2)}\n" for row in rows[:most])
    if rows[most:]:
        yield f"  and {len(rows) - most} more; --all shows them\n"


def _proof(told: Told, view: View) -> Iterator[str]:
    proof = told.proof
    if proof is None:
        return
    yield f"\n{view.paint('bold', 'Seen:')}\n"
    yield f"  started by itself, the old image {proof.old.what}, the new one {proof.new.what}\n"
    yield f"  scanned again: {len(proof.ended)} of {len(told.plan.ended)} are gone\n"
    if proof.still:
        yield f"  still there: {', '.join(proof.still[:LISTED])}\n"
    yield f"  the old image stays as {view.clean(told.kept)}\n"


def _next(told: Told, view: View) -> Iterator[str]:
    if told.receipt:
        back = "gives the name back to the old image" if not told.path else "takes the lines back"
        root = "" if told.path else " --root /"
        yield f"\nReceipt {told.receipt}; `hardhull undo{root}` {back}\n"
        if told.path:
            yield "Build the image again, and scan it: the lines were not tried out\n"
    elif told.plan.upgrades:
        does = (
            "writes the lines, journaled"
            if told.path
            else "builds it, starts it, scans it, and takes it back where it fails"
        )
        yield f"\nNext:\n  {view.clean(view.command)} --apply   {does}\n"
        if told.path:
            yield f"  {view.clean(view.command)} --as recreate   an image on top of this one instead, tried out\n"


def as_json(told: Told) -> str:
    """The plan for programs."""
    plan = told.plan
    made: dict[str, Any] = {
        "schema": SCHEMA,
        "image": {"name": plan.name, "id": plan.id},
        "way": told.way,
        "applied": bool(told.receipt),
        "receipt": told.receipt,
        "upgrades": [
            {
                "package": one.package.name,
                "version": one.package.version,
                "fixed": one.fixed,
                "ends": list(one.names),
                "by": sorted({order.tool for order in one.orders}),
            }
            for one in plan.upgrades
        ],
        "left": [
            {"package": one.package.name, "version": one.package.version, "why": one.why, "names": list(one.names)}
            for one in plan.left
        ],
        "text": told.text if plan.upgrades else "",
        "path": told.path,
        "line": told.line,
        "kept": told.kept,
        "base": told.base,
        "pins": [{"path": path, "line": line, "was": was, "becomes": now} for path, line, was, now in told.pins],
    }
    if told.proof:
        old, new = told.proof.old, told.proof.new
        made["proof"] = {
            "old": old.what, "new": new.what, "ended": list(told.proof.ended), "still": list(told.proof.still),
        }  # fmt: skip
    return json.dumps(made, indent=1) + "\n"
