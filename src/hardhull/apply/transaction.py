"""One run: noted, done, confirmed by one rename in the journal; or taken back, now or by the next run."""

from __future__ import annotations

import errno
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from hardhull import __version__
from hardhull.apply.actions import ActionError, bring, kind_of
from hardhull.apply.history import Entry, receipt_of
from hardhull.apply.records import ActionRecord, Intent, Outcome, place_of
from hardhull.apply.refusal import COMPLAINED, FAILED, NotDoneError, failed
from hardhull.apply.signals import InterruptedBySignalError, Signals
from hardhull.apply.store import PENDING
from hardhull.apply.takeback import clean_up, take_back
from hardhull.apply.write import Spot, check_kept, make_folders, put, stage
from hardhull.model.receipt import APPLIED, PARTLY, TAKEN_BACK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hardhull.apply.actions import ActionKind
    from hardhull.apply.prepare import Step
    from hardhull.apply.records import FileRecord
    from hardhull.apply.store import Store
    from hardhull.model.receipt import Receipt

    Verify = Callable[[], list[str]]

HANDS_OFF = "everything that was already done was taken back"
LAST_RESORT = "`hardhull undo --list` shows it; the next `hardhull undo` or `hardhull fix --apply` tries again"


class Work(NamedTuple):
    """What a run is to do.

    Attributes:
        kind: ``apply`` or ``undo``.
        of: for an undo, the receipt that it takes back.
        title: for listings.
        steps: changes of files, in their order.
        actions: run when all files are written.
        verify: asked at the end; None for nothing to ask.
    """

    kind: str
    of: str
    title: str
    steps: list[Step]
    actions: list[ActionRecord]
    verify: Verify | None = None


def run(store: Store, kinds: Mapping[str, ActionKind], work: Work) -> Receipt:
    """Does all of it or nothing.

    Raises:
        NotDoneError: nothing of it remains, or ``why`` says what does.
        KeyboardInterrupt: a signal came, and was not the end of the process; nothing of it remains.
    """
    intent = _intent(store, work)
    blobs = {digest: data for step in work.steps for digest, data in step.blobs.items()}
    try:
        with Signals() as signals:
            try:
                store.open_record(intent, blobs)
                _do(store, kinds, intent, work, signals)
            except BaseException as error:  # noqa: BLE001  whatever it is, nothing may remain half done
                _give_up(store, kinds, intent, error)
            why = _finish(store, intent)
    except InterruptedBySignalError:
        raise KeyboardInterrupt from None
    return receipt_of(Entry(intent.id, PENDING, intent, APPLIED, why), "", kinds)


def _intent(store: Store, work: Work) -> Intent:
    started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    files = tuple(step.record for step in work.steps)
    place = place_of(store.tree)
    return Intent(
        store.new_id(), work.kind, work.of, work.title, started, __version__, place, files, tuple(work.actions)
    )


def _do(store: Store, kinds: Mapping[str, ActionKind], intent: Intent, work: Work, signals: Signals) -> None:
    """Everything up to the commit.

    All new files are written before the first is put in place: only that needs room on the disk.
    """
    placed = list(zip(work.steps, intent.temporary, strict=True))
    for step, names in placed:
        signals.check()
        make_folders(store.tree, step.record.made)
        if step.after is not None:
            with _spot(store, step.record, names) as spot:
                stage(spot, step.record.path, step.after, step.metadata, step.mode)
    for step, names in placed:
        signals.check()
        with _spot(store, step.record, names) as spot:
            put(spot, step.record)
    for action in intent.actions:
        with signals.interruptible():
            bring(kind_of(action.kind, kinds), action.arguments, about=action.forward)
    _verify(work.verify, signals)
    for step, names in placed:
        with _spot(store, step.record, names) as spot:
            check_kept(spot, step.record)
    signals.check()
    store.commit(intent.id)


