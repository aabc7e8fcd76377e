"""Taking back what a run did that did not come to its end: in the same process, or in the next one after a kill.

It looks at what is on the disk, not at what was meant to happen, so it can itself be killed and begun again.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hardhull.apply import disk
from hardhull.apply.actions import ActionError, bring, kind_of
from hardhull.apply.records import UntrustedError
from hardhull.apply.refusal import NotDoneError
from hardhull.apply.splices import spliced, taken_back
from hardhull.apply.store import PENDING
from hardhull.apply.tree import exists, find
from hardhull.apply.write import Spot, clear, remove_folders, restore
from hardhull.model.receipt import Splice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardhull.apply.actions import ActionKind
    from hardhull.apply.records import FileRecord, Intent
    from hardhull.apply.store import Store

LEFT = "it was changed by somebody else meanwhile, and is left as it is"


def take_back(store: Store, intent: Intent, kinds: Mapping[str, ActionKind]) -> tuple[list[str], list[str]]:
    """Takes back a pending receipt: files first, then actions, both from the last to the first.

    Returns:
        What is left for good, because somebody changed it meanwhile; and what the system did not let us take back now.
        Both as sentences.
    """
    left, failed = [], []
    for record, names in reversed(list(zip(intent.files, intent.temporary, strict=True))):
        try:
            problem = _take_back_file(store, intent.id, record, names)
            if problem:
                left.append(f"{record.path}: {problem}")
        except NotDoneError as error:
            left.append(f"{record.path}: {error.why}")
        except UntrustedError as error:
            left.append(f"{record.path}: {error}")
        except OSError as error:
            failed.append(f"{record.path}: {error.strerror or error}")
    for action in reversed(intent.actions):
        if action.was is action.forward:
            continue  # it was so before us
        try:
            bring(kind_of(action.kind, kinds), action.arguments, about=not action.forward)
        except (ActionError, NotDoneError, OSError) as error:
            failed.append(f"{action.kind}: {error}")
    return left, failed


def _take_back_file(store: Store, name: str, record: FileRecord, names: tuple[str, str]) -> str:
    *above, last = record.real.split("/")
    try:
        with store.tree.folder(above) as at:
            spot = Spot(at, last, *names)
            clear(spot.new, at)
            problem = _put_back(store, name, record, spot)
            disk.sync_folder(at)
    except FileNotFoundError:
        problem = "" if record.before is None else "its folder is gone"
    remove_folders(store.tree, record.made[::-1])
    return problem


def _put_back(store: Store, name: str, record: FileRecord, spot: Spot) -> str:
    """Decides by what is there; returns what is left, or nothing."""
    if _inode(spot.old, spot.at) == _inode(spot.name, spot.at) is not None:
        disk.remove(spot.old, spot.at)  # killed between giving the second name and replacing
        return ""
    now = find(spot.name, spot.at, record.path)
    if record.before is None:
        if now is None or now.digest != record.after:
            return LEFT if now else ""
        disk.remove(spot.name, spot.at)
        return ""
    kept = find(spot.old, spot.at, record.path)
    if now is None or now.digest == record.after:
        if kept is not None:
            disk.move(spot.old, spot.name, spot.at)
        else:
            restore(spot, record, store.blob(PENDING, name, record.before.digest), whole=True)
        return ""
    problem = "" if now.digest == record.before.digest else _from_under(store, name, record, spot, now.data)
    if kept is not None and kept.digest == record.before.digest:
        disk.remove(spot.old, spot.at)
    return problem


def _from_under(store: Store, name: str, record: FileRecord, spot: Spot, now: bytes) -> str:
    """Somebody edited the file after us: only our own edits are taken back, where that is safe."""
    if record.before is None or record.after is None:
        return LEFT
    before = store.blob(PENDING, name, record.before.digest)
    undo = taken_back(before, edits_of(record, store.blob(PENDING, name, record.after)), now)
    if undo is None:
        return LEFT
    if undo:
        restore(spot, record, spliced(now, undo), whole=False)
    return ""


def edits_of(record: FileRecord, after: bytes) -> tuple[Splice, ...]:
    """The edits of a record, with the bytes they put in."""
    edits, grown = [], 0
    for start, end, length in record.splices:
        at = start + grown
        edits.append(Splice(start, end, after[at : at + length]))
        grown += length - (end - start)
    return tuple(edits)


def clean_up(store: Store, intent: Intent) -> None:
    """After a commit: removes the second names of old files, and folders that are empty now."""
    for record, names in zip(intent.files, intent.temporary, strict=True):
        try:
            with store.tree.folder(record.real.split("/")[:-1]) as at:
                for temporary in names:
                    clear(temporary, at)
        except FileNotFoundError:
            pass
        remove_folders(store.tree, record.pruned)


def _inode(name: str, at: int) -> tuple[int, int] | None:
    if not exists(name, at):
        return None
    status = os.stat(name, dir_fd=at, follow_symlinks=False)
    return status.st_dev, status.st_ino
