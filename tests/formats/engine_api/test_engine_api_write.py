"""Create bodies are changed where they stand; what ``docker inspect`` prints is answered with a command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.facts.parts import Attachment, BlockLimit, Device, EnvVar, Healthcheck, Mount, Port, Ulimit
from hardhull.facts.workload import Workload
from hardhull.formats.engine_api import read
from hardhull.formats.engine_api.spell import LISTS, MAPS, SCALARS
from hardhull.formats.writing import write
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.model.field import Field
from hardhull.model.source import Source
from hardhull.text.draft import Drafts, UnwritableError

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKS = [
    Healthcheck(("CMD", "curl", "-f", "http://localhost/"), interval=30.0, timeout=0.5, retries=3),
    Healthcheck(("NONE",), disabled=True),
]
ONE: dict[str, list[Any]] = {
    "apparmor": ["docker-default"], "cgroup_parent": ["/limited"], "cgroupns": ["private"], "command": [("a", "b c")],
    "cpu_shares": [512], "cpus": [0.5, 2.0], "dns": [("1.1.1.1", "9.9.9.9")], "entrypoint": [("/bin/x y",)],
    "expose": [("80/tcp",), ("80/tcp", "53/udp")], "healthcheck": CHECKS, "hostname": ["web"],
    "image": ["registry.example.com/app@sha256:" + "a" * 64], "init": [True, False], "ipc": ["private"],
    "log_driver": ["local"], "memory": [256 << 20], "memory_reservation": [1 << 20], "memory_swap": [-1],
    "no_new_privileges": [True, False], "oom_kill_disable": [True], "oom_score_adj": [500], "pid": ["host"],
    "pids": [200, -1], "platform": ["linux/arm64"], "privileged": [True], "publish_all": [True], "read_only": [True],
    "remove": [True], "restart": ["on-failure:5", "no", "always"], "runtime_name": ["runsc"],
    "seccomp": ["default", "unconfined"], "shm_size": [64 << 20], "stdin_open": [True], "stop_grace": [10.0],
    "stop_signal": ["SIGQUIT"], "storage": [10 << 30], "tty": [True], "unmasked_paths": [True],
    "user": ["65532:65532"], "userns": ["host"], "uts": ["host"], "working_dir": ["/srv/a b"],
}  # fmt: skip
MANY: dict[str, list[Any]] = {
    "annotations": [("a", "1"), ("b", "2")],
    "block_io": [BlockLimit("weight", "", 300), BlockLimit("read_bps", "/dev/sda", 9), BlockLimit("weight_device", "/d", 7)],
    "cap_add": ["NET_BIND_SERVICE", "CHOWN"], "cap_drop": ["ALL"],
    "device_cgroup_rules": ["c 1:3 mr"], "devices": [Device("/dev/null", "/dev/null"), Device("/dev/a", "/dev/b", "r")],
    "env": [EnvVar("A", "1", "1"), EnvVar("B", "x=ü", "x=ü")], "extra_hosts": ["a:1.1.1.1"], "group_add": ["audio"],
    "labels": [("x", "a b"), ("y", "")], "links": ["db:db"], "log_options": [("max-size", "10m"), ("max-file", "3")],
    "mounts": [
        Mount("tmpfs", None, "/run", options=("size=16m", "noexec")), Mount("bind", "/etc/a", "/a", True, "rslave", ("z",)),
        Mount("volume", "data", "/data"), Mount("volume", None, "/anon"), Mount("volume", None, "/sealed", True),
    ],
    "networks": [Attachment("inner", aliases=("db",)), Attachment("outer")],
    "ports": [Port("443", "8443", "127.0.0.1"), Port("443", "9443"), Port("53", "53", protocol="udp")],
    "selinux": ["type:svirt_apache_t"], "sysctls": [("net.core.somaxconn", "1024")],
    "ulimits": [Ulimit("nofile", 1024, 2048), Ulimit("nproc", -1, -1)],
}  # fmt: skip
STYLES = ("compact", "two", "tabs", "crlf")


def plain(field: Field[Any]) -> Any:
    value = field.get(None)
    if isinstance(value, tuple) and value and isinstance(value[0], Field):
        return sorted(repr(item.get(None)) for item in value)
    return value


def fields(workload: Workload) -> dict[str, Any]:
    """A workload without places, and without what is said though it is the default."""
    found = {name: plain(field) for name, field in workload.fields.items() if name != "seccomp_profile"}
    out = {name: value for name, value in found.items() if value not in (getattr(Workload, name).default, ())}
    return {**out, "unread": [item.get("") for item in workload.unread]}


def expected(workload: Workload, change: SetTo | Add | Drop | Swap) -> dict[str, Any]:
    """What it should be read as afterwards."""
    out = fields(workload)
    if isinstance(change, SetTo):
        out[change.field] = change.value
        return {name: one for name, one in out.items() if name == "unread" or one != getattr(Workload, name).default}
    items = list(out.get(change.field, ()))
    if isinstance(change, Add):
        items += [] if repr(change.item) in items else [repr(change.item)]
    else:
        items.remove(repr(change.item.value))
        items += [repr(change.value)] if isinstance(change, Swap) else []
    out[change.field] = sorted(items)
    return {name: value for name, value in out.items() if name == "unread" or value != []}


def changes(workload: Workload) -> Iterator[SetTo | Add | Drop | Swap]:
    """Everything that can be wanted of a container."""
    for name, values in ONE.items():
        yield SetTo(name, getattr(Workload, name).default)
        yield from (SetTo(name, value) for value in values)
    for name, values in MANY.items():
        there = getattr(workload, name).value
        yield from (Add(name, value) for value in values)
        for item in there:
            yield Drop(name, item)
            yield from (Swap(name, item, value) for value in values if value not in [one.value for one in there])
            if isinstance(item.value, Port):
                yield Swap(name, item, item.value._replace(host_ip="::1"))
            if isinstance(item.value, Mount):
                yield Swap(name, item, item.value._replace(read_only=not item.value.read_only))


def written(workload: Workload, *wanted: SetTo | Add | Drop | Swap) -> bytes:
    drafts = Drafts()
    write(workload, wanted, drafts)
    return drafts.of(workload.place.source).result()


def body_of(text: str | bytes) -> Workload:
    return read(Source("body.json", text if isinstance(text, bytes) else text.encode()))[0]


def dumped(model: dict[str, Any], how: str) -> bytes:
    if how == "compact":
        return json.dumps(model, ensure_ascii=False).encode()
    text = json.dumps(model, indent="\t" if how == "tabs" else 2, ensure_ascii=False) + "\n"
    return (text.replace("\n", "\r\n") if how == "crlf" else text).encode()


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A body: parts of one that the writer has made, in another order and style, with keys that say nothing."""
    workload = body_of('{"Image": "i", "HostConfig": {}, "Other": {"Env": [1]}}')
    data = written(workload)
    for name in draw(st.lists(st.sampled_from(sorted({*ONE, *MANY})), unique=True, max_size=8)):
        for value in draw(st.lists(st.sampled_from((ONE | MANY)[name]), unique_by=repr, min_size=1, max_size=2)):
            change: SetTo | Add = SetTo(name, value) if name in ONE else Add(name, value)
            data = written(body_of(data), change)
    model = json.loads(data)
    for key in draw(st.lists(st.sampled_from(["Env", "Labels", "Cmd", "Healthcheck", "ExposedPorts"]), max_size=2)):
        model.setdefault(key, None)
    for key in draw(st.lists(st.sampled_from(["CapDrop", "Tmpfs", "SecurityOpt", "Unread", "Binds"]), max_size=2)):
        model["HostConfig"].setdefault(key, None)
    if draw(st.booleans()):
        model["hostconfig"] = model.pop("HostConfig")
    return dumped(model, draw(st.sampled_from(STYLES)))


