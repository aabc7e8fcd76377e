"""Attack paths: a way in, a process with power, and the host, chained from findings about one workload.

A path needs an entry (a port that others reach), a process that is root or unknown, and a power that leads from the
container to the host. The power's finding is the one to fix: without it the chain ends in the container.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from hardhull.model.finding import Severity
from hardhull.model.result import AttackPath, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.facts.fact import Fact
    from hardhull.facts.parts import Port
    from hardhull.facts.workload import Workload
    from hardhull.model.result import Found

LOOPBACK = ("127.", "::1", "[::1]", "localhost")

POWERS = (
    ("docker-socket-mounted", "the engine's socket", "starts any container it likes: root on the host"),
    ("privileged-container", "every capability and device", "mounts the host's disk: root on the host"),
    (
        "sensitive-host-path-mounted",
        "a host folder that decides who is root",
        "changes it, or takes keys from it: root on the host",
    ),
    ("dangerous-capability-added", "a capability that reaches the kernel", "leaves the container: root on the host"),
    ("host-pid", "the host's processes", "attaches to them: root on the host"),
    ("device-exposed", "a device of the host", "reads and writes the device itself"),
)
"""Rules whose findings, from high on, are a way from the container to the host: what it holds, and what follows."""

NEEDS_ROOT = frozenset({"host-pid", "device-exposed", "dangerous-capability-added"})
"""Powers that a process without root cannot use: capabilities are not given to a non-root user's process."""


class _Chain(NamedTuple):
    rank: tuple[int, int, int]
    path: AttackPath


def attack_paths(facts: Iterable[Fact], by_fact: dict[int, list[Found]], names: dict[str, str]) -> list[AttackPath]:
    """The paths through the workloads, worst first.

    Args:
        facts: everything that was judged.
        by_fact: findings of each fact, by ``id(fact)``.
        names: readable name of each rule, by id.
    """
    chains = []
    for workload in (cast("Workload", fact) for fact in facts if fact.kind == "workload"):
        if workload.active and not workload.from_docs:
            own = [one for one in by_fact[id(workload)] if one.suppressed is None]
            found = {names[one.rule]: one for one in sorted(own, key=_severity)}
            chain = _chain(workload, found)
            if chain:
                chains.append(chain)
    chains.sort(key=lambda chain: (chain.rank, chain.path.subject))
    return [chain.path for chain in chains]


def _chain(workload: Workload, found: dict[str, Found]) -> _Chain | None:
    entry, open_to_all = _entry(workload, found)
    if entry is None:
        return None
    root = found.get("runs-as-root")
    user = workload.effective_user
    for rank, (name, what, then) in enumerate(POWERS):
        power = found.get(name)
        if power is None or power.severity < Severity.HIGH or (root is None and name in NEEDS_ROOT):
            continue
        process = f"{workload.name} runs as root" if root else f"{workload.name} (user {user.get('not known')})"
        steps = (entry, Step(process, root.id if root else ""), Step(f"holds {what}", power.id), Step(then))
        return _Chain((rank, 0 if open_to_all else 1, 0 if root else 1), AttackPath(steps, power.id, workload.subject))
    return None


def _entry(workload: Workload, found: dict[str, Found]) -> tuple[Step | None, bool]:
    """The way in, and whether it is open on all addresses."""
    if workload.network_mode.get(None) == "host":
        host = found.get("host-network")
        return Step("any address of the host", host.id if host else ""), True
    published = [item.value for item in workload.ports.get(()) if item.known]
    public = [port for port in published if not (port.host_ip or "").startswith(LOOPBACK)]
    if not published:
        return None, False
    port = (public or published)[0]
    reason = found.get("admin-or-database-port-published") or found.get("port-on-all-interfaces")
    where = "any network" if public else "this host"
    return Step(f"{where} :{_number(port)}", reason.id if reason and public else ""), bool(public)


def _severity(found: Found) -> Severity:
    return found.severity


def _number(port: Port) -> str:
    return port.host or port.container
