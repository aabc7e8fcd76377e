"""The images of a document of facts."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hardhull.facts.store import ImageStore, StoredImage
from hardhull.formats.jsonread import int_of, items_of, text_of, texts
from hardhull.formats.live.nodes import key, path, word
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.formats.live.source import FactsSource
    from hardhull.text.nodes import Mapping, Node

NO_NAME = "<none>"


def store(source: FactsSource, node: Mapping, root: Node) -> ImageStore:
    """The images, each with what refers to it."""
    listed = key(node, "GET /images/json") or node
    fact = ImageStore("images of the engine", "live", listed.place(source))
    users: dict[str, list[str]] = {}
    for one in items_of(key(node, "GET /containers/json")):
        names = [name.lstrip("/") for name, _ in texts(key(one, "Names"))]
        state = word(key(one, "State"))
        users.setdefault(word(key(one, "ImageID")), []).append(f"{names[0] if names else 'a container'} ({state})")
    parents = Counter(word(key(one, "ParentId")) for one in items_of(listed))
    found = tuple(Field("images", _image(one, users, parents), one.place(source)) for one in items_of(listed))
    fact.images = Field("images", found, listed.place(source), written=bool(found))
    at = path(root, "collected", "at")
    if at is not None:
        fact.looked_at = Field("looked_at", word(at), at.place(source))
    return fact


def _image(node: Node, users: dict[str, list[str]], parents: Counter[str]) -> StoredImage:
    identifier = word(key(node, "Id"))
    created, shared = int_of(key(node, "Created")), int_of(key(node, "SharedSize"))
    size = int_of(key(node, "Size")) or 0
    return StoredImage(
        identifier,
        tuple(tag for tag, _ in texts(key(node, "RepoTags")) if NO_NAME not in tag),
        tuple(one for one, _ in texts(key(node, "RepoDigests")) if not one.startswith(NO_NAME)),
        datetime.fromtimestamp(created, UTC).isoformat() if created and 0 < created < 1 << 36 else _text(node),
        size,
        size - shared if shared is not None and shared >= 0 else -1,
        tuple(users.get(identifier, ())),
        parents[identifier],
    )


def _text(node: Node) -> str:
    return text_of(key(node, "Created")) or ""