@settings(max_examples=150, deadline=None)
@given(bodies(), st.data())
def test_reading_after_a_write_gives_the_change(text: bytes, data: st.DataObject) -> None:
    workload = body_of(text)
    assert written(workload) == text
    for change in data.draw(st.lists(st.sampled_from(list(changes(workload))), max_size=6, unique_by=id)):
        refused = refusal(workload, change)
        if refused:
            assert refused.split(" ", 1)[1] in ALLOWED, refused
            continue
        result = written(workload, change)
        again = body_of(result)
        assert fields(again) == expected(workload, change)
        assert json.loads(result).get("Other") == {"Env": [1]}
        if isinstance(change, SetTo | Add):
            assert written(again, change) == result
        if b"\r\n" in text:
            assert result.count(b"\n") == result.count(b"\r\n")


def refusal(workload: Workload, change: SetTo | Add | Drop | Swap) -> str:
    try:
        written(workload, change)
    except UnwritableError as error:
        return error.why
    return ""


ALLOWED = {
    "container needs an image",
    "is written with another value",
    "weight is written",
    "is written with other options",
    "options of an entry of Mounts are left to a person",
}


def test_every_list_and_value_is_tried_here() -> None:
    assert {*SCALARS} <= {*ONE}
    assert {*LISTS, *MAPS} <= {*MANY}


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        ('{"Privileged": true}', SetTo("privileged", False), "{}"),
        ('{"Privileged": true, "CapDrop": null}', Add("cap_drop", "ALL"), '{"Privileged": true, "CapDrop": ["ALL"]}'),
        ('{"securityopt": ["apparmor=x"]}', SetTo("no_new_privileges", True), '{"securityopt": ["apparmor=x", "no-new-privileges=true"]}'),
        ('{"SecurityOpt": ["seccomp:unconfined"]}', SetTo("seccomp", None), "{}"),
        ('{"CpuQuota": 5, "CpuPeriod": 10}', SetTo("cpus", 0.25), '{"NanoCpus": 250000000}'),
        ('{"MaskedPaths": [], "ReadonlyPaths": [], "Init": true}', SetTo("unmasked_paths", False), '{"Init": true}'),
        ('{"RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}}', SetTo("restart", "on-failure:5"), '{"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5}}'),
        ('{"NetworkMode": "host"}', SetTo("network_mode", "none"), '{"NetworkMode": "none"}'),
        ('{"NetworkMode": "host"}', SetTo("network_mode", None), "{}"),
        ('{"NetworkMode": "default"}', Add("networks", Attachment("app")), None),
    ],
)  # fmt: skip
def test_one_change(before: str, change: SetTo | Add, after: str | None) -> None:
    result = written(body_of(f'{{"Image": "i", "HostConfig": {before}}}'), change).decode()
    if after is None:
        assert result == (
            '{"Image": "i", "HostConfig": {"NetworkMode": "app"}, "NetworkingConfig": {"EndpointsConfig": {"app": {}}}}'
        )
    else:
        assert result == f'{{"Image": "i", "HostConfig": {after}}}'


