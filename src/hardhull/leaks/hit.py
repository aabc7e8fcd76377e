"""What a scanner says: places of secrets, never their values."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from hardhull.leaks.owned import Digest


class Certainty(IntEnum):
    """Why something is taken for a secret."""

    NAME = 1
    """A name beside it says so, and it looks like one."""
    FORM = 2
    """Its form is that of an issuer, or the file is one that holds nothing else."""
    PROVEN = 3
    """A checksum or a structure inside of it is right: chance is ruled out."""


class Half(NamedTuple):
    """What belongs to a secret and was found beside it.

    Attributes:
        title: what it is.
        line: where, counted from 1.
        text: the line, its secrets taken out.
    """

    title: str
    line: int
    text: str


class Hit(NamedTuple):
    """One secret in one file.

    Attributes:
        kind: a word for machines.
        title: what it is, without an article.
        line: where it begins, counted from 1; ``column``: in code points, likewise.
        column: see above.
        end_column: where it ends on that line.
        text: the line, every secret in it taken out; empty for what is no text.
        name: the name that it is given to, where there is one.
        certainty: why it is taken for a secret.
        notes: what was made out about it without a network: "its checksum is right", "encrypted", "expires 2027-01-01".
        inside: what it was found in, from the outside in: members of archives, encodings.
        halves: what belongs to it.
        expires: ISO date after which it opens nothing; empty where it does not say.
        locked: whether it is encrypted, or a hash: it opens nothing until it is guessed.
    """

    kind: str
    title: str
    line: int
    column: int
    end_column: int
    text: str
    name: str = ""
    certainty: Certainty = Certainty.FORM
    notes: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    halves: tuple[Half, ...] = ()
    expires: str = ""
    locked: bool = False


def plain(hit: Hit) -> list[Any]:
    """A hit as JSON values; there is no secret in it."""
    return list(hit)


def of_plain(row: list[Any]) -> Hit:
    """What :func:`plain` made.

    Raises:
        TypeError, ValueError: it did not.
    """
    hit = Hit(*row)
    return hit._replace(
        certainty=Certainty(hit.certainty),
        notes=tuple(hit.notes),
        inside=tuple(hit.inside),
        halves=tuple(Half(*half) for half in hit.halves),
    )


class LeakedIn(NamedTuple):
    """A file of an image with secrets, or a part of its configuration.

    Attributes:
        path: the file, or what else it is ("ENV of the configuration").
        hits: what is in it.
        layer: number of its layer from 1; 0 for the configuration.
        digest: of the layer.
        made_by: the instruction that made the layer, its secrets taken out; empty where nobody knows.
        gone_by: where the image does not show it: the instruction that took it away, or "a later layer".
        visible: whether the image still shows it.
        again: numbers of later layers that hold the same once more.
        copies: other files of the same layer with the same bytes, as packages that are installed several times have.
    """

    path: str
    hits: tuple[Hit, ...]
    layer: int = 0
    digest: str = ""
    made_by: str = ""
    gone_by: str = ""
    visible: bool = True
    again: tuple[int, ...] = ()
    copies: tuple[str, ...] = ()


class Gap(NamedTuple):
    """What could not be looked at: the file (with what inside of it), and why, as a sentence part."""

    where: str
    why: str


class Report(NamedTuple):
    """What one file holds.

    Attributes:
        hits: in the order of the file.
        gaps: what of it was not read.
        unchanged: how many hits were left out because the file is as its package shipped it.
        digest: of the file, where it was asked for and something was found.
    """

    hits: tuple[Hit, ...] = ()
    gaps: tuple[Gap, ...] = ()
    unchanged: int = 0
    digest: Digest | None = None


class Candidate(NamedTuple):
    """A secret found in bytes that are at hand.

    Attributes:
        start: offset of the secret; ``end``: past it.
        end: see above.
        kind: a word for machines.
        title: what it is.
        certainty: see :class:`Hit`; likewise ``name``, ``notes``, ``expires`` and ``locked``.
        part: whether it is only half of a secret, to be shown beside the other.
        inside: the encodings that it was found in.
    """

    start: int
    end: int
    kind: str
    title: str
    certainty: Certainty = Certainty.FORM
    name: str = ""
    notes: tuple[str, ...] = ()
    expires: str = ""
    locked: bool = False
    part: bool = False
    inside: tuple[str, ...] = ()
