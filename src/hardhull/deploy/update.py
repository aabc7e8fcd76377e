"""What ``docker update`` changes of a running container, as an action of the journal: done, read back, taken back.

What the engine takes here was tried against 20.10: 0 means "as it was" to it, so that a limit that was not there is
taken back by the widest value (which the kernel then shows as none), and of processors only a quota can go again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hardhull.apply.actions import ActionError, ActionKind
from hardhull.deploy.engine import asked
from hardhull.deploy.replace import inspected
from hardhull.hosts.cgroups import TOP, Groups
from hardhull.hosts.mounts import mounted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docker import APIClient

    from hardhull.model.receipt import Action, Plain

NAME: Final = "update-container"
MEMORY: Final = ("Memory", "MemorySwap", "MemoryReservation")
KEYS: Final = (*MEMORY, "NanoCpus", "CpuQuota", "CpuPeriod", "CpuShares", "PidsLimit", "RestartPolicy")
"""Keys of a HostConfig that ``POST /containers/NAME/update`` changes while the container runs."""
WIDEST: Final = 9223372036854771712
"""Bytes: the largest number of whole pages, which the kernel takes for no limit."""
SHARES: Final = 1024
"""What a group has where nobody set its shares."""
PERIOD: Final = 100_000
"""Microseconds: the kernel's own period of a processor quota."""
NANO: Final = 1_000_000_000
READ: Final = {
    "Memory": ("memory.limit_in_bytes", "memory.max"),
    "PidsLimit": ("pids.max",),
    "CpuQuota": ("cpu.cfs_quota_us", "cpu.max"),
}
"""Where the kernel shows a limit: the files of cgroup v1 and v2."""


def action(name: str, ident: str, earlier: Mapping[str, Any], new: Mapping[str, Any]) -> Action:
    """The action.

    Args:
        name: of the container.
        ident: its id: one that is made anew under the same name is another one.
        earlier: keys of the HostConfig as they are.
        new: the same keys as they are to be.
    """
    from hardhull.model.receipt import Action

    return Action(NAME, {"name": name, "id": ident, "earlier": dict(earlier), "new": dict(new)})