def test_items_are_changed_where_they_stand() -> None:
    text = '{"Image": "i", "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "80", "HostIp": ""}]}, "Binds": ["/a:/a"]}}'
    workload = body_of(text)
    port, mount = workload.ports.value[0], workload.mounts.value[0]
    result = written(
        workload,
        Swap("ports", port, port.value._replace(host_ip="127.0.0.1")),
        Swap("mounts", mount, mount.value._replace(read_only=True)),
    )
    assert result.decode() == text.replace('"HostIp": ""', '"HostIp": "127.0.0.1"').replace("/a:/a", "/a:/a:ro")
    assert written(workload, Drop("ports", port), Drop("mounts", mount)) == b'{"Image": "i", "HostConfig": {}}'


def test_an_anonymous_volume_that_is_read_only_moves_to_mounts() -> None:
    text = '{"Image": "i", "HostConfig": {"Binds": ["/a:/a", "/data"]}}'
    workload = body_of(text)
    mount = workload.mounts.value[1]
    result = written(workload, Swap("mounts", mount, mount.value._replace(read_only=True))).decode()
    moved = '"Mounts": [{"Type": "volume", "Target": "/data", "ReadOnly": true}]'
    assert result == f'{{"Image": "i", "HostConfig": {{"Binds": ["/a:/a"], {moved}}}}}'
    with pytest.raises(UnwritableError, match="no words for 'nocopy' of an anonymous volume"):
        written(workload, Swap("mounts", mount, mount.value._replace(options=("nocopy",))))


