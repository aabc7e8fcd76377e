"""What Kubernetes makes of one value: a boolean, a whole number, a text, a quantity."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING

from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.scalars import resolve_kubernetes

if TYPE_CHECKING:
    from hardhull.text.nodes import Node


class WrongTypeError(Exception):
    """A value is not of the type its field has, so the API server refuses it; the text says what it is instead."""


def is_null(node: Node) -> bool:
    """Whether a value is null, which Kubernetes takes as a field that is not there."""
    return isinstance(node, Scalar) and node.text in _NULLS and not node.style and resolve_kubernetes(node) is None


_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def described(node: Node) -> str:
    """What a value is, for a message; never the value itself, which could be a secret."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    assert isinstance(node, Scalar)  # noqa: S101  there is no fourth kind
    value = resolve_kubernetes(node)
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if is_placeholder(node.text):
        return "a placeholder that something else replaces"
    return "a text"


_PLACEHOLDER = re.compile(r"\$\{[^}]{1,200}\}|\{\{|\$\([A-Za-z_][^)]{0,199}\)|^\$[A-Za-z_]\w*$|^<[^<>]{1,200}>$|<%")


def is_placeholder(text: str) -> bool:
    """Whether a text holds something that another program replaces: ``${X}``, ``{{ x }}``, ``<your value>``."""
    return bool(_PLACEHOLDER.search(text))


def boolean(node: Node) -> bool:
    """A boolean. A quoted ``"true"`` is a text, which Kubernetes does not take for one."""
    if isinstance(node, Scalar):
        value = resolve_kubernetes(node)
        if isinstance(value, bool):
            return value
    raise WrongTypeError(f"is {described(node)} where Kubernetes wants true or false")


def integer(node: Node) -> int:
    """A whole number."""
    if isinstance(node, Scalar):
        value = resolve_kubernetes(node)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            return int(value)
    raise WrongTypeError(f"is {described(node)} where Kubernetes wants a whole number")


def text(node: Node) -> str:
    """A text. A bare ``8080`` or ``yes`` is not one."""
    if isinstance(node, Scalar):
        if node.style:
            return node.text
        value = resolve_kubernetes(node)
        if isinstance(value, str):
            return value
    raise WrongTypeError(f"is {described(node)} where Kubernetes wants a text (quote it)")


def text_or_integer(node: Node) -> str:
    """A port: its number or its name."""
    value = resolve_kubernetes(node) if isinstance(node, Scalar) and not node.style else None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(node)


def texts(node: Node) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(node, Sequence):
        raise WrongTypeError(f"is {described(node)} where Kubernetes wants a list")
    return tuple(text(item) for item in node.items)


def lower(node: Node) -> str:
    """A text in lower case."""
    return text(node).lower()


def word(node: Node) -> str:
    """A text that means something to Kubernetes itself, so that a placeholder in it leaves it unknown."""
    found = text(node)
    if is_placeholder(found):
        raise WrongTypeError(f"is {described(node)}")
    return found


_QUANTITY = re.compile(
    r"([+-]?)([0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?[0-9]{1,3}))?"
)
_SUFFIXES = {
    **{
        letter: Fraction(1000) ** power
        for letter, power in zip("numkMGTPE", (-3, -2, -1, 1, 2, 3, 4, 5, 6), strict=True)
    },
    **{f"{letter}i": Fraction(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
}
_LARGEST = 2**63 - 1


def quantity(node: Node) -> Fraction:
    """A resource quantity: ``500m``, ``1.5Gi``, ``2e3``, ``128974848``.

    The grammar is that of ``k8s.io/apimachinery/pkg/api/resource``, which also caps at 2^63 - 1.
    """
    if not isinstance(node, Scalar) or isinstance(resolve_kubernetes(node), bool):
        raise WrongTypeError(f"is {described(node)} where Kubernetes wants a quantity")
    found = _QUANTITY.fullmatch(node.text)
    if not found or abs(int(found[4] or 0)) > 40:
        what = "a placeholder" if is_placeholder(node.text) else "no quantity"
        raise WrongTypeError(f"is {what} (Kubernetes takes for example 500m, 1.5 or 256Mi)")
    number = Fraction(found[2]) * (_SUFFIXES[found[3]] if found[3] else Fraction(10) ** int(found[4] or 0))
    return min(-number if found[1] == "-" else number, Fraction(_LARGEST))


def size(node: Node) -> int:
    """A quantity of bytes, rounded up as Kubernetes does."""
    return math.ceil(quantity(node))


def cores(node: Node) -> float:
    """A quantity of CPUs."""
    return float(quantity(node))
