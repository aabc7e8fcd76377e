"""Fixes of engines and seccomp profiles: what is written into the bad example is the good one, and is enough."""

from __future__ import annotations

import pytest
from offered import fixed, offers
from texts import PATHS, marks_of

from hardhull.model.change import Interrupts, Risk
from hardhull.rules.rule import Example, Rule, rules_for

CASES = [
    (rule, example)
    for kind in ("engine", "seccomp")
    for rule in rules_for(kind)
    for example in rule.examples
    if example.syntax in {"daemon.json", "seccomp"}
]


def files_of(text: str, case: tuple[Rule, Example]) -> dict[str, bytes]:
    rule, example = case
    files, _marked = marks_of(text, example.path or PATHS[example.syntax], rule.id)
    return {path: body.encode() for path, body in files.items()}


def name_of(case: tuple[Rule, Example]) -> str:
    rule, example = case
    return f"{rule.name}-{rule.examples.index(example)}"


AUTOMATIC = [case for case in CASES if fixed(files_of(case[1].bad, case), case[0].id).made]


@pytest.mark.parametrize("case", AUTOMATIC, ids=name_of)
def test_the_fix_of_the_bad_example_writes_the_good_one(case: tuple[Rule, Example]) -> None:
    rule, example = case
    outcome = fixed(files_of(example.bad, case), rule.id)
    assert not outcome.refused
    assert outcome.files == files_of(example.good, case)
    again = fixed(outcome.files, rule.id)
    assert not again.made
    assert again.files == outcome.files


@pytest.mark.parametrize("case", AUTOMATIC, ids=name_of)
def test_a_fix_brings_no_finding_of_another_rule(case: tuple[Rule, Example]) -> None:
    rule, example = case
    before = {offer.rule.id for offer in offers(files_of(example.bad, case))}
    after = {offer.rule.id for offer in offers(fixed(files_of(example.bad, case), rule.id).files)}
    assert after <= before - {rule.id}


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_every_finding_says_what_to_do(case: tuple[Rule, Example]) -> None:
    rule, example = case
    for offer in offers(files_of(example.bad, case), rule.id):
        assert offer.fixes
        for fix in offer.fixes:
            assert fix.title
            assert bool(fix.changes) != bool(fix.advice)
            assert bool(fix.mitigation) == (fix.risk is Risk.NEEDS_PROOF and bool(fix.changes))
            assert not (rule.by_hand and fix.changes)


def test_only_rules_that_say_why_have_no_automatic_fix() -> None:
    by_program = {rule.id for rule, _example in AUTOMATIC}
    assert {rule.id for rule, _example in CASES if rule.by_hand} == {rule.id for rule, _example in CASES} - by_program


def fixed_text(text: str, only: str = "") -> str:
    return fixed({"daemon.json": text.encode()}, only).files["daemon.json"].decode()


def interrupts(text: str, rule: str) -> list[Interrupts | None]:
    return [fix.interrupts for _id, fix in fixed({"daemon.json": text.encode()}, rule).made]


def test_only_what_a_reload_brings_into_effect_is_called_a_reload() -> None:
    assert interrupts("{}", "HH-MON-104") == [Interrupts.RELOAD]
    assert interrupts('{"insecure-registries": ["a:1", "127.0.0.1:1"]}', "HH-SRC-101") == [Interrupts.RELOAD]
    # the engine keeps the old list where the key is gone (moby, reloadRegistryConfig)
    assert interrupts('{"insecure-registries": ["a:1", "b:1"]}', "HH-SRC-101") == [Interrupts.RESTART] * 2
    assert interrupts('{"registry-mirrors": ["http://m"]}', "HH-SRC-102") == [Interrupts.RELOAD]
    assert interrupts('{"default-cgroupns-mode": "host"}', "HH-PRV-104") == [Interrupts.RELOAD]
    assert interrupts('{"debug": true}', "HH-MON-107") == [None]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"icc": "False"}', '{"icc": false}'),
        ('{"mtu": "1400"}', '{"mtu": 1400}'),
        ('{"log-level": 3}', '{"log-level": "3"}'),
        ('{"dns": "1.1.1.1"}', '{"dns": ["1.1.1.1"]}'),
        ('{"dns": [1, "9.9.9.9"]}', '{"dns": ["1", "9.9.9.9"]}'),
        ('{"log-opts": {"compress": true, "max-file": 3}}', '{"log-opts": {"compress": "true", "max-file": 3}}'),
        ('{"features": {"buildkit": "true"}}', '{"features": {"buildkit": true}}'),
        ('{"logDriver": "local"}', '{"log-driver": "local"}'),
        ('{"live_restore": true}', '{"live-restore": true}'),
        ('{"insecure-registrys": ["a:1"]}', '{"insecure-registries": ["a:1"]}'),
        ('{"proxies": {"httpProxy": "http://p:1"}}', '{"proxies": {"http-proxy": "http://p:1"}}'),
        ('{"graph": "/srv"}', '{"data-root": "/srv"}'),
        ('{"cluster-store": "x", "mtu": 1400}', '{"mtu": 1400}'),
        ('{"icc": false, "iptables": false}', '{"icc": false}'),
        # what could be meant in several ways is left to a person
        ('{"icc": "no"}', '{"icc": "no"}'),
        ('{"logs": "local"}', '{"logs": "local"}'),
        ('{"log_driver": 3}', '{"log_driver": 3}'),
        ('{"live_restore": true, "live-restore": false}', '{"live_restore": true, "live-restore": false}'),
        ('{"ip": "localhost"}', '{"ip": "localhost"}'),
    ],
)
def test_what_stops_the_engine_is_repaired_where_it_is_beyond_doubt(before: str, after: str) -> None:
    assert fixed_text(before, "HH-MON-190") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '{"nofile": {"Name": "nofile", "Soft": -1, "Hard": 9}}',
            '{"nofile": {"Name": "nofile", "Soft": 9, "Hard": 9}}',
        ),
        ('{"nofile": {"Name": "x", "Soft": 9, "Hard": 9}}', '{"nofile": {"Name": "nofile", "Soft": 9, "Hard": 9}}'),
        ('{"nofile": {"name": "nofile", "Hard": 9}}', '{"nofile": {"name": "nofile", "Hard": 4096, "Soft": 1024}}'),
        ('{"x": {"Soft": 1}, "core": {"Name": "core"}}', '{"core": {"Name": "core"}}'),
    ],
)
def test_limits_that_cannot_be_set(before: str, after: str) -> None:
    assert fixed_text(f'{{"default-ulimits": {before}}}', "HH-LIM-102") == f'{{"default-ulimits": {after}}}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"local", "log-opts": {"max-file": "0"}', '"local", "log-opts": {"max-file": "3"}'),
        ('"local", "log-opts": {"max-file": "1"}', '"local"'),
        ('"json-file", "log-opts": {"mode": "x", "max-size": "1m"}', '"json-file", "log-opts": {"max-size": "1m"}'),
        ('"syslog", "log-opts": {"max-buffer-size": "1m", "tag": "x"}', '"syslog", "log-opts": {"tag": "x"}'),
        ('"syslog", "log-opts": {"syslog-format": "x"}', '"syslog", "log-opts": {"syslog-format": "x"}'),
    ],
)
def test_log_options_that_are_refused(before: str, after: str) -> None:
    assert fixed_text(f'{{"log-driver": {before}}}', "HH-MON-103") == f'{{"log-driver": {after}}}'


