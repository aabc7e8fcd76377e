"""Drills about sockets and about whom the container reaches."""

from __future__ import annotations

from hardhull.model.finding import Dimension
from hardhull.prove.drills.drill import Drill, Measure

_CLOSED = "nothing is sent or read, and the socket is closed at once"
_ROOT = (Measure.CAPABILITIES, Measure.USER)


def _network(
    name: str,
    title: str,
    tries: str,
    harmless: str,
    measures: tuple[Measure, ...],
    capability: str = "",
    technique: str = "",
) -> Drill:
    return Drill(name, title, tries, harmless, Dimension.NETWORK, measures, capability, technique)


DRILLS = (
    _network(
        "raw-socket",
        "opens a raw socket",
        "socket() for ICMP packets of its own making, with any sender",
        _CLOSED,
        _ROOT,
        "NET_RAW",
    ),
    _network(
        "packet-socket",
        "listens to the network",
        "socket() for whole packets: it hears others of the network, and can answer in their name (ARP)",
        _CLOSED,
        _ROOT,
        "NET_RAW",
        "T1040",
    ),
    _network(
        "configure-network",
        "configures its network",
        "ioctl() that sets the flags of an interface",
        "they are the flags that its loopback interface has",
        _ROOT,
        "NET_ADMIN",
    ),
    _network(
        "open-port",
        "opens a port",
        "bind() and listen(): a back door",
        "at a port that the kernel chooses, for a moment",
        (),
    ),
    _network(
        "neighbour",
        "reaches a neighbour's other ports",
        "connect() to other containers of the world, at a port of theirs that nobody has business with",
        "a listener of ours was put there, which says nothing; nothing is sent",
        (Measure.NETWORK,),
        "",
        "T1046",
    ),
    _network(
        "metadata",
        "reaches the cloud's metadata",
        "connect() to 169.254.169.254:80, which gives out the machine's credentials",
        "nothing is asked",
        (Measure.NETWORK,),
        "",
        "T1552.005",
    ),
    _network(
        "internet",
        "reaches outside",
        "connect() to an address outside that the person has named: the way for stolen data and for tools",
        "nothing is sent; without such an address, and in worlds that do not reach out, it is not tried",
        (Measure.NETWORK,),
    ),
    _network(
        "engine-socket",
        "reaches the engine",
        "asks the engine at /var/run/docker.sock whether it is there: whoever may ask it is root on the machine",
        "it asks GET /_ping and no more",
        (Measure.MOUNTS, Measure.USER),
        "",
        "T1611",
    ),
)
