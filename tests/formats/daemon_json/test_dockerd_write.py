"""Writing options of dockerd: on command lines of units, drop-ins, scripts and options files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.facts.engine import AddressPool, Engine, Runtime
from hardhull.facts.parts import Ulimit
from hardhull.formats.daemon_json import read as read_json
from hardhull.formats.dockerd_flags import read_options
from hardhull.formats.dockerd_units import paired, read_scripts, read_units
from hardhull.formats.dockerd_write import on_a_line
from hardhull.formats.dockerd_write import write as write_flags
from hardhull.formats.writing import write
from hardhull.model.change import Add, Change, Drop, Instruct, SetTo, Swap
from hardhull.model.source import Source
from hardhull.text.draft import Drafts, UnwritableError

if TYPE_CHECKING:
    from collections.abc import Sequence

UNIT, DROP_IN, SCRIPT = "docker.service", "docker.service.d/tcp.conf", "start.sh"
OPTIONS = "etc/default/docker"


def engine(text: str | bytes, path: str = UNIT) -> Engine:
    source = Source(path, text if isinstance(text, bytes) else text.encode())
    if path == OPTIONS:
        found = read_options(source)
        assert found is not None
        return found
    return (read_scripts([source]) if path == SCRIPT else read_units([source]))[0]


def written(found: Engine, changes: Sequence[Change]) -> bytes:
    drafts = Drafts()
    write(found, changes, drafts)
    return drafts.of(found.place.source).result()


def after(text: str, *changes: Change, path: str = UNIT) -> str:
    return written(engine(text, path), changes).decode()


def unit(line: str) -> str:
    return f"[Service]\nExecStart=/usr/bin/dockerd {line}\nRestart=always\n"


@pytest.mark.parametrize(
    ("before", "change", "expected"),
    [
        ("-H fd:// --icc=true", SetTo("icc", False), "-H fd:// --icc=false"),
        ("-H fd:// --icc", SetTo("icc", False), "-H fd:// --icc=false"),
        ("--icc=false -H fd://", SetTo("icc", True), "-H fd://"),
        ("-H fd://", SetTo("live_restore", True), "-H fd:// --live-restore"),
        ("-H fd:// --userland-proxy", SetTo("userland_proxy", False), "-H fd:// --userland-proxy=false"),
        ("--log-driver json-file", SetTo("log_driver", "local"), "--log-driver local"),
        ("--log-level debug", SetTo("userns_remap", "default"), "--log-level debug --userns-remap default"),
        ("--log-level debug", SetTo("no_new_privileges", True), "--log-level debug --no-new-privileges"),
        ("--tls --tlsverify=false", SetTo("tlsverify", True), "--tls --tlsverify=true"),
        ("-D", Add("log_opts", ("max-size", "10m")), "-D --log-opt=max-size=10m"),
        ("-D", Add("default_ulimits", Ulimit("nofile", 1024, 2048)), "-D --default-ulimit=nofile=1024:2048"),
        ("-D", Add("runtimes", Runtime("runsc", "/usr/bin/runsc")), "-D --add-runtime=runsc=/usr/bin/runsc"),
        ("-D", Add("default_address_pools", AddressPool("10.9.0.0/16", 24)),
         "-D --default-address-pool=base=10.9.0.0/16,size=24"),
        ("-D --init", SetTo("debug", False), "--init"),
        ("-DH fd://", SetTo("debug", False), "-H fd://"),
        ("-H fd:// $DOCKER_OPTS", SetTo("icc", False), "-H fd:// $DOCKER_OPTS --icc=false"),
    ],
)  # fmt: skip
def test_one_line(before: str, change: Change, expected: str) -> None:
    assert after(unit(before), change) == unit(expected)
    script = f"#!/bin/sh\n/usr/bin/dockerd {before} >log 2>&1 &\n"
    assert after(script, change, path=SCRIPT) == f"#!/bin/sh\n/usr/bin/dockerd {expected} >log 2>&1 &\n"


def test_items() -> None:
    text = unit("-H fd:// -H tcp://0.0.0.0:2375 --insecure-registry=a:1 -Hunix://")
    found = engine(text)
    drop = [Drop("hosts", found.hosts.value[1]), Drop("insecure_registries", found.insecure_registries.value[0])]
    assert written(found, drop).decode() == unit("-H fd:// -Hunix://")
    swap = Swap("hosts", found.hosts.value[1], "tcp://127.0.0.1:2375")
    assert written(found, [swap]).decode() == text.replace("0.0.0.0", "127.0.0.1")
    swap = Swap("hosts", found.hosts.value[2], "fd://2")
    assert written(found, [swap]).decode() == text.replace("-Hunix://", "-Hfd://2")


def test_continued_lines() -> None:
    text = unit("\\\n  -H fd:// \\\n# why\n  --icc \\\n  --debug")
    expected = unit("\\\n  -H fd:// \\\n# why\n  --debug \\\n  --userns-remap=default")
    changes = [SetTo("icc", True), SetTo("userns_remap", "default")]
    assert after(text, SetTo("userns_remap", "default")) == text.replace(
        "--debug", "--debug \\\n  --userns-remap=default"
    )
    found = engine(text)
    assert after(text, SetTo("debug", False)) == unit("\\\n  -H fd:// \\\n# why\n  --icc")
    assert written(found, changes[:1]) == found.place.source.data, "what is the default already stays"
    assert expected.count("why") == 1


@pytest.mark.parametrize(
    ("before", "changes", "expected"),
    [
        ('DOCKER_OPTS="--icc=true --dns 1.1.1.1"', [SetTo("icc", False)], 'DOCKER_OPTS="--icc=false --dns 1.1.1.1"'),
        ("DOCKER_OPTS='--debug'", [SetTo("debug", False)], "DOCKER_OPTS=''"),
        ("DOCKER_OPTS='--debug'", [SetTo("debug", False), SetTo("icc", False)], "DOCKER_OPTS='--icc=false'"),
        ("DOCKER_OPTS='--debug --init'", [SetTo("debug", False)], "DOCKER_OPTS='--init'"),
        ("OPTIONS=--debug", [SetTo("userns_remap", "default")], None),
        ('OPTIONS="--selinux-enabled"', [SetTo("icc", False)], 'OPTIONS="--selinux-enabled --icc=false"'),
    ],
)
def test_options_files(before: str, changes: list[Change], expected: str | None) -> None:
    if expected is None:
        with pytest.raises(UnwritableError):
            after(f"# x\n{before}\n", *changes, path=OPTIONS)
    else:
        assert after(f"# x\n{before}\n", *changes, path=OPTIONS) == f"# x\n{expected}\n"


def test_a_drop_in_is_the_place_of_its_options() -> None:
    main = Source(UNIT, unit("-H fd://").encode())
    own = Source(DROP_IN, b"[Service]\nExecStart=\nExecStart=/usr/bin/dockerd --icc=true\n")
    (found,) = read_units([main, own])
    drafts = Drafts()
    write(found, [SetTo("icc", False)], drafts)
    assert drafts.of(main).edits() == []
    assert drafts.of(own).result() == own.data.replace(b"true", b"false")


def test_beside_a_daemon_json_the_line_keeps_its_own() -> None:
    file = read_json(Source("etc/docker/daemon.json", b'{"debug": true}'))
    flags = engine(unit("--icc=true"), "etc/systemd/system/docker.service")
    (both,) = paired([file], [flags])
    change = SetTo("icc", False)
    assert on_a_line(both, change)
    assert not on_a_line(both, SetTo("debug", False))
    assert not on_a_line(both, SetTo("live_restore", True))
    drafts = Drafts()
    write_flags(both, change, drafts)
    assert drafts.of(flags.place.source).result() == flags.place.source.data.replace(b"true", b"false")


@pytest.mark.parametrize(
    ("text", "change", "why"),
    [
        (unit("--log-driver $X"), SetTo("log_driver", "local"), "X has no value"),
        (unit("--debug"), SetTo("version", "28"), "no option for version"),
        (unit("--debug"), Instruct(None), "no instructions"),
        (unit("--icc=true # x"), SetTo("seccomp_profile", "a\nb"), "quoted"),
    ],
)
def test_refused(text: str, change: Change, why: str) -> None:
    with pytest.raises(UnwritableError, match=why):
        after(text, change)


GENERATED = (
    "-H fd://", "-H=tcp://h:1", "--host tcp://0.0.0.0:1", "--icc=false", "--icc", "-D", "-Dl warn", "--log-level=error",
    "--log-opt a=b", "--log-opt=max-file=3", "--default-ulimit core=0", "--tlsverify", "--tls=false", "--mtu 1400",
    "--dns 1.1.1.1", "--insecure-registry=10.0.0.0/8", "--userland-proxy=false", "--iptables=false", "--live-restore",
)  # fmt: skip
WISHES: list[Change] = [
    SetTo("icc", False), SetTo("icc", True), SetTo("debug", False), SetTo("debug", True), SetTo("log_level", "info"),
    SetTo("log_driver", "local"), SetTo("live_restore", True), SetTo("userns_remap", "default"), SetTo("mtu", 1500),
    SetTo("tls", None), SetTo("tlsverify", True), SetTo("iptables", True), SetTo("userland_proxy", False),
    Add("log_opts", ("max-size", "10m")), Add("default_ulimits", Ulimit("nofile", 1, 2)), Add("hosts", "unix://"),
    Add("dns", "9.9.9.9"),
]  # fmt: skip


def plain(field: Any) -> Any:
    value = field.value
    return [item.value for item in value] if isinstance(value, tuple) else value


def fields(found: Engine) -> dict[str, Any]:
    out = {name: plain(field) for name, field in found.fields.items() if name not in {"problems", "config_file"}}
    return {name: value for name, value in out.items() if value != getattr(Engine, name).default}


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(GENERATED), min_size=1, max_size=6),
    st.sampled_from([" ", " \\\n  ", "  "]),
    st.sampled_from(WISHES),
    st.booleans(),
)
def test_the_law_of_the_lens(words: list[str], gap: str, change: Any, windows: bool) -> None:
    text = unit(gap.join(words))
    found = engine(text.replace("\n", "\r\n") if windows else text)
    data = written(found, [change])
    again = engine(data)
    want = fields(found)
    if isinstance(change, SetTo):
        want[change.field] = change.value
        if change.value == getattr(Engine, change.field).default:
            want.pop(change.field)
    elif change.item not in want.get(change.field, []):
        want[change.field] = [*want.get(change.field, []), change.item]
    assert fields(again) == want, data.decode()
    assert written(again, [change]) == data
    assert (b"\r" in data) == windows
