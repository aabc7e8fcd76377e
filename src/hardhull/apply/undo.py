"""From a receipt to the steps that take it back, later edits kept; or to the difference that forbids it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.apply.prepare import Step, look
from hardhull.apply.records import Before, FileRecord, UntrustedError
from hardhull.apply.refusal import FAILED, NotDoneError
from hardhull.apply.splices import spliced, taken_back
from hardhull.apply.store import ENDED
from hardhull.apply.takeback import edits_of
from hardhull.apply.tree import digest_of, parts_of
from hardhull.text.diff import unified

if TYPE_CHECKING:
    from hardhull.apply.records import Intent
    from hardhull.apply.store import Store
    from hardhull.apply.tree import Found

KEPT = "later edits kept"


class _Conflict(Exception):  # noqa: N818  it is one of several, told together
    """One file that cannot be taken back: why, and what was changed since."""

    def __init__(self, path: str, why: str, diff: str) -> None:
        super().__init__(path)
        self.told = f"{path} {why}"
        self.diff = diff


def steps_back(store: Store, intent: Intent) -> list[Step]:
    """The steps that take a receipt back, the last file first; files that are as before already need none.

    Raises:
        NotDoneError: a later edit stands in the way of at least one; then none is to be made.
    """
    steps, conflicts = [], []
    try:
        for record in reversed(intent.files):
            try:
                step = _step(store, intent.id, record)
            except _Conflict as conflict:
                conflicts.append(conflict)
            except NotDoneError as error:
                conflicts.append(_Conflict(record.path, f"is left alone: {error.why}", ""))
            else:
                steps += [step] if step else []
    except UntrustedError as error:
        how = "take the change back by hand"
        raise NotDoneError(f"receipt {intent.id} was not undone", str(error), how, FAILED) from None
    if conflicts:
        why = "; ".join(conflict.told for conflict in conflicts)
        how = "take the later edit back first, or change it by hand; nothing was touched, and the backups stay"
        diff = "".join(conflict.diff for conflict in conflicts)
        raise NotDoneError(f"receipt {intent.id} was not undone", why, how, diff=diff)
    return steps


def _step(store: Store, name: str, record: FileRecord) -> Step | None:
    real = parts_of(record.real)
    if store.tree.resolve(record.real) != real:
        raise _Conflict(record.path, "is now reached through a link", "")
    now, missing = look(store.tree, real, record.path)
    if now and now.names > 1:
        raise _Conflict(record.path, f"has {now.names} names (hard links) now", "")
    if record.before is None:
        return _uncreate(store, name, record, now)
    before = store.blob(ENDED, name, record.before.digest)
    if record.after is None:
        return _recreate(record, before, now, missing)
    after = store.blob(ENDED, name, record.after)
    if now is None:
        raise _Conflict(record.path, "was removed since", "")
    undo = taken_back(before, edits_of(record, after), now.data)
    if undo is None:
        raise _later(record.path, after, now)
    if not undo:
        return None
    whole = now.data == after
    back = FileRecord(
        record.path,
        record.real,
        Before(now.digest, now.metadata),
        digest_of(restored := spliced(now.data, undo)),
        tuple((start, end, len(replacement)) for start, end, replacement in undo),
        note="" if whole else KEPT,
    )
    times = record.before.metadata.times if whole else None
    return Step(back, now.data, restored, now.metadata._replace(times=times), None)


def _uncreate(store: Store, name: str, record: FileRecord, now: Found | None) -> Step | None:
    """A file that we created is removed, if it is still what we wrote."""
    if now is None:
        return None
    if now.digest != record.after:
        assert record.after is not None  # noqa: S101  it was created
        raise _later(record.path, store.blob(ENDED, name, record.after), now)
    gone = FileRecord(
        record.path, record.real, Before(now.digest, now.metadata), None, pruned=record.made[::-1]
    )  # fmt: skip
    return Step(gone, now.data, None, None, None)


def _recreate(record: FileRecord, before: bytes, now: Found | None, missing: tuple[str, ...]) -> Step | None:
    """A file that we removed is made again, if nothing has its name."""
    assert record.before is not None  # noqa: S101  it was there
    if now is not None:
        if now.data == before:
            return None
        raise _Conflict(
            record.path,
            "was made again since, with other contents",
            unified(record.path, before, now.data, names=("before hardhull", "now")),
        )
    again = FileRecord(record.path, record.real, None, digest_of(before), made=missing)
    return Step(again, None, before, record.before.metadata, None)


def _later(path: str, after: bytes, now: Found) -> _Conflict:
    diff = unified(path, after, now.data, names=("as hardhull wrote it", "now"))
    return _Conflict(path, "was changed since, in or beside what hardhull wrote", diff)
