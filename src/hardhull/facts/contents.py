"""What a built image holds, and what is known to be wrong with it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from hardhull.facts.fact import Fact, Items, Slot
from hardhull.model.measured import ImageUser

if TYPE_CHECKING:
    from hardhull.facts.parts import Healthcheck
    from hardhull.model.advisory import Vulnerability
    from hardhull.model.measured import Heap, Right


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


class Waste(NamedTuple):
    """Bytes of one layer that could be spared.

    Attributes:
        heap: which, and why.
        instruction: what made the layer; empty where nothing tells.
        hidden_by: the instruction that hides them; empty where none does.
        base: the image that brought the layer; empty for a layer of the image's own.
    """

    heap: Heap
    instruction: str = ""
    hidden_by: str = ""
    base: str = ""


class Contents(Fact):
    """The packages of one image, what it weighs, and whom it lets do what."""

    __slots__ = ()
    kind: ClassVar[str] = "contents"

    weaknesses: Slot[Items[Weakness]] = Slot(())
    """Each stands at the instruction that brought the package, as far as that is known."""
    as_root: Slot[bool] = Slot(default=True)
    """Whether its containers start as root."""
    user: Slot[ImageUser] = Slot(ImageUser("", 0, 0))
    """Whom its containers start as."""
    steps_down: Slot[bool] = Slot(default=False)
    """Whether what it starts gives up root by itself."""
    exposed: Slot[Items[str]] = Slot(())
    """Ports that it says it serves: ``8080/tcp``."""
    healthcheck: Slot[Healthcheck | None] = Slot(None)
    wastes: Slot[Items[Waste]] = Slot(())
    """Each stands at the instruction that made the layer."""
    rights: Slot[Items[Right]] = Slot(())
    """Files that give somebody more than files mostly do, each at the instruction that made its layer."""
