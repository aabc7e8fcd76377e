"""The items of the CIS Docker Benchmark, each with its answer and what that rests on.

The titles are ours: the benchmark's text is not. This certifies nothing.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.result import Control, Result
    from hardhull.report.view import View

WORDS = {
    "pass": "pass",
    "fail": "fail",
    "manual": "look",
    "not-checked": "not checked",
    "not-applicable": "not applicable",
}
"""Statuses as people read them: an item that is left to a person says what to look at."""
COLOURS = {"pass": "good", "fail": "poor", "manual": "fair", "not-checked": "fair", "not-applicable": "dim"}
WIDTH = max(map(len, WORDS.values()))
NUMBERS = 15
SECTIONS = {
    "1": "Host", "2": "Engine", "3": "Files of the engine", "4": "Images", "5": "Containers", "6": "Operation",
    "7": "Swarm",
}  # fmt: skip


def render(result: Result, view: View) -> Iterator[str]:
    """The items by section, line by line."""
    if not result.controls:
        yield "CIS Docker Benchmark: no living machine was judged; run `hardhull scan host engine containers`\n"
        return
    counts = Counter(control.status for control in result.controls)
    told = ", ".join(f"{counts[status]} {word}" for status, word in WORDS.items() if counts[status])
    yield f"{view.paint('bold', 'CIS Docker Benchmark 1.6 and 1.8')}: {told}\n"
    section = ""
    for control in result.controls:
        head = control.v18.partition(".")[0]
        if head != section:
            section = head
            yield f"\n{view.paint('bold', f'{head} {SECTIONS[head]}')}\n"
        yield from (f"{line}\n" for line in _control(control, view))


def _control(control: Control, view: View) -> Iterator[str]:
    """The numbers, status and title, and below what it rests on."""
    numbers = control.v18 if control.v16 == control.v18 else f"{control.v16 or '-'} / {control.v18}"
    status = view.paint(COLOURS[control.status], WORDS[control.status].ljust(WIDTH))
    indent = NUMBERS + WIDTH + 2
    several = "s" if control.findings > 1 else ""
    many = f" ({control.findings} finding{several})" if control.findings else ""
    title = view.fold(f"{control.title}{many}", view.width - indent)
    yield f"{numbers:<{NUMBERS - 1}} {status}  {title[0]}"
    for line in title[1:]:
        yield " " * indent + line
    for line in view.fold(control.evidence, view.width - indent) if control.evidence else ():
        yield " " * indent + view.paint("dim", line)
