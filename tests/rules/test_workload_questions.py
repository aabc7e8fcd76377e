"""What rules about workloads ask: paths, ports, checks that cannot fail, values that stand in the file."""

from __future__ import annotations

import pytest

from hardhull.facts.parts import EnvVar, Healthcheck, Mount, Port
from hardhull.facts.workload import Workload
from hardhull.model.field import Field
from hardhull.model.finding import Severity
from hardhull.model.source import Place, Source, Span
from hardhull.rules.health import why_never_fails
from hardhull.rules.hostpaths import engine_socket, exposure, names_a_socket
from hardhull.rules.ports import inner_service, is_public
from hardhull.rules.questions import host_path, known_first, literal_value

PLACE = Place(Source("compose.yaml", b"web:\n"), Span(0, 3))


def workload(image: str = "nginx:1.27") -> Workload:
    made = Workload("web", "service web", "compose", PLACE)
    made.image = Field("image", image, PLACE)
    return made


@pytest.mark.parametrize(
    ("path", "engine"),
    [
        ("/var/run/docker.sock", "Docker"),
        ("/run/docker.sock", "Docker"),
        ("/run/containerd/containerd.sock", "containerd"),
        ("/run/user/1000/podman/podman.sock", "Podman"),
        ("%t/podman/podman.sock", "Podman"),
        ("/srv/anything/docker.sock", "Docker"),
        ("/var/run", "the engine"),
        ("/run/containerd", "the engine"),
        ("/run/secrets", None),
        ("/run/dbus", None),
        ("/var/lib/docker", None),
        ("/srv/docker.socket.d", None),
    ],
)
def test_paths_that_lead_to_an_engine(path: str, engine: str | None) -> None:
    assert engine_socket(path) == engine


def test_a_socket_is_named_in_a_mount_whose_source_is_not_known() -> None:
    assert names_a_socket("${SOCK}:/var/run/docker.sock:ro")
    assert not names_a_socket("${DATA}:/data")


@pytest.mark.parametrize(
    ("path", "written", "read"),
    [
        ("/", Severity.CRITICAL, Severity.HIGH),
        ("/etc", Severity.CRITICAL, Severity.MEDIUM),
        ("/etc/localtime", None, None),
        ("/etc/ssl/certs", None, None),
        ("/etc/passwd", Severity.CRITICAL, None),
        ("/etc/kubernetes/pki", Severity.CRITICAL, Severity.HIGH),
        ("/usr/bin/docker", Severity.CRITICAL, None),
        ("/usr/share/zoneinfo", None, None),
        ("/usr/src", None, None),
        ("/lib/modules", Severity.MEDIUM, None),
        ("/lib/modules/6.1", None, None),
        ("/lib/systemd", Severity.CRITICAL, None),
        ("/var/lib/docker/volumes/x/_data", None, None),
        ("/home/bob", Severity.MEDIUM, Severity.MEDIUM),
        ("/home/bob/site", None, None),
        ("~/.ssh", Severity.HIGH, Severity.MEDIUM),
        ("~/.ssh/id_ed25519", Severity.HIGH, Severity.MEDIUM),
        ("/sys/fs/cgroup", Severity.MEDIUM, None),
        ("/dev/shm", None, None),
        ("/srv/data", None, None),
    ],
)
def test_how_bad_a_host_path_is(path: str, written: Severity | None, read: Severity | None) -> None:
    found = exposure(path)
    assert (found.severity(read_only=False) if found else None) == written
    assert (found.severity(read_only=True) if found else None) == read


@pytest.mark.parametrize(
    ("mount", "path"),
    [
        (Mount("bind", "/etc/", "/x"), "/etc"),
        (Mount("bind", "//etc/../", "/x"), "/"),
        (Mount("bind", "$HOME/.ssh", "/x"), "~/.ssh"),
        (Mount("bind", "./data", "/x"), None),
        (Mount("volume", "data", "/x"), None),
        (Mount("volume", "data", "/x", host_root="/srv"), "/srv"),
        (Mount("tmpfs", None, "/x"), None),
    ],
)
def test_the_host_path_behind_a_mount(mount: Mount, path: str | None) -> None:
    assert host_path(mount) == path


