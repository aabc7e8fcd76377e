"""What a configuration needs of the machine around the engine: log servers, name servers, addresses, bridges, folders.

It is asked in the engine's own network namespace. A shadow has none of it, so it gets what was found here: the same
addresses, and somebody who listens where a log server does.
"""

from __future__ import annotations

import os
import socket
import stat
from contextlib import closing, suppress
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.engines.effects import DEFAULT_BRIDGE
from hardhull.engines.log_servers import Server, log_servers
from hardhull.engines.namespaces import connects, within
from hardhull.engines.plugins import plugins
from hardhull.engines.schema import HOST, Refusal
from hardhull.hosts.commands import output
from hardhull.hosts.proc import lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.engines.candidate import Candidate
    from hardhull.engines.daemon import Daemon

SECONDS = 1.5
_QUESTION = b"\x48\x48\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"
"""A question for the name servers of the root: every name server has an answer, if only that it refuses."""
OWN_LINKS = ("docker", "br-", "veth", "lo")


class Surroundings(NamedTuple):
    """What a shadow has to have, and what is missing on the machine.

    Attributes:
        addresses: of the machine, that the configuration names.
        bridges: that the engine finds, by name, each with its address on the machine; empty for none.
        servers: log servers that answered.
        refusals: what is not there.
        untried: keys of which the shadow can show nothing, with the reason.
        left_out: keys that the shadow cannot even start with.
    """

    addresses: tuple[str, ...] = ()
    bridges: tuple[tuple[str, str], ...] = ()
    servers: tuple[Server, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    untried: tuple[tuple[str, str], ...] = ()
    left_out: frozenset[str] = frozenset()

    def files(self) -> Iterator[tuple[str, Sequence[str]]]:
        """What the shadow reads at its start, by file."""
        yield "addresses", [*self.addresses, *(f"{one.address}/32" for one in self.servers if not one.local)]
        yield "bridges", [f"{name} {address}" for name, address in self.bridges]
        yield "names", [f"{one.address} {one.name}" for one in self.servers if one.name != one.address]


def surroundings(wanted: Candidate, engine: Daemon) -> Surroundings:
    """Looks at the machine for what the configuration changes."""
    network = f"/proc/{engine.pid}/ns/net"
    refusals = [*_folders(wanted), *_names(wanted, network), *_overlaps(wanted, engine.pid)]
    refusals += _filter(wanted, engine.pid)
    servers, missing, untried = _log(wanted, network)
    addresses, absent = _addresses(wanted, network)
    bridges, gone = _bridges(wanted, engine.pid)
    unknown, managed = plugins(wanted, engine.address)
    return Surroundings(
        addresses, bridges, servers, (*refusals, *missing, *absent, *gone, *unknown), (*untried, *managed),
        frozenset(key for key, _ in managed),
    )  # fmt: skip


def _log(wanted: Candidate, network: str) -> tuple[tuple[Server, ...], list[Refusal], tuple[tuple[str, str], ...]]:
    if not wanted.fields & {"log_driver", "log_opts"}:
        return (), [], ()
    found, untried = log_servers(str(wanted.new("log_driver")), dict(wanted.new("log_opts")))
    missing, there = [], []
    for one in found:
        why = _unresolved(one) or ("" if one.udp else connects(network, one.address, one.port, SECONDS))
        if why and not one.waits:
            text = f"the log server {one.where} does not answer ({why}), and messages are lost until it does"
            missing.append(Refusal(HOST, "log-opts", text))
        elif why:
            text = f"the log server {one.where} does not answer ({why}), and then no container starts"
            missing.append(Refusal(HOST, "log-opts", text))
        else:
            there.append(one)
    return tuple(there), missing, (("log-driver", untried),) if untried else ()


def _unresolved(server: Server) -> str:
    return "" if server.address else "its name has no address"


def _names(wanted: Candidate, network: str) -> Iterator[Refusal]:
    """Name servers that the machine cannot reach: containers could look nothing up."""
    if "dns" not in wanted.fields:
        return
    for address in wanted.new("dns"):
        if not within(network, lambda address=address: _resolves(address)):  # type: ignore[misc]
            yield Refusal(HOST, "dns", f"the name server {address} does not answer from this machine")


def _resolves(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_DGRAM)) as asked:
        asked.settimeout(SECONDS)
        try:
            asked.connect((address, 53))
            asked.send(_QUESTION)
            return asked.recv(512)[:2] == _QUESTION[:2]
        except OSError:
            return False


