"""What a person is told when nothing could be recorded."""

from __future__ import annotations


class RecordingError(Exception):
    """A recording could not begin or gave nothing, in three parts.

    Attributes:
        what: what was not done.
        why: the reason.
        how: what the person can do.
    """

    def __init__(self, what: str, why: str, how: str) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why
        self.how = how
