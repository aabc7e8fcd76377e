"""Which packages of an image would be upgraded, for what, and what is left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.advisories.names import base
from hardhull.advisories.versions import InvalidVersionError, order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hardhull.model.advisory import Vulnerability
    from hardhull.model.package import Package

NAME: Final = re.compile(r"[a-z0-9][a-z0-9+.-]{1,127}")
"""A package's name (Debian Policy 5.6.1): names of an image are strangers' text, and become words of a command here."""
APT: Final = "deb"
MADE: Final = frozenset({APT})
"""Ecosystems whose package manager is driven here."""


class Upgrade(NamedTuple):
    """One package that would be upgraded.

    Attributes:
        package: as it is installed.
        fixed: the least version that ends all of them, of its source package.
        names: the vulnerabilities that end.
    """

    package: Package
    fixed: str
    names: tuple[str, ...]


class Left(NamedTuple):
    """Vulnerabilities of one package that stay, and why."""

    package: Package
    names: tuple[str, ...]
    why: str


class Rebuild(NamedTuple):
    """The plan.

    Attributes:
        name: of the image, as the engine has it.
        id: digest of its configuration.
        user: whom its containers start as; empty for root.
        upgrades: packages, by name.
        left: what stays.
    """

    name: str
    id: str
    user: str
    upgrades: tuple[Upgrade, ...]
    left: tuple[Left, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The packages as words of a command."""
        return tuple(sorted({one.package.name for one in self.upgrades}))

    @property
    def ended(self) -> tuple[str, ...]:
        """The vulnerabilities that end."""
        return tuple(sorted({name for one in self.upgrades for name in one.names}))


def rebuild(name: str, identifier: str, user: str, found: Sequence[Vulnerability], *, has_apt: bool) -> Rebuild:
    """The least that ends what can be ended: only packages with a known hole that has a fix.

    Args:
        name: of the image.
        identifier: its id.
        user: whom its containers start as.
        found: what is known to be wrong with its packages.
        has_apt: whether the image has the program that upgrades them.
    """
    groups: dict[Package, list[Vulnerability]] = {}
    for one in found:
        groups.setdefault(one.package, []).append(one)
    upgrades, left = [], []
    for package, holes in sorted(groups.items()):
        ending = [one for one in holes if one.fixed]
        staying = [one for one in holes if not one.fixed]
        why = _hindrance(package, has_apt=has_apt)
        if ending and why:
            left.append(Left(package, _names(ending), why))
        elif ending:
            upgrades.append(Upgrade(package, _last(package, [one.fixed for one in ending]), _names(ending)))
        if staying:
            left.append(Left(package, _names(staying), "no fix is known"))
    return Rebuild(name, identifier, user, tuple(upgrades), tuple(left))


def _names(found: Iterable[Vulnerability]) -> tuple[str, ...]:
    return tuple(sorted({one.name for one in found}))


def _hindrance(package: Package, *, has_apt: bool) -> str:
    """Why it is not upgraded here; empty where it is."""
    if package.ecosystem not in MADE:
        return f"packages of {package.ecosystem} are not upgraded here: raise it where your project names its version"
    if not has_apt:
        return "the image has no apt-get: build it on a newer base"
    return "" if NAME.fullmatch(package.name) else "its name is none of a package"


def _last(package: Package, versions: Sequence[str]) -> str:
    """The highest of the versions, by the order of the ecosystem."""
    key: Callable[[str], object] | None = order(base(ECOSYSTEMS[package.ecosystem]))
    try:
        return max(versions, key=key) if key is not None else versions[-1]  # type: ignore[arg-type]
    except InvalidVersionError:
        return versions[-1]


ECOSYSTEMS: Final = {APT: "Debian"}
"""Types of package URLs, as the database of advisories calls them."""
