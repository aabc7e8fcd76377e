"""Command lines of dockerd: in scripts, units and options files, and beside a daemon.json."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.facts.engine import Engine, combined
from hardhull.facts.parts import Ulimit
from hardhull.formats.daemon_json import read
from hardhull.formats.daemon_json.keys import options
from hardhull.formats.dockerd_flags import engines, read_options
from hardhull.formats.dockerd_units import close, paired, read_scripts, read_units
from hardhull.model.field import InexpressibleError, NotKnownError
from hardhull.model.fragment import Fragment
from hardhull.model.source import Source
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope


def line(text: str) -> Engine:
    source = Source("run.sh", text.encode())
    (engine,) = engines(Scope(read_script(Fragment.of(source))))
    return engine


def unit(*texts: str, path: str = "etc/systemd/system/docker.service.d/{}.conf") -> Engine:
    (engine,) = read_units([Source(path.format(number), text.encode()) for number, text in enumerate(texts)])
    return engine


def problems(engine: Engine) -> list[tuple[str, str]]:
    return [(one.value.kind, one.value.key) for one in engine.problems.value]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("dockerd --icc=false", "icc", False),
        ("dockerd --icc=F", "icc", False),
        ("dockerd --iptables --icc=true", "iptables", True),
        ("dockerd --userns-remap default", "userns_remap", "default"),
        ("dockerd --userns-remap='default' -D", "debug", True),
        ("dockerd -DH fd://", "debug", True),
        ("dockerd -D=false", "debug", False),
        ("dockerd -l error", "log_level", "error"),
        ("dockerd -lerror", "log_level", "error"),
        ("dockerd -l=error", "log_level", "error"),
        ("dockerd --mtu 1400", "mtu", 1400),
        ("sudo nohup /usr/bin/dockerd --data-root=/data &", "data_root", "/data"),
        ("dockerd --log-level warn --log-level info", "log_level", "info"),
        ("dockerd --config-file /etc/d.json", "config_file", "/etc/d.json"),
    ],
)
def test_single_options(text: str, name: str, value: object) -> None:
    assert getattr(line(text), name).value == value


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ("dockerd -H fd:// --host=tcp://h:1 -Hunix://", "hosts", ["fd://", "tcp://h:1", "unix://"]),
        ("dockerd --log-opt max-size=1m --log-opt tag=a=b", "log_opts", [("max-size", "1m"), ("tag", "a=b")]),
        ("dockerd --default-ulimit nofile=1:2 --default-ulimit core=0", "default_ulimits",
         [Ulimit("nofile", 1, 2), Ulimit("core", 0, 0)]),
        ("dockerd --insecure-registry 10.0.0.0/8", "insecure_registries", ["10.0.0.0/8"]),
    ],
)  # fmt: skip
def test_repeated_options(text: str, name: str, values: list[object]) -> None:
    assert [item.value for item in getattr(line(text), name).value] == values


def test_places_are_the_values() -> None:
    engine = line("dockerd --icc=false -H tcp://0.0.0.0:2375 --iptables\n")
    shown = {
        name: engine.fields[name].place.source.text(engine.fields[name].place.span) for name in ("icc", "iptables")
    }
    assert shown == {"icc": "false", "iptables": "--iptables"}
    assert [host.place.source.text(host.place.span) for host in engine.hosts.value] == ["tcp://0.0.0.0:2375"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dockerd --nope", [("unknown", "nope")]),
        ("dockerd serve", [("unknown", "serve")]),
        ("dockerd -x", [("unknown", "x")]),
        ("dockerd --graph /x", [("removed", "graph")]),
        ("dockerd --mtu wide", [("type", "mtu")]),
        ("dockerd --icc=maybe", [("type", "icc")]),
        ("dockerd --dns dns.google", [("value", "dns")]),
        ("dockerd --default-ulimit nofile=2:1", [("value", "default-ulimits")]),
        ("dockerd --log-opt max-size", []),
        ("dockerd -- x", [("unknown", "x")]),
        ("dockerd --feature cdi=x", [("value", "features")]),
        ("dockerd --default-gateway x", [("value", "default-gateway")]),
        ("dockerd --add-runtime runc=/x", [("value", "runtimes")]),
        ("dockerd -H", [("value", "hosts")]),
        ("dockerd --icc=false --validate -v --help --restart=false", []),
    ],
)
def test_what_dockerd_refuses(text: str, found: list[tuple[str, str]]) -> None:
    assert problems(line(text)) == found


def test_what_is_not_on_the_line_is_unknown() -> None:
    engine = line("dockerd --icc=false $EXTRA")
    assert engine.unexpanded == "$EXTRA"
    with pytest.raises(NotKnownError, match="may bring more options"):
        _ = engine.userns_remap.value
    with pytest.raises(NotKnownError, match=r"may be set in /etc/docker/daemon\.json"):
        _ = line("dockerd --icc=false").userns_remap.value
    with pytest.raises(NotKnownError):
        _ = line('dockerd --icc="$ICC"').icc.value


def test_a_line_alone_can_be_closed() -> None:
    engine = line("dockerd --icc=false")
    assert close(engine) == "it may be set in /etc/docker/daemon.json"
    assert engine.icc.value is False
    with pytest.raises(InexpressibleError):
        _ = engine.userns_remap.value


def test_units_with_drop_ins_and_a_reset() -> None:
    base = "[Service]\nExecStart=/usr/bin/dockerd -H fd:// --icc=false\n"
    drop = "[Service]\nExecStart=\nExecStart=-/usr/bin/dockerd -H fd:// \\\n  --iptables=false\n"
    engine = unit(base, drop)
    assert engine.iptables.value is False
    assert "icc" not in engine.fields
    assert engine.iptables.place.start.line == 4
    assert read_units([Source("a.service", b"[Service]\nExecStart=/usr/bin/echo dockerd\n")]) == []


def test_variables_of_a_unit() -> None:
    engine = unit('[Service]\nEnvironment="HOST=tcp://0.0.0.0:2375"\nExecStart=/usr/bin/dockerd -H ${HOST} $MORE\n')
    assert [host.value for host in engine.hosts.value] == ["tcp://0.0.0.0:2375"]
    assert engine.unexpanded == "$MORE"


def test_options_files() -> None:
    text = "# comment\nDOCKER_OPTS='--dns 8.8.8.8 --icc=false'\nexport http_proxy=x\n"
    engine = read_options(Source("etc/default/docker", text.encode()))
    assert engine is not None
    assert engine.icc.value is False
    assert engine.icc.place.source.text(engine.icc.place.span) == "false"
    assert read_options(Source("etc/default/docker", b"#DOCKER_OPTS=x\n")) is None
    assert read_options(Source("etc/default/docker", b"DOCKER_OPTS=\n")) is None


def test_scripts() -> None:
    assert read_scripts([Source("a.sh", b"docker run x\n")]) == []
    assert len(read_scripts([Source("a.sh", b"dockerd --debug &\nfoo | dockerd -D\n")])) == 2


def file(text: str, path: str = "etc/docker/daemon.json") -> Engine:
    return read(Source(path, text.encode()))


def test_the_file_and_the_command_line_together() -> None:
    both = combined(file('{"live-restore": true}'), line("dockerd --icc=false"))
    assert (both.icc.value, both.live_restore.value, both.userns_remap.value) == (False, True, "")
    assert both.problems.value == ()


def test_a_key_in_both_stops_the_engine() -> None:
    flags = unit("[Service]\nExecStart=/usr/bin/dockerd -H tcp://0.0.0.0:2375 --debug --add-runtime a=/a\n")
    both = combined(file('{"hosts": ["fd://"], "debug": true, "runtimes": {"b": {"path": "/b"}}}'), flags)
    assert problems(both) == [("conflict", "debug"), ("conflict", "hosts")]
    assert [host.value for host in both.hosts.value] == ["fd://", "tcp://0.0.0.0:2375"]
    assert [item.value.name for item in both.runtimes.value] == ["b", "a"]


def test_a_variable_on_the_line_keeps_absent_keys_unknown() -> None:
    both = combined(file('{"icc": false}'), line("dockerd $OPTS"))
    assert both.icc.value is False
    with pytest.raises(NotKnownError, match=r"\$OPTS may bring more options"):
        _ = both.live_restore.value


def test_pairs_are_found_under_the_same_root() -> None:
    one, two = file("{}", "a/etc/docker/daemon.json"), file("{}", "b/etc/docker/daemon.json")
    text = "[Service]\nExecStart=/usr/bin/dockerd --debug\n"
    flags = unit(text, path="b/etc/systemd/system/docker.service.d/{}.conf")
    found = paired([one, two], [flags])
    assert [engine.debug.value for engine in found] == [False, True]
    assert len(paired([one, two], [unit(text)])) == 3
    assert len(paired([one], [unit(text)])) == 1
    other = unit("[Service]\nExecStart=/usr/bin/dockerd --config-file /etc/other.json\n")
    assert len(paired([one], [other])) == 2


WORDS = st.sampled_from(
    [f"--{name}" for name in options() if len(name) > 1]
    + [f"-{name}" for name in options() if len(name) == 1]
    + ["=", "false", "a=b", "--x=$Y", "$Z", "-", "--", "'q q'", "nofile=1:2", "--log-opt=a"]
)


@settings(max_examples=120, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=8))
def test_no_command_line_breaks_the_reader(words: list[str]) -> None:
    text = " ".join(["dockerd", *words])
    engine = line(text)
    for field in [*engine.fields.values(), *engine.problems.value]:
        assert 0 <= field.place.span.start <= field.place.span.end <= len(text)
