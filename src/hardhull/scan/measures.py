"""What was measured of a built image, as fields of its fact, each at the instruction that it comes from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from hardhull.facts.contents import Waste
from hardhull.model.field import Field
from hardhull.scan.leaks import without

if TYPE_CHECKING:
    from hardhull.facts.contents import Contents
    from hardhull.model.source import Place
    from hardhull.scan.built import Held
    from hardhull.scan.judge import Judgement

T = TypeVar("T")
INSTRUCTION: Final = r"^(?:/bin/(?:ba|da)?sh -e?c #\(nop\) +)?{word}\b"
"""A step of a history that only changes the configuration, as both builders write it."""
STEP_DOWN: Final = re.compile(
    r"(?:^|[\s/])(?:gosu|su-exec|setpriv|s6-setuidgid|s6-overlay|chpst|setuidgid|fixuid|runuser)\b"
)
"""Programs with which entry points give up root; as HH-PRV-030 looks for them in Dockerfiles."""


def add_configuration(image: Contents, held: Held, places: dict[int, Place]) -> None:
    """The user, the ports and the check of the image; nothing where it has no configuration."""
    user = held.measured.user if held.measured is not None else None
    if user is None:
        return
    image.user = _field("user", user, held, places, "USER", written=bool(user.text))
    steps_down = bool(held.starts) and any(STEP_DOWN.search(text) for text in (*held.starts, *held.history))
    image.steps_down = Field("steps_down", steps_down, places[-1])
    image.healthcheck = _field(
        "healthcheck", held.healthcheck, held, places, "HEALTHCHECK", written=held.healthcheck is not None
    )
    if held.exposed:
        at = _place(held, places, "EXPOSE")
        image.exposed = Field("exposed", tuple(Field("exposed", port, at) for port in held.exposed), at)


def _field(name: str, value: T, held: Held, places: dict[int, Place], word: str, *, written: bool) -> Field[T]:
    return Field(name, value, _place(held, places, word) if written else places[-1], written=written)


def _place(held: Held, places: dict[int, Place], word: str) -> Place:
    """The last step that sets it."""
    pattern = re.compile(INSTRUCTION.format(word=word))
    step = next((at for at in reversed(range(len(held.history))) if pattern.search(held.history[at].strip())), -1)
    return places.get(step, places[-1])


def add_measures(image: Contents, held: Held, places: dict[int, Place], base: Place | None) -> None:
    """What could be spared, and files with rights.

    Args:
        image: gets them.
        held: has them.
        places: of the steps.
        base: where the Dockerfile names the base image, if one is known: what stands there came with it.
    """
    if held.measured is None:
        return
    steps = [step for _digest, step in held.steps]
    name, below = held.base
    if not below and base is not None:
        below = sum(places.get(step) is base for step in steps)

    def at(layer: int) -> Place:
        return places.get(steps[layer] if layer < len(steps) else -1, places[-1])

    def told(layer: int) -> str:
        return held.instructions[layer] if 0 <= layer < len(held.instructions) else ""

    wastes = tuple(
        Field(
            "wastes",
            Waste(heap, told(heap.layer), told(heap.by), (name or "its base image") if heap.layer < below else ""),
            at(heap.layer),
        )
        for heap in held.measured.heaps
    )
    image.wastes = Field("wastes", wastes, places[-1])
    rights = tuple(Field("rights", one, at(one.layer)) for one in held.measured.rights)
    image.rights = Field("rights", rights, places[-1])


def once(judged: Judgement) -> Judgement:
    """The judgement without what a rule says of an image that it says of the line it was built from as well."""
    told = {
        (found.rule, found.locations[0].path, found.locations[0].line)
        for found in judged.findings
        if found.fact == "recipe"
    }
    doubled = {
        found.id
        for found in judged.findings
        if found.fact == "contents" and (found.rule, found.locations[0].path, found.locations[0].line) in told
    }
    return without(judged, doubled)
