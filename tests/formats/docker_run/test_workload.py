"""What the options amount to in a Workload, and where each field stands."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.facts.parts import (
    Attachment,
    BlockLimit,
    Device,
    EnvVar,
    Grant,
    Healthcheck,
    Mount,
    Port,
    Ulimit,
)
from hardhull.formats.docker_run.options import run_table, service_table
from hardhull.formats.script import shell
from hardhull.model.field import InexpressibleError, NotKnownError
from hardhull.model.source import Source

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload


def workload(text: str) -> Workload:
    (found,) = shell.read(Source("run.sh", text.encode())).workloads
    return found


def values(items: Any) -> list[Any]:
    return [item.value for item in items]


@pytest.mark.parametrize(
    ("options", "field", "value"),
    [
        ("--privileged", "privileged", True),
        ("--privileged=false", "privileged", False),
        ("--privileged --privileged=false", "privileged", False),
        ("--read-only", "read_only", True),
        ("--init", "init", True),
        ("-it", "stdin_open", True),
        ("-it", "tty", True),
        ("--rm", "remove", True),
        ("-P", "publish_all", True),
        ("--oom-kill-disable", "oom_kill_disable", True),
        ("-u 1000:1000", "user", "1000:1000"),
        ("--name web", "container_name", "web"),
        ("--hostname h", "hostname", "h"),
        ("--workdir /x", "working_dir", "/x"),
        ("--entrypoint sh", "entrypoint", ("sh",)),
        ("--entrypoint ''", "entrypoint", ()),
        ("--restart on-failure:3", "restart", "on-failure:3"),
        ("--pull never", "pull_policy", "never"),
        ("--platform linux/arm64", "platform", "linux/arm64"),
        ("--runtime runsc", "runtime_name", "runsc"),
        ("--pid host", "pid", "host"),
        ("--ipc host", "ipc", "host"),
        ("--uts host", "uts", "host"),
        ("--userns host", "userns", "host"),
        ("--cgroupns host", "cgroupns", "host"),
        ("--cgroup-parent x", "cgroup_parent", "x"),
        ("--network host", "network_mode", "host"),
        ("--network default", "network_mode", "bridge"),
        ("--network container:db", "network_mode", "container:db"),
        ("--memory 512m", "memory", 512 << 20),
        ("-m 1.5g", "memory", 3 << 29),
        ("-m 64MiB", "memory", 64 << 20),
        ("-m 1000", "memory", 1000),
        ("--memory-swap=-1", "memory_swap", -1),
        ("--memory-reservation 1k", "memory_reservation", 1024),
        ("--shm-size 64M", "shm_size", 64 << 20),
        ("--storage-opt size=10G", "storage", 10 << 30),
        ("--cpus .5", "cpus", 0.5),
        ("--cpu-quota 50000", "cpus", 0.5),
        ("--cpu-quota=20000 --cpu-period=10000", "cpus", 2.0),
        ("-c 512", "cpu_shares", 512),
        ("--pids-limit -1", "pids", -1),
        ("--oom-score-adj -500", "oom_score_adj", -500),
        ("--stop-timeout 30", "stop_grace", 30.0),
        ("--stop-signal SIGINT", "stop_signal", "SIGINT"),
        ("--log-driver none", "log_driver", "none"),
        ("--security-opt no-new-privileges", "no_new_privileges", True),
        ("--security-opt=no-new-privileges:true", "no_new_privileges", True),
        ("--security-opt no-new-privileges=false", "no_new_privileges", False),
        ("--security-opt seccomp=unconfined", "seccomp", "unconfined"),
        ("--security-opt seccomp:p.json", "seccomp", "p.json"),
        ("--security-opt seccomp=builtin", "seccomp", "default"),
        ("--security-opt apparmor=unconfined", "apparmor", "unconfined"),
        ("--security-opt systempaths=unconfined", "unmasked_paths", True),
        ("--dns 1.1.1.1 --dns 8.8.8.8", "dns", ("1.1.1.1", "8.8.8.8")),
        ("--expose 80 --expose 90-99", "expose", ("80", "90-99")),
        ("--no-healthcheck", "healthcheck", Healthcheck(("NONE",), disabled=True)),
        ("--health-cmd none", "healthcheck", Healthcheck(("NONE",), disabled=True)),
        (
            "--health-cmd 'a b' --health-interval 1m30s --health-timeout=500ms --health-retries 3",
            "healthcheck",
            Healthcheck(("CMD-SHELL", "a b"), interval=90.0, timeout=0.5, retries=3),
        ),
        ("--health-interval 5s", "healthcheck", Healthcheck((), interval=5.0)),
    ],
)
def test_one_value(options: str, field: str, value: object) -> None:
    found = getattr(workload(f"docker run {options} img"), field)
    assert found.value == value
    assert found.written
    assert found.place.text in f"docker run {options} img"


@pytest.mark.parametrize(
    ("options", "field", "expected"),
    [
        ("--cap-add net_admin --cap-add=CAP_SYS_TIME", "cap_add", ["NET_ADMIN", "SYS_TIME"]),
        ("--cap-drop all", "cap_drop", ["ALL"]),
        ("--security-opt label=disable --security-opt label:type:x", "selinux", ["disable", "type:x"]),
        ("--group-add audio", "group_add", ["audio"]),
        ("--add-host a:1.2.3.4", "extra_hosts", ["a:1.2.3.4"]),
        ("--link db:d", "links", ["db:d"]),
        ("--env-file a.env", "env_files", ["a.env"]),
        ("-l a=b -l c", "labels", [("a", "b"), ("c", "")]),
        ("--sysctl net.x=1", "sysctls", [("net.x", "1")]),
        ("--log-opt max-size=10m", "log_options", [("max-size", "10m")]),
        ("--annotation a=b", "annotations", [("a", "b")]),
        ("--device-cgroup-rule 'c 1:3 r'", "device_cgroup_rules", ["c 1:3 r"]),
        ("--device /dev/fuse", "devices", [Device("/dev/fuse", "/dev/fuse")]),
        ("--device /dev/a:/dev/b:r", "devices", [Device("/dev/a", "/dev/b", "r")]),
        ("--device /dev/a:rw", "devices", [Device("/dev/a", "/dev/a", "rw")]),
        ("--ulimit nofile=1:2 --ulimit core=0", "ulimits", [Ulimit("nofile", 1, 2), Ulimit("core", 0, 0)]),
        ("--ulimit memlock=-1:unlimited", "ulimits", [Ulimit("memlock", -1, -1)]),
        ("--blkio-weight 300", "block_io", [BlockLimit("weight", "", 300)]),
        ("--device-read-bps /dev/sda:1mb", "block_io", [BlockLimit("read_bps", "/dev/sda", 1 << 20)]),
        ("--device-write-iops /dev/sda:10", "block_io", [BlockLimit("write_iops", "/dev/sda", 10)]),
        ("--blkio-weight-device /dev/sda:10", "block_io", [BlockLimit("weight_device", "/dev/sda", 10)]),
        ("--network front", "networks", [Attachment("front")]),
        ("--network name=front,alias=web", "networks", [Attachment("front", aliases=("web",))]),
        ("-e A=b -e C", "env", [EnvVar("A", "b", "b"), EnvVar("C", None, "C", "host")]),
        ("-e A=${X:-d}", "env", [EnvVar("A", "d", "${X:-d}", "default")]),
        ("-e A=$X", "env", [EnvVar("A", None, "$X", "variable")]),
        ("-p 80:8080", "ports", [Port("8080", "80")]),
        ("-p 127.0.0.1:80:8080/udp", "ports", [Port("8080", "80", "127.0.0.1", "udp")]),
        ("-p 127.0.0.1::80", "ports", [Port("80", None, "127.0.0.1")]),
        ("-p [::1]:80:80", "ports", [Port("80", "80", "::1")]),
        ("-p 8000-8005:8000-8005", "ports", [Port("8000-8005", "8000-8005")]),
        ("-p 80", "ports", [Port("80")]),
        ("-p published=80,target=8080,protocol=tcp", "ports", [Port("8080", "80")]),
        ("-p 127.0.0.1:$P:80", "ports", [Port("80", "$P", "127.0.0.1")]),
        ("-v /a:/b:ro", "mounts", [Mount("bind", "/a", "/b", read_only=True)]),
        ("-v data:/b:z,rshared", "mounts", [Mount("volume", "data", "/b", propagation="rshared", options=("z",))]),
        ("-v /b", "mounts", [Mount("volume", None, "/b")]),
        ("-v ./a:/b", "mounts", [Mount("bind", "./a", "/b")]),
        ("-v $PWD:/b", "mounts", [Mount("bind", "$PWD", "/b")]),
        ("-v $(pwd)/x:/b", "mounts", [Mount("bind", "$(pwd)/x", "/b")]),
        (r"-v 'C:\x:/b:ro'", "mounts", [Mount("bind", r"C:\x", "/b", read_only=True)]),
        ("--tmpfs /run:ro,size=1m", "mounts", [Mount("tmpfs", None, "/run", read_only=True, options=("size=1m",))]),
        ("--mount type=bind,src=/a,dst=/b,readonly", "mounts", [Mount("bind", "/a", "/b", read_only=True)]),
        (
            "--mount src=v,target=/b,ro=false,volume-nocopy",
            "mounts",
            [Mount("volume", "v", "/b", options=("volume-nocopy",))],
        ),
        (
            "--mount type=tmpfs,destination=/t,tmpfs-size=1",
            "mounts",
            [Mount("tmpfs", None, "/t", options=("size=1",))],
        ),
        ("--use-api-socket", "mounts", [Mount("bind", "/var/run/docker.sock", "/var/run/docker.sock")]),
    ],
)
def test_lists(options: str, field: str, expected: list[object]) -> None:
    found = getattr(workload(f"docker run {options} img"), field)
    assert values(found.value) == expected


@pytest.mark.parametrize(
    ("options", "field", "why"),
    [
        ("-m lots", "memory", "--memory: it is no size"),
        ("--cpus many", "cpus", "--cpus: it is no number"),
        ("--pids-limit few", "pids", "--pids-limit: it is no whole number"),
        ("--privileged=maybe", "privileged", "--privileged: it is neither true nor false"),
        ("--health-interval soon", "healthcheck", "it is no duration"),
        ("--user $U", "user", "--user: the variable U has no value here"),
        ("--network $N", "network_mode", "the variable N has no value here"),
    ],
)
def test_not_known(options: str, field: str, why: str) -> None:
    found = getattr(workload(f"docker run {options} img"), field)
    assert (found.known, found.why) == (False, why)
    assert found.written


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ("-v $DATA:/b", "mounts"),
        ("-v $X", "mounts"),
        ("--mount nonsense", "mounts"),
        ("--mount type=bind,src=/a", "mounts"),
        ("-p $P:80", "ports"),
        ("-p x:y:z:a", "ports"),
        ("-p '[::1'", "ports"),
        ("-p 1.2.3.x:80:80", "ports"),
        ("--ulimit nofile", "ulimits"),
        ("--device-read-bps x", "block_io"),
    ],
)
def test_one_item_not_known(options: str, field: str) -> None:
    found = getattr(workload(f"docker run {options} -v /ok:/ok -p 1:1 img"), field)
    assert [item.known for item in found.value].count(False) == 1


def test_where_absent_fields_point() -> None:
    found = workload("sudo docker -H x run --rm img")
    assert found.place.text == "docker -H x run"
    assert not found.privileged.written
    assert found.privileged.place == found.place


def test_hidden_options() -> None:
    found = workload("docker run --cap-drop MKNOD --cap-add SYS_ADMIN --log-opt tag=x $OPTS img")
    assert found.absent_unknown == "$OPTS may hold options: the variable OPTS has no value here"
    with pytest.raises(NotKnownError):
        _ = found.privileged.value
    assert values(found.cap_add.value) == ["SYS_ADMIN"], "what is written is there"
    assert not found.cap_drop.known, "ALL may be hidden"
    assert not found.log_options.known
    assert values(workload("docker run --cap-drop ALL $OPTS img").cap_drop.value) == ["ALL"]


def test_who_obeys() -> None:
    assert workload("podman run img").runtime == "podman"
    assert workload("nerdctl run img").runtime == "docker"
    service = workload("docker service create --name s --limit-memory 1g --replicas 2 --host a:1 img")
    assert (service.runtime, service.name, service.subject) == ("swarm", "s", "service s")
    assert (service.memory.value, service.replicas.value) == (1 << 30, 2)
    with pytest.raises(InexpressibleError):
        _ = service.privileged.value
    grants = workload("docker service create --secret source=a,target=b img").secrets.value
    assert values(grants) == [Grant("a", "b", external=True)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("docker run --name web nginx", "web"),
        ("docker run registry:5000/team/app:2@sha256:00", "app"),
        ("docker run $IMAGE", "$IMAGE"),
        ("docker run --name $N nginx", "nginx"),
    ],
)
def test_name(text: str, name: str) -> None:
    assert workload(text).name == name


def test_options_behind_the_image() -> None:
    found = workload("docker run img --privileged --memory=1g --verbose")
    assert [item.place.text for item in found.hollow.value] == ["--privileged", "--memory=1g"]
    assert "behind the image" in found.hollow.value[0].value
    assert not workload("docker run img sh --privileged").hollow.written
    assert not workload("docker run img --verbose").hollow.written
    assert not workload("docker run docker:cli --privileged docker run x").hollow.written


def test_unread_options_are_named() -> None:
    found = workload("docker run --cpuset-cpus 0 --gpus all --frob --security-opt weird=1 img")
    assert sorted(item.value for item in found.unread) == ["--cpuset-cpus", "--frob", "--gpus", "--security-opt weird"]


def test_an_image_that_is_none() -> None:
    assert not workload("docker run 'a b'").image.known
    assert not workload("docker run --frob x img").image.known, "x may be the value of --frob"


OPTIONS = st.sampled_from(sorted(run_table("docker").values | run_table("podman").values | service_table().values))
VALUES = st.text("ab:/=,.-[]{}$\"' 019mG%\\é", max_size=12)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(OPTIONS, VALUES), max_size=6),
    st.sampled_from(["docker run", "podman create", "docker service create"]),
)
def test_no_value_is_too_odd(options: list[tuple[str, str]], verb: str) -> None:
    written = " ".join(f"--{name}={shlex.quote(value)}" for name, value in options)
    (found,) = shell.read(Source("run.sh", f"{verb} {written} img\n".encode())).workloads
    for field in found.fields.values():
        assert field.known or field.why
        assert field.place.source.path == "run.sh"


def test_documents_are_marked() -> None:
    from hardhull.formats.script import markdown

    (found,) = markdown.read(Source("README.md", b"```\ndocker run img\n```\n")).workloads
    assert found.from_docs
