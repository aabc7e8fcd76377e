"""Which options a log driver takes, and which break the start of a container later."""

from __future__ import annotations

import pytest

from hardhull.facts.log_drivers import CENTRAL, OPTIONS, breaks_starts, is_built_in, is_size, refused_option


@pytest.mark.parametrize(
    ("driver", "option", "value", "why"),
    [
        ("syslog", "max-size", "10m", "not known by the syslog driver, only by json-file and local"),
        ("journald", "max-file", "3", "not known by the journald driver"),
        ("json-file", "syslog-address", "udp://x", "only by syslog"),
        ("awslogs", "labels", "x", "not known by the awslogs driver"),
        ("gcplogs", "tag", "x", "not known by the gcplogs driver"),
        ("json-file", "made-up", "x", "not known by the json-file driver"),
        ("json-file", "mode", "async", "neither blocking nor non-blocking"),
        ("syslog", "syslog-format", "json", "none of rfc3164"),
        ("syslog", "syslog-facility", "local9", "does not exist"),
        ("syslog", "syslog-facility", "24", "does not exist"),
        ("syslog", "syslog-address", "logs:514", "does not begin with"),
        ("gelf", "gelf-address", "http://x:1", "does not begin with"),
        ("gelf", "gelf-address", "", "empty"),
    ],
)
def test_refused(driver: str, option: str, value: str, why: str) -> None:
    assert why in refused_option(driver, option, value)


@pytest.mark.parametrize(
    ("driver", "option", "value"),
    [
        ("json-file", "max-size", "10m"),
        ("local", "max-size", "10m"),
        ("syslog", "syslog-address", "tcp+tls://x:6514"),
        ("syslog", "syslog-facility", "23"),
        ("syslog", "syslog-address", None),
        ("journald", "tag", "x"),
        ("fluentd", "mode", "non-blocking"),
        ("fluentd", "cache-disabled", "true"),
        ("none", "anything", "x"),
        ("grafana/loki:latest", "loki-url", "x"),
    ],
)
def test_taken(driver: str, option: str, value: str | None) -> None:
    assert refused_option(driver, option, value) == ""


@pytest.mark.parametrize(
    ("driver", "options", "broken"),
    [
        ("json-file", {"max-size": "10q"}, {"max-size"}),
        ("json-file", {"max-size": "0"}, {"max-size"}),
        ("json-file", {"max-size": "-1"}, {"max-size"}),
        ("local", {"max-size": "0"}, set()),
        ("json-file", {"max-file": "0"}, {"max-file"}),
        ("json-file", {"max-file": "many"}, {"max-file"}),
        ("json-file", {"compress": "yes"}, {"compress"}),
        ("json-file", {"compress": "true"}, {"compress"}),
        ("json-file", {"compress": "true", "max-size": "1m", "max-file": "2"}, set()),
        ("local", {"max-file": "1"}, {"max-file"}),
        ("local", {"max-file": "1", "compress": "false"}, set()),
        ("syslog", {"max-size": "10q"}, set()),
    ],
)
def test_what_breaks_every_start(driver: str, options: dict[str, str], broken: set[str]) -> None:
    assert set(breaks_starts(driver, options)) == broken


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("10m", True),
        ("1.5 GiB", True),
        ("512", True),
        ("7B", True),
        ("10q", False),
        ("ki", False),
        ("1ki", False),
        ("", False),
    ],
)
def test_sizes(text: str, size: bool) -> None:
    assert is_size(text) is size


def test_tables_agree() -> None:
    assert OPTIONS.keys() > CENTRAL
    assert is_built_in("local")
    assert not is_built_in("loki")
