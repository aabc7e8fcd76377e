"""Values that every field of an engine can have in daemon.json, and what a change should make of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.engine import AddressPool, Engine, Runtime
from hardhull.facts.parts import Ulimit
from hardhull.formats.writing import write
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.model.field import Field
from hardhull.text.draft import Drafts

if TYPE_CHECKING:
    from collections.abc import Iterator

ONE: dict[str, list[Any]] = {
    "allow_direct_routing": [True], "bip": ["10.1.0.1/24"], "bip6": ["fd00::1/64"], "bridge": ["br0"],
    "builder_gc": [True, False], "builder_gc_keep": ["10GB"], "cgroup_parent": ["/limited"],
    "containerd": ["/run/c.sock"], "cri_containerd": [True], "data_root": ["/srv/docker"], "debug": [True],
    "default_cgroupns_mode": ["private", "host"], "default_ipc_mode": ["shareable"], "default_runtime": ["runsc"],
    "default_shm_size": ["1g"], "default_stop_timeout": [5], "exec_root": ["/run/x"], "experimental": [True],
    "firewall_backend": ["nftables"], "fixed_cidr": ["10.1.0.0/25"], "group": ["admin"],
    "http_proxy": ["http://p:1"], "https_proxy": ["http://p:2"], "icc": [False], "init": [True],
    "ip": ["127.0.0.1"], "ip6tables": [True, False], "ip_forward": [False], "ip_forward_no_drop": [True],
    "ip_masq": [False], "iptables": [False], "ipv6": [True], "live_restore": [True], "log_driver": ["local"],
    "log_format": ["json"], "log_level": ["warn", "debug"], "max_concurrent_downloads": [7],
    "max_concurrent_uploads": [8], "max_download_attempts": [9], "metrics_addr": ["127.0.0.1:9323"],
    "min_api_version": ["1.44"], "mtu": [1400], "network_diagnostic_port": [2000], "no_new_privileges": [True],
    "no_proxy": ["localhost"], "rootless": [True], "seccomp_profile": ["unconfined", "/etc/s.json"],
    "selinux_enabled": [True], "shutdown_timeout": [30], "storage_driver": ["overlay2"], "tls": [True, False],
    "tlscacert": ["/ca.pem"], "tlscert": ["/cert.pem"], "tlskey": ["/key.pem"], "tlsverify": [True, False],
    "userland_proxy": [False], "userns_remap": ["default"],
}  # fmt: skip
"""Fields with one value: values that are not the default."""

MANY: dict[str, list[Any]] = {
    "authorization_plugins": ["opa", "casbin"],
    "builder_entitlements": [("security-insecure", False), ("network-host", True)],
    "default_address_pools": [AddressPool("10.0.0.0/8", 24), AddressPool("10.9.0.0/16", 26)],
    "default_network_opts": [("bridge:a", "1"), ("bridge:b", "2"), ("overlay:a", "3")],
    "default_ulimits": [Ulimit("nofile", 10, 20), Ulimit("nproc", -1, -1)],
    "dns": ["1.1.1.1", "9.9.9.9"], "dns_opts": ["ndots:1", "rotate"], "dns_search": ["example.com", "example.org"],
    "exec_opts": ["native.cgroupdriver=systemd"], "features": [("buildkit", True), ("x", False)],
    "hosts": ["fd://", "tcp://127.0.0.1:2376"], "insecure_registries": ["a:5000", "b:5000"],
    "labels": ["a=b", "c=ü"], "log_opts": [("max-size", "10m"), ("max-file", "3"), ("mode", "non-blocking")],
    "registry_mirrors": ["https://m", "https://n"],
    "runtimes": [Runtime("runsc", "/bin/runsc", ("--debug",)), Runtime("kata", "", (), "io.containerd.kata.v2")],
    "storage_opts": ["size=1G", "overlay2.x=1"],
}  # fmt: skip
"""Lists and maps: items."""

LINKS = {"version", "config_file", "problems", "seccomp", "allow_nondistributable_artifacts", "api_cors_header"}
"""Fields that are no keys, or that no present engine takes."""


def name_of(item: Any) -> Any:
    """What two items of a map may not share."""
    if isinstance(item, (Ulimit, Runtime)):
        return item.name
    return item[0] if isinstance(item, tuple) and not isinstance(item, AddressPool) else item


def plain(field: Field[Any]) -> Any:
    """The value of a field without places."""
    value = field.get(None)
    if isinstance(value, tuple) and value and isinstance(value[0], Field):
        return sorted(repr(item.get(None)) for item in value)
    return value


def fields(engine: Engine) -> dict[str, Any]:
    """An engine without places, and without what is said though it is the default."""
    found = {name: plain(field) for name, field in engine.fields.items() if name not in {"problems", "version"}}
    return {name: value for name, value in found.items() if value not in (getattr(Engine, name).default, ())}


def changes(engine: Engine) -> Iterator[SetTo | Add | Drop | Swap]:
    """Everything that can be wanted of an engine."""
    for name, values in ONE.items():
        yield SetTo(name, getattr(Engine, name).default)
        yield from (SetTo(name, value) for value in values)
    for name, values in MANY.items():
        there = getattr(engine, name).value
        taken = {name_of(item.value) for item in there}
        yield from (Add(name, value) for value in values)
        for item in there:
            yield Drop(name, item)
            yield from (Swap(name, item, v) for v in values if name_of(v) not in taken - {name_of(item.value)})


def expected(engine: Engine, change: SetTo | Add | Drop | Swap) -> dict[str, Any]:
    """What the engine should be read as afterwards."""
    out = fields(engine)
    if isinstance(change, SetTo):
        out[change.field] = change.value
        return {name: value for name, value in out.items() if value != getattr(Engine, name).default}
    items = list(out.get(change.field, ()))
    if isinstance(change, Add):
        items += [] if repr(change.item) in items else [repr(change.item)]
    else:
        items.remove(repr(change.item.value))
        items += [repr(change.value)] if isinstance(change, Swap) else []
    out[change.field] = sorted(items)
    return {name: value for name, value in out.items() if value != []}


def written(engine: Engine, *wanted: SetTo | Add | Drop | Swap) -> bytes:
    """The file with the changes made."""
    drafts = Drafts()
    write(engine, wanted, drafts)
    return drafts.of(engine.place.source).result()
