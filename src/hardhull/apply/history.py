"""What the journal holds, and what of it is in effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.apply.actions import KINDS
from hardhull.apply.records import UntrustedError
from hardhull.apply.refusal import FAILED, NotDoneError
from hardhull.apply.store import ENDED, PENDING
from hardhull.model.receipt import APPLIED, UNDONE, UNTRUSTED, Receipt, Touched, number_of
from hardhull.model.receipt import PENDING as CUT_SHORT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardhull.apply.actions import ActionKind
    from hardhull.apply.records import ActionRecord, Intent
    from hardhull.apply.store import Store


class Entry(NamedTuple):
    """One receipt as it is kept: its folder, and its record or why that is not to be believed."""

    name: str
    folder: str
    intent: Intent | None
    state: str
    why: str


def entries(store: Store) -> list[Entry]:
    """All receipts, oldest first; whether one was undone is not looked at yet."""
    found = [_entry(store, folder, name) for folder in (PENDING, ENDED) for name in store.names(folder)]
    return sorted(found, key=lambda entry: (number_of(entry.name), entry.name))


def _entry(store: Store, folder: str, name: str) -> Entry:
    try:
        intent = store.intent(folder, name)
        outcome = store.outcome(folder, name)
    except UntrustedError as error:
        return Entry(name, folder, None, UNTRUSTED, str(error))
    if outcome is None:
        return Entry(name, folder, intent, CUT_SHORT, "the run that wrote it did not come to its end")
    return Entry(name, folder, intent, outcome.state, outcome.why)


def in_effect(found: list[Entry]) -> dict[str, str]:
    """For each applied receipt the id of the undo that took it back, or nothing where it is in effect.

    An undo is a receipt as well and can be undone; then what it took back is in effect again.
    """
    undone: dict[str, str] = {}
    by: dict[str, str] = {}
    for entry in reversed(found):  # an undo is always newer than what it takes back
        if entry.intent is None or entry.state != APPLIED:
            continue
        undone[entry.name] = by.get(entry.name, "")
        if entry.intent.kind == "undo" and not undone[entry.name]:
            by[entry.intent.of] = entry.name
    return undone


def receipts(store: Store, kinds: Mapping[str, ActionKind] = KINDS) -> list[Receipt]:
    """All receipts for people, oldest first."""
    found = entries(store)
    undone = in_effect(found)
    return [receipt_of(entry, undone.get(entry.name, ""), kinds) for entry in found]


def receipt_of(entry: Entry, undone_by: str, kinds: Mapping[str, ActionKind]) -> Receipt:
    """One of them; ``undone_by`` is the receipt that took it back, or empty."""
    if entry.intent is None:
        return Receipt(entry.name, "", "", "", "", entry.state, why=entry.why)
    intent = entry.intent
    state, why = (UNDONE, f"by {undone_by}") if undone_by else (entry.state, entry.why)
    files = tuple(Touched(record.path, record.what, record.note) for record in intent.files)
    actions = tuple(_described(action, kinds) for action in intent.actions)
    return Receipt(intent.id, intent.kind, intent.of, intent.title, intent.started, state, files, actions, why)


def _described(action: ActionRecord, kinds: Mapping[str, ActionKind]) -> str:
    kind = kinds.get(action.kind)
    text = kind.describe(action.arguments) if kind else action.kind
    return text if action.forward else f"undo: {text}"


def chosen(found: list[Entry], name: str | None) -> Entry:
    """The receipt that a person named, by its id or number; by default the newest that is in effect and no undo.

    Raises:
        NotDoneError: there is none, or it is not to be believed.
    """
    undone = in_effect(found)
    if name is None:
        for entry in reversed(found):
            if entry.intent and entry.intent.kind == "apply" and undone.get(entry.name) == "":
                return entry
        why = "no receipt is in effect" if found else "nothing was ever applied here"
        raise NotDoneError("there is nothing to undo", why, "`hardhull undo --list` shows what was done", 3)
    matching = [entry for entry in found if name in {entry.name, str(number_of(entry.name))}]
    if len(matching) != 1:
        why = "several receipts have this number" if matching else "there is no such receipt"
        raise NotDoneError(f"cannot undo {name}", why, "`hardhull undo --list` shows all of them", 2)
    entry = matching[0]
    if entry.intent is None:
        how = "if you did not make it, remove .hardhull; it cannot make this program write anything"
        raise NotDoneError(f"receipt {entry.name} was not undone", entry.why, how)
    if entry.name not in undone:
        why = f"it is not in effect: {entry.state}" + (f" ({entry.why})" if entry.why else "")
        raise NotDoneError(f"receipt {entry.name} was not undone", why, "its backups are in .hardhull/journal", FAILED)
    return entry
