"""Receipts of the journal on a screen and as JSON: what was written, what is in effect, what was taken back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hardhull.model.receipt import APPLIED, PARTLY, PENDING, TAKEN_BACK, UNDONE, UNTRUSTED
from hardhull.report.words import count
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.model.receipt import Receipt, Touched
    from hardhull.report.view import View

SCHEMA = "hardhull-receipts/1"
STYLES = {APPLIED: "good", UNDONE: "dim", TAKEN_BACK: "dim", PARTLY: "poor", PENDING: "poor", UNTRUSTED: "poor"}
SHOWN = 12
"""Files of a receipt that a screen shows."""
INDENT = " " * 4


def listing(receipts: Sequence[Receipt], view: View) -> Iterator[str]:
    """All receipts, the newest first."""
    if not receipts:
        yield "Nothing was ever applied here.\n"
        return
    for receipt in reversed(receipts):
        yield from _receipt(receipt, view)
    if any(receipt.state == APPLIED for receipt in receipts):
        yield "\nOne of them back: hardhull undo ID (its number is enough); an undo can be undone as well\n"


def outcome(receipt: Receipt, view: View) -> Iterator[str]:
    """What an undo did, or that it had been done before."""
    if receipt.kind != "undo" or receipt.state != APPLIED:
        yield f"Receipt {receipt.id} was undone before ({receipt.why}); nothing was changed.\n"
        return
    yield view.paint("bold", f"Undone: {receipt.of}") + f", {count(len(receipt.files), 'file')} written\n"
    yield from _parts(receipt, view)
    yield f"Back to where it was before this: hardhull undo {receipt.number}\n"


def _receipt(receipt: Receipt, view: View) -> Iterator[str]:
    when = receipt.started.replace("T", " ").replace("Z", " UTC")
    head = f"{receipt.id:<12}  {when}  ".rstrip()
    yield f"{head}  {view.paint(STYLES.get(receipt.state, 'bold'), view.clean(receipt.state))}"
    yield (
        f"  {view.fit(redact(receipt.title), max(view.width - len(head) - len(receipt.state) - 4, 20))}".rstrip() + "\n"
    )
    if receipt.why:
        yield from (f"{INDENT}{line}\n" for line in view.fold(redact(receipt.why), view.width - len(INDENT)))
    yield from _parts(receipt, view)


def _parts(receipt: Receipt, view: View) -> Iterator[str]:
    for touched in receipt.files[:SHOWN]:
        yield f"{INDENT}{view.fit(_touched(touched), view.width - len(INDENT))}\n"
    if len(receipt.files) > SHOWN:
        yield f"{INDENT}and {count(len(receipt.files) - SHOWN, 'more file')}\n"
    for action in receipt.actions:
        yield f"{INDENT}{view.fit(redact(action), view.width - len(INDENT))}\n"


def _touched(touched: Touched) -> str:
    note = f"; {touched.note}" if touched.note else ""
    return f"{touched.what} {touched.path}{note}"


def as_json(root: str, **parts: Receipt | Sequence[Receipt] | dict[str, str] | None) -> str:
    """Receipts as JSON; each part is a receipt, a list of them, or plain."""
    return (
        json.dumps({"schema": SCHEMA, "root": root, **{name: _plain(part) for name, part in parts.items()}}, indent=1)
        + "\n"
    )


def _plain(part: Any) -> Any:
    if part is None or isinstance(part, dict):
        return part
    if not hasattr(part, "_asdict"):
        return [_plain(one) for one in part]
    receipt: Receipt = part
    return {
        **receipt._asdict(),
        "title": redact(receipt.title),
        "why": redact(receipt.why),
        "files": [touched._asdict() for touched in receipt.files],
        "actions": [redact(action) for action in receipt.actions],
    }
