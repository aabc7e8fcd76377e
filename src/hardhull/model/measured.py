"""What of a built image weighs how much and why, and which of its files have rights: plain data for every layer."""

from __future__ import annotations

from typing import Final, NamedTuple

CACHE, TOOLS, DEVELOPMENT, COMPILED = "package-cache", "build-tools", "development-dependencies", "compiled-python"
DUPLICATE, DELETED, REWRITTEN = "duplicate", "deleted", "rewritten"
CAUSES: Final = (DELETED, REWRITTEN, CACHE, TOOLS, DEVELOPMENT, COMPILED, DUPLICATE)
"""Why bytes could be spared. Every file counts for one cause at most, the first of these that holds: what later layers
hide (or write again, unchanged), what package managers keep to install once more, what only builds need, what Python
would make again, and what is there twice."""

SETUID, SETGID, OPEN, CHANGEABLE = "setuid", "setgid", "world-writable", "changeable-program"


class Heap(NamedTuple):
    """Files of one layer that weigh for one cause.

    Attributes:
        layer: index of the layer, from 0.
        cause: one of :data:`CAUSES`.
        bytes: of their content.
        files: how many.
        examples: the largest ones, at most three.
        by: index of the later layer that hides them; -1 where none does.
        packages: of the distribution whose files they are, for :data:`TOOLS`.
    """

    layer: int
    cause: str
    bytes: int
    files: int
    examples: tuple[str, ...]
    by: int = -1
    packages: tuple[str, ...] = ()


class Right(NamedTuple):
    """A file that gives somebody more than files mostly do.

    Attributes:
        kind: ``setuid``, ``setgid``, ``world-writable``, or ``changeable-program`` where the user of the containers may
            write it and run it.
        path: relative to the image's root.
        layer: index of the layer whose entry it is.
        mode: permission bits with setuid, setgid and sticky.
        uid: of its owner; likewise ``gid``.
        package: of the distribution that brought it; empty where none did.
        folder: whether it is a folder.
    """

    kind: str
    path: str
    layer: int
    mode: int
    uid: int
    gid: int
    package: str = ""
    folder: bool = False


class ImageUser(NamedTuple):
    """Whom containers of an image start as, by its configuration and its own ``/etc/passwd`` and ``/etc/group``.

    Attributes:
        text: as the configuration has it; empty where it has none, which is root.
        uid: number; None where the name is in no file.
        gid: number of the group; None where it is not known.
        groups: numbers of the other groups that list the user.
        missing: ``user NAME`` or ``group NAME`` that is in no file: no container starts then.
    """

    text: str
    uid: int | None
    gid: int | None
    groups: tuple[int, ...] = ()
    missing: str = ""

    @property
    def is_root(self) -> bool:
        """Whether it is root, by whatever name."""
        return self.uid == 0


class LayerSize(NamedTuple):
    """What one layer weighs.

    Attributes:
        digest: ``sha256:...``, uncompressed; empty for a folder.
        instruction: what made it, without secrets; empty where the history does not tell.
        bytes: of the content of its files.
        causes: which of them could be spared, by cause.
    """

    digest: str
    instruction: str
    bytes: int
    causes: dict[str, int]


class Measured(NamedTuple):
    """An image, measured.

    Attributes:
        layers: bytes of the content of each layer's files, lowest first; 0 for one that could not be read.
        heaps: what could be spared.
        rights: files with rights, by path.
        user: whom containers start as; None where nothing tells (a folder).
    """

    layers: tuple[int, ...]
    heaps: tuple[Heap, ...]
    rights: tuple[Right, ...]
    user: ImageUser | None
