"""Documents of facts from machines that are not these: cgroup v2, AppArmor, SELinux, user namespaces, other runtimes.

The contents of the files are as Documentation/admin-guide/cgroup-v2.rst, proc(5) and apparmor(7) have them. They were
not read from a running engine of that kind.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hardhull.facts.parts import BlockLimit, Device
from hardhull.facts.workload import Workload
from hardhull.formats.live import read
from hardhull.formats.live.listeners import same_hosts
from hardhull.hosts.cgroups import Groups
from hardhull.hosts.mounts import HostPaths, parsed
from hardhull.model.source import Source
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.facts.engine import Engine

GROUP = "/sys/fs/cgroup/system.slice/docker-4f.scope"
FIRST = {"pid": "pid:[4026531836]", "net": "net:[4026531840]", "ipc": "ipc:[4026531839]"}
STATUS = {
    "Name": "app", "Uid": "1000 1000 1000 1000", "Gid": "1000 1000 1000 1000", "CapEff": "0000000000000000",
    "CapBnd": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2",
}  # fmt: skip


def document(
    kernel: dict[str, Any],
    host: dict[str, Any] | None = None,
    *,
    status: dict[str, str] | None = None,
    modules: str = "",
    options: list[str] | None = None,
    known: bool = True,
) -> bytes:
    """One container and its machine."""
    answer = {"Name": "/app", "Config": {"Image": "app:1", "User": "1000:1000"}, "HostConfig": host or {}}
    told = {"GET /containers/4f/json": answer} if known else {"name": "4f", "runtime": "podman", "program": "app"}
    info = {"SecurityOptions": options or ["name=seccomp,profile=builtin"], "DockerRootDir": "/var/lib/docker"}
    return json.dumps(
        {
            "schema": "hardhull-facts/1",
            "collected": {"targets": ["containers"]},
            "engine": {"GET /version": {"Version": "29.10.1"}, "GET /info": info},
            "machine": {"/proc/1/ns": FIRST, "/sys/kernel/security/lsm": modules},
            "containers": [
                {**told, "kernel": {"/proc/9/status": {**STATUS, **(status or {})},
                                    "/proc/9/uid_map": "0 0 4294967295", **kernel}}
            ],
        },
        indent=1,
    ).encode()  # fmt: skip


def one(kernel: dict[str, Any], host: dict[str, Any] | None = None, **more: Any) -> Workload:
    (workload,) = read(Source("facts.json", document(kernel, host, **more))).facts
    assert isinstance(workload, Workload)
    return workload


def drifts(workload: Workload) -> dict[str, str]:
    return {item.value.field: item.value.real for item in workload.unreal.value}


def test_the_limits_of_cgroup_v2() -> None:
    workload = one(
        {
            f"{GROUP}/memory.max": "268435456",
            f"{GROUP}/pids.max": "100",
            f"{GROUP}/cpu.max": "50000 100000",
            f"{GROUP}/io.max": "8:0 rbps=1048576 wbps=max riops=max wiops=120",
        }
    )
    assert workload.memory.value == 256 << 20
    assert workload.pids.value == 100
    assert workload.cpus.value == 0.5
    assert [item.value for item in workload.block_io.value] == [
        BlockLimit("read_bps", "8:0", 1048576), BlockLimit("write_iops", "8:0", 120),
    ]  # fmt: skip
    place = workload.memory.place
    found = place.source.reading(place.span)
    assert found is not None
    assert (found[0], place.source.text(found[1]), found[2]) == ("memory.max", '"268435456"', f"{GROUP}/memory.max")


def test_limits_that_were_asked_for_and_are_not_set() -> None:
    host = {"Memory": 1 << 28, "PidsLimit": 100, "NanoCpus": 500_000_000, "BlkioWeight": 300}
    kernel = {
        f"{GROUP}/memory.max": "max", f"{GROUP}/pids.max": "max", f"{GROUP}/cpu.max": "max 100000", f"{GROUP}/io.max": "",
    }  # fmt: skip
    workload = one(kernel, host)
    assert set(drifts(workload)) == {"memory", "pids", "cpus", "block_io"}
    assert workload.memory.value is None
    assert workload.pids.value is None
    weighted = one({**kernel, f"{GROUP}/io.weight": "default 100"}, host)
    assert "block_io" not in drifts(weighted)


def test_a_tighter_group_above_counts() -> None:
    workload = one({f"{GROUP}/memory.max": "max", "/sys/fs/cgroup/system.slice/memory.max": "1048576"})
    assert workload.memory.value == 1 << 20
    assert "system.slice/memory.max" in workload.memory.origin


def test_groups_are_read_in_both_versions(tmp_path: Path) -> None:
    own = tmp_path / "outer/own"
    own.mkdir(parents=True)
    (tmp_path / "outer/pids.max").write_text("50\n")
    (own / "pids.max").write_text("max\n")
    (own / "cpu.max").write_text("max 100000\n")
    (own / "cgroup.procs").write_text("7\n9\n")
    mount = parsed(f"30 23 0:26 / {tmp_path} rw,nosuid - cgroup2 cgroup2 rw")
    assert mount is not None
    groups = Groups([mount])
    found = groups.readings({"": "/outer/own"})
    assert found == {
        f"{own}/pids.max": "max", f"{tmp_path}/outer/pids.max": "50", f"{own}/cpu.max": "max 100000",
    }  # fmt: skip
    assert groups.processes({"": "/outer/own"}) == [7, 9]
    assert groups.file({"": "/outer/own"}, "cpu", "cpu.cfs_quota_us", "cpu.max") == (f"{own}/cpu.max", "max 100000")
    assert groups.file({"": "/outer/own"}, "memory", "memory.kmem.limit_in_bytes", "-") is None
    old = parsed(f"31 23 0:27 / {tmp_path}/outer rw - cgroup cgroup rw,pids")
    assert old is not None
    both = Groups([mount, old]).file({"": "/outer/own", "pids": "/own"}, "pids", "pids.max", "pids.max")
    assert both == (f"{own}/pids.max", "max"), "where both are there, the first version has the controller"


@pytest.mark.parametrize(
    ("current", "options", "profile", "drift"),
    [
        ("docker-default (enforce)", [], None, False),
        ("unconfined", [], "unconfined", False),
        ("unconfined", ["apparmor=docker-default"], "unconfined", True),
        ("unconfined", ["apparmor=unconfined"], "unconfined", False),
        ("own-profile (complain)", ["apparmor=own-profile"], "own-profile", False),
    ],
)
def test_the_profile_that_apparmor_applies(current: str, options: list[str], profile: str | None, drift: bool) -> None:
    workload = one({"/proc/9/attr/current": current}, {"SecurityOpt": options}, modules="lockdown,capability,apparmor")
    assert workload.apparmor.value == profile
    assert ("apparmor" in drifts(workload)) is drift


def test_a_profile_that_may_not_be_read_is_not_taken_for_none() -> None:
    assert one({}, {"SecurityOpt": ["apparmor=own"]}, modules="apparmor").apparmor.value == "own"


def test_labels_without_selinux() -> None:
    options = {"SecurityOpt": ["label=type:container_t"]}
    assert "selinux" in drifts(one({}, options, modules="apparmor"))
    assert "selinux" not in drifts(one({}, options, modules="lockdown,selinux"))
    shared = one({"/proc/9/ns": FIRST}, {"SecurityOpt": ["label=disable"], "PidMode": "host"})
    assert not shared.selinux.value, "the engine adds it itself"
    assert one({}, {"SecurityOpt": ["label=disable"]}).selinux.value


def test_user_namespaces() -> None:
    options = ["name=userns", "name=seccomp,profile=builtin"]
    root = {"Uid": "100000 100000 100000 100000"}
    mapped = one({"/proc/9/uid_map": "0 100000 65536"}, status=root, options=options)
    assert mapped.user.value == "0"
    assert mapped.userns.value == "private"
    assert one({}, options=options).userns.value == "host"
    assert one({}).userns.value is None


def test_namespaces_that_may_not_be_read_are_not_guessed() -> None:
    host = {"PidMode": "container:other", "NetworkMode": "bridge"}
    workload = one({"/proc/9/ns": {}}, host)
    assert not workload.pid.known
    assert workload.network_mode.value == "bridge"
    assert one({"/proc/9/ns": FIRST}, host).pid.value == "host"
    assert one({"/proc/9/ns": {**FIRST, "pid": "pid:[4026532111]"}}, host).pid.value == "container:other"


def test_devices_of_cgroup_v2_are_the_files_that_are_there() -> None:
    nodes = {"/dev/null": "c 1:3", "/dev/sda": "b 8:0", "/dev/pts": "c 136:0"}
    workload = one({"/proc/9/root/dev": nodes})
    assert [item.value for item in workload.devices.value] == [Device("/dev/sda", "/dev/sda")]


def test_a_container_of_another_runtime() -> None:
    workload = one(
        {"/proc/9/cgroup": {"unified": "/machine.slice/libpod-4f.scope"}}, known=False, status={"Seccomp": "0"}
    )
    assert workload.outside.value == "/machine.slice/libpod-4f.scope"
    assert workload.effective_seccomp.value == "unconfined"
    assert not workload.image.known


def test_host_paths_behind_links_and_other_mounts() -> None:
    host = [parsed(line) for line in (
        "21 1 254:0 / / rw - ext4 /dev/vda rw",
        "40 21 254:16 / /data rw - xfs /dev/vdb rw",
        "41 21 254:0 /srv/www /var/www rw - ext4 /dev/vda rw",
    )]  # fmt: skip
    paths = HostPaths([one for one in host if one is not None])

    def shown(line: str) -> str | None:
        mount = parsed(line)
        assert mount is not None
        return paths.of(mount)

    assert shown("9 8 254:0 /etc /harmless rw - ext4 /dev/vda rw") == "/etc"
    assert shown("9 8 254:16 /db /x rw - xfs /dev/vdb rw") == "/data/db"
    assert shown("9 8 254:0 /srv/www/a\\040b /x rw - ext4 /dev/vda rw") == "/srv/www/a b"
    assert shown("9 8 0:99 / /x rw - nfs server:/export rw") is None


def test_another_version_is_refused() -> None:
    text = document({}).replace(b"hardhull-facts/1", b"hardhull-facts/2")
    with pytest.raises(UnreadableError, match="hardhull-facts/2"):
        read(Source("facts.json", text))


def engine(info: dict[str, Any], **more: Any) -> Engine:
    text = json.dumps(
        {
            "schema": "hardhull-facts/1",
            "collected": {"targets": ["engine"]},
            "engine": {"GET /version": {"Version": "29.10.1"}, "GET /info": info, **more},
        }
    )
    (found,) = read(Source("facts.json", text.encode())).facts
    return found  # type: ignore[return-value]  # that is what was asked for


def test_an_engine_whose_configuration_may_not_be_read_is_not_said_to_have_none() -> None:
    info = {"LiveRestoreEnabled": True, "SecurityOptions": []}
    more = {"/proc/7/cmdline": ["dockerd"], "/etc/docker/daemon.json": {"unreadable": True}}
    hidden = engine(info, **more)
    assert not hidden.unwritten_state.value
    assert not hidden.no_new_privileges.known
    absent = engine(info, **{**more, "/etc/docker/daemon.json": None})
    assert [item.value.field for item in absent.unwritten_state.value] == ["live_restore", "seccomp_profile"]


@pytest.mark.parametrize(
    ("options", "rootless", "remapped", "nnp"),
    [
        (["name=rootless", "name=seccomp,profile=builtin"], True, "", False),
        (["name=userns", "name=seccomp,profile=builtin"], False, "default", False),
        (["name=no-new-privileges", "name=seccomp,profile=builtin"], False, "", True),
    ],
)
def test_security_options(options: list[str], rootless: bool, remapped: str, nnp: bool) -> None:
    found = engine({"SecurityOptions": options}, **{"/proc/7/cmdline": ["dockerd"]})
    assert (found.rootless.value, found.userns_remap.value) == (rootless, remapped)
    assert found.no_new_privileges.value is nnp


@pytest.mark.parametrize(
    ("wanted", "real", "same"),
    [
        ((), ("unix:///run/docker.sock",), True),
        ((), ("unix:///run/docker.sock", "tcp://[::]:2375"), False),
        (("fd://",), ("unix:///run/docker.sock",), True),
        (("unix://",), ("unix:///var/run/docker.sock",), True),
        (("unix:///srv/a.sock",), ("unix:///run/docker.sock",), False),
        (("tcp://0.0.0.0:2376", "unix:///var/run/docker.sock"), ("tcp://[::]:2376", "unix:///run/docker.sock"), True),
        (("tcp://127.0.0.1:2376",), ("unix:///run/docker.sock",), False),
        (("tcp://",), ("tcp://127.0.0.1:2375",), True),
    ],
)
def test_addresses_that_were_asked_for_and_are_listened_on(
    wanted: tuple[str, ...],
    real: tuple[str, ...],
    same: bool,
) -> None:
    assert same_hosts(wanted, real) is same


@pytest.mark.parametrize(
    ("asks", "verify"),
    [(["nothing", "a client certificate"], None), (["TLS"], False), (["a client certificate"], True)],
)
def test_the_weakest_port_counts(asks: list[str], verify: bool | None) -> None:
    ports = [{"address": f"tcp://127.0.0.1:{2375 + at}", "asks_for": what} for at, what in enumerate(asks)]
    found = engine({"Debug": False}, **{"/proc/7/cmdline": ["dockerd"], "/proc/7/fd": ports})
    assert found.tlsverify.value is verify
    unsure = [*ports, {"address": "tcp://127.0.0.1:9999", "asks_for": "unknown"}]
    known = engine({"Debug": False}, **{"/proc/7/cmdline": ["dockerd"], "/proc/7/fd": unsure}).tlsverify.known
    assert known is (verify is not True), "one that could not be tried may be open"
