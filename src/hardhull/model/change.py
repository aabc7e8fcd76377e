"""What a fix wants: Changes of a fact, with their risk and what they interrupt; each format writes them its own way."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from hardhull.model.field import Field
    from hardhull.model.source import Place


class Risk(IntEnum):
    """Whether a change can break what works; ordered, so that a limit can be compared.

    ``SAFE`` cannot; ``PROVEN`` was seen to work in a recorded run; ``NEEDS_PROOF`` may, and nobody has looked yet.
    """

    SAFE = 1
    PROVEN = 2
    NEEDS_PROOF = 3

    @property
    def word(self) -> str:
        """The name in outputs: ``safe``, ``proven``, ``needs-proof``."""
        return self.name.lower().replace("_", "-")


class Interrupts(Enum):
    """What has to happen before a change counts; the value is the name in outputs."""

    NOTHING = "none"
    RELOAD = "reload"
    RECREATE = "recreate"
    """The container (or the image and then the container) is made anew."""
    RESTART = "restart"
    """The engine restarts, and with it every container unless live-restore is on."""


class SetTo(NamedTuple):
    """A field gets a value. The default of its fact means that nothing is written any more.

    Attributes:
        field: the name of a field with one value.
        value: the normalised value, as the fact has it.
    """

    field: str
    value: Any


class Add(NamedTuple):
    """A list field gets one more item; nothing happens where an equal one is there.

    Attributes:
        field: the name of a list field.
        item: the normalised item, as the fact has it.
    """

    field: str
    item: Any


class Drop(NamedTuple):
    """A list field loses an item.

    Attributes:
        field: the name of a list field.
        item: the item as it was read; its place says which one is meant.
    """

    field: str
    item: Field[Any]


class Swap(NamedTuple):
    """An item of a list field gets another value where it stands.

    Attributes:
        field: the name of a list field.
        item: the item as it was read; its place says which one is meant.
        value: the normalised item that takes its place.
    """

    field: str
    item: Field[Any]
    value: Any


class Rewrite(NamedTuple):
    """A text that was read from a place becomes another one: for facts whose words are the syntax itself.

    Attributes:
        place: what is replaced; empty (``start == end``) to insert. The text has to stand there byte for byte.
        text: what stands there then.
    """

    place: Place
    text: str


class Pin(NamedTuple):
    """An image reference gets the digest that its tag has now. Only an engine or a registry can tell it.

    Attributes:
        field: the field of the fact that holds the reference.
        reference: as written, without a digest.
        place: where it stands.
    """

    field: str
    reference: str
    place: Place


class Instruct(NamedTuple):
    """A wanted state of an image recipe or of a pipeline, which takes instructions to reach.

    Attributes:
        want: a record of :mod:`hardhull.facts.recipe_changes` or :mod:`hardhull.facts.pipeline_changes`.
    """

    want: Any


class Make(NamedTuple):
    """A file of ours is written beside the others, as a whole.

    Attributes:
        path: relative to the root, below ``hardhull/``; ``.json`` or ``.yaml`` says in which syntax.
        content: of scalars, lists and mappings.
    """

    path: str
    content: Any


Change: TypeAlias = SetTo | Add | Drop | Swap | Rewrite | Pin | Instruct | Make


class Fix(NamedTuple):
    """One way to make a finding go away.

    Attributes:
        title: what it does, as an order: ``drop all capabilities, keep NET_BIND_SERVICE``.
        changes: of the finding's fact, all or none; empty where a person has to do it (``advice`` says what).
        risk: of breaking what works.
        interrupts: what has to happen before it counts; None: what is usual for the fact.
        mitigation: how to take the risk out, as an order; empty for a safe one.
        basis: where a proposed value comes from; empty where the change proposes none.
        advice: for a fix without changes, what the person has to do, with a text to paste where there is one.
    """

    title: str
    changes: tuple[Change, ...] = ()
    risk: Risk = Risk.NEEDS_PROOF
    interrupts: Interrupts | None = None
    mitigation: str = ""
    basis: str = ""
    advice: str = ""
