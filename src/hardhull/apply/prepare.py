"""From a wanted change to the exact steps: which file it really is, whether it is still what was read, what it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.apply.records import Before, FileRecord
from hardhull.apply.refusal import NotDoneError
from hardhull.apply.splices import difference, spliced
from hardhull.apply.tree import Found, Tree, digest_of, find
from hardhull.apply.write import changed_since

if TYPE_CHECKING:
    from hardhull.apply.metadata import Metadata
    from hardhull.model.receipt import FileChange


class Step(NamedTuple):
    """The change of one file, ready to be made.

    Attributes:
        record: what the journal says about it.
        before: the bytes that are there; None for nothing.
        after: the bytes that are to be there; None for nothing.
        metadata: what the new file gets; None for what a new file gets by itself.
        mode: permission bits where ``metadata`` is None; None leaves them to the umask.
    """

    record: FileRecord
    before: bytes | None
    after: bytes | None
    metadata: Metadata | None
    mode: int | None

    @property
    def blobs(self) -> dict[str, bytes]:
        """What is to be backed up, by digest."""
        return {digest_of(data): data for data in (self.before, self.after) if data is not None}


def prepare(tree: Tree, change: FileChange) -> Step:
    """The step for a change of a plan.

    Raises:
        NotDoneError: the file cannot be changed safely, or is not what was read.
        ValueError: the change contradicts itself.
    """
    real = tree.resolve(change.path)
    found, made = look(tree, real, change.path)
    if (found.data if found else None) != change.before:
        raise changed_since(change.path)
    if found and found.names > 1:
        why = f"it has {found.names} names (hard links), which replacing it would part"
        how = f"part them yourself (cp {change.path} new && mv new {change.path}), then try again"
        raise NotDoneError(f"{change.path} was not changed", why, how)
    record = FileRecord(
        change.path,
        "/".join(real),
        found and Before(found.digest, found.metadata),
        None if change.after is None else digest_of(change.after),
        _splices(change),
        made if change.after is not None else (),
    )
    metadata = found.metadata._replace(times=None) if found else None
    return Step(record, change.before, change.after, metadata, change.mode)


def _splices(change: FileChange) -> tuple[tuple[int, int, int], ...]:
    if change.before is None or change.after is None:
        return ()
    edits = change.edits or difference(change.before, change.after)
    if spliced(change.before, edits) != change.after:
        raise ValueError(f"the edits of {change.path} do not give what is to be written")
    return tuple((start, end, len(replacement)) for start, end, replacement in edits)


def look(tree: Tree, real: tuple[str, ...], path: str) -> tuple[Found | None, tuple[str, ...]]:
    """The file that is there now, or None and those of its folders that are not there, outermost first."""
    for depth in range(len(real) - 1, -1, -1):
        try:
            with tree.folder(real[:depth]) as at:
                found = find(real[-1], at, path) if depth == len(real) - 1 else None
        except FileNotFoundError:
            continue
        return found, tuple("/".join(real[:length]) for length in range(depth + 1, len(real)))
    raise FileNotFoundError(str(tree.path))


def check_apart(steps: list[Step]) -> None:
    """No two steps may be about one file.

    Raises:
        NotDoneError: two names of the plan are one file.
    """
    seen: dict[str, str] = {}
    for step in steps:
        other = seen.setdefault(step.record.real, step.record.path)
        if other is not step.record.path:
            why = f"{other} and {step.record.path} are the same file"
            raise NotDoneError("the plan was not applied", why, "change it under one of its names")