def _verify(verify: Verify | None, signals: Signals) -> None:
    if verify is None:
        return
    with signals.interruptible():
        complaints = verify()
    if complaints:
        more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
        what, why = "the plan did not hold what it promised", f"{complaints[0]}{more}"
        how = "look at the complaints, and plan again without what they are about"
        raise NotDoneError(what, why, how, COMPLAINED, complaints=tuple(complaints))


def _give_up(store: Store, kinds: Mapping[str, ActionKind], intent: Intent, error: BaseException) -> None:
    """Takes back, and raises what a person is told."""
    reason = _reason(error)
    if intent.id in store.names(PENDING):
        outcome = revert(store, kinds, intent, reason)
    else:
        outcome = Outcome(intent.id, TAKEN_BACK, reason)
        with suppress(OSError):  # it is wiped by the next run otherwise
            store.wipe_building()
    end = HANDS_OFF if outcome.state == TAKEN_BACK else outcome.why
    if isinstance(error, NotDoneError):
        why = f"{error.why}; {end}"
        raise NotDoneError(error.what, why, error.how, error.code, complaints=error.complaints) from None
    if isinstance(error, ActionError):
        how = "look at what it needs, then try again"
        raise NotDoneError("the plan was not applied", f"{error}; {end}", how, COMPLAINED) from None
    if isinstance(error, OSError):
        told = failed("the plan was not applied", error)
        raise NotDoneError(told.what, f"{told.why}; {end}", told.how, FAILED) from None
    raise error


def revert(store: Store, kinds: Mapping[str, ActionKind], intent: Intent, why: str) -> Outcome:
    """Takes back a pending receipt.

    Raises:
        NotDoneError: the system does not let us; the receipt stays pending.
    """
    try:
        store.uncommit(intent.id)
        left, stuck = take_back(store, intent, kinds)
    except OSError as error:
        left, stuck = [], [str(error.strerror or error)]
    if stuck:
        what = f"receipt {intent.id} ({intent.title}) cannot be taken back now"
        raise NotDoneError(what, "; ".join((why, *stuck)), f"repair that; {LAST_RESORT}", FAILED) from None
    outcome = Outcome(intent.id, PARTLY if left else TAKEN_BACK, "; ".join((why, *left)))
    try:
        store.end(intent.id, outcome)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        # Every file is as before; only the note of it finds no room. The next run finds nothing left to do.
    return outcome


def recover(store: Store, kinds: Mapping[str, ActionKind]) -> list[Receipt]:
    """Finishes what was committed, and takes back what was not.

    Raises:
        NotDoneError: the system does not let us.
        UntrustedError: a record is not to be believed.
    """
    done = []
    for name in store.names(PENDING):
        intent = store.intent(PENDING, name)
        outcome = store.outcome(PENDING, name)
        if outcome is None:
            outcome = revert(store, kinds, intent, "the run that wrote it was cut short")
        else:
            if outcome.state == APPLIED:
                clean_up(store, intent)
            store.end(name)
        done.append(receipt_of(Entry(name, PENDING, intent, outcome.state, outcome.why), "", kinds))
    return done


@contextmanager
def _spot(store: Store, record: FileRecord, names: tuple[str, str]) -> Iterator[Spot]:
    *above, last = record.real.split("/")
    with store.tree.folder(above) as at:
        yield Spot(at, last, *names)


def _finish(store: Store, intent: Intent) -> str:
    """Clears up behind a commit; returns what the next run has to do."""
    try:
        clean_up(store, intent)
        store.end(intent.id)
    except OSError as error:
        return f"clearing up is left to the next run: {error.strerror or error}"
    return ""


def _reason(error: BaseException) -> str:
    if isinstance(error, NotDoneError):
        return f"{error.what}: {error.why}"
    if isinstance(error, InterruptedBySignalError | KeyboardInterrupt):
        return "it was interrupted"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error) if isinstance(error, ActionError) else type(error).__name__
