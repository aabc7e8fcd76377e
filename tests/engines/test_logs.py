"""Logs on a real engine: messages that arrive at real receivers, and files that rotate."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from changed_engines import process
from changed_engines import run as started
from hardhull.cli.main import main
from hardhull.engines.log_files import Rotation, bytes_of, shown
from hardhull.engines.namespaces import connects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker_engine import Engine

pytestmark = pytest.mark.engine
PORT = 15514
RSYSLOG = """
module(load="imtcp")
module(load="imudp")
input(type="imtcp" address="127.0.0.1" port="{port}")
input(type="imudp" address="127.0.0.1" port="{port}")
*.* action(type="omfile" file="{file}" flushOnTXEnd="on")
"""
FORWARD = """
import json, msgpack, socket, sys
listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
with open(sys.argv[2], "a", buffering=1) as out:
    while True:
        accepted, _ = listening.accept()
        unpacker = msgpack.Unpacker(raw=False, timestamp=0, strict_map_key=False)
        accepted.settimeout(None)
        import threading
        def serve(accepted=accepted, unpacker=unpacker):
            while data := accepted.recv(65536):
                unpacker.feed(data)
                for tag, _moment, record, *option in unpacker:
                    out.write(json.dumps([tag, record]) + "\\n")
                    if option and "chunk" in (option[0] or {}):
                        accepted.sendall(msgpack.packb({"ack": option[0]["chunk"]}))
        threading.Thread(target=serve, daemon=True).start()
"""
"""Fluentd's forward protocol, version 1, in the form that Docker's driver sends: [tag, time, record, option]."""
SILENT = """
import socket, sys, threading
listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    accepted, _ = listening.accept()
    threading.Thread(target=lambda one=accepted: [None for _ in iter(lambda: one.recv(65536), b"")], daemon=True).start()
"""


@pytest.fixture
def engine(changed_engine: Engine) -> Engine:
    return changed_engine


@contextmanager
def receiver(engine: Engine, *command: str) -> Iterator[int]:
    """A program that listens on :data:`PORT` in the engine's network, until the end of this process at the latest."""
    network = f"/proc/{process(engine)}/ns/net"
    words = ["setpriv", "--pdeathsig", "KILL", "nsenter", f"--net={network}", *command]
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as server:
        end = time.monotonic() + 20
        while connects(network, "127.0.0.1", PORT) and time.monotonic() < end:
            assert server.poll() is None, command
            time.sleep(0.05)
        try:
            yield server.pid
        finally:
            server.kill()


@contextmanager
def rsyslog(engine: Engine, folder: Path) -> Iterator[Path]:
    """Debian's rsyslog; its file."""
    if not shutil.which("rsyslogd"):
        pytest.skip("rsyslogd is not installed")
    (folder / "rsyslog.conf").write_text(RSYSLOG.format(port=PORT, file=folder / "messages"))
    words = ("rsyslogd", "-n", "-f", str(folder / "rsyslog.conf"), "-i", str(folder / "rsyslog.pid"))
    with receiver(engine, *words):
        yield folder / "messages"


def run(engine: Engine, name: str, command: str) -> str:
    """A container of an engine that may have been started anew."""
    engine.close()
    return started(engine, name, command)


