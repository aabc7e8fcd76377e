"""Changes to try on a workload, what should come of them, and the writing of one into bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.parts import Attachment, BlockLimit, Device, EnvVar, Healthcheck, Mount, Port, Ulimit
from hardhull.facts.workload import Workload
from hardhull.formats.docker_run.view import plain
from hardhull.formats.writing import write
from hardhull.model.change import Add, Change, Drop, SetTo, Swap
from hardhull.text.draft import Drafts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SCALARS: dict[str, list[Any]] = {
    "apparmor": ["docker-default", None],
    "cgroup_parent": ["/limited", None],
    "cgroupns": ["private", None],
    "container_name": ["other", None],
    "cpu_shares": [512, None],
    "cpus": [0.5, 2.0, None],
    "detach": [True, False],
    "dns": [("1.1.1.1", "9.9.9.9"), ()],
    "entrypoint": [("/bin/x y",), None],
    "expose": [("80",), ()],
    "healthcheck": [
        Healthcheck(("CMD-SHELL", "curl -f http://localhost/ || exit 1"), interval=30.0, retries=3),
        Healthcheck(("CMD-SHELL", "/healthy"), timeout=0.5),
        Healthcheck(("NONE",), disabled=True),
        None,
    ],
    "hostname": ["web", None],
    "image": ["registry.example.com/app@sha256:" + "a" * 64],
    "init": [True, False, None],
    "ipc": ["private", None],
    "log_driver": ["local", None],
    "memory": [256 << 20, 1000, None],
    "memory_reservation": [1 << 30, None],
    "memory_swap": [256 << 20, -1, None],
    "network_mode": ["none", None],
    "no_new_privileges": [True, None],
    "oom_kill_disable": [False],
    "pid": ["host", None],
    "pids": [200, None],
    "privileged": [False, True],
    "publish_all": [False],
    "read_only": [True, False],
    "restart": ["on-failure:5", "no", "always", None],
    "runtime_name": ["runsc", None],
    "seccomp": ["default", "profile one.json", None],
    "shm_size": [64 << 20, None],
    "stop_grace": [10.0, None],
    "storage": [10 << 30, None],
    "unmasked_paths": [False],
    "user": ["65532:65532", None],
    "userns": ["host", None],
    "uts": ["host", None],
    "working_dir": ["/srv/a b", None],
}
"""Values to set; the default of a field takes its option out."""

ITEMS: dict[str, list[Any]] = {
    "annotations": [("run.oci.keep_original_groups", "1")],
    "block_io": [BlockLimit("weight", "", 300), BlockLimit("read_bps", "/dev/sda", 1 << 20)],
    "cap_add": ["NET_BIND_SERVICE"],
    "cap_drop": ["ALL"],
    "devices": [Device("/dev/null", "/dev/null"), Device("/dev/a", "/dev/b", "r")],
    "env": [EnvVar("PLAIN", "1", "1"), EnvVar("PASSED", None, "PASSED", "host")],
    "group_add": ["audio"],
    "labels": [("hardhull.kept", "a b")],
    "log_options": [("max-size", "10m")],
    "mounts": [Mount("tmpfs", None, "/run", options=("size=16m", "noexec")), Mount("bind", "/etc/a", "/a", True)],
    "networks": [Attachment("inner")],
    "ports": [Port("443", "8443", "127.0.0.1")],
    "selinux": ["type:svirt_apache_t"],
    "sysctls": [("net.core.somaxconn", "1024")],
    "ulimits": [Ulimit("nofile", 1024, 2048)],
}
"""Items to add, and to put in the place of others."""


def changes(workload: Workload) -> Iterator[SetTo | Add | Drop | Swap]:
    """Everything that a rule might want of a workload, and more."""
    for field, given in SCALARS.items():
        if field not in workload.cannot:
            yield from (SetTo(field, value) for value in given)
    for field, new in ITEMS.items():
        if field in workload.cannot:
            continue
        there = getattr(workload, field)
        items = there.get(()) if there.known else ()
        yield from (Add(field, value) for value in new)
        for item in items:
            yield Drop(field, item)
            yield from (Swap(field, item, value) for value in new[:1])
            if item.known and isinstance(item.value, Mount):
                yield Swap(field, item, item.value._replace(read_only=not item.value.read_only))
            if item.known and isinstance(item.value, Port):
                yield Swap(field, item, item.value._replace(host_ip="127.0.0.1"))


def fields(workload: Workload) -> dict[str, Any]:
    """A workload without places and without what is said though it is the default; lists in no order."""
    found = {name: plain(field) for name, field in workload.fields.items() if name != "hollow"}
    found = {name: value for name, value in found.items() if value != getattr(Workload, name).default}
    found["unread"] = [plain(field) for field in workload.unread]
    return {name: sorted(map(_shown, value)) if isinstance(value, list) else value for name, value in found.items()}


def _shown(item: Any) -> str:
    """An item as text; a variable's value may go on coming from a variable of the script that has the wanted one."""
    return repr(item._replace(raw="") if isinstance(item, EnvVar) else item)


def wanted(workload: Workload, change: Change) -> dict[str, Any]:
    """What the workload should be read as afterwards."""
    out = fields(workload)
    if isinstance(change, SetTo):
        out[change.field] = change.value
        if change.value == getattr(Workload, change.field).default:
            out.pop(change.field, None)
        return out
    assert isinstance(change, Add | Drop | Swap)
    items = list(out.get(change.field, []))
    if not isinstance(change, Add):
        items.remove(_shown(plain(change.item)))
    if isinstance(change, Add) and _shown(change.item) not in items:
        items.append(_shown(change.item))
    if isinstance(change, Swap):
        items.append(_shown(change.value))
    out[change.field] = sorted(items)
    if not items:
        out.pop(change.field, None)
    return out


def written(workload: Workload, wishes: Sequence[Change]) -> bytes:
    """The file after Changes.

    Raises:
        UnwritableError: they cannot be written.
    """
    drafts = Drafts()
    write(workload, wishes, drafts)
    source = workload.place.source
    return drafts.of(source).result()