def settable(earlier: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The new settings in a form that can be taken back: a share of the processors as a quota where there was none."""
    made = dict(new)
    if made.get("NanoCpus") and not earlier.get("NanoCpus"):
        made |= {"CpuPeriod": PERIOD, "CpuQuota": made.pop("NanoCpus") * PERIOD // NANO}
    return made


def plain(key: str, value: Any) -> Any:
    """A setting so that equal ones compare equal: None for what sets no limit."""
    if key == "RestartPolicy":
        policy = value or {}
        name = policy.get("Name") or "no"
        return (name, policy.get("MaximumRetryCount") or 0 if name == "on-failure" else 0)
    if key == "CpuShares":
        return value or SHARES
    if key == "CpuPeriod":
        return value or PERIOD
    return value if isinstance(value, int) and 0 < value < TOP else None


def _wide(key: str, value: Any) -> Any:
    """What the engine is sent for a setting."""
    if key == "RestartPolicy":
        name, count = plain(key, value)
        return {"Name": name, "MaximumRetryCount": count}
    none = {"Memory": WIDEST, "MemorySwap": WIDEST, "MemoryReservation": WIDEST, "CpuQuota": -1, "PidsLimit": -1}
    found = plain(key, value)
    return none.get(key, 0) if found is None else found


def _parts(arguments: Mapping[str, Plain]) -> tuple[str, str, dict[str, Any], dict[str, Any]]:
    earlier, new = arguments["earlier"], arguments["new"]
    assert isinstance(earlier, dict)  # noqa: S101  as :func:`action` writes it
    assert isinstance(new, dict)  # noqa: S101  likewise
    return str(arguments["name"]), str(arguments["id"]), earlier, new


def _send(client: APIClient, ident: str, settings: Mapping[str, Any]) -> None:
    """One call; the SDK's own one knows neither the limit of processes nor that of processors."""
    body = {key: _wide(key, value) for key, value in settings.items()}
    answer = client.post(f"{client.base_url}/v{client.api_version}/containers/{ident}/update", json=body)
    if answer.status_code >= 400:
        said = answer.json().get("message", "") if "json" in answer.headers.get("Content-Type", "") else ""
        raise ActionError(f"the engine refuses it: {said[:300]}")
    warnings = answer.json().get("Warnings") or []
    if warnings:
        raise ActionError(f"the engine leaves something out: {warnings[0][:300]}")


def _do(arguments: Mapping[str, Plain]) -> None:
    name, ident, _, new = _parts(arguments)
    with asked() as client:
        answer = inspected(client, ident)
        if answer is None:
            raise ActionError(f"there is no container {name} ({ident[:12]}) any more")
        _send(client, ident, new)
        wrong = unlike(answer, new)
        if wrong:
            raise ActionError(f"{name}: the kernel has {wrong}")


def _undo(arguments: Mapping[str, Plain]) -> None:
    _, ident, earlier, _ = _parts(arguments)
    with asked() as client:
        if inspected(client, ident) is not None:
            _send(client, ident, earlier)


def _probe(arguments: Mapping[str, Plain]) -> bool | None:
    """As the engine and the kernel have it; a container that has gone has nothing of it."""
    _, ident, earlier, new = _parts(arguments)
    with asked() as client:
        answer = inspected(client, ident)
        if answer is None or _same(answer, earlier):
            return False
        return True if _same(answer, new) and not unlike(answer, new) else None


def _same(answer: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    return all(plain(key, answer["HostConfig"].get(key)) == plain(key, value) for key, value in settings.items())


def kernel(answer: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Key to file and value of the limits that the kernel has for a container; nothing where they cannot be seen."""
    pid = int(answer["State"].get("Pid") or 0)
    groups = Groups(mounted("self"))
    own = groups.of(pid) if pid else {}
    if not any(answer["Id"] in path for path in own.values()):
        return {}  # of another machine, or of a group that somebody else named
    found = {}
    for file, value in groups.readings(own).items():
        for key, names in READ.items():
            if answer["Id"] in file and file.rpartition("/")[2] in names:
                found[key] = (file, value)
    return found


def unlike(answer: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """What the kernel has otherwise than it was set, as FILE = VALUE; empty where it agrees or cannot be seen."""
    for key, (file, value) in kernel(answer).items():
        if key not in settings:
            continue
        number = value.split()[0]
        has = int(number) if number.lstrip("-").isdigit() else None
        wanted = plain(key, settings[key])
        if plain(key, has) != wanted and not (key == "Memory" and wanted and has and wanted - 4096 < has <= wanted):
            return f"{file} = {value}"
    return ""


def _describe(arguments: Mapping[str, Plain]) -> str:
    name, _, _, new = _parts(arguments)
    return f"update {name}: {', '.join(told(new))}"


def told(settings: Mapping[str, Any]) -> list[str]:
    """The settings for people."""
    said = []
    for key, value in settings.items():
        found = plain(key, value)
        if key == "RestartPolicy":
            said.append(f"restart {found[0]}" + (f":{found[1]}" if found[1] else ""))
        elif key == "CpuQuota":
            said.append(f"processors {found / PERIOD:g}" if found else "processors without limit")
        elif key == "NanoCpus":
            said.append(f"processors {found / NANO:g}" if found else "processors without limit")
        elif key in MEMORY:
            words = {"Memory": "memory", "MemorySwap": "memory and swap", "MemoryReservation": "memory reservation"}[
                key
            ]
            said.append(f"{words} {found >> 20} MiB" if found else f"{words} without limit")
        elif key != "CpuPeriod":
            words = {"PidsLimit": "processes", "CpuShares": "processor shares"}[key]
            said.append(f"{words} {found}" if found else f"{words} without limit")
    return said


KINDS: Final = {NAME: ActionKind(_do, _undo, _probe, _describe)}
"""What the journal has to know beside its own kinds."""
