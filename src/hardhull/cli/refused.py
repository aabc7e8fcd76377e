"""What verbs that write have in common: refusals of the journal as people are told them, and what was recovered."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hardhull.cli.errors import REFUSED, UserError
from hardhull.model.receipt import APPLIED
from hardhull.report.cells import clean
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hardhull.apply import Journal, NotDoneError


def need_posix() -> None:
    """Refuses where files cannot be replaced safely.

    Raises:
        UserError: on Windows.
    """
    if os.name != "posix":
        why = "locks, links and syncing of folders work differently on this system"
        raise UserError("nothing is written here", why, "run it under Linux, macOS or WSL", REFUSED)


def told_by(error: NotDoneError) -> UserError:
    """The refusal as it is told; secrets in it are redacted."""
    return UserError(error.what, redact(error.why), error.how, error.code)


@contextmanager
def telling(journal: Journal) -> Iterator[None]:
    """Tells, on standard error, what the journal finished or took back first, whatever comes of the rest.

    Raises:
        UserError: the journal refused; its ``diff`` was written before.
    """
    from hardhull.apply import NotDoneError

    try:
        yield
    except NotDoneError as error:
        _recovered(journal)
        if error.diff:
            sys.stderr.writelines(f"{clean(line, unicode=False)}\n" for line in error.diff.splitlines())
        raise told_by(error) from None
    _recovered(journal)


def tell_pending(root: Path) -> None:
    """Tells, on standard error, that an earlier run in this tree was cut short. Looks only, and cheaply."""
    try:
        if not os.listdir(root / ".hardhull" / "pending"):  # noqa: PTH208  names are all that is asked for
            return
        from hardhull.apply import pending

        told = pending(root)
    except OSError:  # there is none, or it is not ours to read
        return
    if told:
        sys.stderr.write(f"hardhull: {clean(redact(told), unicode=False)}\n")


def _recovered(journal: Journal) -> None:
    for receipt in journal.recovered:
        done = "its end was confirmed" if receipt.state == APPLIED else f"it was {receipt.state}"
        title = redact(receipt.title)
        more = "" if receipt.state == APPLIED else f" ({redact(receipt.why)})"
        text = f"hardhull: an earlier run was cut short: {receipt.id}, {title}; {done}{more}"
        sys.stderr.write(f"{clean(text, unicode=False)}\n")
