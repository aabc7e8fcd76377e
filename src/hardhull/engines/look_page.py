"""What a look at a running engine showed, on a screen and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hardhull.engines.page import pair
from hardhull.report.words import count
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.engines.looking import Look
    from hardhull.report.view import View

SCHEMA = "hardhull-look/1"
WORDS = {True: "in effect", False: "NOT in effect", None: "not to be seen"}


def summary(found: Look) -> str:
    """One line."""
    wrong = [each.key for each in found.wanted.changed if found.seen[each.field].kept is False]
    kept = sum(one.kept is True for one in found.seen.values())
    more = f"; not in effect: {', '.join(wrong)}" if wrong else ""
    return f"{kept} of {count(len(found.seen), 'setting')} in effect{more}"


def render(found: Look, view: View) -> Iterator[str]:
    """The screen."""
    yield f"{view.paint('bold', view.clean(f'Proven: {summary(found)}'))}\n"
    yield f"{view.clean(found.wanted.path)}, and what the engine was started with\n\n"
    for each in found.wanted.changed:
        one = found.seen[each.field]
        for row in (f"{each.key}: {pair(each.key, each.new)}", f"  {WORDS[one.kept]}: {redact(one.text)}"):
            margin = "  " * (2 if row.startswith("  ") else 1)
            yield from (f"{margin}{line}\n" for line in view.fold(view.clean(row.strip()), view.width - len(margin)))


def as_json(found: Look) -> str:
    """The same for programs."""
    rows = [
        {"key": each.key, "value": pair(each.key, each.new), "kept": found.seen[each.field].kept,
         "seen": redact(found.seen[each.field].text)}
        for each in found.wanted.changed
    ]  # fmt: skip
    return json.dumps({"schema": SCHEMA, "path": found.wanted.path, "settings": rows}, indent=1) + "\n"
