"""Whether an image that was built on another one is what was wanted: it starts as that did, and has fewer holes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.rebuild.check import start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docker import APIClient

    from hardhull.model.advisory import Vulnerability
    from hardhull.model.package import Package
    from hardhull.rebuild.check import Started
    from hardhull.rebuild.plan import Rebuild

KEPT: Final = (
    "User", "Env", "Entrypoint", "Cmd", "WorkingDir", "Healthcheck", "ExposedPorts", "Volumes", "Labels", "StopSignal",
    "Shell", "OnBuild",
)  # fmt: skip
"""Keys of a configuration that decide what containers are."""


class Look(NamedTuple):
    """An image as it was looked at.

    Attributes:
        id: of its configuration.
        config: what its containers get.
        packages: what it holds.
        found: what is known to be wrong with them.
    """

    id: str
    config: dict[str, Any]
    packages: tuple[Package, ...]
    found: tuple[Vulnerability, ...]


class Proof(NamedTuple):
    """What was seen of the new image.

    Attributes:
        old: what became of the old image when it was started by itself; likewise ``new``.
        ended: planned vulnerabilities that it has no more.
        still: planned ones that it has: the archive has no newer version.
        complaints: why it is not what was wanted; nothing where it is.
    """

    old: Started
    new: Started
    ended: tuple[str, ...]
    still: tuple[str, ...]
    complaints: tuple[str, ...]


def prove(client: APIClient, plan: Rebuild, before: Look, after: Look, *, unproven: bool) -> Proof:
    """Compares both, and starts both.

    Args:
        client: the engine.
        plan: what was wanted.
        before: the old image.
        after: the new one.
        unproven: whether it is taken where neither works by itself, so that a start shows nothing.

    Raises:
        docker.errors.APIError: the engine refuses.
    """
    had = {(one.package.name, one.name) for one in before.found}
    has = {(one.package.name, one.name) for one in after.found}
    wanted = {(one.package.name, name) for one in plan.upgrades for name in one.names}
    old, new = start(client, before.id), start(client, after.id)
    said = [*_of_contents(before, after), *_of_holes(wanted, had, has), *_of_start(old, new, unproven=unproven)]
    return Proof(old, new, _names(wanted - has), _names(wanted & has), tuple(said))


def _names(rows: set[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted({name for _package, name in rows}))


def _of_contents(before: Look, after: Look) -> list[str]:
    said = [
        f"{key} is not what it was"
        for key in KEPT
        if (before.config.get(key) or None) != (after.config.get(key) or None)
    ]
    gone = {(one.ecosystem, one.name) for one in before.packages} - {
        (one.ecosystem, one.name) for one in after.packages
    }
    if gone:
        said.append(f"it lost packages: {', '.join(sorted(name for _ecosystem, name in gone)[:5])}")
    return said


def _of_holes(wanted: set[tuple[str, str]], had: set[tuple[str, str]], has: set[tuple[str, str]]) -> list[str]:
    said = []
    if wanted <= has:
        said.append("it has every vulnerability that it had: its package archive has no newer versions")
    new = has - had
    if new:
        said.append(f"it has vulnerabilities that it had not: {', '.join(_names(new)[:5])}")
    return said


def _of_start(old: Started, new: Started, *, unproven: bool) -> Sequence[str]:
    if new.works or (not old.works and unproven):
        return ()
    if old.works:
        return (f"started by itself it {new.what}, and the old image {old.what}",)
    return (f"started by itself the old image {old.what} and the new one {new.what}: that proves nothing (--risk all)",)
