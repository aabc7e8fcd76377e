"""Who reaches whom: TCP connections between running containers, and from the host, tried in their own namespaces.

Nothing is run in a container and nothing is sent: a connection is made by a process of ours that has entered the
container's network namespace, and closed again. Tried is what listens (``/proc/PID/net/tcp``), at the container's own
addresses, and at the addresses of the host where it is published.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.hosts.commands import output
from hardhull.hosts.listening import LISTEN, address
from hardhull.hosts.proc import lines, namespaces
from hardhull.hosts.published import addresses_of, attempts_from, attempts_outside, host_addresses
from hardhull.hosts.reach_probe import GONE

if TYPE_CHECKING:
    from docker import APIClient

    from hardhull.hosts.document import Gaps
    from hardhull.hosts.machine import Machine
    from hardhull.hosts.outside import Outside

PROBE = str(Path(__file__).with_name("reach_probe.py"))
SECONDS = 120
MOST = 50_000
"""Attempts of one look; a machine with more of them is asked for what fits."""
LABELS = ("com.docker.compose.project", "com.docker.compose.service")
TABLES = {"": (), " -t nat": ("-t", "nat"), " -t raw": ("-t", "raw")}
MOST_RULES = 4096
CONNECTED = frozenset({"01", "04", "05", "06", "08", "09", "0B"})
"""States in /proc/net/tcp of connections that were made (include/net/tcp_states.h); a client keeps one for a minute."""


class End(NamedTuple):
    """A network namespace with containers in it.

    Attributes:
        name: of the container that it is of; ``the host`` for the engine's.
        pid: a process in it.
        net: ``net:[4026531840]``.
        answers: ``docker inspect`` of its containers, the one that it is of first; none for the host.
        listens: addresses and ports.
        peers: own port, address and port of the other end of each connection that it has, or had a minute ago.
    """

    name: str
    pid: int
    net: str
    answers: tuple[dict[str, Any], ...]
    listens: tuple[tuple[str, int], ...]
    peers: tuple[tuple[int, str, int], ...] = ()


UNREAD = "the network of container"
HOST, OUTSIDE = "the host", "another machine"


def networks(client: APIClient, machine: Machine, gaps: Gaps, other: Outside | None = None) -> dict[str, Any]:
    """The networks, what is in them, and what came of every connection that was tried.

    Args:
        client: of the engine.
        machine: the machine that the engine is on.
        gaps: takes what could not be read.
        other: another machine to try it from as well.
    """
    asked = [client.inspect_network(one["Id"]) for one in client.networks()]
    found: dict[str, Any] = {"GET /networks": [_network(one) for one in asked]}
    ends = _ends(client, gaps)
    host = _host(machine)
    found["containers"] = [_container(answer, end) for end in ends for answer in end.answers]
    found["host"] = {f"/proc/{host.pid or 'self'}/net/fib_trie": host_addresses(host.pid or "self")}
    found["/proc/*/net/tcp"] = [f"{one} {other}:{port}" for one, other, port in talks(ends)]
    unseen = not ends and any(gap.what.startswith(UNREAD) for gap in gaps.found)
    found["connections"] = [] if unseen else _connections(ends, host, other, asked, gaps)
    found |= _filter(machine.engine, gaps)
    found["/proc/sys/net/ipv4/ip_forward"] = _forwarding(machine.engine)
    return found


def _network(answer: dict[str, Any]) -> dict[str, Any]:
    kept = ("Name", "Id", "Driver", "Internal", "EnableIPv6", "Options", "Labels", "IPAM")
    return {name: answer.get(name) for name in kept}


def _ends(client: APIClient, gaps: Gaps) -> list[End]:
    """The namespaces of all running containers that have one of their own."""
    from docker.errors import APIError

    grouped: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for one in client.containers():
        try:
            answer = client.inspect_container(one["Id"])
        except APIError:
            continue  # it ended
        name, pid = str(answer["Name"]).lstrip("/"), int(answer["State"].get("Pid") or 0)
        net = namespaces(pid).get("net") if pid else None
        if net is None:
            gaps.access(f"{UNREAD} {name}", "its namespace may not be read", "run hardhull as root")
            continue
        if answer["HostConfig"]["NetworkMode"] == "host":
            gaps.beyond(
                f"connections to container {name}", "it is in the host's network, as the host is", "see host-network"
            )
            continue
        grouped.setdefault(net, []).append((pid, answer))
    made = []
    for net, members in grouped.items():
        members.sort(key=lambda one: str(one[1]["HostConfig"]["NetworkMode"]).startswith("container:"))
        pid, first = members[0]
        answers = tuple(answer for _, answer in members)
        made.append(End(str(first["Name"]).lstrip("/"), pid, net, answers, tuple(listens(pid)), tuple(_peers(pid))))
    return sorted(made)


def _host(machine: Machine) -> End:
    pid = machine.engine
    return End(HOST, pid, namespaces(pid or "self").get("net", ""), (), ())


def listens(pid: int) -> list[tuple[str, int]]:
    """The addresses and ports on which something listens by TCP in the network of a process."""
    found = set()
    for name in ("tcp", "tcp6"):
        for line in lines(f"/proc/{pid}/net/{name}")[1:]:
            words = line.split()
            if len(words) > 3 and words[3] == LISTEN:
                found.add(address(words[1]))
    return sorted(found)


def _peers(pid: int) -> list[tuple[int, str, int]]:
    """Own port, and the other end's address and port, of every TCP connection that stands, or is being forgotten."""
    found = set()
    for name in ("tcp", "tcp6"):
        for line in lines(f"/proc/{pid}/net/{name}")[1:]:
            words = line.split()
            if len(words) > 3 and words[3] in CONNECTED:
                (_, own), (where, port) = address(words[1]), address(words[2])
                found.add((own, where.removeprefix("::ffff:"), port))
    return sorted(found)


