"""What to say about a name that nothing has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FEW = 3
"""Suggestions for one name."""


def suggestion(name: str, known: Iterable[str], everything: str) -> str:
    """The names most like it, and the command that shows all.

    Args:
        name: as the person wrote it.
        known: those that there are.
        everything: the command.
    """
    from difflib import get_close_matches

    by_lower = {word.lower(): word for word in known}
    close = get_close_matches(name.lower()[:100], list(by_lower), FEW, 0.5)
    close = close or [word for word in by_lower if name.lower() in word][:FEW]
    if not close:
        return f"`{everything}` shows all"
    return f"did you mean {' or '.join(by_lower[word] for word in close)}? `{everything}` shows all"


def rule_suggestion(name: str) -> str:
    """The same for a rule's id or name."""
    from hardhull.rules.rule import all_rules

    return suggestion(name, [word for rule in all_rules() for word in (rule.id, rule.name)], "hardhull explain --list")
