"""The only way by which anything is changed: noted first, then done, then confirmed, or all of it taken back.

A change is committed by one rename in the journal. Until that rename, whatever happens (a kill, a full disk, a signal,
a complaint of the verification) ends with every file as it was; after it, with every file as it was to be.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hardhull.apply.actions import KINDS, ActionError, kind_of
from hardhull.apply.history import chosen, entries, receipts
from hardhull.apply.lock import Lock, held
from hardhull.apply.prepare import check_apart, prepare
from hardhull.apply.records import ActionRecord, UntrustedError
from hardhull.apply.refusal import FAILED, NotDoneError, failed
from hardhull.apply.store import NAME, PENDING, make_store, open_store
from hardhull.apply.transaction import Work, recover, run
from hardhull.apply.tree import Tree
from hardhull.apply.undo import steps_back
from hardhull.model.receipt import APPLIED, Action, FileChange, Receipt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hardhull.apply.actions import ActionKind
    from hardhull.apply.store import Store
    from hardhull.apply.transaction import Verify
    from hardhull.model.receipt import Plain


class Journal:
    """The journal of one tree.

    Attributes:
        root: the tree; its state is kept in ``.hardhull`` there.
        recovered: receipts of earlier runs that were cut short and that this object finished or took back.
    """

    def __init__(self, root: Path, kinds: Mapping[str, ActionKind] = KINDS) -> None:
        self.root = root
        self.recovered: list[Receipt] = []
        self._kinds = kinds

    def apply(
        self,
        title: str,
        changes: Sequence[FileChange],
        verify: Verify | None = None,
        actions: Sequence[Action] = (),
    ) -> Receipt:
        """Makes all changes, then runs the actions, then asks ``verify``; all of it or nothing.

        Args:
            title: a few words for listings, without secrets.
            changes: of files that are still as they were read; those that change nothing are passed over.
            verify: called when everything is written; what it returns are complaints, and any takes everything back.
            actions: in this order; those that the probe finds in effect already are not ours, now or at an undo.

        Raises:
            NotDoneError: it was not done; its code is 1 for complaints, 4 for what the system refused, 5 for what is
                refused for safety.
            ValueError: the changes contradict themselves, or there are none.
        """
        wanted = [change for change in changes if change.before != change.after]
        if not wanted and not actions:
            raise ValueError("nothing to apply")
        with self._writing(f"apply: {title}") as store:
            steps = [prepare(store.tree, change) for change in wanted]
            check_apart(steps)
            records = [self._noted(action.kind, dict(action.arguments), forward=True) for action in actions]
            return run(store, self._kinds, Work("apply", "", title, steps, records, verify))

    def undo(self, receipt: str | None = None) -> Receipt:
        """Takes a receipt back and keeps later edits that neither overlap nor touch ours; all of it or nothing.

        Args:
            receipt: its id or number; by default the newest that is in effect and is no undo itself. Named, an undo can
                be undone as well. One that was undone already is returned as it is.

        Raises:
            NotDoneError: a later edit stands in the way (``diff`` shows it), or as for :meth:`apply`; code 3 where
                there is nothing to undo.
        """
        self._has_state()
        with self._writing("undo") as store:
            found = entries(store)
            entry = chosen(found, receipt)
            done = next(one for one in receipts(store, self._kinds) if one.id == entry.name)
            if done.state != APPLIED or entry.intent is None:
                return done
            intent = entry.intent
            steps = steps_back(store, intent)
            actions = [
                self._noted(action.kind, action.arguments, forward=not action.forward)
                for action in reversed(intent.actions)
                if action.was is not action.forward
            ]
            title = f"undo of {intent.id}: {intent.title}" if intent.kind == "apply" else f"undo of {intent.id}"
            return run(store, self._kinds, Work("undo", intent.id, title, steps, actions))

    def receipts(self) -> tuple[Receipt, ...]:
        """All receipts, oldest first; reads only.

        Raises:
            NotDoneError: the state folder is not safe to use.
        """
        tree = Tree(self.root)
        try:
            store = open_store(tree)
            if store is None:
                return ()
            try:
                return tuple(receipts(store, self._kinds))
            finally:
                store.close()
        finally:
            tree.close()

    def recover(self) -> tuple[Receipt, ...]:
        """Finishes or takes back what an earlier run left; :meth:`apply` and :meth:`undo` begin with this.

        Raises:
            NotDoneError: it cannot be done now.
        """
        if pending(self.root) is not None:
            with self._writing("recover"):
                pass
        return tuple(self.recovered)

    def _has_state(self) -> None:
        tree = Tree(self.root)
        try:
            store = open_store(tree)
        finally:
            tree.close()
        if store is None:
            how = (
                f"run it in the tree where `hardhull fix --apply` ran, or name that with --root; it has a {NAME} folder"
            )
            raise NotDoneError("there is nothing to undo", f"nothing was ever applied in {self.root}", how, 3)
        store.close()

    @contextmanager
    def _writing(self, doing: str) -> Iterator[Store]:
        """The store, locked, with nothing pending."""
        tree = Tree(self.root)
        try:
            store = make_store(tree)
            try:
                lock = Lock(store.fd, tree.path, doing)
                try:
                    store.prepare()
                    self.recovered += recover(store, self._kinds)
                    yield store
                finally:
                    lock.release()
            finally:
                store.close()
        except OSError as error:
            raise failed(f"nothing was changed in {tree.path}", error) from None
        except UntrustedError as error:
            raise _not_ours(tree.path, str(error)) from None
        finally:
            tree.close()

    def _noted(self, name: str, arguments: dict[str, Plain], *, forward: bool) -> ActionRecord:
        kind = kind_of(name, self._kinds)
        try:
            was = kind.probe(arguments)
        except ActionError as error:
            how = "look at what it needs, then try again"
            raise NotDoneError("nothing was changed", str(error), how, FAILED) from None
        return ActionRecord(name, arguments, forward, was)


def _not_ours(root: Path, why: str) -> NotDoneError:
    how = f"if you did not make it, remove {NAME}; if you did, look whether its key or the folder was moved"
    return NotDoneError(f"the journal {root}/{NAME} is not used", why, how)


def pending(root: Path) -> str | None:
    """What an earlier run left unfinished, in one sentence; None where there is nothing. Reads only, never recovers.

    For a scan: the files may be half of one state and half of another.
    """
    try:
        tree = Tree(root)
    except NotDoneError:
        return None
    try:
        store = open_store(tree)
        if store is None:
            return None
        try:
            return _pending(store)
        finally:
            store.close()
    except NotDoneError as error:
        return f"{error.what}: {error.why}"
    finally:
        tree.close()


def _pending(store: Store) -> str | None:
    names = store.names(PENDING)
    if not names:
        return None
    if held(store.fd):
        return "another hardhull is changing files here at this moment"
    try:
        intent = store.intent(PENDING, names[0])
    except UntrustedError as error:
        return f"the journal {NAME} holds a record {names[0]} that is not to be believed: {error}"
    return (
        f"a run that began at {intent.started} ({intent.title}) was cut short: files may be half changed; "
        "the next `hardhull undo` or `hardhull fix --apply` finishes or takes it back"
    )
