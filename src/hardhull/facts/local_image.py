"""An image as the machine's own engine has it, and where such images are looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from hardhull.facts.parts import EnvVar, Healthcheck
    from hardhull.facts.reference import Reference
    from hardhull.model.result import NotChecked

SHORT_ID = len("sha256:") + 12
"""Characters of an image id that are shown: as many as ``docker images`` has."""


class LocalImage(NamedTuple):
    """What an engine says about one of its images, as ``docker image inspect`` has it.

    Attributes:
        name: the reference that was asked for, as people write it.
        id: ``sha256:...`` of its config; another image has another one, whatever its tags say.
        user: whom its containers start as; empty is root.
        workdir: the first process's folder; empty is ``/``.
        env: variables of the image.
        expose: ``80/tcp``.
        entrypoint: its words; likewise ``command``.
        healthcheck: None where it has none, ``disabled`` where it has ``NONE``.
        onbuild: instructions that wait for a build on top of it.
        tags: every name and tag that this engine has for the image.
        digests: every name and digest under which it was pulled or pushed, as ``name@sha256:...``.
    """

    name: str
    id: str
    user: str = ""
    workdir: str = ""
    env: tuple[EnvVar, ...] = ()
    expose: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    healthcheck: Healthcheck | None = None
    onbuild: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """Where its values come from, for the origin of a field."""
        return f"docker image inspect of {self.name} ({self.id[:SHORT_ID]}) on the engine"


Lookup: TypeAlias = "Callable[[Reference], LocalImage | None]"
"""Finds an image by its reference; None where the engine does not have it, or could not be asked."""


class LocalImages(Protocol):
    """The images of a machine. Who scans only reads through this; who asks an engine is chosen above."""

    def find(self, reference: Reference) -> LocalImage | None:
        """The image that a container of this reference would be made of, without a pull."""

    @property
    def not_checked(self) -> Sequence[NotChecked]:
        """What could not be asked so far, each thing once."""


def nothing(_reference: Reference) -> LocalImage | None:
    """The lookup of a scan that asks nobody."""
    return None


def unseen(lookup: Lookup) -> str:
    """What to add to "it is not known", for a scan that did ask."""
    return "" if lookup is nothing else ", and the engine showed no such image"
