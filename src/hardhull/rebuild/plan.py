"""Which packages of an image would be upgraded, for what, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.advisories.versions import InvalidVersionError, order
from hardhull.rebuild.tools import Order, orders_for, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hardhull.model.advisory import Vulnerability
    from hardhull.model.package import Package


class Upgrade(NamedTuple):
    """One package that would be upgraded.

    Attributes:
        package: as it is installed.
        fixed: the least version that ends all of them, of its source package.
        names: the vulnerabilities that end.
        orders: what package managers are told, one for each of its places.
    """

    package: Package
    fixed: str
    names: tuple[str, ...]
    orders: tuple[Order, ...]


class Left(NamedTuple):
    """Vulnerabilities of one package that stay, and why.

    Attributes:
        package: as it is installed.
        names: of the vulnerabilities.
        why: a sentence part.
        fixed: the version that would end them, where only the image has nothing to bring it.
    """

    package: Package
    names: tuple[str, ...]
    why: str
    fixed: str = ""

    @property
    def by_hand(self) -> Upgrade:
        """The upgrade that no package manager of the image brings."""
        return Upgrade(self.package, self.fixed, self.names, ())


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
        """The names of the packages."""
        return tuple(sorted({one.package.name for one in self.upgrades}))

    @property
    def orders(self) -> tuple[Order, ...]:
        """What package managers are told."""
        return together(order for one in self.upgrades for order in one.orders)

    @property
    def ended(self) -> tuple[str, ...]:
        """The vulnerabilities that end."""
        return tuple(sorted({name for one in self.upgrades for name in one.names}))


def rebuild(
    name: str, identifier: str, user: str, found: Sequence[Vulnerability], has: Callable[[str], bool]
) -> Rebuild:
    """The least that ends what can be ended: only packages with a known hole that has a fix.

    Args:
        name: of the image.
        identifier: its id.
        user: whom its containers start as.
        found: what is known to be wrong with its packages.
        has: whether the image shows a path: what upgrades packages has to be in it.
    """
    groups: dict[Package, list[Vulnerability]] = {}
    for one in found:
        groups.setdefault(one.package, []).append(one)
    upgrades, left = [], []
    for package, holes in sorted(groups.items()):
        ending = [one for one in holes if one.fixed]
        staying = [one for one in holes if not one.fixed]
        if ending:
            fixed = _last(package, [one.fixed for one in ending])
            orders = orders_for(package, fixed, has)
            if isinstance(orders, str):
                left.append(Left(package, _names(ending), orders, fixed))
            else:
                upgrades.append(Upgrade(package, fixed, _names(ending), orders))
        if staying:
            left.append(Left(package, _names(staying), "no fix is known"))
    return Rebuild(name, identifier, user, tuple(upgrades), tuple(left))


def with_pins(plan: Rebuild, pinned: Sequence[Left]) -> Rebuild:
    """The plan where some of what was left is raised in the project's own files."""
    more = [one.by_hand for one in pinned]
    left = tuple(one for one in plan.left if one not in pinned)
    return plan._replace(upgrades=tuple(sorted([*plan.upgrades, *more])), left=left)


def _names(found: Iterable[Vulnerability]) -> tuple[str, ...]:
    return tuple(sorted({one.name for one in found}))


def _last(package: Package, versions: Sequence[str]) -> str:
    """The highest of the versions, by the order of the ecosystem."""
    key: Callable[[str], object] | None = order(ECOSYSTEMS.get(package.ecosystem, ""))
    try:
        return max(versions, key=key) if key is not None else versions[-1]  # type: ignore[arg-type]
    except InvalidVersionError:
        return versions[-1]


ECOSYSTEMS: Final = {"deb": "Debian", "rpm": "Red Hat", "apk": "Alpine", "pypi": "PyPI", "npm": "npm"}
"""Types of package URLs, as the database of advisories calls them."""
