"""The order of versions, one module for each kind of package, chosen by the name of an ecosystem in OSV.

A module has one function, ``key(text)``: something that compares as the ecosystem's own tools do, so that a version is
read once however many ranges it is compared with. ``bench/version_orders.py`` holds each against those tools.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 256
"""Code points; versions come out of strangers' images, and no real one is half as long."""


class InvalidVersionError(ValueError):
    """The text is no version of its ecosystem, so it has no place in the order."""


ORDERS: Final = {
    "Debian": "debian",
    "Ubuntu": "debian",
    "Echo": "debian",
    "Alpine": "alpine",
    "Alpaquita": "alpine",
    "Wolfi": "alpine",
    "Chainguard": "alpine",
    "MinimOS": "alpine",
    "BellSoft Hardened Containers": "alpine",
    "Red Hat": "rpm",
    "Rocky Linux": "rpm",
    "AlmaLinux": "rpm",
    "SUSE": "rpm",
    "openSUSE": "rpm",
    "openEuler": "rpm",
    "Mageia": "rpm",
    "Azure Linux": "rpm",
    "Photon OS": "rpm",
    "PyPI": "pep440",
    "npm": "semver",
    "crates.io": "semver",
    "Go": "semver",
    "Hex": "semver",
    "Pub": "semver",
    "Julia": "semver",
    "SwiftURL": "semver",
    "Bitnami": "bitnami",
    "Maven": "maven",
    "RubyGems": "rubygems",
    "NuGet": "nuget",
    "Packagist": "packagist",
}
"""Ecosystems of https://ossf.github.io/osv-schema/ (without the release after the colon) whose order is known."""


@cache
def order(ecosystem: str) -> Callable[[str], Any] | None:
    """The function that reads versions of an ecosystem; None where its order is not known.

    The function raises :class:`InvalidVersionError` for what is no version.

    Args:
        ecosystem: as OSV spells it, with or without a release (``Debian:12``).
    """
    name = ORDERS.get(ecosystem.partition(":")[0])
    if name is None:
        return None
    read: Callable[[str], Any] = import_module(f"{__name__}.{name}").key

    @lru_cache(1 << 15)
    def key(text: str) -> Any:
        if len(text) > LONGEST:
            msg = f"{len(text)} characters are no version"
            raise InvalidVersionError(msg)
        return read(text)

    return key
