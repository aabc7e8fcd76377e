"""Scans texts and applies what their findings offer, as a plan would: one fix after the other, each as a whole or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.writing import write
from hardhull.model.source import Source
from hardhull.rules.policy import Policy
from hardhull.scan import Options, examine
from hardhull.scan.discover import Candidate, Discovery
from hardhull.scan.kinds import kinds_of
from hardhull.text.draft import Drafts, UnwritableError

if TYPE_CHECKING:
    from hardhull.model.change import Fix
    from hardhull.scan.judge import Offer


class Outcome(NamedTuple):
    """What came out.

    Attributes:
        files: all files with the edits made.
        made: the fixes that were made, by the rule's id; ``refused``: those that were not, with the reason.
    """

    files: dict[str, bytes]
    made: list[tuple[str, Fix]]
    refused: list[tuple[str, Fix, str]]


def offers(files: dict[str, bytes], only: str = "") -> list[Offer]:
    """The findings of a rule, or of all, with their facts and fixes."""
    candidates = [Candidate(Source(path, data), kinds_of(path, data)) for path, data in sorted(files.items())]
    found = Discovery(Path("/nonexistent"), candidates, [])
    examined = examine(found, Policy(), Options(strict=True, today="2026-01-01"))
    return [offer for offer in examined.offers if only in {"", offer.rule.id}]


def fixed(files: dict[str, bytes], only: str = "") -> Outcome:
    """The files with the first fix of every finding."""
    drafts = Drafts()
    made, refused = [], []
    for offer in offers(files, only):
        for fix in offer.fixes[:1]:
            if not fix.changes:
                continue
            try:
                write(offer.fact, fix.changes, drafts)
                made.append((offer.rule.id, fix))
            except UnwritableError as error:
                refused.append((offer.rule.id, fix, error.why))
    return Outcome(files | {draft.source.path: draft.result() for draft in drafts}, made, refused)
