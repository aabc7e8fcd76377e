"""What a fix can want of an image recipe beyond one field: states that take instructions to reach.

Each record is the ``want`` of an ``Instruct`` change. The writer of Dockerfiles reaches the state with the fewest
edits, or refuses with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hardhull.model.source import Place


class Account(NamedTuple):
    """A system account that the final stage makes: no password, no login shell, no home folder.

    Attributes:
        name: of the user and of its group.
        uid: number of the user; likewise ``gid`` of the group.
        tools: ``shadow`` (groupadd, useradd) or ``busybox`` (addgroup, adduser).
    """

    name: str
    uid: int
    gid: int
    tools: str


class RunAs(NamedTuple):
    """Containers of the image start as an unprivileged user, who owns what it has to write.

    Attributes:
        user: what USER says: ``10001:10001``.
        account: made in front of it; None where the user exists already, or a number is enough.
        owns: folders that exist and get that owner, without what is in them.
        trees: what exists and gets that owner, with all that is in it.
        makes: folders that are made where they are missing, and get that owner with all that is in them.
        files: empty files that are made where they are missing, and get that owner.
        copies: keywords of COPY instructions whose files get that owner: for images without a shell.
    """

    user: str
    account: Account | None = None
    owns: tuple[str, ...] = ()
    trees: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    copies: tuple[Place, ...] = ()


class ImageIs(NamedTuple):
    """The image that is taken at a place is this one.

    Attributes:
        place: the name after FROM, the value of ``--from`` or of ``--mount``.
        image: the image as that place names it now, variables replaced.
        reference: the new one, with its digest: ``node:22.12.0@sha256:...``.
    """

    place: Place
    image: str
    reference: str


class ComesAsSecret(NamedTuple):
    """A build argument is one no more: the RUN instructions that name it get it from a secret mount.

    Attributes:
        name: of the argument, of the secret and of the variable.
        required: whether a build without it fails: where the argument had a default.
        env: whether ENV is not to set it either, so that containers no longer have it.
    """

    name: str
    required: bool = False
    env: bool = False


class FileComesAsSecret(NamedTuple):
    """A file is no longer copied: the RUN instructions that use it get it from a secret mount.

    Attributes:
        place: the file's name among the sources of a COPY.
        name: of the secret.
        target: absolute path of the file while they run.
        runs: their keywords.
    """

    place: Place
    name: str
    target: str
    runs: tuple[Place, ...]


class HiddenLiteral(NamedTuple):
    """A text in a RUN becomes a variable from a secret mount.

    Attributes:
        place: the text, with the quotes around it.
        name: of the variable and of the secret.
    """

    place: Place
    name: str


class NoVariable(NamedTuple):
    """An ENV or ARG no longer sets a variable: ``place`` is where it does, its name or its value."""

    place: Place


class NoOption(NamedTuple):
    """An instruction loses an option (``--network=host``): ``place`` is the option's value."""

    place: Place


class NoWord(NamedTuple):
    """A command in a RUN loses one of its words: ``place`` is the word."""

    place: Place


class UpdateWhereNeeded(NamedTuple):
    """The package lists are updated in the RUN instructions that install, not in one of their own.

    Attributes:
        place: the one that only updates them.
    """

    place: Place


class AsRoot(NamedTuple):
    """A RUN runs as root without sudo.

    Attributes:
        place: its keyword.
        words: the calls of sudo.
        user: who the instructions behind it run as; empty where it is root already.
    """

    place: Place
    words: tuple[Place, ...]
    user: str = ""
