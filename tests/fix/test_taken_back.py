"""What is written into drafts and taken back leaves nothing behind: a plan writes each fix alone first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from texts import PATHS, examined, marks_of

from hardhull.formats.writing import announce, write
from hardhull.model.change import Fix, Pin
from hardhull.rules.rule import Rule, all_rules
from hardhull.text.draft import Drafts, UnwritableError

if TYPE_CHECKING:
    from hardhull.scan.judge import Offer

RULES = [rule for rule in all_rules() if any(example.bad for example in rule.examples)]


def outcome(asks: list[tuple[Offer, Fix]], *, alone_first: bool) -> tuple[dict[str, bytes], list[str], list[str]]:
    """The files with all fixes written, the notes, and why some are not."""
    drafts = Drafts()
    for offer, fix in asks:
        announce(offer.fact, fix.changes, drafts)
    for offer, fix in asks if alone_first else ():
        mark = drafts.log.mark()
        try:
            write(offer.fact, fix.changes, drafts)
            [draft.edits() for draft in drafts]
        except UnwritableError:
            pass
        finally:
            drafts.log.back_to(mark)
    assert not drafts.made
    assert not drafts.notes
    assert not any(draft.edits() for draft in drafts)
    refused = []
    for offer, fix in asks:
        try:
            write(offer.fact, fix.changes, drafts)
        except UnwritableError as error:
            refused.append(error.why)
    files = {draft.source.path: draft.result() for draft in drafts if draft.edits()}
    return files | drafts.made, [note.text for note in drafts.notes], refused


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_fixes_that_were_tried_and_taken_back_change_nothing_of_the_outcome(rule: Rule) -> None:
    files: dict[str, str] = {}
    for number, example in enumerate(rule.examples):
        bad, _ = marks_of(example.bad, example.path or PATHS[example.syntax], rule.id)
        files |= {f"{number}/{path}": text for path, text in bad.items()}
    asks = [
        (offer, fix)
        for offer in examined(files).offers
        for fix in offer.fixes[:1]
        if fix.changes and not any(isinstance(change, Pin) for change in fix.changes)
    ]
    assert outcome(asks, alone_first=True) == outcome(asks, alone_first=False)
