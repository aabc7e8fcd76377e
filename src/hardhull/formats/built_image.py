"""A document about a built image (``hardhull-image/1``): its configuration, and what its files say of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hardhull.facts.image import BuiltImage
from hardhull.formats.jsonread import text_of, texts
from hardhull.model.field import Field
from hardhull.model.package import Distribution
from hardhull.text.errors import UnreadableError
from hardhull.text.jsondoc import load
from hardhull.text.nodes import Mapping

if TYPE_CHECKING:
    from hardhull.model.source import Source
    from hardhull.text.nodes import Node

SYNTAX = "image"
SCHEMA = "hardhull-image/1"


def written(image: dict[str, Any], config: dict[str, Any], distribution: Distribution) -> bytes:
    """The document, one value a line, so that a finding can point at it.

    Args:
        image: its name, digests and platform.
        config: what its containers get.
        distribution: what it is made from.
    """
    made = {"schema": SCHEMA, "image": image, "config": config, "distribution": distribution._asdict()}
    return (json.dumps(made, indent=1, ensure_ascii=True) + "\n").encode()


def read(source: Source) -> BuiltImage:
    """Reads a document.

    Raises:
        UnreadableError: not JSON, or of another version than :data:`SCHEMA`.
    """
    root = load(source)
    schema = text_of(_key(root, "schema")) or ""
    if schema != SCHEMA:
        why = f"it is of version {schema!r}, and this version reads {SCHEMA}"
        raise UnreadableError(source, root.start, why, "scan the image again")
    image = _key(root, "image")
    place = (image or root).place(source)
    fact = BuiltImage(f"image {text_of(_key(image, 'name')) or source.path}", SYNTAX, place)
    config = _key(root, "config")
    user = _key(config, "User")
    if text_of(user):
        fact.user = Field("user", text_of(user) or "", user.place(source) if user else place)
    system = _key(root, "distribution")
    if text_of(_key(system, "id")):
        values = {name: text_of(_key(system, name)) or "" for name in Distribution._fields if name != "like"}
        like = tuple(text for text, _ in texts(_key(system, "like")))
        name = _key(system, "name") or system
        fact.distribution = Field(
            "distribution", Distribution(**values, like=like), name.place(source) if name else place
        )
    return fact


def _key(node: Node | None, name: str) -> Node | None:
    entry = node.entry(name) if isinstance(node, Mapping) else None
    return None if entry is None else entry.value
