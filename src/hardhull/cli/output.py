"""Where a report goes: standard output, or a file that is either the old one or the whole new one."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hardhull.cli.errors import FAILED, UserError
from hardhull.report.view import View, view_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def view_for(output: str) -> View:
    """How a report for people is shown there: as the terminal can, or plain in a file."""
    return view_of(sys.stdout, os.environ) if output == "-" and sys.stdout else View()


def write(pieces: Iterable[str], output: str) -> None:
    """Writes a report.

    Args:
        pieces: its text.
        output: a path, or ``-`` for standard output.

    Raises:
        UserError: it cannot be written.
        BrokenPipeError: nobody reads standard output any more.
    """
    try:
        if output == "-":
            _print(pieces)
        elif _special(output):
            with Path(output).open("w", encoding="utf-8") as stream:
                stream.writelines(pieces)
        else:
            _replace(pieces, Path(output).resolve())
    except BrokenPipeError:
        raise
    except OSError as error:
        where = "standard output" if output == "-" else output
        how = "name a file in an existing folder that you may write to, with room on its disk"
        raise UserError(f"cannot write {where}", error.strerror or str(error), how, FAILED) from None


def _print(pieces: Iterable[str]) -> None:
    if sys.stdout is None:
        raise OSError(None, "it is closed")
    sys.stdout.writelines(pieces)
    sys.stdout.flush()


def _special(path: str) -> bool:
    """Whether it is there and not a plain file: a device or a pipe is written to, never replaced."""
    try:
        return not stat.S_ISREG(Path(path).stat().st_mode)
    except OSError:
        return False


def _replace(pieces: Iterable[str], path: Path) -> None:
    """Writes beside the file, then takes its place at once; the mode of an old file is kept."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with beside.open("x", encoding="utf-8") as stream:
        try:
            stream.writelines(pieces)
            stream.flush()
            os.fsync(stream.fileno())
            if path.exists():
                beside.chmod(stat.S_IMODE(path.stat().st_mode))
            beside.replace(path)
        except BaseException:
            beside.unlink()
            raise
