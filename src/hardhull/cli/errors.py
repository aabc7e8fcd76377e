"""What a person is told when something cannot be done: what, why, and what to do."""

from __future__ import annotations

from hardhull.report.cells import clean

USAGE, NOTHING, FAILED, REFUSED = 2, 3, 4, 5
"""Exit codes; 0 is clean and 1 is findings at or above the gate."""


class UserError(Exception):
    """Something cannot be done, in three parts.

    Attributes:
        what: what was not done ("cannot read shop.json").
        why: the reason.
        how: what to do about it.
        code: the exit code.
    """

    def __init__(self, what: str, why: str, how: str, code: int = USAGE) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why
        self.how = how
        self.code = code


def told(error: UserError) -> str:
    """The error as it is printed. Names of files are a stranger's text, so nothing but ASCII is passed through."""
    parts = (("error:", error.what), ("  why:", error.why), ("  do: ", error.how))
    return "".join(f"{head} {clean(text, unicode=False)}\n" for head, text in parts)
