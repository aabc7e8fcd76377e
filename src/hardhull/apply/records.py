"""The journal's records: what they hold, their JSON, and whether one is to be believed."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.apply.key import mac_of, same
from hardhull.apply.metadata import Metadata

if TYPE_CHECKING:
    from hardhull.apply.tree import Tree
    from hardhull.model.receipt import Plain

FORMAT = "hardhull-journal/1"
INTENT, OUTCOME = "intent", "outcome"


class UntrustedError(Exception):
    """A record is not to be believed; the message says why."""


class Before(NamedTuple):
    """A file before the change: the digest of its bytes (which are a backup of that name), and its metadata."""

    digest: str
    metadata: Metadata


class FileRecord(NamedTuple):
    """The change of one file.

    Attributes:
        path: as the plan named it.
        real: the same file's path without any link.
        before: None where it was not there.
        after: digest of the new bytes, None where it is removed.
        splices: what changed: start and end in the old bytes, length of what replaces them.
        made: folders above it that were not there, the outermost first.
        pruned: folders above it that are removed with it if that leaves them empty, the innermost first.
        note: what else to say about it.
    """

    path: str
    real: str
    before: Before | None
    after: str | None
    splices: tuple[tuple[int, int, int], ...] = ()
    made: tuple[str, ...] = ()
    pruned: tuple[str, ...] = ()
    note: str = ""

    @property
    def what(self) -> str:
        """``changed``, ``created`` or ``removed``."""
        if self.before is None:
            return "created"
        return "changed" if self.after is not None else "removed"


class ActionRecord(NamedTuple):
    """An action: its kind's name, its arguments, whether it is done or undone, and what the probe said before."""

    kind: str
    arguments: dict[str, Plain]
    forward: bool
    was: bool | None


class Place(NamedTuple):
    """The tree that a record is about: its path, and the device and inode of its root."""

    path: str
    device: int
    inode: int


class Intent(NamedTuple):
    """What is about to be done; written before anything is."""

    id: str
    kind: str
    of: str
    title: str
    started: str
    version: str
    place: Place
    files: tuple[FileRecord, ...]
    actions: tuple[ActionRecord, ...]

    @property
    def temporary(self) -> list[tuple[str, str]]:
        """For each file the names, in its folder, of the new file before it is in place and of the old one after."""
        return [
            (f".hardhull-{self.id}-{index}.new", f".hardhull-{self.id}-{index}.old") for index in range(len(self.files))
        ]


class Outcome(NamedTuple):
    """How it ended: a state of ``model.receipt``, and the reason."""

    id: str
    state: str
    why: str


def write_record(key: bytes, record: Intent | Outcome) -> bytes:
    """The record as JSON with its MAC."""
    kind = INTENT if isinstance(record, Intent) else OUTCOME
    body = {"record": kind, **_plain(record)}
    return json.dumps({"format": FORMAT, "mac": _mac(key, body), "body": body}, indent=1).encode() + b"\n"


def _mac(key: bytes, body: dict[str, Any]) -> str:
    message = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return mac_of(key, f"{FORMAT}\n{message}".encode())


def _plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return {name: _plain(item) for name, item in value._asdict().items()}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def read_intent(key: bytes | None, data: bytes, name: str, tree: Tree) -> Intent:
    """The record of what was to be done.

    Args:
        key: this user's; None where there is none.
        data: the record.
        name: the receipt it must be of.
        tree: the tree it must be about.

    Raises:
        UntrustedError: it is not to be believed.
    """
    body = _body(key, data, INTENT, name)
    try:
        intent = _intent(body)
    except (KeyError, TypeError, ValueError) as error:
        raise UntrustedError(f"it cannot be understood ({type(error).__name__})") from None
    here = place_of(tree)
    if intent.place.path != here.path and intent.place[1:] != here[1:]:
        raise UntrustedError(f"it is about another folder, {intent.place.path}")
    return intent


def read_outcome(key: bytes | None, data: bytes, name: str) -> Outcome:
    """The record of how it ended.

    Raises:
        UntrustedError: it is not to be believed.
    """
    body = _body(key, data, OUTCOME, name)
    return Outcome(str(body.get("id")), str(body.get("state")), str(body.get("why")))


def _body(key: bytes | None, data: bytes, kind: str, name: str) -> dict[str, Any]:
    if key is None:
        raise UntrustedError("this user has written no record yet")
    try:
        whole = json.loads(data)
        form, mac, body = whole["format"], whole["mac"], whole["body"]
        right = same(_mac(key, body), mac)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UntrustedError("it is no record of a journal") from None
    if form != FORMAT:
        raise UntrustedError(f"its format {str(form)[:40]!r} is not one that this version knows")
    if not right:
        raise UntrustedError("its MAC is not one of this user's key: somebody else wrote or changed it")
    if body.get("record") != kind or body.get("id") != name:
        raise UntrustedError("it is a record of something else")
    assert isinstance(body, dict)  # noqa: S101  its MAC says that we wrote it
    return body


def place_of(tree: Tree) -> Place:
    """How records name a tree."""
    import os

    status = os.fstat(tree.fd)
    return Place(str(tree.path), status.st_dev, status.st_ino)


def _intent(body: dict[str, Any]) -> Intent:
    files = tuple(_file(entry) for entry in body["files"])
    actions = tuple(ActionRecord(**entry) for entry in body["actions"])
    rest = {name: body[name] for name in ("id", "kind", "of", "title", "started", "version")}
    return Intent(**rest, place=Place(**body["place"]), files=files, actions=actions)


def _file(entry: dict[str, Any]) -> FileRecord:
    before = entry["before"]
    return FileRecord(
        entry["path"],
        entry["real"],
        before and Before(before["digest"], _metadata(before["metadata"])),
        entry["after"],
        tuple((start, end, length) for start, end, length in entry["splices"]),
        tuple(entry["made"]),
        tuple(entry["pruned"]),
        entry["note"],
    )


def _metadata(entry: dict[str, Any]) -> Metadata:
    accessed, changed = entry["times"]
    attributes = {name: base64.b64decode(value) for name, value in entry["attributes"].items()}
    return Metadata(entry["mode"], entry["uid"], entry["gid"], (accessed, changed), attributes)
