"""What is said of log options, and what a real engine says of them."""

from __future__ import annotations

import json
import socket
from contextlib import ExitStack
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from hardhull.engines.namespaces import within
from hardhull.facts.log_drivers import NEEDED, breaks_starts, refused_option
from hardhull.facts.log_values import conflicts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker_engine import Engine

pytestmark = pytest.mark.engine
BASE: dict[str, dict[str, str]] = {
    "json-file": {}, "local": {}, "syslog": {"syslog-address": "tcp://127.0.0.1:514"},
    "gelf": {"gelf-address": "udp://127.0.0.1:12201"}, "fluentd": {},
}  # fmt: skip
VALUES = {
    "mode": (tuple(BASE), ("blocking", "non-blocking", "Blocking", "x", "")),
    "tag": (("json-file",), ("{{.Foo}}", "{{.Name", "{{.ID}}/{{.ImageName}}", "")),
    "env-regex": (("json-file",), ("^a", "(")),
    "labels-regex": (("json-file",), ("[", "a|b")),
    "max-buffer-size": (("json-file",), ("1m",)),
    "max-size": (("json-file",), ("10m", "10q", "0", "-1", "", "10 m", "1MiB", "1e3")),
    "max-file": (("json-file",), ("0", "x", "3.0", "+3")),
    "compress": (("local",), ("TRUE", "yes", "1")),
    "cache-disabled": (("syslog",), ("true", "x")),
    "syslog-address": (
        ("syslog",),
        ("tcp://127.0.0.1:514", "udp://127.0.0.1", "http://127.0.0.1", "127.0.0.1:514", "UDP://127.0.0.1:514"),
    ),
    "syslog-facility": (("syslog",), ("daemon", "local7", "local8", "23", "24", "-1", "x", "", "Daemon", "3")),
    "syslog-format": (("syslog",), ("rfc3164", "rfc5424micro", "RFC5424", "x", "")),
    "gelf-address": (
        ("gelf",),
        ("tcp://127.0.0.1:12201", "tcp://127.0.0.1", "127.0.0.1:12201", "http://x:1", "", "udp://", "udp://:12201"),
    ),
    "gelf-compression-type": (("gelf",), ("gzip", "zlib", "none", "lz4", "")),
    "gelf-compression-level": (("gelf",), ("-1", "0", "9", "10", "-2", "x", "")),
    "gelf-tcp-max-reconnect": (("gelf",), ("3",)),
    "fluentd-address": (("fluentd",), ("127.0.0.1", "tcp://127.0.0.1:24224", "127.0.0.1:x", "http://127.0.0.1", "")),
    "fluentd-async": (("fluentd",), ("true", "x", "", "1")),
    "fluentd-buffer-limit": (("fluentd",), ("1m", "x", "-1", "10q", "0", "")),
    "fluentd-max-retries": (("fluentd",), ("3", "x", "-1", "99999999999", "")),
    "fluentd-retry-wait": (("fluentd",), ("1s", "x", "5", "-1s", "100ms", "1h2m", "")),
    "fluentd-request-ack": (("fluentd",), ("true", "x")),
    "made-up": (("json-file", "syslog"), ("1",)),
}
STARTS = {"tag", "env-regex", "labels-regex", "max-size", "max-file", "compress"}
"""Options that are read when a container starts; the others when it is made, so that those are not started."""
TOGETHER: tuple[tuple[str, dict[str, str]], ...] = (
    ("json-file", {"mode": "non-blocking", "max-buffer-size": "10q"}),
    ("json-file", {"mode": "non-blocking", "max-buffer-size": "4k"}),
    ("json-file", {"compress": "true", "max-size": "1m", "max-file": "3"}),
    ("json-file", {"compress": "true", "max-size": "1m"}),
    ("local", {"max-file": "1", "max-size": "1m"}),
    ("local", {"max-size": "0"}),
    ("gelf", {"gelf-address": "tcp://127.0.0.1:12201", "gelf-compression-type": "gzip"}),
    ("gelf", {"gelf-address": "tcp://127.0.0.1:12201", "gelf-tcp-max-reconnect": "-1"}),
    ("gelf", {"gelf-address": "tcp://127.0.0.1:12201", "gelf-tcp-reconnect-delay": "0"}),
    ("gelf", {}),
    ("fluentd", {"fluentd-async": "true", "fluentd-async-connect": "true"}),
)


def cases() -> Iterator[tuple[str, dict[str, str]]]:
    for option, (drivers, values) in VALUES.items():
        for driver in drivers:
            for value in values:
                yield driver, {**BASE[driver], option: value}
    yield from TOGETHER


def ours(driver: str, options: dict[str, str]) -> str:
    """Why it is refused, or breaks the start."""
    found = [why for name, value in options.items() if (why := refused_option(driver, name, value))]
    found += [*conflicts(driver, options).values(), *breaks_starts(driver, options).values()]
    needed = NEEDED.get(driver)
    return "; ".join([*found, *([f"it needs {needed}"] if needed and needed not in options else [])])


@pytest.fixture
def servers(docker_engine: Engine) -> Iterator[None]:
    """Somebody who takes what these drivers send."""

    def listening(port: int) -> socket.socket:
        return socket.create_server(("127.0.0.1", port), backlog=64)

    def take(server: socket.socket) -> None:
        while True:
            try:
                server.accept()[0].close()
            except OSError:
                return

    with ExitStack() as stack:
        for port in (514, 12201, 24224):
            server = within(f"/run/netns/{docker_engine.namespace}", lambda port=port: listening(port))  # type: ignore[misc]
            stack.enter_context(server)
            stack.callback(server.shutdown, socket.SHUT_RDWR)
            Thread(target=take, args=(server,), daemon=True).start()
        yield


@pytest.mark.usefixtures("servers")
def test_what_is_said_of_log_options_is_what_the_engine_says(docker_engine: Engine) -> None:
    docker_engine.add_image("hh/log:1")
    wrong = []
    for driver, options in cases():
        said = engine_says(docker_engine, driver, options)
        if bool(said) is not bool(ours(driver, options)):
            wrong.append((driver, options, ours(driver, options), said))
    assert wrong == []


def engine_says(engine: Engine, driver: str, options: dict[str, str]) -> str:
    """Why an engine does not make such a container, or does not start it; empty where it does both."""
    body = {"Image": "hh/log:1", "Cmd": ["true"], "HostConfig": {"LogConfig": {"Type": driver, "Config": options}}}
    ident = ""
    try:
        ident = engine.send("POST", "/containers/create", **body)["Id"]
        if STARTS & options.keys():
            engine.send("POST", f"/containers/{ident}/start")
    except AssertionError as error:
        return str(json.loads(str(error).partition(": ")[2].partition(" ")[2].splitlines()[0])["message"])
    finally:
        if ident:
            engine.send("DELETE", f"/containers/{ident}?force=1")
    return ""
