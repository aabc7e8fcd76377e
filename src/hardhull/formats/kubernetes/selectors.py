"""Label selectors, and lists as cluster records hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hardhull.facts.cluster_parts import Expression, Selector
from hardhull.formats.kubernetes.values import text, texts
from hardhull.model.field import NotKnownError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.cluster_parts import Pairs
    from hardhull.facts.fact import Items
    from hardhull.formats.kubernetes.block import Block

T = TypeVar("T")
_OPERATORS = frozenset({"In", "NotIn", "Exists", "DoesNotExist"})


def selector(block: Block | None) -> Selector:
    """A label selector; an absent one is an empty one, one that cannot be read says why."""
    if block is None:
        return Selector()
    try:
        return Selector(
            plain_pairs(block.block("matchLabels")), tuple(map(_expression, block.blocks("matchExpressions")))
        )
    except NotKnownError as error:
        return Selector(why=error.why)


def plain_pairs(block: Block | None) -> Pairs:
    """A mapping of texts without places.

    Raises:
        NotKnownError: a value is not a text.
    """
    if block is None:
        return ()
    if block.why is not None:
        raise NotKnownError("labels", block.why)
    return tuple((key, block.get(key, text) or "") for key in block.entries)


def _expression(block: Block) -> Expression:
    key, operator = block.get("key", text), block.get("operator", text)
    if key is None or operator not in _OPERATORS or operator is None:
        raise NotKnownError("selector", "an expression has no key or an operator that Kubernetes does not know")
    return Expression(key, operator, block.get("values", texts) or ())


def words(block: Block, key: str) -> Items[str]:
    """A list of texts, each at its place; one that cannot be read is a single unknown item."""
    field = block.listed(key, key, text)
    if field is None:
        return ()
    return tuple(field.value) if field.known else (field,)


def located(block: Block, key: str, read: Callable[[Block], T]) -> Items[T]:
    """A list of mappings as records, each at its item; what cannot be read is an unknown item."""
    field = block.listed(key, key, lambda node: read(block.as_block(node, key)))
    if field is None:
        return ()
    return tuple(field.value) if field.known else (field,)
