"""The manual page of a rule, taken apart: its docstring is the title and paragraphs that begin with a known heading."""

from __future__ import annotations

import re
from typing import NamedTuple

HEADINGS = ("What it checks", "Why it matters", "How to fix", "When it is fine", "References")
HEADED = re.compile(rf"^({'|'.join(HEADINGS)}):\s*", re.MULTILINE)
URL = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;]")
LEAST_OPENING = 40
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])")


class Section(NamedTuple):
    """One part of a manual page: its heading, and the text without line breaks of the source."""

    heading: str
    text: str


def sections(manual: str) -> tuple[Section, ...]:
    """The parts of a manual page below its title; paragraphs inside a part stay apart by an empty line."""
    found = list(HEADED.finditer(manual))
    ends = [*(match.start() for match in found[1:]), len(manual)][: len(found)]
    return tuple(Section(match[1], _flow(manual[match.end() : end])) for match, end in zip(found, ends, strict=True))


def section(manual: str, heading: str) -> str:
    """The text of one part; empty where the page has none."""
    return next((part.text for part in sections(manual) if part.heading == heading), "")


def first_sentence(text: str) -> str:
    """The text up to the end of its first sentence, without the full stop."""
    return SENTENCE.split(text, maxsplit=1)[0].rstrip(".") if text else ""


def opening(text: str) -> str:
    """The first sentence, and the next ones too while it says little alone ("remove it"); no full stop at the end."""
    taken = ""
    for sentence in SENTENCE.split(text.partition("\n")[0]):
        taken = f"{taken} {sentence}".strip()
        if len(taken) >= LEAST_OPENING:
            break
    return taken.rstrip(".")


def references(manual: str) -> tuple[str, ...]:
    """The addresses that a manual page names as its sources."""
    return tuple(URL.findall(section(manual, "References")))


def _flow(text: str) -> str:
    paragraphs = re.split(r"\n[ \t]*\n", text.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
