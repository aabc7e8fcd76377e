"""What the rules of iptables say of a port. Only what is certain counts: a rule that nobody here understands is none.

Source of the forms: iptables-extensions(8), and moby's ``libnetwork/drivers/bridge`` (v20.10 and v28) for its chains.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

NO = frozenset({"DROP", "REJECT"})
_PORTS = re.compile(r"--(?:dports?|destination-ports?) (\S+)")
_TARGET = re.compile(r" -j (\S+)")
_NARROW = (
    " -s ",
    " --ctstate",
    " --state",
    " -i lo",
    " ! ",
    " -p udp",
    " -p icmp",
    " -m mac",
    " -m recent",
    " -p igmp",
)
"""What makes a rule one for some packets only, as far as strangers who open a TCP connection go."""


def chain(rules: Iterable[str], name: str) -> list[str]:
    """The rules of a chain, in order."""
    return [rule for rule in rules if rule.startswith(f"-A {name} ")]


def denied(rules: Sequence[str], port: int) -> str:
    """The rule or policy of INPUT that keeps strangers from a port of the host; empty where none does."""
    policy = next((rule for rule in rules if rule.startswith("-P INPUT ")), "")
    verdict = _verdict(rules, "INPUT", port, depth=0)
    if verdict is None:
        return policy if policy.rpartition(" ")[2] in NO else ""
    return verdict


def _verdict(rules: Sequence[str], name: str, port: int, depth: int) -> str | None:
    """The rule that denies; empty for one that accepts; None where the chain decides nothing."""
    for rule in chain(rules, name):
        if not _for_strangers(rule) or not about(rule, port):
            continue
        target = _target(rule)
        if target == "ACCEPT":
            return ""
        if target in NO:
            return rule
        if target and target != "RETURN" and depth < 8:
            found = _verdict(rules, target, port, depth + 1)
            if found is not None:
                return found
    return None


def _for_strangers(rule: str) -> bool:
    return not any(word in f"{rule} " for word in _NARROW)


def _target(rule: str) -> str:
    found = _TARGET.search(rule)
    return found[1] if found else ""


def about(rule: str, port: int) -> bool:
    """Whether a rule is for a port: it names it, or none."""
    found = _PORTS.search(rule)
    return found is None or any(_within(part, port) for part in found[1].split(","))


def _within(part: str, port: int) -> bool:
    low, _, high = part.partition(":")
    numbers = [int(each) for each in (low, high or low) if each.isdigit()]
    return len(numbers) == 2 and numbers[0] <= port <= numbers[1]


def narrowed(rules: Sequence[str], port: int, inner: int) -> str:
    """A rule of DOCKER-USER, or of a chain that it leads to, that keeps some from a published port; empty for none.

    Which ones it keeps out only who wrote it knows, so any such rule counts.
    """
    for rule in _reachable(rules, "DOCKER-USER"):
        origin = re.search(r"--ctorigdstport (\d+)", rule)
        mine = int(origin[1]) == port if origin else about(rule, inner)
        if mine and _target(rule) in NO:
            return rule
    return ""


def _reachable(rules: Sequence[str], name: str, depth: int = 0) -> Iterator[str]:
    for rule in chain(rules, name):
        yield rule
        target = _target(rule)
        if depth < 8 and target not in {"", "ACCEPT", "RETURN", *NO}:
            yield from _reachable(rules, target, depth + 1)


def rewritten(nat: Sequence[str], port: int, address: str, inner: int) -> str:
    """The rule of the ``nat`` table that sends a port of the host to a container; empty for none."""
    wanted = f" --to-destination {address}:{inner}"
    for rule in chain(nat, "DOCKER"):
        if wanted in f"{rule}" and f" --dport {port} " in rule:
            return rule
    return ""


def routed(rules: Sequence[str], raw: Sequence[str], address: str, inner: int) -> str:
    """The rule that accepts packets from any interface for a container's own address; empty where one drops them."""
    if any(f" -d {address}/32 " in rule and _target(rule) == "DROP" for rule in chain(raw, "PREROUTING")):
        return ""
    for rule in chain(rules, "DOCKER"):
        if f" -d {address}/32 " in rule and f"--dport {inner} " in rule and _target(rule) == "ACCEPT":
            return rule
    return ""