def _addresses(wanted: Candidate, network: str) -> tuple[tuple[str, ...], list[Refusal]]:
    """Addresses of its own that it is to use."""
    asked: list[tuple[str, str, int]] = []
    if "ip" in wanted.fields and wanted.new("ip"):
        asked.append(("ip", str(wanted.new("ip")), 0))
    for key in ("hosts", "metrics_addr"):
        if key in wanted.fields:
            value = wanted.new(key)
            asked += [
                (key.replace("_", "-"), *_split(each.removeprefix("tcp://")))
                for each in (value if isinstance(value, tuple) else (value,))
                if each and "://" not in each.removeprefix("tcp://")
            ]
    found, absent = [], []
    for key, address, port in asked:
        why = within(network, lambda address=address, port=port: _cannot_bind(address, port))  # type: ignore[misc]
        if why:
            absent.append(Refusal(HOST, key, f"{address}{f':{port}' if port else ''} cannot be used: {why}"))
        elif not _everywhere(address):
            found.append(f"{address}/{128 if ':' in address else 32}")
    return tuple(dict.fromkeys(found)), absent


def _split(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]") or "0.0.0.0", int(port) if port.isdigit() else 0  # noqa: S104  what the engine does


def _everywhere(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return True  # a name: of this machine, then
    return found.is_loopback or found.is_unspecified


def _cannot_bind(address: str, port: int) -> str:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind((address, port))
        except OSError as error:
            return (error.strerror or "unknown").lower()
    return ""


def _bridges(wanted: Candidate, pid: int) -> tuple[tuple[tuple[str, str], ...], list[Refusal]]:
    """The bridge that the engine takes as it is, also its own of an earlier start: that keeps its address."""
    name = str(wanted.new("bridge")) or DEFAULT_BRIDGE
    if name == "none":
        return (), []
    try:
        within(f"/proc/{pid}/ns/net", lambda: socket.if_nametoindex(name))
    except OSError:
        missing = Refusal(HOST, "bridge", f"this machine has no bridge {name}")
        return (), [] if name == DEFAULT_BRIDGE else [missing]
    return ((name, address_of(name, pid)),), []


def address_of(link: str, pid: int) -> str:
    """The address of a link with its prefix length, where a process sees it; empty for none."""
    words = " ".join(output("ip", "-o", "-4", "address", "show", "dev", link, net_of=pid) or ()).split()
    return words[words.index("inet") + 1] if "inet" in words else ""


def _filter(wanted: Candidate, pid: int) -> Iterator[Refusal]:
    """Rules of the packet filter that an engine which is to make none leaves where they are."""
    if "iptables" not in wanted.fields or wanted.new("iptables"):
        return
    if filtered(pid):
        why = "the engine leaves the rules that it has made, and they count until somebody removes them"
        yield Refusal(HOST, "iptables", why)


def filtered(pid: int) -> bool | None:
    """Whether the packet filter has rules for the engine's own bridge; None where it cannot be asked."""
    rules = output("iptables", "-S", net_of=pid)
    return None if rules is None else any(DEFAULT_BRIDGE in rule for rule in rules)


def _overlaps(wanted: Candidate, pid: int) -> Iterator[Refusal]:
    """A network for containers that hides one that the machine is in."""
    for field in ("bip", "fixed_cidr"):
        value = str(wanted.new(field)) if field in wanted.fields else ""
        if "/" not in value:
            continue
        with suppress(ValueError):
            ours = ip_interface(value).network
            for row in lines(f"/proc/{pid}/net/route")[1:]:
                link, target, mask = row.split()[0], row.split()[1], row.split()[7]
                if link.startswith(OWN_LINKS) or mask == "00000000":
                    continue
                there = ip_network((_number(target), int(mask, 16).bit_count()))
                if ours.version == there.version and ours.overlaps(there):
                    key = field.replace("_", "-")
                    yield Refusal(HOST, key, f"{value} overlaps {there}, which this machine reaches over {link}")
                    return


def _number(digits: str) -> int:
    """An address of /proc/net/route, which the kernel writes in the machine's own order of bytes."""
    import sys

    return int.from_bytes(int(digits, 16).to_bytes(4, sys.byteorder), "big")


def _folders(wanted: Candidate) -> Iterator[Refusal]:
    for field in ("data_root", "exec_root"):
        path = Path(str(wanted.new(field)))
        if field not in wanted.fields or not path.is_absolute():
            continue
        while not path.exists() and path != path.parent:
            path = path.parent
        key = field.replace("_", "-")
        if not path.is_dir():
            yield Refusal(HOST, key, f"{path} is no folder")
        elif os.statvfs(path).f_flag & os.ST_RDONLY:
            yield Refusal(HOST, key, f"{path} is on a file system that is read-only")
    if "userns_remap" in wanted.fields and wanted.new("userns_remap"):
        yield from _closed(Path(str(wanted.new("data_root"))))


def _closed(folder: Path) -> Iterator[Refusal]:
    """A folder above the engine's data that keeps others out: users of containers are others then."""
    for each in reversed(folder.parents):
        if each.is_dir() and not each.stat().st_mode & stat.S_IXOTH:
            mode = f"{each.stat().st_mode & 0o7777:04o}"
            why = f"{each} has mode {mode}: users of containers cannot come through, and the engine would not start"
            yield Refusal(HOST, "userns-remap", why)
            return
