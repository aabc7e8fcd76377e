"""The plan of removing images, on a screen and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hardhull.facts.store import amount
from hardhull.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.prune.plan import Prune, Removal
    from hardhull.report.view import View

SCHEMA = "hardhull-prune/1"
LISTED = 20


def render(plan: Prune, view: View, receipts: Sequence[str] = ()) -> Iterator[str]:
    """The screen.

    Args:
        plan: what goes and what is left.
        view: how it is shown; ``command`` is what the person typed.
        receipts: of what was done; none where it was only planned.
    """
    word = "Applied" if receipts else "Plan"
    head = f"{word}: {summary(plan)}"
    yield f"{view.paint('bold', head)}\n"
    yield from _part("Can be pulled again:", plan.returning, view)
    yield from _part("Gone for good:", plan.final, view)
    yield from _part("Left, because of their risk:", plan.left, view, risks=True)
    if receipts:
        yield f"\nReceipts: {', '.join(receipts)}; `hardhull undo --root / NUMBER` pulls again what it can\n"
    elif plan.removed:
        yield f"\nNext:\n  {view.clean(view.command)} --apply   removes them, journaled\n"
    if plan.left and "--risk" not in view.command:
        yield f"  {view.clean(view.command)} --risk needs-proof   with what nobody uses now\n"


def summary(plan: Prune) -> str:
    """One line."""
    if not plan.removed:
        return f"nothing to remove; {count(plan.used, 'image')} in use"
    final = f", {len(plan.final)} of them for good" if plan.final else ""
    return f"{count(len(plan.removed), 'image')} go{final}, {amount(plan.freed)} freed; {plan.used} in use stay"


def _part(title: str, found: Sequence[Removal], view: View, *, risks: bool = False) -> Iterator[str]:
    if not found:
        return
    yield f"\n{view.paint('bold', title)}\n"
    most = len(found) if view.everything else LISTED
    for one in found[:most]:
        risk = f" [--risk {one.risk}]" if risks else ""
        text = f"{one.image.name}  {amount(one.image.freed)}  {one.why}{risk}"
        yield f"  {view.fit(text, view.width - 2)}\n"
    if found[most:]:
        yield f"  and {len(found) - most} more; --all shows them\n"


def as_json(plan: Prune, receipts: Sequence[str] = ()) -> str:
    """The plan for programs."""
    return (
        json.dumps(
            {
                "schema": SCHEMA,
                "applied": bool(receipts),
                "receipts": list(receipts),
                "bytes": plan.freed,
                "in_use": plan.used,
                "removed": [_plain(one) for one in plan.removed],
                "left": [_plain(one) for one in plan.left],
            },
            indent=1,
        )
        + "\n"
    )


def _plain(one: Removal) -> dict[str, Any]:
    image = one.image
    return {
        "id": image.id, "tags": list(image.tags), "digests": list(image.digests), "created": image.created,
        "bytes": image.freed, "why": one.why, "risk": one.risk, "back": one.back,
    }  # fmt: skip
