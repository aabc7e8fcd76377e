"""Container has access to the host that no recorded run used.

What it checks: where runs of the workload were recorded: `privileged`, devices, and the host's namespaces for memory
(ipc), names (uts) and processes (pid), of which the runs show no use: no capability beyond the default ones, no
dangerous system call, nothing written to a device, no shared memory, no name set, no other process touched.

Why it matters: each of them is a way to the host. Mostly they were set to make an error go away, long ago.

How to fix: take it away. A privileged container gets the single capabilities that were used.

When it is fine: a recording does not show who reads a device or another process's files in `/proc`; where devices and
processes are concerned the finding is of low confidence.

References: https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.syscalls import DANGEROUS
from hardhull.model.change import Add, Drop, SetTo
from hardhull.model.finding import Confidence
from hardhull.rules.fix import NEEDS_PROOF, change
from hardhull.rules.kept_examples import recorded
from hardhull.rules.observed import PROVE, learned, names, needed_here
from hardhull.rules.questions import default_capabilities, is_minor_of_its_pod, is_privileged, is_within, known_first
from hardhull.rules.rule import HIGH, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.observed import Learned
    from hardhull.rules.policy import Policy


SHARES = frozenset(
    {"mq_open", "mq_unlink", "msgctl", "msgget", "semctl", "semget", "semop", "semtimedop", "shmat", "shmctl", "shmget"}
)
"""Calls for memory, queues and semaphores that processes share by name or number."""
NAMES_IT = frozenset({"setdomainname", "sethostname"})
TOUCHES = frozenset({"kcmp", "pidfd_getfd", "process_vm_readv", "process_vm_writev", "ptrace"})
"""Calls that look into other processes."""
USUAL = frozenset({"/dev/full", "/dev/null", "/dev/ptmx", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero"})
"""Devices that every container has; so are its terminals and its shared memory."""


@rule(
    "HH-PRV-505",
    "host-access-not-used",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    checklist=[8],
    needs=["profile"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each way to the host that was not used."""
    found = learned(workload)
    if found is None or is_minor_of_its_pod(workload) or not (found.sees("syscalls") and found.sees("files")):
        return
    if is_privileged(workload):
        if found.sees("capabilities"):
            yield from _privileged(workload, found)
    else:
        yield from _devices(workload, found)
    yield from _namespaces(workload, found)


def _devices_of(found: Learned) -> list[str]:
    """Devices that were opened for writing and are not in every container."""
    paths = {use.path for use in found.seen("files") if use.use != "execute" and use.path.startswith("/dev/")}
    return sorted(each for each in paths - USUAL if not each.startswith(("/dev/pts/", "/dev/shm/", "/dev/mqueue/")))


def _calls(found: Learned) -> frozenset[str]:
    return frozenset(call.name for call in found.seen("syscalls"))


def _privileged(workload: Workload, found: Learned) -> Iterator[Finding]:
    devices, dangerous = _devices_of(found), sorted(_calls(found) & DANGEROUS.keys() - {"unshare", "setns"})
    if devices or dangerous:
        return
    more = sorted(set(needed_here(found, workload)) - default_capabilities(workload))
    yield workload.privileged.finding(
        f"{workload.subject} is privileged, and used {names(more) if more else 'nothing'} of that {found.runs}",
        label="not used" if not more else "hardly used",
        severity=HIGH,
        confidence=found.confidence,
        fix=change(
            "run it without --privileged" + (f", with {names(more)}" if more else ""),
            SetTo("privileged", False),
            *(Add("cap_add", name) for name in more),
            risk=NEEDS_PROOF,
            mitigation=PROVE,
            basis=found.basis,
        ),
    ).with_evidence(found.saw("capabilities beyond the default ones", more), found.saw("devices", devices))


def _devices(workload: Workload, found: Learned) -> Iterator[Finding]:
    opened = _devices_of(found)
    for item in known_first(workload.devices):
        path = item.value.container or item.value.host
        if not path.startswith("/dev/") or any(is_within(one, path) for one in opened):
            continue
        yield item.finding(
            f"{workload.subject} is given {path}, to which nothing was written {found.runs}",
            label="not written to",
            value=path,
            confidence=Confidence.LOW,
            fix=change(
                f"take {path} away", Drop("devices", item), risk=NEEDS_PROOF, mitigation=PROVE, basis=found.basis
            ),
        ).with_evidence(found.saw("devices opened for writing", opened))


def _namespaces(workload: Workload, found: Learned) -> Iterator[Finding]:
    made, used = _calls(found), found.profile.capabilities_used
    shm = any(use.path.startswith(("/dev/shm/", "/dev/mqueue/")) for use in found.seen("files"))
    for field, what, use, confidence in (
        (workload.ipc, "memory that is shared between processes", bool(made & SHARES) or shm, found.confidence),
        (workload.uts, "its name", bool(made & NAMES_IT), found.confidence),
        (workload.pid, "processes", bool(made & TOUCHES or used & {"SYS_PTRACE", "KILL"}), Confidence.LOW),
    ):
        if field.get(None) != "host" or use:
            continue
        yield field.finding(
            f"{workload.subject} is in the host's {field.name} namespace ({what}), and used none of it {found.runs}",
            label="not used",
            confidence=min(confidence, found.confidence),
            fix=change(
                "give it a namespace of its own",
                SetTo(field.name, None),
                risk=NEEDS_PROOF,
                mitigation=PROVE,
                basis=found.basis,
            ),
        ).with_evidence(found.saw(f"calls about {what}", ()))


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: shop:1
    privileged: true  #! HH-PRV-505
"""
        + recorded("compose.yaml", capabilities=("CHOWN", "NET_ADMIN")),
        good="""
services:
  web:
    image: shop:1
    cap_add:
      - NET_ADMIN
"""
        + recorded("compose.yaml", capabilities=("CHOWN", "NET_ADMIN")),
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --name web --ipc=host shop:1  #! HH-PRV-505
"""
        + recorded("run.sh", "docker run web"),
        good="""
docker run -d --name web shop:1
"""
        + recorded("run.sh", "docker run web"),
    ),
    Example(
        "compose",
        bad="""
services:
  web:
    image: shop:1
    devices:
      - /dev/fuse  #! HH-PRV-505
      - /dev/net/tun
"""
        + recorded("compose.yaml", files=("/dev/net/tun",)),
        good="""
services:
  web:
    image: shop:1
    devices:
      - /dev/net/tun
"""
        + recorded("compose.yaml", files=("/dev/net/tun",)),
    ),
]
