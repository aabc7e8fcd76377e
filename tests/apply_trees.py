"""Trees to be changed, what they look like, and processes that are killed while they change them."""

from __future__ import annotations

import os
import signal
import stat
import traceback
from typing import TYPE_CHECKING

from hardhull.apply import NotDoneError, disk
from hardhull.model.receipt import FileChange, Splice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Snapshot = dict[str, tuple[object, ...]]
    Hook = Callable[[str, str], None]


def snapshot(root: Path, *, times: bool = True) -> Snapshot:
    """Everything in a tree but the journal: kind, bytes, mode, owner, time of change, attributes."""
    seen: Snapshot = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if name.partition("/")[0] in {".hardhull", ".git"}:
            continue
        status = path.lstat()
        if stat.S_ISDIR(status.st_mode):
            seen[name] = ("folder", stat.S_IMODE(status.st_mode))
        elif stat.S_ISLNK(status.st_mode):
            seen[name] = ("link", str(path.readlink()))
        else:
            attributes = {key: os.getxattr(path, key) for key in os.listxattr(path)}
            changed = status.st_mtime_ns if times else 0
            owner = status.st_uid, status.st_gid
            seen[name] = ("file", path.read_bytes(), stat.S_IMODE(status.st_mode), owner, changed, attributes)
    return seen


def bytes_of(seen: Snapshot) -> dict[str, object]:
    """Only kinds and bytes."""
    return {name: entry[:2] for name, entry in seen.items()}


A = b"services:\n  web:\n    image: nginx\n    privileged: true\n    ports: [80]\n"
B = b"one\ntwo\nthree\n"
GONE = b"to be removed\n"
LINKED = b"reached by a link\n"


def plant(root: Path) -> None:
    """A tree with a bit of everything."""
    root.mkdir(parents=True)
    (root / "sub").mkdir()
    files = {"a.yaml": (A, 0o644), "sub/b.txt": (B, 0o640), "sub/gone": (GONE, 0o600), "sub/real": (LINKED, 0o4750)}
    for index, (name, (data, mode)) in enumerate(files.items()):
        path = root / name
        path.write_bytes(data)
        path.chmod(mode)
        os.setxattr(path, "user.origin", name.encode())
        os.utime(path, ns=(10**18 + index, 10**18 + 7 * index + 1))
    (root / "link").symlink_to("sub/real")


def changes() -> list[FileChange]:
    """One of every kind, for what :func:`plant` makes."""
    at = A.index(b"true")
    return [
        FileChange("a.yaml", A, A.replace(b"true", b"false"), (Splice(at, at + 4, b"false"),)),
        FileChange("new/deep/file", None, b"made by us\n"),
        FileChange("sub/b.txt", B, B.replace(b"two\n", b"")),
        FileChange("sub/gone", GONE, None),
        FileChange("link", LINKED, LINKED.upper()),
    ]


def in_child(work: Callable[[], object]) -> int:
    """Does the work in a forked process; returns its wait status. 0: it came to its end; 9: it was killed."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    code = 77
    try:
        work()
        code = 0
    except KeyboardInterrupt:
        code = 130
    except BaseException:  # noqa: BLE001  nothing of pytest may run in the child
        traceback.print_exc()
    finally:
        os._exit(code)


def killed_at(number: int, work: Callable[[], object], *, number_of_signal: int = signal.SIGKILL) -> int:
    """Does the work in a child that gets a signal before its n-th change of the disk, counted from 0."""

    def run() -> None:
        if number_of_signal == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what runs behind
        disk.hook = Count(number, lambda: os.kill(os.getpid(), number_of_signal))
        work()

    return in_child(run)


def refusal_of(work: Callable[[], object]) -> NotDoneError | None:
    """What the work was refused with, or None where it was done."""
    try:
        work()
    except NotDoneError as error:
        return error
    return None


class Count:
    """A hook that acts at the n-th call, and counts all of them."""

    def __init__(self, number: int, act: Callable[[], None]) -> None:
        self.number = number
        self.act = act
        self.calls: list[tuple[str, str]] = []

    def __call__(self, call: str, name: str) -> None:
        if len(self.calls) == self.number:
            self.act()
        self.calls.append((call, name))


def calls_of(work: Callable[[], object]) -> list[tuple[str, str]]:
    """The changes of the disk that the work makes, in order."""
    counted = Count(-1, lambda: None)
    disk.hook = counted
    try:
        work()
    finally:
        disk.hook = None
    return counted.calls