def test_settings_that_belong_together_are_changed_together() -> None:
    assert fixed_text('{"iptables": false, "debug": true, "log-level": "debug"}', "HH-NET-101") == (
        '{"debug": true, "log-level": "debug", "icc": false}'
    )
    assert fixed_text('{"iptables": false, "debug": true, "log-level": "debug"}', "HH-MON-107") == '{"iptables": false}'


def test_all_fixes_of_an_empty_file_make_one_that_has_only_advice_left() -> None:
    text = fixed_text("{}")
    left = offers({"daemon.json": text.encode()})
    assert [offer for offer in left if any(fix.changes for fix in offer.fixes)] == []
    assert fixed_text(text) == text


def test_experimental_stays_where_an_older_engine_needs_it() -> None:
    text = '{"experimental": true, "ip6tables": true}'
    assert fixed_text(text, "HH-MON-105") == text
    assert fixed_text('{"experimental": true, "ipv6": true}', "HH-MON-105") == '{"ipv6": true}'


PROFILE = '{{"defaultAction": "{}", "syscalls": [{}]}}'


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (
            "HH-PRV-402",
            (
                "ALLOW",
                '{"names": ["write", "bpf"], "action": "SCMP_ACT_KILL"}, {"name": "statx", "action": "SCMP_ACT_TRAP"}',
            ),
            ("ALLOW", '{"names": ["bpf"], "action": "SCMP_ACT_KILL"}'),
        ),
        (
            "HH-PRV-403",
            (
                "ERRNO",
                '{"names": ["read", "bpf"], "action": "SCMP_ACT_ALLOW"}, {"name": "keyctl", "action": "SCMP_ACT_LOG"}',
            ),
            ("ERRNO", '{"names": ["read"], "action": "SCMP_ACT_ALLOW"}'),
        ),
    ],
)
def test_calls_leave_the_groups_that_do_something_else(
    rule: str, before: tuple[str, str], after: tuple[str, str]
) -> None:
    files = {"s.json": PROFILE.format(f"SCMP_ACT_{before[0]}", before[1]).encode()}
    assert fixed(files, rule).files["s.json"].decode() == PROFILE.format(f"SCMP_ACT_{after[0]}", after[1])


def test_a_profile_of_few_calls_starts_and_one_of_few_stops_is_no_weaker_than_the_default() -> None:
    few = {"s.json": PROFILE.format("SCMP_ACT_ERRNO", '{"names": ["read"], "action": "SCMP_ACT_LOG"}').encode()}
    assert offers(few, "HH-PRV-402")
    assert b'"SCMP_ACT_LOG"}, {"names": ["capget", ' in fixed(few, "HH-PRV-402").files["s.json"]
    assert not offers(fixed(few, "HH-PRV-402").files, "HH-PRV-402")
    open_ = {
        "s.json": PROFILE.format("SCMP_ACT_ALLOW", '{"names": ["bpf", "swapon"], "action": "SCMP_ACT_ERRNO"}').encode()
    }
    assert offers(open_, "HH-PRV-403")
    stopped = fixed(open_, "HH-PRV-403").files
    assert not offers(stopped)
    assert stopped["s.json"].startswith(
        b'{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["bpf", "swapon", "acct", '
    )
