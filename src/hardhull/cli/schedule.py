"""``hardhull report schedule``: shows, or writes through the journal, the files that make a machine audit itself."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hardhull.cli.errors import FAILED, REFUSED, UserError
from hardhull.cli.output import write
from hardhull.cli.refused import need_posix, telling
from hardhull.report.schedule import KINDS, schedule

if TYPE_CHECKING:
    from hardhull.report.schedule import Schedule

PLAIN = re.compile(r"/[\w@%+=:,./-]+", re.ASCII)
"""Paths that a unit, cron and a shell all take as they are; ``%`` means something to two of them."""


def command(words: tuple[str, ...], output: str) -> int:
    """Shows a schedule, or writes it into a folder.

    Args:
        words: the kind.
        output: the folder, or ``-`` to show the files.

    Raises:
        UserError: there is no such kind, hardhull cannot be named, or the folder cannot be written.
    """
    if len(words) != 1 or words[0] not in KINDS:
        why = f"{words[0]} is none" if len(words) == 1 else f"{len(words)} were named"
        raise UserError("a kind of schedule is needed", why, f"run `hardhull report schedule {'|'.join(KINDS)}`")
    made = schedule(words[0], _program())
    if output == "-":
        write([_shown(made)], "-")
        return 0
    _put(made, words[0], Path(output))
    return 0


def _program() -> str:
    """Where this program is."""
    found = shutil.which("hardhull") or shutil.which("hardhull", path=str(Path(sys.executable).parent))
    path = str(Path(found).absolute()) if found else ""
    if not PLAIN.fullmatch(path) or "%" in path:
        why = f"its path {path!r} cannot be written into a unit" if path else "it is not installed as a command"
        raise UserError("hardhull cannot be scheduled", why, "install it, for example with `pipx install hardhull`")
    return path


def _shown(made: Schedule) -> str:
    text = "\n".join(f"# {file.place}\n{file.text}" for file in made.files)
    return text + "".join(f"# then: {line}\n" for line in made.then)


def _put(made: Schedule, kind: str, folder: Path) -> None:
    """Writes the files; one that is there and says something else is left alone."""
    from hardhull.cli.journals import journal_of
    from hardhull.model.receipt import FileChange

    need_posix()
    if not folder.is_dir():
        raise UserError(
            f"cannot write into {folder}", "there is no such folder", "make it first, or name another", FAILED
        )
    changes = []
    for file in made.files:
        path = folder / file.name
        before = path.read_bytes() if path.exists() else None
        if before not in {None, file.text.encode()}:
            how = "remove it, or write into another folder and compare"
            raise UserError(
                f"{path} is left as it is", "there is a file of this name with other contents", how, REFUSED
            )
        if before is None:
            changes.append(FileChange(file.name, None, file.text.encode(), mode=0o644))
    if not changes:
        sys.stderr.write(f"hardhull: {folder} has this schedule already\n")
        return
    journal = journal_of(folder.resolve())
    with telling(journal):
        receipt = journal.apply(f"schedule: a weekly audit by {kind}", changes)
    sys.stderr.write(
        f"hardhull: wrote {', '.join(change.path for change in changes)}; `hardhull undo {receipt.id}` takes it back\n"
    )
    for line in made.then:
        sys.stderr.write(f"hardhull: then run `{line}`\n")
