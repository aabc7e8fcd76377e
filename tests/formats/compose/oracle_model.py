"""One plain form for a service as our reader has it and as ``docker-compose config`` prints it."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.workload import Workload
    from hardhull.model.field import Field

UNKNOWN = "<unknown>"
HOME = "/home/oracle"
ROOT = "/ROOT"
DEFAULTS = {
    "privileged": False, "read_only": False, "tty": False, "stdin_open": False, "oom_kill_disable": False,
    "unmasked_paths": False,
}  # fmt: skip
PLAIN = [
    "image", "platform", "pull_policy", "working_dir", "hostname", "container_name",
    "stop_signal", "user", "userns", "cgroup_parent", "cgroupns", "pid",
    "ipc", "uts", "network_mode", "log_driver", "init", "tty",
    "stdin_open", "privileged", "read_only", "oom_kill_disable", "oom_score_adj", "cpu_shares",
    "restart", "no_new_privileges", "seccomp", "apparmor", "unmasked_paths", "runtime_name",
    "memory", "memory_swap", "memory_reservation", "cpus", "cpu_reservation", "pids",
    "shm_size", "storage", "stop_grace", "replicas", "command", "entrypoint",
    "profiles",
]  # fmt: skip


def in_one_root(model: Any, folder: str) -> Any:
    """A model that says the same wherever its folder stands."""
    text = json.dumps(model).replace(folder, ROOT).replace(str(PurePosixPath(folder).parent), "")
    return json.loads(text)


def differences(
    workloads: Sequence[Workload], model: dict[str, Any], root: str, folder: str
) -> tuple[list[str], Counter[str]]:
    """Where our reading and Compose's model say different things, and the fields that we do not know.

    Args:
        workloads: ours.
        model: Compose's.
        root: the folder that our paths are relative to.
        folder: the project's.
    """
    found: list[str] = []
    unknown: Counter[str] = Counter()
    mine = {workload.name: ours(workload, root, HOME) for workload in workloads}
    given = {
        name: theirs(service, model, folder)
        for section in ("services", "jobs")
        for name, service in (model.get(section) or {}).items()
        if not service.get("provider")
    }
    found += [f"{name}: only {'ours' if name in mine else 'theirs'}" for name in sorted(mine.keys() ^ given.keys())]
    for name in sorted(mine.keys() & given.keys()):
        for slot in sorted((mine[name].keys() | given[name].keys()) - {"env_files_read", "from_files"}):
            here: Any = mine[name].get(slot)
            there: Any = given[name].get(slot)
            if slot == "env" and not given[name]["env_files_read"] and here != UNKNOWN:
                here = {key: one for key, one in here.items() if key not in mine[name]["from_files"]}
                there = {key: one for key, one in there.items() if key in here}
            if here == UNKNOWN or (isinstance(here, (list, tuple)) and UNKNOWN in here and slot != "build"):
                unknown[slot] += 1
            elif not agree(here, there):
                found.append(f"{name}.{slot}: ours {here!r} Compose {there!r}")
    return found, unknown


def agree(here: Any, there: Any) -> bool:
    """Whether two values are the same as far as we know them."""
    if isinstance(here, tuple) and isinstance(there, tuple):
        return len(here) == len(there) and all(map(agree, here, there))
    if isinstance(here, dict) and isinstance(there, dict):
        names = there.keys() | {name for name, one in here.items() if one != UNKNOWN}
        return names <= here.keys() and all(
            agree(here[name], there.get(name)) or here[name] == UNKNOWN for name in names
        )
    return bool(here == there)


def value(field: Field[Any]) -> Any:
    return field.value if field.known else UNKNOWN


def listed(field: Field[Any]) -> Any:
    return UNKNOWN if not field.known else [value(item) for item in field.value]


def absolute(path: str | None, root: str, home: str) -> str | None:
    """A path as Compose prints it."""
    if path is None:
        return None
    if path.startswith("~"):
        return home + path[1:]
    if path.startswith("/") or re.match(r"[A-Za-z]:[\\/]|\\\\", path):
        return path
    parts: list[str] = []
    for part in PurePosixPath(root, path).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return str(PurePosixPath(*parts))


def pairs(items: Any) -> Any:
    if items == UNKNOWN or UNKNOWN in items:
        return UNKNOWN
    return dict(items)


def names(items: Any) -> Any:
    """A list as a set; unknown as soon as one item is."""
    return UNKNOWN if items == UNKNOWN or UNKNOWN in items else sorted(items)


def ours(workload: Workload, root: str, home: str) -> dict[str, Any]:
    """Our reading; None and empty for what is not set."""
    found: dict[str, Any] = {}
    for slot in PLAIN:
        field = getattr(workload, slot)
        found[slot] = value(field)
        if isinstance(found[slot], tuple):
            found[slot] = list(found[slot])
    for slot in ("memory", "memory_reservation", "shm_size", "cpus", "pids"):
        found[slot] = found[slot] or None  # 0 is no limit
    if found["seccomp"] not in {None, "unconfined", "default", UNKNOWN}:
        found["seccomp"] = absolute(found["seccomp"], root, home)
    if isinstance(found["profiles"], list):
        found["profiles"] = sorted(found["profiles"])
    for slot in ("cpus", "cpu_reservation"):
        if isinstance(found[slot], float):
            found[slot] = round(found[slot], 4)
    for slot in ("cap_add", "cap_drop", "group_add", "device_cgroup_rules", "links", "extra_hosts", "selinux"):
        found[slot] = names(listed(getattr(workload, slot)))
    for slot in ("dns", "expose"):
        found[slot] = names(list(getattr(workload, slot).get((UNKNOWN,))))
    for slot in ("labels", "annotations", "sysctls", "log_options"):
        found[slot] = pairs(listed(getattr(workload, slot)))
    found["env"] = _env(workload)
    found["from_files"] = {
        field.value.name
        for field in workload.env.get(())
        if field.known and not field.place.source.path.endswith(("yml", "yaml"))
    }
    found["build"] = _build(workload, root, home)
    found["ports"] = _ports(workload)
    found["mounts"] = _mounts(workload, root, home)
    devices = listed(workload.devices)
    found["devices"] = devices if UNKNOWN in devices else sorted(":".join(device) for device in devices)
    found["ulimits"] = pairs(
        [(item.name, (item.soft, item.hard)) if item != UNKNOWN else UNKNOWN for item in listed(workload.ulimits)]
    )
    found["block_io"] = names([tuple(item) if item != UNKNOWN else UNKNOWN for item in listed(workload.block_io)])
    found["depends_on"] = pairs([tuple(item) if item != UNKNOWN else UNKNOWN for item in listed(workload.depends_on)])
    networks = listed(workload.networks) if workload.networks.written or not workload.network_mode.written else []
    found["networks"] = (
        UNKNOWN
        if UNKNOWN in networks
        else {
            item.name: (item.internal, item.external, item.driver, sorted(item.subnets), sorted(item.aliases))
            for item in networks
        }
    )
    for slot in ("secrets", "configs"):
        grants = listed(getattr(workload, slot))
        found[slot] = (
            UNKNOWN
            if UNKNOWN in grants
            else sorted(
                (grant.name, grant.target, absolute(grant.file, root, home), grant.external) for grant in grants
            )
        )
    check = value(workload.healthcheck)
    found["healthcheck"] = (
        check
        if check in (None, UNKNOWN)
        else (list(check.test), check.disabled, check.interval, check.timeout, check.start_period, check.retries)
    )
    return found


def _env(workload: Workload) -> Any:
    items = listed(workload.env)
    if items == UNKNOWN or UNKNOWN in items:
        return UNKNOWN
    return {item.name: UNKNOWN if item.source == "variable" else item.value for item in items}


def _build(workload: Workload, root: str, home: str) -> Any:
    build = value(workload.build)
    if build in (None, UNKNOWN):
        return build
    context = absolute(build.context, root, home)
    return (
        context,
        build.dockerfile if not build.inline else None,
        build.target,
        {k: UNKNOWN if v is None else v for k, v in build.args},
        build.inline,
    )


def _ports(workload: Workload) -> Any:
    items = listed(workload.ports)
    if UNKNOWN in items:
        return UNKNOWN
    found = []
    for port in items:
        first, last = span(port.container)
        low, high = span(port.host) if port.host else (0, 0)
        for step in range(last - first + 1):
            host = "" if not port.host else f"{low}-{high}" if first == last and high != low else str(low + step)
            found.append((port.host_ip or "", host, first + step, port.protocol))
    return sorted(set(found))


def span(ports: str) -> tuple[int, int]:
    first, _, last = ports.partition("-")
    return int(first), int(last or first)


def _mounts(workload: Workload, root: str, home: str) -> Any:
    items = listed(workload.mounts)
    if items == UNKNOWN or UNKNOWN in items:
        return UNKNOWN
    found = []
    for mount in items:
        source = mount.source
        if mount.kind == "bind":
            source = absolute(source, root, home)
        selinux = next((option for option in mount.options if option in {"z", "Z"}), "")
        found.append((mount.kind, source or "", mount.target, mount.read_only, mount.propagation, selinux))
    return sorted(found)


def theirs(service: dict[str, Any], model: dict[str, Any], folder: str) -> dict[str, Any]:
    """Compose's reading in the same form."""
    get: Any = service.get
    deploy = get("deploy") or {}
    limits = (deploy.get("resources") or {}).get("limits") or {}
    reserved = (deploy.get("resources") or {}).get("reservations") or {}
    mode = get("network_mode")
    found: dict[str, Any] = {slot: get(slot) for slot in PLAIN}
    found |= {slot: get(slot) or default for slot, default in DEFAULTS.items()}
    found |= {
        "userns": get("userns_mode"),
        "cgroupns": get("cgroup"),
        "runtime_name": get("runtime"),
        "network_mode": mode,
    }
    found["log_driver"] = (get("logging") or {}).get("driver")
    found["oom_score_adj"] = get("oom_score_adj")
    found["command"], found["entrypoint"] = get("command"), get("entrypoint")
    found["profiles"] = sorted(get("profiles") or [])
    found["memory"] = number(limits.get("memory") or get("mem_limit"))
    found["memory_swap"] = number(get("memswap_limit"))
    found["memory_reservation"] = number(reserved.get("memory") or get("mem_reservation"))
    found["pids"] = limits.get("pids") or get("pids_limit")
    cpus = limits.get("cpus") or get("cpus")
    if not cpus and (get("cpu_quota") or 0) > 0:
        cpus = get("cpu_quota") / (get("cpu_period") or 100_000)
    found["cpus"] = round(float(cpus), 4) if cpus else None
    found["cpu_reservation"] = round(float(reserved["cpus"]), 4) if reserved.get("cpus") else None
    found["shm_size"] = number(get("shm_size"))
    found["storage"] = None if "size" not in (get("storage_opt") or {}) else size(get("storage_opt")["size"])
    found["stop_grace"] = duration(get("stop_grace_period"))
    found["replicas"] = get("scale") if get("scale") is not None else deploy.get("replicas")
    found["restart"] = restart(get("restart"), deploy.get("restart_policy"))
    found |= security(get("security_opt") or [])
    found["env_files_read"] = get("#env_files_read", True)
    if found["seccomp"] not in {None, "unconfined", "builtin"}:
        found["seccomp"] = absolute(found["seccomp"], folder, "")
    elif found["seccomp"] == "builtin":
        found["seccomp"] = "default"
    for slot in ("cap_add", "cap_drop"):
        found[slot] = sorted(one.upper().removeprefix("CAP_") for one in get(slot) or [])
    for slot in ("group_add", "device_cgroup_rules", "links", "dns", "expose"):
        found[slot] = sorted(get(slot) or [])
    found["extra_hosts"] = sorted(one.replace("=", ":", 1) for one in get("extra_hosts") or [])
    for slot in ("labels", "annotations", "sysctls"):
        found[slot] = get(slot) or {}
    found["log_options"] = (get("logging") or {}).get("options") or {}
    found["env"] = get("environment") or {}
    found["build"] = built(get("build"))
    found["ports"] = sorted(
        {
            (port.get("host_ip", ""), port.get("published", ""), port["target"], port.get("protocol", "tcp"))
            for port in get("ports") or []
        }
    )
    found["mounts"] = mounted(service)
    found["devices"] = sorted(
        f"{one['source']}:{one.get('target') or one['source']}:{one.get('permissions') or 'rwm'}"
        for one in get("devices") or []
    )
    found["ulimits"] = {
        key: (one, one) if isinstance(one, int) else (one.get("soft", 0), one.get("hard", 0))
        for key, one in (get("ulimits") or {}).items()
    }
    found["block_io"] = blocked(get("blkio_config") or {})
    found["depends_on"] = {key: one["condition"] for key, one in (get("depends_on") or {}).items()}
    found["networks"] = (
        {}
        if mode
        else {
            key: attached(one or {}, (model.get("networks") or {}).get(key) or {})
            for key, one in (get("networks") or {"default": None}).items()
        }
    )
    for slot in ("secrets", "configs"):
        found[slot] = sorted(
            granted(one, slot, (model.get(slot) or {}).get(one["source"]) or {}) for one in get(slot) or []
        )
    found["healthcheck"] = checked(get("healthcheck"))
    return found


