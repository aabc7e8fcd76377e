"""Items of the benchmark that have a question of their own: the facts answer them, beside or without a rule."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from hardhull.facts.audited_items import AUDITED_ITEMS
from hardhull.facts.host import Host, covers, sees_connections
from hardhull.facts.host_files import PARTS, excess, misowned
from hardhull.facts.workload import Workload

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardhull.facts.fact import Fact
    from hardhull.facts.host import AuditRule
    from hardhull.facts.host_files import HostFile

PASS, FAIL, MANUAL, OUT, LEFT = "pass", "fail", "manual", "not-applicable", "not-checked"
Answer: TypeAlias = "tuple[str, str] | None"
"""Status and evidence; None leaves it to the rules."""
SWARM = tuple(f"7.{number}" for number in range(1, 10))
USUAL = frozenset({80, 443})
"""Ports below 1024 that web servers are meant to have."""

OTHERS = (LEFT, "some containers are of other runtimes, which were not asked")


class Machine:
    """The living machine that was judged.

    Attributes:
        document: its facts as plain values.
        targets: which were asked for.
        info: what the engine answered to ``GET /info``.
        host: as a fact; None where it was not asked for.
        containers: as facts.
    """

    def __init__(self, document: dict[str, Any], facts: Sequence[Fact]) -> None:
        self.document = document
        self.targets = frozenset(_part(document, "collected").get("targets") or ())
        self.info = _part(_part(document, "engine"), "GET /info")
        self.host = next((fact for fact in facts if isinstance(fact, Host)), None)
        self.containers = [fact for fact in facts if isinstance(fact, Workload)]

    @property
    def swarm(self) -> str | None:
        """``inactive``, ``active`` ...; None where the engine was not asked."""
        state = _part(self.info, "Swarm").get("LocalNodeState")
        return str(state) if state else None

    @property
    def modules(self) -> str | None:
        """The kernel's security modules, separated by commas; None where nobody looked."""
        found = _part(self.document, "machine").get("/sys/kernel/security/lsm")
        return found if isinstance(found, str) else None


