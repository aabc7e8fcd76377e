"""daemon.json is read as the engine reads it, every value with the bytes it was written with."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.facts.engine import ONLY_LIVE, AddressPool, Engine, Runtime, remaps_users, tls_state
from hardhull.facts.parts import Ulimit
from hardhull.formats.daemon_json import looks_like, read
from hardhull.formats.daemon_json.keys import keys, options
from hardhull.model.field import NotKnownError
from hardhull.model.source import Source
from hardhull.text.errors import UnreadableError


def engine(text: str | bytes) -> Engine:
    return read(Source("daemon.json", text if isinstance(text, bytes) else text.encode()))


def quoted(text: str, name: str) -> str:
    """The text at a field's place."""
    field = getattr(engine(text), name)
    return str(field.place.source.text(field.place.span))


def problems(text: str) -> list[tuple[str, str, bool]]:
    return [(one.value.kind, one.value.key, one.value.stops) for one in engine(text).problems.value]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ('{"icc": false}', "icc", False),
        ('{"mtu": 9000}', "mtu", 9000),
        ('{"userns-remap": "default"}', "userns_remap", "default"),
        ('{"default-shm-size": "1g"}', "default_shm_size", "1g"),
        ('{"proxies": {"http-proxy": "http://p:1"}}', "http_proxy", "http://p:1"),
        ('{"builder": {"gc": {"Enabled": true, "defaultKeepStorage": "20GB"}}}', "builder_gc_keep", "20GB"),
        ('{"BUILDER": 1}', "builder_gc", None),
        ('{"tlsverify": true}', "tlsverify", True),
        ('{"shutdown-timeout": 0}', "shutdown_timeout", 15),
        ('{"default-stop-timeout": 0}', "default_stop_timeout", 0),
        ('{"log-level": ""}', "log_level", "info"),
        ('{"seccomp-profile": ""}', "seccomp_profile", "builtin"),
        ('{"icc": null}', "icc", True),
        ("{}", "log_driver", "json-file"),
        ("", "icc", True),
        ("null", "icc", True),
    ],
)
def test_single_values(text: str, name: str, value: object) -> None:
    assert getattr(engine(text), name).value == value


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ('{"hosts": ["fd://", null, "tcp://h:1"]}', "hosts", ["fd://", "", "tcp://h:1"]),
        ('{"log-opts": {"max-size": "1m", "tag": null}}', "log_opts", [("max-size", "1m"), ("tag", "")]),
        ('{"features": {"cdi": true}}', "features", [("cdi", True)]),
        (
            '{"default-address-pools": [{"Base": "10.0.0.0/8", "size": 24}]}',
            "default_address_pools",
            [AddressPool("10.0.0.0/8", 24)],
        ),
        (
            '{"default-ulimits": {"x": {"name": "nofile", "SOFT": 1, "Hard": -1}}}',
            "default_ulimits",
            [Ulimit("nofile", 1, -1, "x")],
        ),
        (
            '{"runtimes": {"n": {"path": "/n", "runtimeArgs": ["-v"]}}}',
            "runtimes",
            [Runtime("n", "/n", ("-v",))],
        ),
        ('{"default-network-opts": {"bridge": {"a": "b"}}}', "default_network_opts", [("bridge:a", "b")]),
        ('{"log-opts": {"a": "1"}, "log-opts": {"b": "2"}}', "log_opts", [("a", "1"), ("b", "2")]),
        ('{"dns": ["1.1.1.1"], "dns": ["9.9.9.9"]}', "dns", ["9.9.9.9"]),
    ],
)
def test_lists_and_maps(text: str, name: str, values: list[object]) -> None:
    assert [item.value for item in getattr(engine(text), name).value] == values


