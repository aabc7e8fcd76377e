"""The routes of a network namespace."""

from __future__ import annotations

from ipaddress import IPv4Network

from hardhull.hosts.proc import lines


def routes_of(pid: int | str) -> list[IPv4Network]:
    """The IPv4 routes of the network that a process is in, without the default route."""
    found = []
    for line in lines(f"/proc/{pid}/net/route")[1:]:
        words = line.split()
        if len(words) > 7:
            where, mask = (int.from_bytes(bytes.fromhex(word)[::-1], "big") for word in (words[1], words[7]))
            if mask:
                found.append(IPv4Network((where & mask, mask.bit_count())))
    return found
