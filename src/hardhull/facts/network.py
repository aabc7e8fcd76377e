"""The networks of an engine as they really are: who reaches whom, and what was meant."""

from __future__ import annotations

from typing import ClassVar, Final, NamedTuple

from hardhull.facts.fact import Fact, Items, Slot

HOST: Final = "the host"
OUTSIDE: Final = "another machine"
OPEN: Final = "open"
OWN, PUBLISHED = "own address", "published"
"""Ways to a container: its address in a network, or an address of the host where its port is published."""


def spelled(address: str, port: int) -> str:
    """``172.17.0.2:80``, ``[fd00::2]:80``."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


class Reached(NamedTuple):
    """One connection that was tried.

    Attributes:
        source: the container that it was tried from, :data:`HOST` or :data:`OUTSIDE`.
        target: the container that should answer.
        inner: its port.
        address: where it was tried.
        port: likewise.
        way: :data:`OWN` or :data:`PUBLISHED`.
        outcome: ``open``, ``refused``, ``no answer`` or ``no way``.
        intended: whether somebody wanted it.
        why: what says so, or what is missing for it, as a sentence part.
        shut: whether the source is on internal networks only, so that it should leave them in no way.
    """

    source: str
    target: str
    inner: int
    address: str
    port: int
    way: str
    outcome: str
    intended: bool
    why: str
    shut: bool = False

    @property
    def open(self) -> bool:
        """Whether it was accepted."""
        return self.outcome == OPEN

    @property
    def shown(self) -> str:
        """Where it was tried."""
        return spelled(self.address, self.port)


class Published(NamedTuple):
    """A published TCP port.

    Attributes:
        target: the container.
        inner: its port.
        address: of the host; ``0.0.0.0`` and ``::`` are all of a family.
        port: of the host.
        listens: whether something in the container listens on it.
        has_ipv6: whether the container has an IPv6 address.
        rewritten: the rule that sends it to the container before INPUT is asked; empty for none.
        denied: what INPUT says against the port; empty for nothing.
        narrowed: a rule of DOCKER-USER that keeps some out; empty for none.
        routed: the rule that lets packets to the container's own address through, from every interface; empty for none.
    """

    target: str
    inner: int
    address: str
    port: int
    listens: bool
    has_ipv6: bool = False
    rewritten: str = ""
    denied: str = ""
    narrowed: str = ""
    routed: str = ""

    @property
    def shown(self) -> str:
        """Where the host has it."""
        return spelled(self.address, self.port)


class Member(NamedTuple):
    """A running container in its networks.

    Attributes:
        name: of it.
        lives_in: the container whose network it is in: mostly itself.
        networks: names.
        listens: ``address:port`` of all that listens.
        project: of Compose; empty for none.
        ident: the beginning of its id.
    """

    name: str
    lives_in: str
    networks: tuple[str, ...]
    listens: tuple[str, ...]
    project: str = ""
    ident: str = ""


class Talk(NamedTuple):
    """A connection that containers had by themselves when somebody looked.

    Attributes:
        source: who called.
        target: who was called.
        port: its port.
    """

    source: str
    target: str
    port: int


class EngineNetworks(Fact):
    """All networks of an engine, with the running containers in them."""

    __slots__ = ()
    kind: ClassVar[str] = "network"

    members: Slot[Items[Member]] = Slot(())
    reach: Slot[Items[Reached]] = Slot(())
    talks: Slot[Items[Talk]] = Slot(())
    published: Slot[Items[Published]] = Slot(())