def talks(ends: list[End]) -> list[tuple[str, str, int]]:
    """Who has a connection to whom: the one that called, the one that listens, and its port."""
    owners = {where: end for end in ends for where in addresses_of(end)}
    found = set()
    for end in ends:
        for own, where, port in end.peers:
            other = owners.get(where)
            if other is None or other is end:
                continue
            if port in {each for _, each in other.listens}:
                found.add((end.name, other.name, port))
            elif own in {each for _, each in end.listens}:
                found.add((other.name, end.name, own))
    return sorted(found)


def _container(answer: dict[str, Any], end: End) -> dict[str, Any]:
    """What is kept of a container: its networks, its ports, what it belongs to, and what listens."""
    config, host, settings = answer["Config"], answer["HostConfig"], answer["NetworkSettings"]
    labels = config.get("Labels") or {}
    kept = {
        "NetworkMode": host["NetworkMode"],
        "Links": host.get("Links") or [],
        "Labels": {name: labels[name] for name in LABELS if name in labels},
        "Networks": {
            name: {key: one.get(key) for key in ("IPAddress", "GlobalIPv6Address", "Gateway")}
            for name, one in (settings.get("Networks") or {}).items()
        },
        "Ports": settings.get("Ports") or {},
    }
    shown = [f"[{where}]:{port}" if ":" in where else f"{where}:{port}" for where, port in end.listens]
    return {
        "name": str(answer["Name"]).lstrip("/"),
        "in": end.name,
        f"GET /containers/{answer['Id'][:12]}/json": kept,
        f"/proc/{end.pid}/net/tcp": shown,
    }


def _connections(
    targets: list[End], host: End, other: Outside | None, asked: list[dict[str, Any]], gaps: Gaps
) -> list[dict[str, Any]]:
    """Every attempt with its outcome, as ``ADDRESS:PORT CONTAINER:PORT OUTCOME``."""
    known = host_addresses(host.pid or "self")
    outward = [each for each in known if other is None or each not in other.doors]
    wanted = [(end, attempts_from(end, targets, asked, outward)) for end in [*targets, host]]
    if other is not None:
        end = End(OUTSIDE, other.pid, other.net, (), ())
        wanted.append((end, attempts_outside(targets, other.doors)))
    ends = [end for end, _ in wanted]
    total = sum(len(each) for _, each in wanted)
    if total > MOST:
        why = f"there are {total} of them"
        gaps.beyond("all connections between containers", why, f"the first {MOST} were tried")
        wanted = [(end, each[: MOST // len(ends)]) for end, each in wanted]
    outcomes = _tried(
        [
            {
                "net": f"/proc/{end.pid or 'self'}/ns/net",
                "inode": int(end.net[5:-1] or 0),
                "to": [(one.address, one.port) for one in each],
            }
            for end, each in wanted
        ]
    )
    if outcomes is None:
        gaps.access("connections between containers", "their networks cannot be entered", "run hardhull as root")
        return []
    gone = Counter(end.name for (end, _), each in zip(wanted, outcomes, strict=True) if GONE in each)
    for name in gone:
        why = "its network cannot be entered, or has gone, or there were no files left for it"
        gaps.access(f"connections from {name}", why, "run hardhull as root, with a higher `ulimit -n`")
    return [
        {
            "from": end.name,
            f"run connect, in /proc/{end.pid or 'self'}/ns/net": [
                f"{one.shown} {one.target}:{one.inner} {outcome}" for one, outcome in zip(each, told, strict=True)
            ],
        }
        for (end, each), told in zip(wanted, outcomes, strict=True)
        if end.name not in gone
    ]


def _tried(asked: list[dict[str, Any]]) -> list[list[str]] | None:
    """What the helper process tells; None where it could not be run."""
    command = [sys.executable, "-I", "-S", PROBE]
    try:
        done = subprocess.run(
            command, input=json.dumps(asked).encode(), capture_output=True, timeout=SECONDS, check=True, env={}
        )
        found = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return found if isinstance(found, list) else None


def _filter(engine: int, gaps: Gaps) -> dict[str, Any]:
    """The rules of the packet filter where the engine is."""
    found: dict[str, Any] = {}
    for program in ("iptables", "ip6tables"):
        for shown, words in TABLES.items():
            rules = output(program, *words, "-S", net_of=engine)
            if rules is not None:
                found[f"run {program}{shown} -S"] = rules[:MOST_RULES]
    if "run iptables -S" not in found:
        gaps.access("the packet filter", "iptables could not be asked", "run hardhull as root, with iptables installed")
    return found


def _forwarding(engine: int) -> str:
    """``ip_forward`` as it is in the engine's network."""
    told = output("cat", "/proc/sys/net/ipv4/ip_forward", net_of=engine)
    return told[0] if told else ""