def number(text: Any) -> int | None:
    return None if text in (None, 0, "0") else int(text)


def size(text: Any) -> int:
    match = re.fullmatch(r"(\d+)([kmgt]?)b?", str(text).lower())
    return int(match[1]) * 1024 ** " kmgt".index(match[2] or " ") if match else -1


def duration(text: str | None) -> float | None:
    if text is None:
        return None
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
    return round(sum(float(one) * units[unit] for one, unit in re.findall(r"([\d.]+)(h|ms|µs|ns|m|s)", text)), 9)


def restart(own: str | None, policy: dict[str, Any] | None) -> str | None:
    if not policy:
        return own
    word = policy.get("condition") or "no"
    word = {"none": "no", "any": "always"}.get(word, word)
    return (
        f"{word}:{policy['max_attempts']}" if word == "on-failure" and policy.get("max_attempts") is not None else word
    )


def security(options: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"selinux": [], "no_new_privileges": None, "seccomp": None, "apparmor": None}
    for option in options:
        key, separator, rest = option.partition("=") if "=" in option else option.partition(":")
        if key == "no-new-privileges":
            found["no_new_privileges"] = not separator or rest.lower() in {"1", "t", "true"}
        elif key == "label":
            found["selinux"].append(rest)
        elif key in {"seccomp", "apparmor"}:
            found[key] = rest
        elif option == "systempaths=unconfined":
            found["unmasked_paths"] = True
    found["selinux"].sort()
    return found