def test_an_entry_of_mounts_is_changed_in_its_own_words() -> None:
    text = '{"Image": "i", "HostConfig": {"Mounts": [{"Type": "bind", "Source": "/a", "Target": "/b"}]}}'
    workload = body_of(text)
    mount = workload.mounts.value[0]
    result = written(workload, Swap("mounts", mount, mount.value._replace(read_only=True)))
    assert result.decode() == text.replace('"/b"}', '"/b", "ReadOnly": true}')
    with pytest.raises(UnwritableError, match="left to a person"):
        written(workload, Swap("mounts", mount, mount.value._replace(propagation="rslave")))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (SetTo("replicas", 2), "the Engine API has no words for replicas"),
        (SetTo("namespace", "x"), 'the Engine API has no words for namespace "x"'),
        (SetTo("seccomp", "/etc/s.json"), "the Engine API takes the profile itself, not its path"),
        (SetTo("stop_grace", 0.5), "0.5 is no whole number of seconds"),
        (SetTo("network_mode", "none"), "the container is on networks, which a network mode excludes"),
        (Add("env", EnvVar("A", None, "A", "host")), "the Engine API passes no variables of the client through"),
        (Add("ports", Port("80-90", "80-90")), "the Engine API has no words for a range of ports"),
        (Add("mounts", Mount("image", "i", "/i")), "Binds has no words for a mount of the kind image"),
        (Add("mounts", Mount("bind", "/a:b", "/i")), "Binds has no words for a path with a colon"),
        (Add("labels", ("a", "2")), "a is written with another value"),
        (SetTo("memory", 1), "the key Memory is written twice"),
        (SetTo("apparmor", "x"), "apparmor is written several times in SecurityOpt"),
    ],
)
def test_what_is_refused(change: SetTo | Add, why: str) -> None:
    workload = body_of(
        '{"Image": "i", "Labels": {"a": "1"}, "HostConfig": {"NetworkMode": "app", "Memory": 1, "memory": 2,'
        ' "SecurityOpt": ["apparmor=a", "apparmor:b"]}}'
    )
    with pytest.raises(UnwritableError) as caught:
        written(workload, change)
    assert caught.value.why == why


@pytest.mark.parametrize(
    ("change", "snippet"),
    [
        (SetTo("memory", 256 << 20), "docker update --memory=256m 'my web'"),
        (SetTo("restart", "on-failure:5"), "docker update --restart=on-failure:5 'my web'"),
        (Add("cap_drop", "ALL"), "--cap-drop=ALL"),
        (SetTo("privileged", False), ""),
    ],
)
def test_a_report_is_answered_with_a_command(change: SetTo | Add, snippet: str) -> None:
    workload = body_of('[{"Name": "/my web", "Config": {"Image": "i"}, "HostConfig": {"Privileged": true}}]')
    with pytest.raises(UnwritableError) as caught:
        written(workload, change)
    assert "the file shows what the engine has" in caught.value.why
    assert caught.value.snippet.replace(" --", " --").replace("--cap-drop ", "--cap-drop=") == snippet