@pytest.mark.parametrize(
    ("test", "fails"),
    [
        (("CMD-SHELL", "curl -f http://localhost || exit 1"), True),
        (("CMD-SHELL", "curl -f http://localhost"), True),
        (("CMD-SHELL", "curl http://localhost || true"), False),
        (("CMD-SHELL", "curl http://localhost || exit 0"), False),
        (("CMD-SHELL", "curl http://localhost; exit 0"), False),
        (("CMD-SHELL", "curl http://localhost\ntrue\n"), False),
        (("CMD-SHELL", "curl http://localhost || echo down"), False),
        (("CMD-SHELL", "curl http://localhost && echo up"), True),
        (("CMD-SHELL", "test -f /up || exit 1; echo up"), True),
        (("CMD-SHELL", "if ! test -f /up; then exit 1; fi; exit 0"), True),
        (("CMD-SHELL", "set -e; test -f /up; true"), True),
        (("CMD-SHELL", "echo > /dev/tcp/localhost/80"), True),
        (("CMD-SHELL", "echo ok"), False),
        (("CMD-SHELL", "exit 0"), False),
        (("CMD-SHELL", "exit"), False),
        (("CMD-SHELL", 'grep -q "a || true" /x'), True),
        (("CMD-SHELL", "echo ping | nc localhost 6379 | grep PONG"), True),
        (("CMD", "true"), False),
        (("CMD", "/bin/true"), False),
        (("CMD", "echo", "ok"), False),
        (("CMD", "curl", "-f", "http://localhost"), True),
        (("CMD", "sh", "-c", "curl http://localhost || :"), False),
        (("CMD", "sh", "/check.sh"), True),
        (("HTTP", "80", "/"), True),
        (("CMD-SHELL", "x" * 10_000 + "; true"), True),
        ((), True),
    ],
)
def test_checks_that_cannot_fail(test: tuple[str, ...], fails: bool) -> None:
    assert (why_never_fails(Healthcheck(test)) is None) == fails


@pytest.mark.parametrize(
    ("image", "port", "service"),
    [
        ("postgres:17", Port("5432", "5432"), "PostgreSQL"),
        ("anything", Port("3306"), "MySQL"),
        ("nginx", Port("80", "3306"), None),
        ("homeassistant/home-assistant", Port("8123", "8123"), None),
        ("clickhouse/clickhouse-server", Port("8123", "8123"), "ClickHouse"),
        ("phpmyadmin:5", Port("80", "8080"), "phpMyAdmin"),
        ("docker:dind", Port("2375", "2375"), "the Docker API"),
        ("x", Port("5432", "5432", None, "udp"), None),
        ("x", Port("5000-6000", "5000-6000"), None),
    ],
)
def test_ports_that_are_not_for_everybody(image: str, port: Port, service: str | None) -> None:
    assert inner_service(workload(image), port) == service


@pytest.mark.parametrize(
    ("address", "public"),
    [
        (None, True),
        ("", True),
        ("0.0.0.0", True),
        ("::", True),
        ("127.0.0.1", False),
        ("::1", False),
        ("10.0.0.5", True),
    ],
)
def test_who_reaches_a_port(address: str | None, public: bool) -> None:
    assert is_public(workload(), Port("80", "80", address)) == public


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        (EnvVar("A", "x", "x"), "x"),
        (EnvVar("A", "x", "${B}", "env_file"), None),
        (EnvVar("A", "x", "", "env_file"), None),
        (EnvVar("A", "x", "x", "env_file"), "x"),
        (EnvVar("A", "x", "${B:-x}", "default"), "x"),
        (EnvVar("A", None, "${B}", "variable"), None),
        (EnvVar("A", None, "", "secret"), None),
    ],
)
def test_a_value_counts_where_it_stands(variable: EnvVar, value: str | None) -> None:
    assert literal_value(variable) == value


def test_what_is_known_is_judged_before_what_is_not() -> None:
    hidden: Field[str] = Field.unknown("x", PLACE, "why")
    first, second = Field("x", "1", PLACE), Field("x", "2", PLACE)
    assert known_first(Field("x", (hidden, first, second), PLACE)) == [first, second, hidden]
