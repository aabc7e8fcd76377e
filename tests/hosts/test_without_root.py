"""Whoever may use the engine and is not root sees less: that is told, and nothing is taken for good."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from live_containers import NETWORK, body, facts, judged, prepare, remove, seen, start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker_engine import Engine

pytestmark = pytest.mark.engine
NOBODY = 65534


@pytest.fixture(scope="module")
def document(open_engine: Engine) -> Iterator[bytes]:
    """The facts as a user collects them who has nothing but the socket."""
    prepare(open_engine)
    names = ["shares", "heir", "hidden-socket"]
    start(open_engine, "shares", body(PidMode="host"))
    start(open_engine, "heir", body(PidMode="container:shares"))
    start(open_engine, "hidden-socket", body(Binds=[f"{open_engine.socket}:/srv/queue"]))
    folder, mode = open_engine.socket.parent, open_engine.socket.parent.stat().st_mode
    folder.chmod(0o711)
    open_engine.socket.chmod(0o666)
    try:
        yield as_nobody(open_engine)
    finally:
        open_engine.socket.chmod(0o660)
        folder.chmod(mode & 0o777)
        remove(open_engine, names)
        open_engine.call("DELETE", f"/networks/{NETWORK}")


def as_nobody(engine: Engine) -> bytes:
    """What a child of this process collects after it gave root up."""
    facts(engine, "engine", "network")  # all that is imported on the way, while this process may read it
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        with os.fdopen(writing, "wb") as out:
            out.write(facts(engine, "containers", "engine", "network"))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as incoming:
        data = incoming.read()
    assert os.waitpid(child, 0)[1] == 0
    return data


def test_what_could_not_be_read_is_listed(document: bytes) -> None:
    gaps: list[dict[str, Any]] = json.loads(document)["not_read"]
    assert {gap["kind"] for gap in gaps} == {"needs-access"}
    told = " ".join(gap["what"] for gap in gaps)
    for what in ("container shares", "container heir", "packet filter", "listens on", "sockets of engines"):
        assert what in told


def test_what_only_the_kernel_knows_is_neither_passed_nor_found(document: bytes, tmp_path: Path) -> None:
    result = judged(document, tmp_path)
    found = seen(result.findings)
    assert "HH-PRV-012" in [one.rule for one in found["shares"]], "the engine says so itself"
    assert "HH-PRV-012" not in [one.rule for one in found.get("heir", [])]
    assert [one for one in result.checks if one.rule == "HH-PRV-012" and one.skipped == 1]
    assert [note for note in result.not_checked if note.what.startswith("pid of container heir")]
    assert not [one for one in result.findings if one.rule == "HH-MON-193"], "a file that was not read says nothing"


def test_a_network_that_cannot_be_entered_is_not_taken_for_closed(document: bytes, tmp_path: Path) -> None:
    told = " ".join(gap["what"] for gap in json.loads(document)["not_read"])
    assert "the network of container shares" in told
    skipped = {one.rule for one in judged(document, tmp_path).checks if one.skipped}
    assert {"HH-NET-701", "HH-NET-702", "HH-NET-705", "HH-NET-706"} <= skipped
