"""What a fix can want of the manifests of a cluster, carried by :class:`hardhull.model.change.Instruct`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from hardhull.model.source import Place


class SetIn(NamedTuple):
    """A key of an object gets a value.

    Attributes:
        subject: the object's name, or a mapping in it.
        path: keys from there.
        value: of scalars, lists and mappings.
    """

    subject: Place
    path: tuple[str, ...]
    value: Any


class TakeOut(NamedTuple):
    """A key of an object goes; ``subject`` and ``path`` as in :class:`SetIn`."""

    subject: Place
    path: tuple[str, ...]


class TakeItem(NamedTuple):
    """An item leaves its list.

    Attributes:
        item: where it stands.
    """

    item: Place


class InsideOnly(NamedTuple):
    """A Service can be reached from inside of the cluster only.

    Attributes:
        subject: its name.
    """

    subject: Place


class NewObject(NamedTuple):
    """One more object is declared.

    Attributes:
        beside: the object in whose file it is written.
        content: ``apiVersion``, ``kind``, ``metadata`` and so on.
    """

    beside: Place
    content: dict[str, Any]


Want: TypeAlias = SetIn | TakeOut | TakeItem | InsideOnly | NewObject