def built(build: dict[str, Any] | None) -> Any:
    if build is None:
        return None
    remote = re.match(r"https?://|git://|ssh://|git@|github.com/|service:|[a-z-]+://", build["context"])
    context = None if remote else build["context"]
    args = build.get("args") or {}
    return (
        context,
        build.get("dockerfile"),
        build.get("target"),
        {k: v for k, v in args.items() if v is not None},
        build.get("dockerfile_inline"),
    )


def mounted(service: dict[str, Any]) -> list[Any]:
    found = []
    for one in service.get("volumes") or []:
        bind = one.get("bind") or {}
        found.append((
            one["type"], one.get("source", ""), one.get("target", ""), one.get("read_only", False),
            bind.get("propagation", ""), bind.get("selinux", ""),
        ))  # fmt: skip
    for one in service.get("tmpfs") or []:
        target, _, options = one.partition(":")
        found.append(("tmpfs", "", target, "ro" in options.split(","), "", ""))
    return sorted(found)


def blocked(config: dict[str, Any]) -> list[Any]:
    found: list[Any] = [("weight", "", config["weight"])] if config.get("weight") else []
    for key, items in config.items():
        if key != "weight":
            found += [
                (
                    key.removeprefix("device_"),
                    one.get("path") or one.get("Path"),
                    int(one.get("rate") or one.get("Rate") or one.get("weight") or one.get("Weight")),
                )
                for one in items
            ]
    return sorted(found)


def attached(one: dict[str, Any], network: dict[str, Any]) -> Any:
    pools = (network.get("ipam") or {}).get("config") or []
    subnets = sorted(pool["subnet"] for pool in pools if pool.get("subnet"))
    driver = network.get("driver") or ""
    return (
        bool(network.get("internal")),
        bool(network.get("external")),
        driver,
        subnets,
        sorted(one.get("aliases") or []),
    )


def granted(one: dict[str, Any], slot: str, given: dict[str, Any]) -> Any:
    target = one.get("target") or (f"/run/secrets/{one['source']}" if slot == "secrets" else f"/{one['source']}")
    return (one["source"], target, given.get("file"), bool(given.get("external")))


def checked(check: dict[str, Any] | None) -> Any:
    if check is None:
        return None
    test = check.get("test") or []
    disabled = bool(check.get("disable")) or test[:1] == ["NONE"]
    return (
        test,
        disabled,
        duration(check.get("interval")),
        duration(check.get("timeout")),
        duration(check.get("start_period")),
        check.get("retries"),
    )