def _part(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _files(machine: Machine, part: str) -> list[HostFile] | None:
    """The files of a part; None where files were not read."""
    if machine.host is None or not machine.host.files.known:
        return None
    return [item.value for item in machine.host.files.value if item.known and item.value.part == part]


def _owner(part: str, machine: Machine) -> Answer:
    found = _files(machine, part)
    if found is None:
        return LEFT, "the files of the engine were not read"
    if not found:
        return OUT, f"{PARTS[part].title}: there is no such file"
    bad = [f"{file.path} {misowned(file)}" for file in found if misowned(file)]
    bad += [f"{file.path} through {file.above}" for file in found if file.above]
    good = f"{found[0].path} {found[0].user}:{found[0].group}"
    return (FAIL, ", ".join(bad)) if bad else (PASS, good)


def _mode(part: str, machine: Machine) -> Answer:
    found = _files(machine, part)
    if found is None:
        return LEFT, "the files of the engine were not read"
    if not found:
        return OUT, f"{PARTS[part].title}: there is no such file"
    bad = [f"{file.path} {file.mode:04o}" for file in found if excess(file) or any("w" in one for one in file.acl)]
    return (FAIL, ", ".join(bad)) if bad else (PASS, f"{found[0].path} {found[0].mode:04o}")


def _audited(number: str, paths: tuple[str, ...], machine: Machine) -> Answer:
    """Whether a rule that the kernel has covers one of the paths."""
    host = machine.host
    if host is None or not host.audit_rules.known:
        return LEFT, "the kernel's audit rules were not read"
    if number == "1.1.5" and machine.info.get("DockerRootDir"):
        paths = (str(machine.info["DockerRootDir"]),)
    present = _part(_part(machine.document, "host"), "present")
    there = [path for path in paths if present.get(f"stat {path}", True)]
    if not there:
        return OUT, f"this host has no {paths[0]}"
    rules = [item.value for item in host.audit_rules.value if item.known]
    state = host.audit_enabled
    if state.known and state.value == 0:
        return FAIL, "the kernel's audit is off"
    if any(_covers(rule, path) for rule in rules for path in there):
        return PASS, f"a rule of the kernel covers {there[0]}"
    return FAIL, f"none of {len(rules)} rules covers {there[0]}"


def _covers(rule: AuditRule, path: str) -> bool:
    """A watch on a socket records nobody who connects; only a rule about the call does (measured)."""
    if path.endswith(".sock"):
        return sees_connections(rule, frozenset({path}))
    return covers(rule, path)


def _swarm_off(machine: Machine) -> Answer:
    state = machine.swarm
    if state is None:
        return LEFT, "the engine was not asked"
    return (PASS, "GET /info: Swarm inactive") if state == "inactive" else (FAIL, f"GET /info: Swarm {state}")


def _in_swarm(machine: Machine) -> Answer:
    """Items about swarms have nothing to judge where there is none: that is no pass."""
    if machine.swarm is None:
        return LEFT, "the engine was not asked"
    return (OUT, "GET /info: this engine is in no swarm") if machine.swarm == "inactive" else None


def _module(name: str, title: str, machine: Machine) -> Answer:
    modules = machine.modules
    if modules is not None and name not in modules.split(","):
        return OUT, f"this kernel runs no {title} (/sys/kernel/security/lsm: {modules or 'none'})"
    return None


def _driver(machine: Machine) -> Answer:
    driver = machine.info.get("Driver")
    if not driver:
        return LEFT, "the engine was not asked"
    return (FAIL if driver == "devicemapper" else PASS), f"GET /info: Driver {driver}"


def _base_size(machine: Machine) -> Answer:
    driver = machine.info.get("Driver")
    if not driver:
        return LEFT, "the engine was not asked"
    if driver != "devicemapper":
        return OUT, f"the storage driver is {driver}"
    return MANUAL, "storage-opts: dm.basesize in daemon.json"


def _rootless(machine: Machine) -> Answer:
    options = machine.info.get("SecurityOptions")
    if not isinstance(options, list):
        return LEFT, "the engine was not asked"
    return (PASS, "GET /info: rootless") if any("rootless" in str(one) for one in options) else None


def _trust(machine: Machine) -> Answer:
    host = machine.host
    if host is None or not host.content_trust.known:
        return LEFT, "`hardhull scan host` reads the environments"
    on = [item.value[0] for item in host.content_trust.value if item.known and item.value[1] not in {"0", "false", ""}]
    if on:
        return PASS, f"DOCKER_CONTENT_TRUST is set in {on[0]} (its service ends in December 2026: verify otherwise)"
    return FAIL, "no environment of this host sets DOCKER_CONTENT_TRUST"


def _healthy(machine: Machine) -> Answer:
    if not machine.containers:
        return OUT, "no container runs"
    known = [one for one in machine.containers if one.healthcheck.known]
    without = [one.name for one in known if one.healthcheck.value is None or one.healthcheck.value.disabled]
    if without:
        return FAIL, f"no health check: {', '.join(without[:5])}"
    return (PASS, "GET /containers: Healthcheck") if len(known) == len(machine.containers) else OTHERS


def _low_ports(machine: Machine) -> Answer:
    if not machine.containers:
        return OUT, "no container runs"
    low = []
    known = [one for one in machine.containers if one.ports.known and all(port.known for port in one.ports.value)]
    for one in known:
        for port in one.ports.value:
            number = port.value.host or ""
            if number.isdigit() and int(number) < 1024 and int(number) not in USUAL:
                low.append(f"{one.name} {number}")
    if low:
        return FAIL, f"GET /containers: {', '.join(low[:5])}"
    return (PASS, "GET /containers: Ports") if len(known) == len(machine.containers) else OTHERS


def _stopped(machine: Machine) -> Answer:
    stopped = machine.info.get("ContainersStopped")
    if not isinstance(stopped, int):
        return LEFT, "the engine was not asked"
    if not stopped:
        return PASS, "GET /info: ContainersStopped 0"
    return MANUAL, f"{stopped} containers have ended: `docker ps --all --filter status=exited`"


QUESTIONS: dict[str, Callable[[Machine], Answer]] = {
    "2.1": _rootless,
    "2.7": _driver,
    "2.12": _base_size,
    "4.5": _trust,
    "4.6": _healthy,
    "5.1": _swarm_off,
    "5.2": partial(_module, "apparmor", "AppArmor"),
    "5.3": partial(_module, "selinux", "SELinux"),
    "5.8": _low_ports,
    "6.2": _stopped,
    **dict.fromkeys(SWARM, _in_swarm),
    **{number: partial(_audited, number, paths) for number, paths in AUDITED_ITEMS.items()},
    **{part.owner_cis: partial(_owner, name) for name, part in PARTS.items()},
    **{part.mode_cis: partial(_mode, name) for name, part in PARTS.items()},
}
"""By the number in version 1.8."""