def answered(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The answer, its settings by key."""
    capsys.readouterr()
    main(["fix", "engine", *words, "--format", "json"])
    written = capsys.readouterr()
    assert written.out, written.err
    found: dict[str, Any] = json.loads(written.out)
    return {**found, "settings": {one["key"]: one for one in found["settings"]}}


def contains(path: Path, text: str) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if path.exists() and text in path.read_text(errors="replace"):
            return True
        time.sleep(0.05)
    return False


APPLY = ("--apply", "--allow", "restart")


@pytest.mark.parametrize("scheme", ["tcp", "udp"])
def test_a_message_arrives_at_rsyslog(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], scheme: str
) -> None:
    options = f'log-opts={{"syslog-address": "{scheme}://127.0.0.1:{PORT}"}}'
    with rsyslog(engine, tmp_path) as messages:
        done = answered(capsys, "log-driver=syslog", options, *APPLY)
        assert done["applied"]
        seen = done["settings"]["log-driver"]
        assert seen["shadow"]["kept"]
        assert "arrived at a stand-in for 127.0.0.1:15514" in seen["shadow"]["seen"]
        assert seen["engine"]["kept"]
        assert f"wrote it to {messages}" in seen["engine"]["seen"]
        assert "rsyslogd" in seen["engine"]["seen"]
        assert "hardhull test message" in messages.read_text()
        run(engine, "talks", "echo what a container says")
        assert contains(messages, "what a container says")
        assert main(["fix", "engine", "--prove", "-q"]) == 0
    assert main(["undo", "--root", "/", "-q"]) == 0


def test_a_message_arrives_by_fluentds_protocol(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = tmp_path / "records"
    options = f'log-opts={{"fluentd-address": "127.0.0.1:{PORT}", "fluentd-request-ack": "true"}}'
    with receiver(engine, sys.executable, "-c", FORWARD, str(PORT), str(records)):
        done = answered(capsys, "log-driver=fluentd", options, *APPLY)
        assert done["settings"]["log-driver"]["shadow"]["kept"], json.dumps(done["settings"]["log-driver"])
        assert f"wrote it to {records}" in done["settings"]["log-driver"]["engine"]["seen"]
        ident = run(engine, "talks", "echo what a container says")
        assert contains(records, "what a container says")
        found = [json.loads(row) for row in records.read_text().splitlines()]
        record = next(record for _, record in found if record["log"] == "what a container says")
        assert record["container_id"] == ident
        # The receiver goes, and with it all new containers: the look says so
        assert main(["fix", "engine", "--prove", "-q"]) == 0
    assert main(["fix", "engine", "--prove", "-q"]) == 1
    assert "no container starts" in capsys.readouterr().err
    assert main(["undo", "--root", "/", "-q"]) == 0


def test_a_receiver_that_keeps_nothing_is_no_proof(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    options = f'log-opts={{"gelf-address": "tcp://127.0.0.1:{PORT}"}}'
    with receiver(engine, sys.executable, "-c", SILENT, str(PORT)) as pid:
        done = answered(capsys, "log-driver=gelf", options, *APPLY)
        assert "arrived at a stand-in" in done["settings"]["log-driver"]["shadow"]["seen"]
        seen = done["settings"]["log-driver"]["engine"]["seen"]
        assert f"(process {pid}) has taken all that was sent; what becomes of it is not to be seen" in seen
    assert main(["undo", "--root", "/", "-q"]) == 0


def test_packed_datagrams_are_read(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert process(engine)
    found = answered(capsys, "log-driver=gelf", 'log-opts={"gelf-address": "udp://127.0.0.1:12201"}')
    assert "arrived at a stand-in for 127.0.0.1:12201 (UDP)" in found["settings"]["log-driver"]["shadow"]["seen"]


def test_messages_that_would_be_lost_are_no_central_log(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert process(engine)
    found = answered(
        capsys, "log-driver=fluentd", f'log-opts={{"fluentd-address": "127.0.0.1:{PORT}", "fluentd-async": "true"}}'
    )
    assert "messages are lost until it does" in found["refused"][0]["why"]


@pytest.mark.parametrize(
    ("driver", "options", "seen"),
    [
        ("json-file", {"max-size": "100k", "max-file": "3"}, "rotate at 100k: "),
        ("json-file", {"max-size": "100k"}, "2 files (max-file 1)"),
        (
            "json-file",
            {"max-size": "100k", "max-file": "4", "compress": "true", "mode": "non-blocking"},
            "4 files (max-file 4)",
        ),
        ("local", {"max-size": "200k", "max-file": "2", "compress": "false"}, "2 files (max-file 2)"),
        ("local", {}, "tried with 64k in the place of 20m"),
        ("json-file", {"max-size": "1g", "max-file": "2"}, "tried with 64k in the place of 1g"),
    ],
    ids=["three files", "one file", "packed, may drop", "local", "local by default", "large"],
)
def test_files_rotate_and_stay_bounded(
    engine: Engine, capsys: pytest.CaptureFixture[str], driver: str, options: dict[str, str], seen: str
) -> None:
    assert process(engine)
    words = [f"log-driver={driver}", *([f"log-opts={json.dumps(options)}"] if options else [])]
    found = answered(capsys, *words)
    shadow = next(one["shadow"] for one in found["settings"].values())
    assert shadow["kept"], shadow
    assert seen in shadow["seen"]


def test_files_that_do_not_rotate_are_seen(engine: Engine) -> None:
    """The check itself: a container without max-size, held to a bound."""
    ident = run(engine, "grows", "exec sleep 1000")
    answer = engine.send("GET", f"/containers/{ident}/json")
    folder = Path(answer["LogPath"]).parent
    kept, text = shown(f"/proc/{answer['State']['Pid']}", folder, Rotation(bytes_of("100k"), 3, "100k"))
    assert not kept
    assert "1 files (max-file 3)" in text


def test_the_engine_as_it_is_shows_its_logs(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is changed by a look, and nothing left."""
    pid = process(engine)
    assert main(["fix", "engine", "log-opts.max-size=50k", "log-opts.max-file=2", *APPLY, "-q"]) == 0
    capsys.readouterr()
    assert main(["fix", "engine", "--prove", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    rows = {one["key"]: one for one in found["settings"]}
    assert rows["log-driver"]["kept"]
    assert "2 files (max-file 2)" in rows["log-opts"]["seen"]
    assert process(engine) != pid
    engine.close()
    assert engine.send("GET", "/containers/json?all=1") == []
    assert main(["fix", "engine", "icc=false", "--prove"]) == 2
    assert main(["undo", "--root", "/", "-q"]) == 0
