"""What a built image holds, and what is known to be wrong with it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from hardhull.facts.fact import Fact, Items, Slot

if TYPE_CHECKING:
    from hardhull.model.advisory import Vulnerability


class Reach(IntEnum):
    """How near a package is to what a container of the image runs."""

    INSTALLED = 0
    """It is there."""
    RUN = 1
    """What the container starts runs code of its kind: libraries of Python where Python is started."""
    ENTRY = 2
    """It is what the container starts."""


class Weakness(NamedTuple):
    """One vulnerability of one piece of software of the image, however many packages of it there are.

    Attributes:
        name: its CVE; else the id of the record.
        package: the source package or the library.
        ecosystem: type of package URL (``deb``, ``npm``).
        found: the vulnerability in each package, at least one.
        reach: of the nearest of them.
    """

    name: str
    package: str
    ecosystem: str
    found: tuple[Vulnerability, ...]
    reach: Reach = Reach.INSTALLED

    @property
    def fixes(self) -> tuple[str, ...]:
        """Versions that end it, each once; empty where some package has none."""
        fixed = [one.fixed for one in self.found]
        return tuple(dict.fromkeys(fixed)) if all(fixed) else ()


class Contents(Fact):
    """The packages of one image."""

    __slots__ = ()
    kind: ClassVar[str] = "contents"

    weaknesses: Slot[Items[Weakness]] = Slot(())
    """Each stands at the instruction that brought the package, as far as that is known."""
    as_root: Slot[bool] = Slot(default=True)
    """Whether its containers start as root."""
