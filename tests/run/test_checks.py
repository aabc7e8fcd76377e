"""Checks ask what they say, and are believed only after they failed on an app that was broken on purpose."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from hardhull.run import checks
from hardhull.run.checks import Check
from hardhull.run.logs import last_lines
from hardhull.run.refusal import CannotRunError
from hardhull.run.trust import trusted
from worlds import left, listening, world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker_engine import Engine
    from hardhull.run.world import World

pytestmark = pytest.mark.engine
WEB = """services:
  web:
    image: IMAGE
    command: httpd -f -p 80 -h /www
    volumes: ["./html:/www:ro"]
    ports: ["8080:80"]
    healthcheck: {test: "wget -q -O - http://127.0.0.1/ | grep -q welcome", interval: 20s, timeout: 20s}
  mute:
    image: IMAGE
    command: sleep 600
    healthcheck: {test: ["CMD", "true"]}
"""
ASK = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 10 $HARDHULL_HOST $HARDHULL_PORT_80 | grep -q welcome"
INSIDE = ("sh", "-c", "echo | nc -w 10 127.0.0.1 80")


@pytest.fixture
def web(engine: Engine, tmp_path: Path) -> Iterator[World]:
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "index.html").write_text("welcome")
    with world(tmp_path, WEB) as one:
        one.start()
        listening(one, "web", 80)
        yield one
    assert left(engine) == []


def test_every_kind_of_check_passes_on_what_works_and_fails_on_what_does_not(web: World) -> None:
    (health,) = checks.of_container(web, "web")
    for good in (
        health,
        checks.of_url(web, "web", "http://localhost:8080/"),
        Check("http", "web", ("80", "/index.html")),
        Check("tcp", "web", ("80",)),
        Check("host", "web", (ASK.replace("nc", "busybox nc"),)),
        Check("inside", "web", ("wget", "-q", "-O", "-", "http://127.0.0.1/")),
    ):
        outcome = checks.run(good, web)
        assert outcome.passed, outcome
        assert outcome.ran
    for bad in (
        checks.of_url(web, "web", "http://localhost:8080/missing"),
        Check("tcp", "web", ("81",), 2),
        Check("host", "web", ("exit 3",)),
        Check("inside", "web", ("false",)),
    ):
        outcome = checks.run(bad, web)
        assert not outcome.passed, outcome
        assert outcome.ran
    assert checks.run(Check("inside", "web", ("/nowhere",)), web).ran is False
    assert checks.run(Check("host", "web", ("exit 3",)), web).code == 3


def test_checks_are_bounded_and_their_output_holds_no_secret(web: World) -> None:
    slow = checks.run(Check("host", "web", ("sleep 60 & sleep 60",), 0.3), web)
    assert (slow.passed, slow.code) == (False, None)
    slow = checks.run(Check("inside", "web", ("sleep", "60"), 0.3), web)
    assert (slow.passed, slow.code) == (False, None)
    loud = checks.run(Check("inside", "web", ("sh", "-c", "yes 0123456789 | head -c 1000000; exit 1")), web)
    assert loud.code == 1
    assert len(loud.output) <= checks.TEXT + 3
    words = "echo DB_PASSWORD=hunter2-Zx9; printf '\\033]0;x\\007\\033[31mred'"
    for kind, command in (("host", (words,)), ("inside", ("sh", "-c", words))):
        said = checks.run(Check(kind, "web", command), web).output
        assert "hunter2" not in said
        assert "\x1b" not in said
        assert said.endswith("red")


def test_secrets_of_the_file_are_known_by_their_value(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text("from-a-file\n")
    text = """services:
  web:
    image: IMAGE
    command: ["sh", "-c", "echo ready with $$DB_PASSWORD; sleep 600"]
    environment: {DB_PASSWORD: plain words}
    secrets: [token]
secrets: {token: {file: ./token.txt}}
"""
    with world(tmp_path, text) as one:
        one.start()
        said = checks.run(
            Check("inside", "web", ("sh", "-c", "echo I saw $DB_PASSWORD; cat /run/secrets/*")), one
        ).output
        assert said == "I saw [redacted]\n[redacted]"
        end = time.monotonic() + 20
        while not one.client.logs(one.ids["web"]):
            assert time.monotonic() < end
            time.sleep(0.02)
        assert last_lines(one, "web") == "ready with [redacted]"
    assert left(engine) == []


def test_a_check_that_notices_is_trusted_and_the_app_goes_on(web: World) -> None:
    (health,) = checks.of_container(web, "web")
    for check, noticed in (
        (health, ["stopped", "closed port"]),
        (Check("http", "web", ("80", "/")), ["stopped", "closed port"]),
        (Check("tcp", "web", ("80",)), ["closed port"]),
        (Check("inside", "web", INSIDE), ["closed port"]),
    ):
        trust = trusted(check, web)
        assert trust.trusted, trust
        assert trust.recovered
        assert {trial.broken for trial in trust.trials if trial.noticed} >= set(noticed), trust
    assert set(web.ids) == {"web", "mute"}
    assert checks.run(Check("http", "web", ("80", "/")), web).passed


def test_a_check_that_cannot_fail_is_refused(web: World) -> None:
    (health,) = checks.of_container(web, "mute")
    for check in (health, Check("inside", "web", ("true",)), Check("host", "web", ("true",))):
        trust = trusted(check, web)
        assert not trust.trusted
        assert "passes on an app that is broken (stopped and closed port)" in trust.why
        assert trust.recovered


def test_a_check_that_fails_from_the_start_is_refused(web: World) -> None:
    trust = trusted(Check("http", "web", ("80", "/missing")), web)
    assert (trust.trusted, trust.why, trust.trials) == (False, "it fails on the app as it is", ())


def test_a_url_of_a_port_that_is_not_there_is_refused(web: World) -> None:
    for url, why in (("http://localhost:9999/", "no port 9999"), ("ftp://localhost/", "no http")):
        with pytest.raises(CannotRunError, match=why):
            checks.of_url(web, "web", url)


POD = """apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: web
    image: IMAGE
    command: [httpd, -f, -p, "8080"]
    ports: [{containerPort: 8080, name: http}]
    readinessProbe: {tcpSocket: {port: http}}
    livenessProbe: {exec: {command: [sh, -c, "echo | nc -w 10 127.0.0.1 8080"]}, timeoutSeconds: 20}
"""


def test_probes_of_a_pod_are_asked(engine: Engine, tmp_path: Path) -> None:
    with world(tmp_path, POD, "pod.yaml") as pod:
        pod.start()
        listening(pod, "web", 8080)
        found = checks.of_container(pod, "web")
        assert [(check.kind, check.seconds) for check in found] == [("tcp", 1.0), ("inside", 20.0)]
        assert all(checks.run(check, pod).passed for check in found)
    with world(tmp_path, POD.replace("tcpSocket: {port: http}", "grpc: {port: 8080}"), "pod.yaml") as pod:
        pod.start()
        with pytest.raises(CannotRunError, match="gRPC"):
            checks.of_container(pod, "web")
    assert left(engine) == []
