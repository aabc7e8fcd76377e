"""What generated files do not show: empty files, options of dockerd beside the file, versions, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from engine_changes import written
from texts import scan_texts

from hardhull.facts.engine import combined
from hardhull.facts.parts import Ulimit
from hardhull.formats.daemon_json import read
from hardhull.formats.dockerd_units import read_scripts
from hardhull.formats.writing import write
from hardhull.model.change import Add, Drop, Rewrite, SetTo, Swap
from hardhull.model.source import Place, Source
from hardhull.text.draft import Drafts, UnwritableError

if TYPE_CHECKING:
    from hardhull.facts.engine import Engine


def engine(text: str, version: str = "") -> Engine:
    return read(Source("daemon.json", text.encode()), version)


def with_flags(text: str, line: str) -> Engine:
    (flags,) = read_scripts([Source("run.sh", line.encode())])
    return combined(engine(text), flags)


def refusal(fact: Engine, change: SetTo | Add | Drop | Swap) -> str:
    drafts = Drafts()
    with pytest.raises(UnwritableError) as caught:
        write(fact, [change], drafts)
    assert drafts.of(fact.place.source).edits() == []
    return caught.value.why


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '{\n  "icc": false\n}\n'),
        ("\ufeff \n", '\ufeff{\n  "icc": false\n}\n'),
        ("null", '{\n  "icc": false\n}\n'),
        ("null\n", '{\n  "icc": false\n}\n'),
        ("null\r\n", '{\r\n  "icc": false\r\n}\r\n'),
        ("\r\nnull ", '\r\n{\r\n  "icc": false\r\n} '),
        ("\ufeff \r\n\r\n", '\ufeff{\r\n  "icc": false\r\n}\r\n'),
        ("\r  \n", '{\n  "icc": false\n}\n'),
        ("{}", '{\n  "icc": false\n}'),
        ('{"icc": null}', '{"icc": false}'),
        ('{"icc": "no"}', '{"icc": false}'),
    ],
)
def test_a_file_without_settings(before: str, after: str) -> None:
    assert written(engine(before)) == before.encode()
    assert written(engine(before), SetTo("icc", True)) == (before.encode() if "icc" not in before else b"{}")
    assert written(engine(before), SetTo("icc", False)).decode() == after


def test_many_options_become_one_object_in_the_order_in_which_they_came() -> None:
    options = [Add("log_opts", ("max-size", "10m")), Add("log_opts", ("max-file", "3"))]
    assert written(engine('{\n\t"icc": false\n}'), *options).decode() == (
        '{\n\t"icc": false,\n\t"log-opts": {\n\t\t"max-size": "10m",\n\t\t"max-file": "3"\n\t}\n}'
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '{"debug":true,"dns":["1.1.1.1","9.9.9.9"]}',
            '{"debug":true,"dns":["1.1.1.1","9.9.9.9"],"log-opts":{"tag":"x"}}',
        ),
        ('{"debug":true}', '{"debug":true,"log-opts":{"tag":"x"}}'),
        ('{"dns": [],"mtu": 9}', '{"dns": [],"mtu": 9,"log-opts": {"tag": "x"}}'),
        ('  {\n    "mtu": 9\n  }\n', '  {\n    "mtu": 9,\n    "log-opts": {\n      "tag": "x"\n    }\n  }\n'),
        (
            '{\n  "mtu":9,\n  "dns":["1.1.1.1"]\n}',
            '{\n  "mtu":9,\n  "dns":["1.1.1.1"],\n  "log-opts":{\n    "tag":"x"\n  }\n}',
        ),
    ],
)
def test_new_text_is_written_as_its_neighbours_are(before: str, after: str) -> None:
    assert written(engine(before), Add("log_opts", ("tag", "x"))).decode() == after


def test_only_the_parts_that_differ_are_written() -> None:
    fact = engine('{"default-ulimits": {"nofile": {"Name": "nofile", "soft": 9,  "Hard": 5}}}')
    change = Swap("default_ulimits", fact.default_ulimits.value[0], Ulimit("nofile", 5, 9))
    assert (
        written(fact, change).decode() == '{"default-ulimits": {"nofile": {"Name": "nofile", "soft": 5,  "Hard": 9}}}'
    )


def test_a_limit_of_another_name_gets_its_own_key() -> None:
    fact = engine('{"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 9, "Hard": 9}, "core": {"Name": "core"}}}')
    change = Swap("default_ulimits", fact.default_ulimits.value[0], Ulimit("nproc", 5, 9))
    assert json.loads(written(fact, change)) == {
        "default-ulimits": {"core": {"Name": "core"}, "nproc": {"Name": "nproc", "Soft": 5, "Hard": 9}}
    }
    taken = Swap("default_ulimits", fact.default_ulimits.value[0], Ulimit("core", 5, 9))
    assert "core is written already" in refusal(fact, taken)


def test_log_options_are_those_of_the_driver_that_is_chosen_with_them() -> None:
    fact = engine('{"log-driver": "syslog"}')
    size = Add("log_opts", ("max-size", "10m"))
    assert "is not known by the syslog driver" in refusal(fact, size)
    assert (
        written(fact, SetTo("log_driver", "local"), size) == b'{"log-driver": "local", "log-opts": {"max-size": "10m"}}'
    )
    assert "max-size" in refusal(fact, SetTo("log_opts", (("max-size", "10m"),)))


def test_what_an_option_of_dockerd_sets_is_changed_on_its_command_line() -> None:
    fact = with_flags('{"debug": true}', "dockerd --icc=true --insecure-registry a:1\n")
    drafts = Drafts()
    registry = Drop("insecure_registries", fact.insecure_registries.value[0])
    write(fact, [SetTo("icc", False), SetTo("debug", False), registry, SetTo("live_restore", True)], drafts)
    assert {one.source.path: one.result() for one in drafts} == {
        "run.sh": b"dockerd --icc=false\n",
        "daemon.json": b'{"live-restore": true}',
    }


def test_what_stands_in_the_file_and_on_the_line_is_left_to_a_person() -> None:
    fact = with_flags('{"icc": true}', "dockerd --icc=true\n")
    assert refusal(fact, SetTo("icc", False)) == "icc is also given as an option of dockerd, run.sh:1"


def test_a_variable_on_the_command_line_may_hide_any_option() -> None:
    fact = with_flags('{"debug": true}', "dockerd $OPTS\n")
    assert "$OPTS may set live-restore too" in refusal(fact, SetTo("live_restore", True))
    assert written(fact, SetTo("debug", False)) == b"{}"


def test_a_key_is_written_only_for_engines_that_have_it() -> None:
    assert "from 28.2 on" in refusal(engine("{}", "20.10.24"), SetTo("allow_direct_routing", True))
    assert "refuse api-cors-header" in refusal(engine("{}", "28.5.2"), SetTo("api_cors_header", "*"))
    assert written(engine("{}", "20.10.24"), SetTo("api_cors_header", "*")) == b'{\n  "api-cors-header": "*"\n}'


def test_a_key_that_is_written_twice_is_left_alone() -> None:
    fact = engine('{"icc": true, "dns": ["1.1.1.1"], "icc": true, "dns": ["9.9.9.9"]}')
    assert refusal(fact, SetTo("icc", False)) == "the key icc is written twice"
    assert refusal(fact, SetTo("icc", True)) == "the key icc is written twice"
    assert refusal(fact, Drop("dns", fact.dns.value[0])) == "the key dns is written twice"
    assert written(fact, SetTo("debug", True)).endswith(b', "debug": true}')


def test_a_setting_in_an_object_that_is_none_is_left_alone() -> None:
    fact = engine('{"network": {"icc": false, "mtu": 1400}}')
    assert fact.icc.value is False
    assert "an object that is no setting" in refusal(fact, SetTo("icc", True))
    assert "icc in it has an effect" in refusal(fact, Drop("problems", fact.problems.value[0]))


def test_what_has_no_effect_goes() -> None:
    fact = engine('{"icc": true, "insecure-registry": ["a:1"], "x": {"mtu": 1}, "icc": false}')
    changes = [Drop("problems", one) for one in fact.problems.value]
    assert len(changes) == 3
    assert written(fact, *changes) == b'{"icc": false}'
    merged = engine('{"log-opts": {"max-size": "1m"}, "log-opts": {"max-file": "3"}}')
    assert "adds up both" in refusal(merged, Drop("problems", merged.problems.value[0]))


def test_values_that_the_engine_refuses_are_not_written() -> None:
    assert "is not an IP address" in refusal(engine("{}"), SetTo("ip", "localhost"))
    assert "is not a port" in refusal(engine("{}"), SetTo("network_diagnostic_port", 70000))
    assert "has no key" in refusal(engine("{}"), SetTo("config_file", "/x"))
    assert "another value" in refusal(engine('{"log-opts": {"max-size": "1m"}}'), Add("log_opts", ("max-size", "10m")))
    assert "no object" in refusal(engine("[]"), SetTo("icc", False))
    assert "no object" in refusal(engine('{"builder": 1}'), SetTo("builder_gc", False))


def test_fixes_that_want_different_things_are_refused() -> None:
    fact = engine('{"icc": false, "iptabels": true}')
    drafts = Drafts()
    write(fact, [SetTo("debug", True)], drafts)
    for change in (SetTo("debug", False), SetTo("icc", True)):
        if change.field == "icc":
            write(fact, [change], drafts)
        else:
            with pytest.raises(UnwritableError):
                write(fact, [change], drafts)
    with pytest.raises(UnwritableError):
        write(fact, [SetTo("icc", False)], drafts)
    typo = fact.problems.value[0].place
    write(fact, [Rewrite(Place(typo.source, typo.span), '"iptables"')], drafts)
    with pytest.raises(UnwritableError) as caught:
        write(fact, [SetTo("iptables", False)], drafts)
    assert caught.value.why == "another fix writes this key"
    assert caught.value.snippet == '{\n  "iptables": false\n}'
    assert drafts.of(fact.place.source).result() == b'{"iptables": true, "debug": true}'


def test_builder_keys_are_found_in_any_case() -> None:
    fact = engine('{"builder": {"GC": {"Enabled": true, "DefaultReservedSpace": "5GB"}}}')
    result = written(fact, SetTo("builder_gc", False), SetTo("builder_gc_keep", "10GB"))
    assert result == b'{"builder": {"GC": {"Enabled": false, "DefaultReservedSpace": "10GB"}}}'
    assert written(fact, SetTo("builder_gc", None), SetTo("builder_gc_keep", "")) == b"{}"
    both = engine('{"builder": {"gc": {"defaultReservedSpace": "5GB", "defaultKeepStorage": "6GB"}}}')
    assert "both written" in refusal(both, SetTo("builder_gc_keep", ""))


def test_a_whole_scan_reads_what_was_written() -> None:
    text = written(engine("{}"), SetTo("icc", False), SetTo("userland_proxy", False)).decode()
    assert not {"HH-NET-101", "HH-NET-105"} & {one.rule for one in scan_texts({"daemon.json": text}).findings}
