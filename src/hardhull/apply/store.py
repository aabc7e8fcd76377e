"""The state folder ``.hardhull`` of a tree: where records and backups are kept, and whether it is safe to use.

.hardhull/            0700, ignores itself in git
    lock              held while something is written
    building/ID/      a record that is not complete yet; nothing was done for it; wiped
    pending/ID/       something may have been done for it; finished or taken back by the next command that writes
    journal/ID/       ended
        intent.json   what was to be done (0600)
        outcome.json  how it ended; before that it is called commit.json, so that committing is one rename
        blobs/DIGEST  the bytes before and after, by their SHA-256 (0600)
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from hardhull.apply import disk
from hardhull.apply.gitindex import tracked
from hardhull.apply.key import make_key, read_key, state_folder
from hardhull.apply.records import Intent, Outcome, UntrustedError, read_intent, read_outcome, write_record
from hardhull.apply.refusal import NotDoneError
from hardhull.apply.tree import digest_of, exists
from hardhull.apply.write import clear
from hardhull.model.receipt import APPLIED, number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hardhull.apply.tree import Tree

NAME: Final = ".hardhull"
BUILDING, PENDING, ENDED = "building", "pending", "journal"
FOLDERS: Final = (BUILDING, PENDING, ENDED)
INTENT, COMMIT, OUTCOME, BLOBS = "intent.json", "commit.json", "outcome.json", "blobs"
MAX_RECORD: Final = 64 * 1024 * 1024
FOREIGN: Final = 0o022


class Store:
    """The open state folder of a tree.

    Attributes:
        tree: the tree.
        fd: the state folder.
        key: this user's; None where there is none, then no record is believed.
    """

    def __init__(self, tree: Tree, fd: int, key: bytes | None) -> None:
        self.tree = tree
        self.fd = fd
        self.key = key

    def close(self) -> None:
        """Lets go of the folder."""
        os.close(self.fd)

    @contextmanager
    def folder(self, *names: str) -> Iterator[int]:
        """A folder below the state folder, open; each is this user's own."""
        at = os.dup(self.fd)
        try:
            for name in names:
                below = disk.open_folder(name, at)
                os.close(at)
                at = below
                _check_owner(os.fstat(at), self.tree)
            yield at
        finally:
            os.close(at)

    def names(self, folder: str) -> list[str]:
        """The receipts in one of the folders, oldest first; what is no receipt's name is passed over."""
        try:
            with self.folder(folder) as at:
                found = [name for name in os.listdir(at) if number_of(name)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(found, key=lambda name: (number_of(name), name))

    def prepare(self) -> None:
        """Makes what is missing in the folder, and wipes what a killed process left of incomplete records."""
        if stat.S_IMODE(os.fstat(self.fd).st_mode) != 0o700:
            disk.chmod(self.fd, 0o700)
        if not exists(".gitignore", self.fd):
            clear(".gitignore.new", self.fd)
            _write(".gitignore.new", self.fd, b"*\n")
            disk.move(".gitignore.new", ".gitignore", self.fd)
        missing = [name for name in FOLDERS if not exists(name, self.fd)]
        for name in missing:
            disk.make_folder(name, self.fd)
        if missing:
            disk.sync_folder(self.fd)
        self.wipe_building()

    def new_id(self) -> str:
        """An id above all others."""
        last = max((number_of(name) for folder in FOLDERS for name in self.names(folder)), default=0)
        return f"{last + 1}-{secrets.token_hex(3)}"

    def open_record(self, intent: Intent, blobs: Mapping[str, bytes]) -> None:
        """Writes all of a record, then makes it pending in one step. Nothing of the tree may be touched before."""
        with self.folder(BUILDING) as building, self.folder(PENDING) as pending:
            disk.make_folder(intent.id, building)
            with self.folder(BUILDING, intent.id) as at:
                disk.make_folder(BLOBS, at)
                with self.folder(BUILDING, intent.id, BLOBS) as place:
                    for digest, data in blobs.items():
                        _write(digest, place, data)
                    disk.sync_folder(place)
                self._record(COMMIT, at, Outcome(intent.id, APPLIED, ""))
                self._record(INTENT, at, intent)
                disk.sync_folder(at)
            disk.move(intent.id, intent.id, building, pending)
            disk.sync_folder(pending)
            disk.sync_folder(building)

    def _record(self, name: str, at: int, record: Intent | Outcome) -> None:
        assert self.key is not None  # noqa: S101  made when the store was opened for writing
        _write(name, at, write_record(self.key, record))

    def commit(self, name: str) -> None:
        """Makes a pending receipt one that succeeded: one rename, for which a full disk has room."""
        with self.folder(PENDING, name) as at:
            disk.move(COMMIT, OUTCOME, at)
            disk.sync_folder(at)

    def uncommit(self, name: str) -> None:
        """Makes it one that did not, if it was."""
        with self.folder(PENDING, name) as at:
            if exists(OUTCOME, at) and not exists(COMMIT, at):
                disk.move(OUTCOME, COMMIT, at)
                disk.sync_folder(at)

    def end(self, name: str, outcome: Outcome | None = None) -> None:
        """Puts a pending receipt, of which nothing is left to do, to those that ended."""
        with self.folder(PENDING) as pending, self.folder(ENDED) as ended:
            if outcome is not None:
                with self.folder(PENDING, name) as at:
                    clear(f"{OUTCOME}.new", at)
                    self._record(f"{OUTCOME}.new", at, outcome)
                    disk.move(f"{OUTCOME}.new", OUTCOME, at)
                    disk.sync_folder(at)
            disk.move(name, name, pending, ended)
            disk.sync_folder(ended)
            disk.sync_folder(pending)

    def wipe_building(self) -> None:
        """Removes what a killed process left of records that were not complete."""
        for name in self.names(BUILDING):
            with self.folder(BUILDING) as building:
                with self.folder(BUILDING, name) as at:
                    _empty(at)
                disk.remove_folder(name, building)

    def intent(self, folder: str, name: str) -> Intent:
        """The record of what was to be done.

        Raises:
            UntrustedError: it is not to be believed.
        """
        return read_intent(self.key, self._read(folder, name, INTENT), name, self.tree)

    def outcome(self, folder: str, name: str) -> Outcome | None:
        """The record of how it ended; None before that.

        Raises:
            UntrustedError: it is not to be believed.
        """
        try:
            data = self._read(folder, name, OUTCOME)
        except FileNotFoundError:
            return None
        return read_outcome(self.key, data, name)

    def blob(self, folder: str, name: str, digest: str) -> bytes:
        """The backed-up bytes with this digest.

        Raises:
            UntrustedError: they are not there, or not those bytes.
        """
        if not (len(digest) == 64 and digest.isalnum()):
            raise UntrustedError("a backup has no proper name")
        try:
            data = self._read(folder, name, BLOBS, digest)
        except FileNotFoundError:
            data = b""
        if digest_of(data) != digest:
            raise UntrustedError(f"the backup {digest[:12]} is gone or was changed")
        return data

    def _read(self, *names: str) -> bytes:
        try:
            with self.folder(*names[:-1]) as at:
                fd = os.open(names[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=at)
        except FileNotFoundError:
            if names[-1] == INTENT:
                raise UntrustedError("it has no record of what was to be done") from None
            raise
        except OSError as error:
            raise UntrustedError(f"its record cannot be read: {error.strerror}") from None
        with os.fdopen(fd, "rb") as stream:
            status = os.fstat(fd)
            if status.st_uid != os.geteuid() or not stat.S_ISREG(status.st_mode):
                raise UntrustedError(f"its record belongs to user {status.st_uid}, or is no file")
            data = stream.read(MAX_RECORD + 1)
        if len(data) > MAX_RECORD:
            raise UntrustedError("its record is too large")
        return data


def open_store(tree: Tree) -> Store | None:
    """The state folder, to be read only; None where there is none. Nothing is written.

    Raises:
        NotDoneError: it is not safe to use.
    """
    try:
        with _beside(tree) as at:
            fd = _enter(tree, at)
    except FileNotFoundError:
        return None
    return Store(tree, fd, read_key(tree.path))


def make_store(tree: Tree) -> Store:
    """The state folder, made where there is none; before writing, take its lock and call :meth:`Store.prepare`.

    Raises:
        NotDoneError: it is not safe to use.
        OSError: it cannot be made.
    """
    key = make_key(tree.path)
    with _beside(tree) as at:
        if not exists(NAME, at):
            disk.make_folder(NAME, at)
            disk.sync_folder(at)
        return Store(tree, _enter(tree, at), key)


@contextmanager
def _beside(tree: Tree) -> Iterator[int]:
    """The folder in which the state folder is: the root, but for a whole host the one where its key is."""
    if tree.path != tree.path.parent:
        yield tree.fd
        return
    at = os.open(state_folder(), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield at
    finally:
        os.close(at)


def _enter(tree: Tree, at: int) -> int:
    try:
        fd = disk.open_folder(NAME, at)
    except FileNotFoundError:
        raise
    except OSError:
        raise _unsafe(tree, "it is a link, or no folder that can be opened") from None
    try:
        _check_owner(os.fstat(fd), tree)
        _check_git(tree)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _check_git(tree: Tree) -> None:
    if tracked(tree.path, NAME):
        raise _unsafe(tree, "git tracks it, so what is in it may be somebody else's")


def _check_owner(status: os.stat_result, tree: Tree) -> None:
    if status.st_uid != os.geteuid():
        raise _unsafe(tree, f"it belongs to user {status.st_uid}, and this is user {os.geteuid()}")
    if status.st_mode & FOREIGN:
        raise _unsafe(tree, f"others may write to it (mode {stat.S_IMODE(status.st_mode):04o})")


def _unsafe(tree: Tree, why: str) -> NotDoneError:
    how = "look at who made it; if nothing in it is needed, remove it (and from git: git rm -r --cached .hardhull)"
    return NotDoneError(f"the journal {tree.path}/{NAME} is not used", why, how)


def _write(name: str, at: int, data: bytes) -> None:
    fd = disk.create(name, at)
    try:
        disk.write(fd, data)
        disk.sync(fd)
    finally:
        os.close(fd)


def _empty(at: int) -> None:
    """Removes everything in a folder of ours: files, and folders of files."""
    for name in os.listdir(at):
        if stat.S_ISDIR(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode):
            below = disk.open_folder(name, at)
            try:
                for inner in os.listdir(below):
                    disk.remove(inner, below)
            finally:
                os.close(below)
            disk.remove_folder(name, at)
        else:
            disk.remove(name, at)
