"""Why something is not run, as people are told it."""

from __future__ import annotations

from typing import NamedTuple


class Refusal(NamedTuple):
    """One reason, in three parts.

    Attributes:
        what: what is not run ("service web is not run").
        why: the reason as a sentence part.
        how: what the person can do.
        consent: the word that allows it all the same; empty where nothing does.
    """

    what: str
    why: str
    how: str
    consent: str = ""


class CannotRunError(Exception):
    """A workload is not run, or its run had to be given up.

    Attributes:
        refusals: every reason that was found, at least one.
    """

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__("; ".join(f"{each.what}: {each.why}" for each in refusals))
        self.refusals = refusals
