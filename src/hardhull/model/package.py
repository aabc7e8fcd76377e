"""A piece of software that an image holds, and the distribution that an image is: plain data for every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from hardhull.model.measured import LayerSize

OF_DISTRIBUTIONS: Final = frozenset({"deb", "apk", "rpm"})
"""Ecosystems whose packages a distribution builds: their fixes are told by its release and their source package."""


class Distribution(NamedTuple):
    """What an image's os-release(5) says of it; everything empty where it has none.

    Attributes:
        id: ``debian``, ``alpine``, ``rocky``: lower case, as ``ID`` has it.
        version: ``12``, ``3.20.1``: ``VERSION_ID``; empty for rolling releases.
        codename: ``bookworm``: ``VERSION_CODENAME``.
        name: ``PRETTY_NAME``, for people.
        like: ``ID_LIKE``: the distributions that it is made from, nearest first.
        ended: ISO date since when it gets no more fixes; empty while it does, or where nobody told.
    """

    id: str = ""
    version: str = ""
    codename: str = ""
    name: str = ""
    like: tuple[str, ...] = ()
    ended: str = ""


class Package(NamedTuple):
    """One package of an image, once for each version, however often it is installed.

    Attributes:
        ecosystem: a type of package URLs (github.com/package-url/purl-spec): ``deb``, ``apk``, ``rpm``, ``pypi``,
            ``npm``, ``golang``, ``cargo``, ``maven``, ``gem``, ``composer``, ``nuget``; ``generic`` for programs that
            no package manager installed, told by their own version marks.
        name: as its ecosystem writes it: ``@scope/name``, ``group:artifact``, ``golang.org/x/net``, ``vendor/name``;
            Go's own library is ``stdlib``. Not normalised: Python's ``Flask_Login`` stays so.
        version: as it is written, with a Debian or RPM epoch (``1:2.36.1-8+deb11u2``); Go versions keep their ``v``,
            but for ``stdlib`` (``1.22.4``).
        source: the source package it was built from, of a distribution's package; equal to ``name`` where not told.
        source_version: its version, which differs after a rebuild (``+b1``); equal to ``version`` where not told.
        arch: ``amd64``, ``x86_64``, ``all``; empty where the ecosystem has none.
        paths: files that show it, in all its places, relative to the image's root: a package database, a METADATA, a
            program.
        layer: ``sha256:...``, uncompressed (diff id), of the layer that brought it; empty for a folder.
        owner: the package whose files these are, as ``NAME VERSION``, where somebody vendored it; else empty. What a
            package of the distribution holds in another guise stands in no list of packages: it is fixed with that.
        purl: its package URL.
    """

    ecosystem: str
    name: str
    version: str
    source: str = ""
    source_version: str = ""
    arch: str = ""
    paths: tuple[str, ...] = ()
    layer: str = ""
    owner: str = ""
    purl: str = ""


class ImageContents(NamedTuple):
    """What an image holds, as a result has it.

    Attributes:
        name: as it was asked for: ``docker-archive:app.tar``.
        id: digest of its configuration; empty for a folder.
        digest: of its manifest; empty where it has none.
        platform: ``linux/amd64``; empty for a folder.
        layers: digests of its layers, uncompressed, lowest first.
        distribution: what it is made from.
        packages: what is installed.
        sizes: what each of its layers weighs; empty where a saved result of an earlier version does not tell.
        base: the image that it was built on, as far as images are known whose layers are the beginning of its own.
        base_layers: how many layers that brought.
    """

    name: str
    id: str
    digest: str
    platform: str
    layers: tuple[str, ...]
    distribution: Distribution
    packages: tuple[Package, ...]
    sizes: tuple[LayerSize, ...] = ()
    base: str = ""
    base_layers: int = 0

    @property
    def bytes(self) -> int:
        """Of the content of the files of all layers."""
        return sum(one.bytes for one in self.sizes)
