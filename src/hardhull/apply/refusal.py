"""What a person is told when something was not done."""

from __future__ import annotations

COMPLAINED, FAILED, REFUSED = 1, 4, 5
"""Exit codes: it was written and found wanting, the system did not let us, we would not."""


class NotDoneError(Exception):
    """Something was not done, in three parts; what was begun was taken back unless ``why`` says otherwise.

    Attributes:
        what: what was not done ("the fix was not applied").
        why: the reason.
        how: what the person can do.
        code: the exit code.
        diff: the difference that is the reason, secrets redacted; may be empty.
        complaints: what the verification said; mostly empty.
    """

    def __init__(
        self,
        what: str,
        why: str,
        how: str,
        code: int = REFUSED,
        *,
        diff: str = "",
        complaints: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why
        self.how = how
        self.code = code
        self.diff = diff
        self.complaints = complaints


def failed(
    what: str, error: OSError, how: str = "look at the permissions and the room there, then try again"
) -> NotDoneError:
    """What the system did not let us do."""
    name = error.filename if isinstance(error.filename, str) else ""
    where = f" ({name})" if name else ""
    return NotDoneError(what, f"{error.strerror or error}{where}", how, FAILED)
