"""What an engine really does with a setting: each key by what the kernel or the engine shows, never by its file."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.engines import probe
from hardhull.engines.log_files import bytes_of
from hardhull.engines.log_proof import LogProof, Where, log_proof
from hardhull.engines.namespaces import connects
from hardhull.engines.surroundings import filtered
from hardhull.hosts.proc import lines, pids, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from docker import APIClient

    from hardhull.engines.candidate import Candidate
    from hardhull.engines.log_servers import Received


class Seen(NamedTuple):
    """What was seen of a setting.

    Attributes:
        kept: whether it is as it should be; None where nothing shows it.
        text: what was seen, with where.
    """

    kept: bool | None
    text: str


class View:
    """One look at an engine, with a probe in it.

    Args:
        client: the engine.
        root: its root folder as it is seen from here; empty for this one.
        engine: the number of its process in the processes of ``root``.
        network: the file of its network namespace.
        reloaded: what it said of its last reload.
        received: what log servers got that are stood in for; None where the real ones are there.
    """

    def __init__(
        self, client: APIClient, root: str, engine: int, network: str, reloaded: Mapping[str, str] | None = None,
        received: Received | None = None,
    ) -> None:  # fmt: skip
        self.client, self.root, self.engine, self.network = client, root, engine, network
        self.reloaded = dict(reloaded or {})
        self.info: dict[str, Any] = client.info()
        self.bridge: dict[str, Any] = next(
            (one for one in client.networks(names=["bridge"]) if one["Name"] == "bridge"), {}
        )
        self.first: probe.Probe | None = None
        self._received = received
        self._logs: LogProof | None = None

    @property
    def probe(self) -> probe.Probe:
        """A container with the engine's defaults."""
        if self.first is None:
            self.first = probe.start(self.client, self.root)
        return self.first

    @property
    def logs(self) -> LogProof:
        """What becomes of what that container writes."""
        if self._logs is None:
            pid = 0 if self.root else self.engine
            where = Where(self.client, self.root, pid, self.info, self._received)
            self._logs = log_proof(where, self.probe)
        return self._logs

    def option(self, name: str) -> str:
        """An option of the default bridge."""
        return str((self.bridge.get("Options") or {}).get(f"com.docker.network.{name}", ""))

    def file(self, path: str) -> list[str]:
        """The lines of a file of the engine's."""
        return lines(f"{self.root}{path}")


def seen(view: View, wanted: Candidate) -> dict[str, Seen]:
    """What is seen of every setting that changes.

    Raises:
        ProbeError: a container that it needs does not start.
    """
    found = {}
    for each in wanted.changed:
        look = LOOKS.get(each.field)
        found[each.field] = look(view, each.new) if look else Seen(None, "nothing shows it from outside")
    return found


def _same(value: Any, wanted: Any, where: str) -> Seen:
    return Seen(value == wanted, f"{where}: {_short(value)}")


