"""Which line of a Dockerfile made a layer: the history of an image beside the instructions of a file.

A file is taken for the one that an image was built from only where every instruction of its final stage stands at the
end of the history, in this order, and each RUN is the same command.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hardhull.facts.recipe_parts import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.recipe import ImageRecipe, Stage
    from hardhull.facts.recipe_parts import Instruction
    from hardhull.model.source import Place

BUILDKIT: Final = re.compile(r"\s+# buildkit$")
CLASSIC: Final = re.compile(r"^(?:\|\d+ .*?)?/bin/(?:ba|da)?sh -e?c #\(nop\) +(?P<word>[A-Z]+)\b")
ARGUMENTS: Final = re.compile(r"^RUN \|\d+ .*?(?=/bin/(?:ba|da)?sh -)|^\|\d+ .*?(?=/bin/(?:ba|da)?sh -)")
SHELL: Final = re.compile(r"^(?:RUN )?/bin/(?:ba|da)?sh (?:-\w+ )*-\w*c\s+")
WORD: Final = re.compile(r"^([A-Z]+)\b")
CONTINUED: Final = re.compile(r"[\\`][ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*")
SILENT: Final = frozenset({"FROM", "ARG", "SHELL", "ONBUILD", "MAINTAINER"})
"""Instructions that a builder may leave out of the history."""


def steps_of(recipe: ImageRecipe, history: Sequence[str]) -> dict[int, Place]:
    """The place of each step of an image's history in a Dockerfile; empty where it is not built from that.

    Steps before those of the file, which its base image brought, stand at the image of the lowest FROM.

    Args:
        recipe: a Dockerfile.
        history: ``created_by`` of every step, the first one first.
    """
    if recipe.final is None:
        return {}
    steps = [(at, *_step(text)) for at, text in enumerate(history)]
    made = [step for step in steps if step[1] not in SILENT]
    wanted = [(one, *_instruction(one)) for stage in _stages(recipe.final) for one in _now(stage)]
    told = [row for row in wanted if row[1] not in SILENT]
    if not told or len(told) > len(made):
        return {}
    tail = made[len(made) - len(told) :]
    found: dict[int, Place] = {}
    for (at, word, command), (instruction, keyword, text) in zip(tail, told, strict=True):
        if word != keyword or (word == "RUN" and command != text):
            return {}
        found[at] = instruction.head
    base = recipe.root_stage
    if base is not None:
        found |= dict.fromkeys(range(tail[0][0]), base.place)
    return found


def _stages(final: Stage) -> list[Stage]:
    return list(reversed(list(final.lineage)))


def _now(stage: Stage) -> list[Instruction]:
    return [one for one in stage.instructions if not one.onbuild]


def _step(text: str) -> tuple[str, str]:
    """The keyword of a step of a history, and of a RUN its command."""
    text = BUILDKIT.sub("", text.strip())
    classic = CLASSIC.match(text)
    if classic:
        return classic["word"], ""
    text = ARGUMENTS.sub("", text)
    if SHELL.match(text):
        return "RUN", _flat(SHELL.sub("", text))
    word = WORD.match(text)
    if word is None:
        return "", ""
    return word[1], _flat(text[word.end() :]) if word[1] == "RUN" else ""


def _instruction(one: Instruction) -> tuple[str, str]:
    """The keyword of an instruction, and of a RUN its command."""
    if not isinstance(one, Run):
        return one.keyword, ""
    if one.command is None:
        return "RUN", " ".join(one.words)
    start, end = one.span
    text = one.source.data[start:end].decode("utf-8", "replace")
    text = re.sub(r"^\s*RUN\s+", "", CONTINUED.sub("", text), flags=re.IGNORECASE)
    while text.startswith("--"):
        text = text.partition(" ")[2].lstrip()
    return "RUN", _flat(text)


def _flat(text: str) -> str:
    return " ".join(text.split())


def spoken(text: str) -> str:
    """A step of a history as one line for people, without the arguments of the build, which may be secret."""
    text = BUILDKIT.sub("", text.strip())
    text = re.sub(r"^/bin/(?:ba|da)?sh -e?c #\(nop\) +", "", ARGUMENTS.sub("RUN ", text))
    text = _flat(SHELL.sub("RUN ", text))
    return text or "a layer without a history"
