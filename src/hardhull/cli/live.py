"""Targets that are no files: this machine's containers (``container:NAME``), engine, host, network; built images."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hardhull.cli.errors import USAGE, UserError

WORDS = ("containers", "engine", "host", "images", "network")
ONE = "container:"
IMAGES = ("image:", "docker-archive:", "oci:", "registry:", "rootfs:")
"""What a target of a built image begins with."""


class Split(NamedTuple):
    """The targets of a command line.

    Attributes:
        paths: files and folders, ``-`` included.
        live: of :data:`WORDS`, in this order.
        names: containers by name or id; empty for all.
        images: built images, as they were written.
    """

    paths: tuple[str, ...]
    live: tuple[str, ...]
    names: tuple[str, ...]
    images: tuple[str, ...] = ()

    @property
    def only_live(self) -> bool:
        """Whether no file is asked for."""
        return bool(self.live or self.images) and not self.paths


def split(targets: tuple[str, ...]) -> Split:
    """Tells live targets from paths. What follows ``containers`` are names of containers.

    Raises:
        UserError: a word is a live target and also a file or folder of this place.
    """
    paths: list[str] = []
    live: set[str] = set()
    names: list[str] = []
    images: list[str] = []
    after = False
    for target in targets:
        word = target.removesuffix(":")
        if word in WORDS:
            if word == target and Path(target).exists():
                how = f"write ./{word} for the file or folder, or {word}: for this machine's"
                raise UserError(f"`{word}` is ambiguous", "it is a target and also stands in this folder", how, USAGE)
            live.add(word)
            after = word == "containers"
        elif target.startswith(IMAGES):
            images.append(target)
        elif target.startswith(ONE):
            live.add("containers")
            names.append(target.removeprefix(ONE))
        elif after:
            names.append(target)
        else:
            paths.append(target)
    if names and "" in names:
        raise UserError("`container:` names no container", "nothing follows the colon", "write container:NAME", USAGE)
    return Split(tuple(paths), tuple(word for word in WORDS if word in live), tuple(names), tuple(images))


def document(asked: Split) -> bytes:
    """The facts about this machine that the live targets ask for; empty where there are none."""
    if not asked.live:
        return b""
    from hardhull.hosts.document import collect

    return collect(asked.live, asked.names)