def _short(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return str(value) if value else "nothing"
    return {True: "true", False: "false", "": "nothing", (): "nothing"}.get(value, str(value))


def _info(name: str) -> Callable[[View, Any], Seen]:
    return lambda view, wanted: _same(view.info.get(name), wanted, f"GET /info {name}")


def _option(name: str) -> Callable[[View, Any], Seen]:
    def look(view: View, wanted: Any) -> Seen:
        value = view.option(name)
        text = {True: "true", False: "false"}.get(wanted, str(wanted))
        return Seen(value == text, f"bridge, {name}: {value}")

    return look


def _log_driver(view: View, wanted: Any) -> Seen:
    found = _same(view.probe.answer["HostConfig"]["LogConfig"]["Type"], wanted, "a new container logs by")
    return _arrives(view, found)


def _log_options(view: View, wanted: Any) -> Seen:
    config = view.probe.answer["HostConfig"]["LogConfig"]["Config"] or {}
    names = ", ".join(sorted(config)) or "none"
    return _arrives(view, Seen(dict(wanted).items() <= config.items(), f"a new container has the log options {names}"))


def _arrives(view: View, found: Seen) -> Seen:
    """What was seen of a setting of logs, and what becomes of messages with all of them."""
    if not found.kept:
        return found
    return Seen(view.logs.kept is not False, f"{found.text}; {view.logs.text}")


def _new_privileges(view: View, wanted: Any) -> Seen:
    value = (text(f"{view.probe.proc}/status") or "").partition("NoNewPrivs:")[2].split()[:1]
    return Seen(value == ["1" if wanted else "0"], f"a new container has NoNewPrivs {''.join(value)}")


def _seccomp(view: View, wanted: Any) -> Seen:
    mode = status_of(view.probe.proc).get("Seccomp", "")
    return Seen((mode == "0") is (wanted == "unconfined"), f"a new container has Seccomp {mode}")


def status_of(proc: str) -> dict[str, str]:
    """``status`` of a process by its folder."""
    found = {}
    for line in lines(f"{proc}/status"):
        name, _, value = line.partition(":")
        found[name] = " ".join(value.split())
    return found


def _ulimits(view: View, wanted: Any) -> Seen:
    rows = {}
    for line in lines(f"{view.probe.proc}/limits")[1:]:
        match = re.match(r"Max (.+?) {2,}(\S+) +(\S+)", line)
        if match:
            rows[match[1]] = (match[2], match[3])
    told = []
    kept = True
    for limit in wanted:
        value = rows.get(LIMITS.get(limit.name.lower(), ""), ("?", "?"))
        bounds = tuple("unlimited" if number == -1 else str(number) for number in (limit.soft, limit.hard))
        kept &= value == bounds
        told.append(f"{limit.name} {value[0]}:{value[1]}")
    return Seen(kept, f"a new container has {', '.join(told) or 'the limits of the engine'}")


def _shm(view: View, wanted: Any) -> Seen:
    value = view.probe.answer["HostConfig"]["ShmSize"]
    return Seen(value == bytes_of(wanted), f"a new container has ShmSize {value}")


def _host(name: str, default: str = "") -> Callable[[View, Any], Seen]:
    def look(view: View, wanted: Any) -> Seen:
        value = view.probe.answer["HostConfig"].get(name) or default
        return Seen(value == (wanted or default), f"a new container has {name} {value or 'nothing'}")

    return look


def _init(view: View, wanted: Any) -> Seen:
    name = text(f"{view.probe.proc}/comm") or ""
    return Seen((name != "helper") is wanted, f"the first process of a new container is {name}")


def _cgroup(view: View, wanted: Any) -> Seen:
    own = [line.partition(":")[2] for line in lines(f"{view.probe.proc}/cgroup")]
    found = any(wanted in each for each in own)
    return Seen(found if wanted else True, f"a new container is in {own[0].partition(':')[2] if own else '?'}")


def _icc(view: View, wanted: Any) -> Seen:
    option = view.option("bridge.enable_icc")
    other = probe.start(view.client, view.root)
    why = connects(f"{view.probe.proc}/ns/net", other.address, probe.PORT)
    reached = "reaches" if not why else "does not reach"
    kept = (not why) is wanted and option == ("true" if wanted else "false")
    return Seen(kept, f"one new container {reached} another; bridge, enable_icc: {option}")


def _proxy(view: View, wanted: Any) -> Seen:
    before = set(_proxies(view))
    made = probe.start(view.client, view.root, {"PortBindings": {f"{probe.PORT}/tcp": [{"HostPort": ""}]}})
    there = bool(set(_proxies(view)) - before)
    view.client.remove_container(made.answer["Id"], force=True)
    return Seen(there is wanted, f"a published port has {'a' if there else 'no'} docker-proxy")


def _proxy_path(view: View, wanted: Any) -> Seen:
    """Whether the program of that path is what serves a published port."""
    return _proxy(view, True) if wanted else Seen(None, "the proxy that the engine finds itself")


def _init_path(view: View, _wanted: Any) -> Seen:
    made = probe.start(view.client, view.root, {"Init": True})
    name = text(f"{made.proc}/comm") or ""
    view.client.remove_container(made.answer["Id"], force=True)
    return Seen(name != "helper", f"with --init the first process of a container is {name}")


def _proxies(view: View) -> list[int]:
    names = pids() if not view.root else (int(p) for p in _numbers(f"{view.root}/proc"))
    return [pid for pid in names if text(f"{view.root}/proc/{pid}/comm") == "docker-proxy"]


def _numbers(folder: str) -> list[str]:
    import os

    return [name for name in os.listdir(folder) if name.isdigit()]  # noqa: PTH208  names are all that is asked for


def _resolver(word: str) -> Callable[[View, Any], Seen]:
    def look(view: View, wanted: Any) -> Seen:
        rows = view.file(view.probe.answer["ResolvConfPath"])
        found = tuple(part for row in rows if row.startswith(word) for part in row.split()[1:])
        kept = not wanted or set(wanted) <= set(found)
        return Seen(kept, f"resolv.conf of a new container, {word}: {', '.join(found) or 'none'}")

    return look


def _labels(view: View, wanted: Any) -> Seen:
    return _same(tuple(sorted(view.info.get("Labels") or ())), tuple(sorted(wanted)), "GET /info Labels")


def _mirrors(view: View, wanted: Any) -> Seen:
    found = {each.rstrip("/") for each in (view.info.get("RegistryConfig") or {}).get("Mirrors") or ()}
    return Seen(found == {each.rstrip("/") for each in wanted}, f"GET /info Mirrors: {', '.join(found) or 'none'}")


def _insecure(view: View, wanted: Any) -> Seen:
    config = view.info.get("RegistryConfig") or {}
    found = set(config.get("InsecureRegistryCIDRs") or ()) - {"127.0.0.0/8", "::1/128"}
    found |= {name for name, one in (config.get("IndexConfigs") or {}).items() if not one.get("Secure")}
    return Seen(found == set(wanted), f"GET /info insecure registries: {', '.join(sorted(found)) or 'none'}")


def _security(word: str) -> Callable[[View, Any], Seen]:
    def look(view: View, wanted: Any) -> Seen:
        on = any(f"name={word}" in each for each in view.info.get("SecurityOptions") or ())
        return Seen(on is bool(wanted), f"GET /info SecurityOptions: {'with' if on else 'without'} {word}")

    return look


def _userns(view: View, wanted: Any) -> Seen:
    row = (lines(f"{view.probe.proc}/uid_map") or [""])[0].split()
    mapped = row[1:2] != ["0"]
    on = str(wanted).partition(":")[0] not in {"", "host", "root", "0"}
    return Seen(mapped is on, f"uid_map of a new container: {' '.join(row)}")


def _runtimes(view: View, wanted: Any) -> Seen:
    names = {one.name for one in wanted}
    for name in sorted(names):
        made = probe.start(view.client, view.root, {"Runtime": name})
        view.client.remove_container(made.answer["Id"], force=True)
    found = set(view.info.get("Runtimes") or ())
    return Seen(names <= found, f"GET /info Runtimes: {', '.join(sorted(found))}; one container started with each")


def _exec_options(view: View, wanted: Any) -> Seen:
    driver = str(view.info.get("CgroupDriver"))
    asked = [each.partition("=")[2] for each in wanted if "cgroupdriver" in each]
    return Seen(not asked or driver == asked[-1], f"GET /info CgroupDriver: {driver}")


def _plugins(view: View, wanted: Any) -> Seen:
    found = tuple((view.info.get("Plugins") or {}).get("Authorization") or ())
    if view.reloaded and set(found) != set(wanted):  # read on engine 20.10, which does ask the new plugins then
        return Seen(None, "GET /info goes on telling the plugins that the engine began with")
    return Seen(set(found) == set(wanted), f"GET /info Authorization: {', '.join(found) or 'none'}")


def _bip(view: View, wanted: Any) -> Seen:
    config = ((view.bridge.get("IPAM") or {}).get("Config") or [{}])[0]
    found = config.get("Gateway") or config.get("Subnet", "")
    address = str(wanted).partition("/")[0]
    return Seen(not wanted or address == found, f"the bridge's gateway: {found}")


def _fixed(view: View, wanted: Any) -> Seen:
    address = view.probe.address
    inside = not wanted or ip_address(address) in ip_network(wanted, strict=False)
    return Seen(inside, f"a new container has the address {address}")


def _pools(view: View, wanted: Any) -> Seen:
    name = "hardhull-probe-net"
    made = view.client.create_network(name, labels={"hardhull.part": probe.ROLE})
    try:
        found = view.client.inspect_network(made["Id"])["IPAM"]["Config"][0]["Subnet"]
    finally:
        view.client.remove_network(made["Id"])
    inside = any(ip_network(found).subnet_of(ip_network(one.base)) for one in wanted)  # type: ignore[arg-type]
    return Seen(inside or not wanted, f"a new network has {found}")


def _iptables(view: View, wanted: Any) -> Seen:
    pid = view.engine if not view.root else int(view.network.split("/")[2])
    there = filtered(pid)
    if there is None:
        return Seen(None, "iptables could not be asked")
    return Seen(there is wanted, f"the packet filter has {'rules' if there else 'no rule'} for docker0")


def _reloaded(name: str) -> Callable[[View, Any], Seen]:
    def look(view: View, wanted: Any) -> Seen:
        value = view.reloaded.get(name)
        if value is None:
            return Seen(None, "nothing shows it but the event of a reload")
        return Seen(value == str(wanted), f"the engine's event of the reload: {name} {value}")

    return look


LIMITS = {
    "as": "address space", "core": "core file size", "cpu": "cpu time", "data": "data size", "fsize": "file size",
    "locks": "file locks", "memlock": "locked memory", "msgqueue": "msgqueue size", "nice": "nice priority",
    "nofile": "open files", "nproc": "processes", "rss": "resident set", "rtprio": "realtime priority",
    "rttime": "realtime timeout", "sigpending": "pending signals", "stack": "stack size",
}  # fmt: skip
"""Names of limits in /proc/PID/limits (fs/proc/base.c)."""

LOOKS: dict[str, Callable[[View, Any], Seen]] = {
    "authorization_plugins": _plugins, "bip": _bip, "cgroup_parent": _cgroup, "data_root": _info("DockerRootDir"),
    "debug": _info("Debug"), "default_address_pools": _pools, "default_cgroupns_mode": _host("CgroupnsMode"),
    "default_ipc_mode": _host("IpcMode", "private"), "default_runtime": _info("DefaultRuntime"),
    "default_shm_size": _shm, "default_ulimits": _ulimits, "dns": _resolver("nameserver"),
    "dns_opts": _resolver("options"), "dns_search": _resolver("search"), "exec_opts": _exec_options,
    "experimental": _info("ExperimentalBuild"), "fixed_cidr": _fixed, "icc": _icc, "init": _init,
    "init_path": _init_path,
    "insecure_registries": _insecure, "ip": _option("bridge.host_binding_ipv4"),
    "ip_masq": _option("bridge.enable_ip_masquerade"), "iptables": _iptables, "labels": _labels,
    "live_restore": _info("LiveRestoreEnabled"), "log_driver": _log_driver, "log_opts": _log_options,
    "max_concurrent_downloads": _reloaded("max-concurrent-downloads"),
    "max_concurrent_uploads": _reloaded("max-concurrent-uploads"), "mtu": _option("driver.mtu"),
    "no_new_privileges": _new_privileges, "registry_mirrors": _mirrors, "runtimes": _runtimes,
    "seccomp_profile": _seccomp, "selinux_enabled": _security("selinux"), "storage_driver": _info("Driver"),
    "shutdown_timeout": _reloaded("shutdown-timeout"), "userland_proxy": _proxy,
    "userland_proxy_path": _proxy_path, "userns_remap": _userns,
}  # fmt: skip
"""How each field of an engine is looked at. Of the others no engine shows anything."""
