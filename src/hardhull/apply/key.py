"""The key by which a user's own journal records are known, kept outside of every tree.

A repository can ship a ``.hardhull`` folder, but no record in it that carries a MAC made with this key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from hardhull.apply import disk
from hardhull.apply.refusal import FAILED, NotDoneError, failed

NAME = "key"
BYTES = 32
ELSEWHERE = (
    "set XDG_STATE_HOME to a folder of yours outside of the tree, and keep that: old receipts need the key in it"
)


def state_folder() -> Path:
    """``$XDG_STATE_HOME/hardhull``, else ``/var/lib/hardhull`` for root and ``~/.local/state/hardhull`` for others."""
    named = os.environ.get("XDG_STATE_HOME", "")
    if named.startswith("/"):  # a relative one is to be ignored, says the XDG specification
        return Path(named) / "hardhull"
    if os.geteuid() == 0:
        return Path("/var/lib/hardhull")
    return _home() / ".local" / "state" / "hardhull"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a user without an entry and without $HOME, as in a container
        why = "this user has no home folder"
        raise NotDoneError("the journal's key cannot be kept", why, ELSEWHERE, FAILED) from None


def read_key(root: Path) -> bytes | None:
    """This user's key, or None where there is none yet.

    Args:
        root: the tree whose records it is for; a key inside of it could have come with it.

    Raises:
        NotDoneError: the key is not safe where it is.
    """
    folder = state_folder()
    _outside(folder, root)
    try:
        at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return _read(folder, at)
    finally:
        os.close(at)


def make_key(root: Path) -> bytes:
    """This user's key, made now where there is none; two that make one at once get the same.

    Raises:
        NotDoneError: the key is not safe where it is, or cannot be made.
    """
    folder = state_folder()
    _outside(folder, root)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            return _read(folder, at) or _make(folder, at)
        finally:
            os.close(at)
    except OSError as error:
        raise failed(f"the journal's key cannot be kept in {folder}", error, ELSEWHERE) from None


def _make(folder: Path, at: int) -> bytes:
    beside = f".{NAME}.{secrets.token_hex(8)}"
    fd = disk.create(beside, at)
    try:
        disk.write(fd, secrets.token_hex(BYTES).encode())
        disk.sync(fd)
    finally:
        os.close(fd)
    try:
        if not disk.link(beside, NAME, at):
            disk.move(beside, NAME, at)
    except FileExistsError:  # somebody was quicker: theirs counts
        pass
    disk.remove(beside, at)
    disk.sync_folder(at)
    key = _read(folder, at)
    assert key is not None  # noqa: S101  it was just put there
    return key


def _read(folder: Path, at: int) -> bytes | None:
    _ours(folder, os.fstat(at), 0o022)
    try:
        fd = os.open(NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=at)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unsafe(folder / NAME, error.strerror or str(error)) from None
    try:
        status = os.fstat(fd)
        _ours(folder / NAME, status, 0o077)
        data = os.read(fd, 4 * BYTES)
    finally:
        os.close(fd)
    try:
        key = bytes.fromhex(data.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != BYTES or not stat.S_ISREG(status.st_mode):
        raise _unsafe(folder / NAME, "it is no key of hardhull")
    return key


def _ours(path: Path, status: os.stat_result, forbidden: int) -> None:
    if status.st_uid != os.geteuid():
        raise _unsafe(path, f"it belongs to user {status.st_uid}, not to user {os.geteuid()}")
    if status.st_mode & forbidden:
        raise _unsafe(path, f"others have access to it (mode {stat.S_IMODE(status.st_mode):04o})")


def _outside(folder: Path, root: Path) -> None:
    """A key inside the tree may have come with it; not so where the tree is all of the user's home, or the host."""
    if folder.resolve().is_relative_to(root) and not _home().resolve().is_relative_to(root):
        raise _unsafe(folder, "it lies inside the tree whose journal it would vouch for")


def _unsafe(path: Path, why: str) -> NotDoneError:
    how = "repair its owner and mode (chmod go=), or move it away; without it old receipts cannot be undone"
    return NotDoneError(f"the journal's key {path} cannot be used", why, how)


def mac_of(key: bytes, message: bytes) -> str:
    """HMAC-SHA256, in hex, of a message that begins with the name of its format."""
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two MACs are equal, in a time that says nothing about where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