def test_places_are_the_bytes_of_the_value_or_the_key() -> None:
    text = '\ufeff{\r\n  "icc":\tfalse,\r\n  "hosts": [\r\n "tcp://ü:1" ], "log-opts": {"tag": "é"}\r\n}'
    assert quoted(text, "icc") == "false"
    assert quoted(text, "hosts") == '"hosts"'
    read_ = engine(text)
    assert [item.place.source.text(item.place.span) for item in read_.hosts.value] == ['"tcp://ü:1"']
    assert [item.place.source.text(item.place.span) for item in read_.log_opts.value] == ['"tag": "é"']
    assert read_.place.source.text(read_.place.span) == "{"
    assert read_.live_restore.place == read_.place
    assert not read_.live_restore.written


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"nope": 1}', [("unknown", "nope", True)]),
        ('{"ICC": false}', [("unknown", "ICC", True)]),
        ('{"resolv-conf": "/x"}', [("unknown", "resolv-conf", True)]),
        ('{"resolv-conf": {}}', [("unknown", "resolv-conf", True)]),
        ('{"cluster-store-opt": []}', [("removed", "cluster-store-opt", True)]),
        ('{"proxies": null}', [("type", "proxies", True)]),
        ('{"default-shm-size": null}', [("type", "default-shm-size", True)]),
        ('{"mtu": 99999999999999999999}', [("type", "mtu", True)]),
        ('{"H": ["fd://"]}', [("unknown", "H", True)]),
        ('{"graph": "/x"}', [("removed", "graph", True)]),
        ('{"icc": "false"}', [("type", "icc", True)]),
        ('{"mtu": 1.5}', [("type", "mtu", True)]),
        ('{"hosts": "fd://"}', [("type", "hosts", True)]),
        ('{"hosts": [1]}', [("type", "hosts", True)]),
        ('{"log-opts": {"max-file": 3}}', [("type", "log-opts", True)]),
        ('{"default-shm-size": 64}', [("type", "default-shm-size", True)]),
        ('{"default-ulimits": {"nofile": 1024}}', [("type", "default-ulimits", True)]),
        ('{"features": {"cdi": "yes"}}', [("type", "features", True)]),
        ("[]", [("type", "daemon.json", True)]),
        ('{"log-level": "verbose"}', [("value", "log-level", True)]),
        ('{"hosts": ["http://x"]}', [("value", "hosts", True)]),
        ('{"mtu": -1}', [("value", "mtu", True)]),
        ('{"dns": ["dns.google"]}', [("value", "dns", True)]),
        ('{"labels": ["a"]}', [("value", "labels", True)]),
        ('{"labels": [null]}', [("value", "labels", True)]),
        ('{"labels": ["a=b", "a=c"]}', [("exclusive", "labels", True)]),
        ('{"hosts": ["tcp://h:0"]}', [("value", "hosts", True)]),
        ('{"hosts": ["tcp://h:1/p"]}', [("value", "hosts", True)]),
        ('{"hosts": ["tcp://[::1]:2376", "tcp://h", "tcp://:1", "unix:///a/b:c"]}', []),
        ('{"dns-search": ["a b"]}', [("value", "dns-search", True)]),
        ('{"dns-search": [".", "example.com."]}', []),
        ('{"userns-remap": "a:b:c"}', [("value", "userns-remap", True)]),
        ('{"userland-proxy-path": "x"}', [("value", "userland-proxy-path", True)]),
        ('{"userland-proxy-path": "x", "userland-proxy": false}', []),
        ('{"host-gateway-ip": "1.1.1.1", "host-gateway-ips": ["1.1.1.1"]}', [("exclusive", "host-gateway-ip", True)]),
        ('{"registry-mirrors": ["mirror:5000"]}', [("value", "registry-mirrors", True)]),
        ('{"exec-opts": ["native.cgroupdriver=other"]}', [("value", "exec-opts", True)]),
        ('{"default-cgroupns-mode": "shared"}', [("value", "default-cgroupns-mode", True)]),
        ('{"runtimes": {"runc": {"path": "/x"}}}', [("value", "runtimes", True)]),
        ('{"icc": false, "iptables": false}', [("exclusive", "icc", True)]),
        ('{"bridge": "br0", "bip": "10.0.0.1/24"}', [("exclusive", "bip", True)]),
        ('{"icc": true, "icc": false}', [("twice", "icc", False)]),
        ('{"insecure-registry": ["x"]}', [("flag-name", "insecure-registry", False)]),
        ('{"restart": true}', [("flag-name", "restart", False)]),
        ('{"version": true}', [("flag-name", "version", False)]),
        ('{"http-proxy": "http://x"}', [("flag-name", "http-proxy", False)]),
        ('{"security": {"dns": ["1.1.1.1"]}}', [("nested", "security", False)]),
        ('{"security": {"x": 1}}', [("unknown", "x", True)]),
        ('{"default-ulimit": {"nofile": 1}}', [("unknown", "nofile", True)]),
        ('{"proxies": {"ftp-proxy": "x"}}', [("unknown", "ftp-proxy", True)]),
        ('{"icc": false, "runtimes": {"runsc": {"path": "/x"}}, "features": {"x": true}}', []),
        ('{"allow-nondistributable-artifacts": ["r"], "deprecated-key-path": "x"}', []),
    ],
)
def test_what_the_engine_does_not_take(text: str, found: list[tuple[str, str, bool]]) -> None:
    assert problems(text) == found


