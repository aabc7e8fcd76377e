"""Containers as the Engine API shows and takes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.facts.parts import Attachment, BlockLimit, Device, EnvVar, Healthcheck, Mount, Port, Ulimit
from hardhull.formats.engine_api import looks_like, read
from hardhull.formats.engine_api.host_config import UNDERSTOOD
from hardhull.model.field import InexpressibleError, NotKnownError
from hardhull.model.source import Source
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload


def containers(body: object) -> list[Workload]:
    return read(Source("c.json", json.dumps(body, ensure_ascii=False).encode()))


def inspected(host: dict[str, Any] | None = None, config: dict[str, Any] | None = None, **more: object) -> Workload:
    (found,) = containers(
        [{"Name": "/web", "Config": {"Image": "i", **(config or {})}, "HostConfig": host or {}, **more}]
    )
    return found


def created(host: dict[str, Any] | None = None, **config: object) -> Workload:
    (found,) = containers({"Image": "registry:5000/team/app:1@sha256:0", **config, "HostConfig": host or {}})
    return found


@pytest.mark.parametrize(
    ("host", "name", "value"),
    [
        ({"Privileged": True}, "privileged", True),
        ({"ReadonlyRootfs": True}, "read_only", True),
        ({"readonlyrootfs": True}, "read_only", True),
        ({"Memory": 1024}, "memory", 1024),
        ({"Memory": 0}, "memory", None),
        ({"MemorySwap": -1}, "memory_swap", -1),
        ({"NanoCpus": 500_000_000}, "cpus", 0.5),
        ({"CpuQuota": 50000}, "cpus", 0.5),
        ({"CpuQuota": 50000, "CpuPeriod": 200000}, "cpus", 0.25),
        ({"CpuQuota": -1}, "cpus", None),
        ({"PidsLimit": -1}, "pids", -1),
        ({"PidsLimit": None}, "pids", None),
        ({"PidMode": ""}, "pid", None),
        ({"PidMode": "container:x"}, "pid", "container:x"),
        ({"UTSMode": "host"}, "uts", "host"),
        ({"NetworkMode": "host"}, "network_mode", "host"),
        ({"NetworkMode": "default"}, "network_mode", None),
        ({"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}}, "restart", "on-failure:3"),
        ({"RestartPolicy": {"Name": ""}}, "restart", None),
        ({"LogConfig": {"Type": "local"}}, "log_driver", "local"),
        ({"StorageOpt": {"size": "10G"}}, "storage", 10 * 1024**3),
        ({"Dns": ["1.1.1.1"]}, "dns", ("1.1.1.1",)),
        ({"Dns": []}, "dns", ()),
        ({"MaskedPaths": []}, "unmasked_paths", True),
        ({"MaskedPaths": None}, "unmasked_paths", False),
        ({"SecurityOpt": ["no-new-privileges"]}, "no_new_privileges", True),
        ({"SecurityOpt": ["no-new-privileges:false"]}, "no_new_privileges", False),
        ({"SecurityOpt": ["no-new-privileges=1"]}, "no_new_privileges", True),
        ({"SecurityOpt": ["seccomp=unconfined"]}, "seccomp", "unconfined"),
        ({"SecurityOpt": ["seccomp:builtin"]}, "seccomp", "default"),
        ({"SecurityOpt": ["apparmor=docker-default"]}, "apparmor", "docker-default"),
        ({"SecurityOpt": ["systempaths=unconfined"]}, "unmasked_paths", True),
    ],
)
def test_settings_of_the_host_config(host: dict[str, Any], name: str, value: object) -> None:
    assert getattr(inspected(host), name).value == value


@pytest.mark.parametrize(
    ("host", "name", "values"),
    [
        ({"CapAdd": ["CAP_NET_ADMIN", "all"]}, "cap_add", ["NET_ADMIN", "ALL"]),
        ({"CapDrop": None}, "cap_drop", []),
        ({"SecurityOpt": ["label=disable", "label:type:x"]}, "selinux", ["disable", "type:x"]),
        ({"Binds": ["/a:/b:ro,z,rshared", "v:/c", "/d"]}, "mounts",
         [Mount("bind", "/a", "/b", True, "rshared", ("z",)), Mount("volume", "v", "/c"), Mount("volume", None, "/d")]),
        ({"Mounts": [{"Type": "bind", "Source": "/a", "Target": "/b", "ReadOnly": True}]}, "mounts",
         [Mount("bind", "/a", "/b", True)]),
        ({"Tmpfs": {"/run": "ro,size=1m"}}, "mounts", [Mount("tmpfs", None, "/run", True, "", ("size=1m",))]),
        ({"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}, {"HostIp": "::1"}], "53/udp": None}}, "ports",
         [Port("80", "8080"), Port("80", None, "::1"), Port("53", None, None, "udp")]),
        ({"Devices": [{"PathOnHost": "/dev/a"}]}, "devices", [Device("/dev/a", "/dev/a")]),
        ({"Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}]}, "ulimits", [Ulimit("nofile", 1, 2)]),
        ({"BlkioWeight": 10, "BlkioDeviceReadBps": [{"Path": "/dev/a", "Rate": 5}]}, "block_io",
         [BlockLimit("weight", "", 10), BlockLimit("read_bps", "/dev/a", 5)]),
        ({"Sysctls": {"net.x": "1"}}, "sysctls", [("net.x", "1")]),
        ({"LogConfig": {"Type": "syslog", "Config": {"tag": "t"}}}, "log_options", [("tag", "t")]),
        ({"NetworkMode": "shop"}, "networks", [Attachment("shop")]),
    ],
)  # fmt: skip
def test_lists_of_the_host_config(host: dict[str, Any], name: str, values: list[object]) -> None:
    assert [item.value for item in getattr(inspected(host), name).value] == values


def test_config() -> None:
    found = inspected(
        config={
            "Env": ["A=b=c", "HOME"],
            "Cmd": ["run"],
            "Entrypoint": None,
            "Healthcheck": {"Test": ["CMD", "x"], "Interval": 3_000_000_000, "Retries": 2},
            "ExposedPorts": {"80/tcp": {}},
            "Labels": {"k": "v"},
            "StopTimeout": 7,
        }
    )
    assert [item.value for item in found.env.value] == [EnvVar("A", "b=c", "b=c"), EnvVar("HOME", None, "", "host")]
    assert found.command.value == ("run",)
    assert found.entrypoint.value is None
    assert found.healthcheck.value == Healthcheck(("CMD", "x"), False, 3.0, None, None, 2)
    assert found.expose.value == ("80/tcp",)
    assert [item.value for item in found.labels.value] == [("k", "v")]
    assert found.stop_grace.value == 7.0


def test_an_empty_user_is_root_in_an_inspection_and_the_image_user_in_a_request() -> None:
    assert inspected(config={"User": ""}).user.value == "0"
    assert "empty user is root" in inspected(config={"User": ""}).user.origin
    assert created(User="").user.value is None
    assert created(User="1:1").user.value == "1:1"


def test_names_and_subjects() -> None:
    assert inspected().subject == "container web"
    assert created().name == "app"
    (nameless,) = containers({"Image": "", "HostConfig": {}})
    assert nameless.name == "container"
    assert inspected(OCIRuntime="crun").runtime == "podman"


def test_networks_and_mounts_that_only_the_engine_knows() -> None:
    found = inspected(
        {"NetworkMode": "shop", "Binds": ["/a:/b"]},
        NetworkSettings={"Networks": {"shop": {"Aliases": ["w"]}, "bridge": {}}},
        Mounts=[
            {"Type": "bind", "Source": "/a", "Destination": "/b", "RW": True},
            {"Type": "volume", "Name": "n", "Source": "/var/lib/x", "Destination": "/data", "RW": False},
        ],
    )
    assert [item.value for item in found.networks.value] == [Attachment("shop", aliases=("w",))]
    assert [item.value for item in found.mounts.value] == [
        Mount("bind", "/a", "/b"),
        Mount("volume", "n", "/data", read_only=True),
    ]


def test_a_volume_that_is_a_bind() -> None:
    options = {"type": "none", "o": "bind,ro", "device": "/etc"}
    entry = {"Type": "volume", "Source": "v", "Target": "/x", "VolumeOptions": {"DriverConfig": {"Options": options}}}
    assert inspected({"Mounts": [entry]}).mounts.value[0].value.host_root == "/etc"


def test_an_inline_profile_is_read_and_keeps_the_place_of_its_string() -> None:
    text = json.dumps({"Image": "i", "HostConfig": {"SecurityOpt": ['seccomp={"defaultAction": "SCMP_ACT_ALLOW"}']}})
    source = Source("c.json", text.encode())
    (found,) = read(source)
    profile = found.seccomp_profile.value
    assert profile is not None
    assert profile.allows_all
    assert profile.default_action.place == found.seccomp.place
    assert source.text(found.seccomp.place.span) == json.dumps('seccomp={"defaultAction": "SCMP_ACT_ALLOW"}')
    broken = inspected({"SecurityOpt": ["seccomp={"]})
    with pytest.raises(NotKnownError):
        _ = broken.seccomp_profile.value


def test_values_of_another_type_are_unknown() -> None:
    found = inspected({"Memory": "1g", "CapAdd": [1], "SecurityOpt": ["no-new-privileges:maybe"]})
    for field in (found.memory, found.cap_add.value[0], found.no_new_privileges):
        with pytest.raises(NotKnownError):
            _ = field.value


def test_what_the_api_cannot_say_and_what_is_not_understood() -> None:
    found = inspected({"Nope": 1, "SecurityOpt": ["writable-cgroups=true"]})
    assert [item.value for item in found.unread] == ["writable-cgroups", "Nope"]
    with pytest.raises(InexpressibleError):
        _ = found.secrets.value
    assert len(UNDERSTOOD) > 70


def test_places_of_absent_settings() -> None:
    text = '[{"Name": "/web", "Config": {"Image": "i"}, "HostConfig": {"Memory": 0}}]'
    source = Source("c.json", text.encode())
    (found,) = read(source)
    assert (source.text(found.memory.place.span), found.memory.written) == ("0", False)
    assert source.text(found.pids.place.span) == '"/web"'
    assert source.text(found.place.span) == '"/web"'


@pytest.mark.parametrize("body", [{}, [], [1, None, "x"], {"HostConfig": {}}, {"HostConfig": 1, "Image": "i"}, "x"])
def test_what_is_no_container(body: object) -> None:
    assert containers(body) == []


def test_looks_like_and_what_is_no_json() -> None:
    assert looks_like(b'[{"HostConfig" : {}}]')
    assert not looks_like(b'{"HostConfig": null}')
    with pytest.raises(UnreadableError):
        read(Source("c.json", b'{"HostConfig": {}'))


KEYS = st.sampled_from(
    [
        "Binds",
        "Mounts",
        "Tmpfs",
        "PortBindings",
        "Memory",
        "CapAdd",
        "SecurityOpt",
        "LogConfig",
        "RestartPolicy",
        "Type",
        "Ulimits",
        "Devices",
        "NetworkMode",
        "NanoCpus",
        "StorageOpt",
        "BlkioDeviceReadBps",
        "Source",
        "Target",
        "size",
    ]
)
ANY: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "a:b", "x=y", "é"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(KEYS, ANY, max_size=8), ANY, ANY)
def test_nothing_that_is_json_breaks_the_reader(host: dict[str, Any], config: Any, mounts: Any) -> None:
    body = {"Name": "n", "Config": config, "Image": "i", "HostConfig": host, "Mounts": mounts}
    size = len(json.dumps(body, ensure_ascii=False).encode())
    for found in containers(body):
        for field in found.fields.values():
            assert 0 <= field.place.span.start <= field.place.span.end <= size
            items = field.get(()) if field.known else ()
            for item in items if isinstance(items, tuple) else ():
                if hasattr(item, "place"):
                    assert item.place.span.end <= size
