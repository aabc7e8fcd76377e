"""What a stage has from a base image that somebody has looked at.

Entrypoint and command are left alone: a recipe's own ones say what its author chose, and rules ask for that.
So are labels, because an ignore label counts in files only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.recipe_parts import Variable
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.facts.local_image import LocalImage
    from hardhull.model.source import Place


def base_user(image: LocalImage, place: Place) -> Field[str]:
    """Whom a stage runs as below its FROM line."""
    if "USER" in _triggers(image):
        return Field.unknown("user", place, _by_trigger(image, "USER"))
    return Field("user", image.user or "root", place, written=False, origin=image.origin)


def shipped(image: LocalImage, place: Place) -> dict[str, Variable]:
    """The variables that the image brings."""
    return {
        each.name: Variable(each.value, "", Field("env", each._replace(source="base"), place, written=False))
        for each in image.env
    }


def sets_variables(image: LocalImage) -> str:
    """What may set variables that are not known, as the end of a sentence; empty where nothing does."""
    words = sorted(_triggers(image) & {"ARG", "ENV"})
    return _by_trigger(image, words[0]) if words else ""


def brought(image: LocalImage, place: Place) -> dict[str, Field[Any]]:
    """Working folder, ports and health check as the image has them; unknown where it waits to change them."""
    triggers = _triggers(image)
    fields: dict[str, Field[Any]] = {}
    for name, keyword, value in (
        ("workdir", "WORKDIR", image.workdir or "/"),
        ("healthcheck", "HEALTHCHECK", image.healthcheck),
    ):
        if keyword in triggers:
            fields[name] = Field.unknown(name, place, _by_trigger(image, keyword))
        else:
            fields[name] = Field(name, value, place, written=False, origin=image.origin)
    if image.expose:
        ports = tuple(Field("expose", port, place, written=False, origin=image.origin) for port in image.expose)
        fields["expose"] = Field("expose", ports, place, written=False, origin=image.origin)
    return fields


def _triggers(image: LocalImage) -> set[str]:
    """The keywords of the instructions that wait for a build on top of the image."""
    return {each.split(maxsplit=1)[0].upper() for each in image.onbuild if each.strip()}


def _by_trigger(image: LocalImage, keyword: str) -> str:
    return f"an ONBUILD {keyword} of the base image {image.name} may set it"