@pytest.mark.parametrize(
    ("text", "version", "found"),
    [
        ('{"graph": "/x"}', "20.10.24", []),
        ('{"graph": "/x"}', "23.0.0", [("removed", "graph", True)]),
        ('{"graph": ""}', "23.0.0", []),
        ('{"graph": ""}', "24.0", [("removed", "graph", True)]),
        ('{"bip6": "fd00::1/64"}', "27.5.1", [("too-new", "bip6", True)]),
        ('{"bip6": "fd00::1/64"}', "28.0.0", []),
        ('{"icc": false}', "17.06", []),
        ('{"bip6": "fd00::1/64"}', "dev", []),
        ('{"graph": "/x"}', "library-import", [("removed", "graph", False)]),
    ],
)
def test_keys_by_version(text: str, version: str, found: list[tuple[str, str, bool]]) -> None:
    read_ = read(Source("daemon.json", text.encode()), version)
    assert [(one.value.kind, one.value.key, one.value.sure) for one in read_.problems.value] == found
    assert read_.version.value == version


def test_booleans_in_an_unknown_object_have_an_effect_all_the_same() -> None:
    assert engine('{"hardening": {"no-new-privileges": true}}').no_new_privileges.value is True


def test_a_wrong_type_is_unknown_and_a_mistyped_key_gets_a_hint() -> None:
    with pytest.raises(NotKnownError, match="a string where the engine wants true or false"):
        _ = engine('{"icc": "no"}').icc.value
    hints = [one.value.why for one in engine('{"live-restor": true}').problems.value]
    assert hints == ["live-restor is no setting of the engine, did you mean live-restore?"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"icc": false,}', "trailing comma"),
        ('{// no\n"icc": false}', "a comment"),
        ('{"icc": False}', "a word"),
        ('{"a": ' * 300, "deeper than"),
        (b'{"icc": "\xff"}', "not valid UTF-8"),
    ],
)
def test_what_is_no_json_is_refused(text: str | bytes, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        engine(text)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("{}", "none"),
        ('{"tls": true}', "verified"),
        ('{"tls": false}', "none"),
        ('{"tls": true, "tlsverify": false}', "encrypted"),
        ('{"tlsverify": false}', "encrypted"),
        ('{"tlsverify": true}', "verified"),
    ],
)
def test_tls_as_the_engine_decides_it(text: str, state: str) -> None:
    assert tls_state(engine(text)) == state


@pytest.mark.parametrize(
    ("text", "remapped"),
    [
        ("{}", False),
        ('{"userns-remap": ""}', False),
        ('{"userns-remap": "root"}', False),
        ('{"userns-remap": "0:0"}', False),
        ('{"userns-remap": "default"}', True),
        ('{"userns-remap": "1000:1000"}', True),
        ('{"rootless": true}', True),
    ],
)
def test_who_is_remapped(text: str, remapped: bool) -> None:
    assert remaps_users(engine(text)) is remapped


def test_the_table_of_keys_is_whole() -> None:
    slots = {slot.name for slot in Engine.slots()}
    carried = {key.slot for key in keys().values() if key.slot}
    carried |= {"builder_gc", "builder_gc_keep", "builder_entitlements"}
    assert slots - carried - ONLY_LIVE == {"version", "problems", "seccomp", "config_file"}
    assert len({key.short for key in keys().values() if key.short}) == 8
    assert options()["H"] is keys()["hosts"]
    assert options()["add-runtime"] is keys()["runtimes"]


def test_looks_like() -> None:
    assert looks_like(b'\xef\xbb\xbf {"live-restore" : true}')
    assert not looks_like(b'{"name": "live-restore"}')
    assert not looks_like(b'[{"icc": 1}]')


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 70000)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
    | st.sampled_from(["10m", "fd://", "a=b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*keys(), "Name", "Soft", "x"]), inner),
    max_leaves=6,
)


@settings(max_examples=120, deadline=None)
@given(st.dictionaries(st.sampled_from([*keys(), *options(), "nope"]), VALUES, max_size=6))
def test_nothing_that_is_json_breaks_the_reader(config: dict[str, Any]) -> None:
    text = json.dumps(config, ensure_ascii=False)
    found = engine(text)
    size = len(text.encode("utf-8", "replace"))
    for field in [*found.fields.values(), *found.problems.value, *found.unread]:
        assert 0 <= field.place.span.start <= field.place.span.end <= size
    for name, value in config.items():
        key = keys().get(name)
        if key and key.slot and isinstance(value, bool) and key.type == "bool":
            assert getattr(found, key.slot).value is value


@pytest.mark.parametrize(("version", "found"), [("26.1.4", 1), ("27.0.3", 0), ("", 0)])
def test_ip6tables_need_experimental_in_older_engines(version: str, found: int) -> None:
    assert len(read(Source("daemon.json", b'{"ip6tables": true}'), version).problems.value) == found
    both = read(Source("daemon.json", b'{"ip6tables": true, "experimental": true}'), version)
    assert both.problems.value == ()
