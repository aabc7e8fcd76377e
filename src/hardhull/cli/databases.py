"""The database of advisories, opened by a verb: what goes wrong is told in three parts."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hardhull.cli.errors import FAILED, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from sqlite3 import Connection


@contextmanager
def opened(path: Path | None) -> Iterator[Connection]:
    """The database, open for writing.

    Raises:
        UserError: it cannot be written, or is none of ours.
    """
    from sqlite3 import Error

    from hardhull.advisories.database import DatabaseError, usual_path, writing

    path = path or usual_path()
    try:
        with writing(path) as database:
            yield database
    except DatabaseError as error:
        raise UserError("the advisories were not changed", error.why, error.how, FAILED) from None
    except Error as error:
        how = "look at the room on its disk, or remove the file and import again"
        raise UserError(f"cannot write {path}", str(error), how, FAILED) from None
    except OSError as error:
        how = "name a file in a folder that you may write to, with --db"
        raise UserError(f"cannot write {path}", error.strerror or str(error), how, FAILED) from None
