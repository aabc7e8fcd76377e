"""Quadlet's own keys are what ``podman run`` has options for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.facts.parts import EnvVar, Healthcheck, Mount, Port
from hardhull.formats import quadlet
from hardhull.model.source import Source

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload


def workload(text: str, *drop_ins: str) -> Workload:
    sources = [Source(f"web.container.d/{number}.conf", one.encode()) for number, one in enumerate(drop_ins)]
    (found,) = quadlet.read(Source("web.container", text.encode()), sources).workloads
    return found


def container(lines: str) -> Workload:
    return workload(f"[Container]\nImage=img:1\n{lines}\n")


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        ("", "image", "img:1"),
        ("ContainerName=x", "container_name", "x"),
        ("User=1000", "user", "1000"),
        ("User=1000\nGroup=50", "user", "1000:50"),
        ("UserNS=keep-id", "userns", "keep-id"),
        ("NoNewPrivileges=true", "no_new_privileges", True),
        ("NoNewPrivileges=no", "no_new_privileges", False),
        ("ReadOnly=yes", "read_only", True),
        ("ReadOnly=false", "read_only", False),
        ("RunInit=true", "init", True),
        ("SeccompProfile=unconfined", "seccomp", "unconfined"),
        ("AppArmor=unconfined", "apparmor", "unconfined"),
        ("Unmask=ALL", "unmasked_paths", True),
        ("Network=host", "network_mode", "host"),
        ("PidsLimit=50", "pids", 50),
        ("Memory=1g", "memory", 1 << 30),
        ("ShmSize=1m", "shm_size", 1 << 20),
        ("LogDriver=journald", "log_driver", "journald"),
        (
            "HealthCmd=curl -f x\nHealthInterval=5s",
            "healthcheck",
            Healthcheck(("CMD-SHELL", "curl -f x"), interval=5.0),
        ),
        ('Exec=serve --port 80 "a b"', "command", ("serve", "--port", "80", "a b")),
        ("Entrypoint=/x", "entrypoint", ("/x",)),
        ("PodmanArgs=--memory 64m --privileged", "privileged", True),
        ("PodmanArgs=--memory 64m --privileged", "memory", 64 << 20),
        ("[Service]\nRestart=always", "restart", "always"),
    ],
)
def test_one_value(lines: str, field: str, value: object) -> None:
    assert getattr(container(lines), field).value == value


@pytest.mark.parametrize(
    ("lines", "field", "values"),
    [
        ("AddCapability=CAP_NET_ADMIN SYS_TIME", "cap_add", ["NET_ADMIN", "SYS_TIME"]),
        ("DropCapability=all", "cap_drop", ["ALL"]),
        ("DropCapability=A\nDropCapability=\nDropCapability=B", "cap_drop", ["B"]),
        ("SecurityLabelDisable=true", "selinux", ["disable"]),
        ("SecurityLabelType=spc_t", "selinux", ["type:spc_t"]),
        ('Environment="A=b c" D=$e', "env", [EnvVar("A", "b c", "b c"), EnvVar("D", "$e", "$e")]),
        ("PublishPort=127.0.0.1:80:80", "ports", [Port("80", "80", "127.0.0.1")]),
        ("Volume=%h/x:/x:Z", "mounts", [Mount("bind", "%h/x", "/x", options=("Z",))]),
        ("Volume=data.volume:/x", "mounts", [Mount("volume", "data.volume", "/x")]),
        ("Tmpfs=/tmp", "mounts", [Mount("tmpfs", None, "/tmp")]),
        ('Label=a=b "c=d e"', "labels", [("a", "b"), ("c", "d e")]),
        ("EnvironmentFile=./x.env", "env_files", ["./x.env"]),
    ],
)
def test_lists(lines: str, field: str, values: list[object]) -> None:
    assert [item.value for item in getattr(container(lines), field).value] == values


def test_places_and_names() -> None:
    found = container("ReadOnly=true\nAddCapability=A B")
    assert found.subject == "container web"
    assert (found.runtime, found.syntax) == ("podman", "quadlet")
    assert found.place.text == "[Container]"
    assert found.privileged.place == found.place
    assert found.read_only.place.text == "ReadOnly=true"
    assert [item.place.text for item in found.cap_add.value] == ["A", "B"]


def test_drop_in() -> None:
    assert workload("[Container]\nImage=a\n", "[Container]\nReadOnly=true\nImage=b\n").image.value == "b"


def test_unknown_keys_are_named() -> None:
    assert [item.value for item in container("Frobnicate=1").unread] == ["Frobnicate"]


def test_open_arguments() -> None:
    assert container("PodmanArgs=--cap-drop X $ARGS").absent_unknown is not None
    assert container("PodmanArgs='").absent_unknown == "PodmanArgs= cannot be read"


def test_no_image() -> None:
    found = quadlet.read(Source("web.container.d/x.conf", b"[Container]\nReadOnly=true\n"))
    assert found.workloads == []
    assert [item.kind for item in found.not_checked] == ["out-of-scope"]
