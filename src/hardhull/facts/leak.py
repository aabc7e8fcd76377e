"""A file in which secrets were found; their values are not in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from hardhull.facts.fact import Fact, Items, Slot

if TYPE_CHECKING:
    from hardhull.model.field import Field


PRIVATE_KEY: Final = "private-key"
"""The kind of all private keys."""


class LeakedSecret(NamedTuple):
    """One secret.

    Attributes:
        kind: a word for machines.
        title: what it is, without an article.
        name: what it is given to, where it has a name.
        certainty: ``name`` (a name says so), ``form`` (its form is that of an issuer, or its file holds nothing else)
            or ``proven`` (a checksum or a structure rules out chance).
        notes: what was made out about it: "its checksum is right", "AWS account 123456789012", "encrypted".
        inside: what it was found in, from the outside in: members of archives, encodings.
        halves: what belongs to it and stands beside it, each with its place.
        locked: whether it is encrypted, or a hash.
        expired: whether it says itself that its time is over.
        password: whether it is a password, and no key that somebody issued.
    """

    kind: str
    title: str
    name: str = ""
    certainty: str = "form"
    notes: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    halves: tuple[Field[str], ...] = ()
    locked: bool = False
    expired: bool = False
    password: bool = False


class Leak(Fact):
    """One file with secrets."""

    __slots__ = ()
    kind: ClassVar[str] = "leak"

    secrets: Slot[Items[LeakedSecret]] = Slot(())
    layer: Slot[str] = Slot("")
    """Which layer of an image holds it: its number and digest; empty for files that are in no image."""
    made_by: Slot[str] = Slot("")
    """The instruction that made the layer, without secrets; empty where nobody knows."""
    gone_by: Slot[str] = Slot("")
    """The instruction that took the file away again: the layer has it all the same; empty where it still shows."""
    instruction: Slot[str] = Slot("")
    """The same instruction where it stands in a Dockerfile that was read beside the image."""
    again: Slot[str] = Slot("")
    """The numbers of later layers that hold the same file once more."""
    copies: Slot[str] = Slot("")
    """Paths of files of the same layer with the same bytes; empty where there are none."""
