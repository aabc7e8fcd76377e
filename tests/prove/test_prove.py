"""Real workloads: what is proven is the strictest that works, and what is kept breaks something when it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.facts.digest import digest
from hardhull.formats.proof import read, write
from hardhull.learn.bpf import Recorder
from hardhull.prove.again import kept_proof
from hardhull.prove.candidate import CAPABILITY, OWNED, USER, WRITABLE, Privilege
from hardhull.prove.document import Replay, proof_of, sections
from hardhull.prove.drills import BLOCKED, SUCCEEDED
from hardhull.prove.prover import Outcome, prove
from hardhull.report.proof import render
from hardhull.report.view import View
from hardhull.run import target
from hardhull.run.exercise import Exercise
from hardhull.run.refusal import CannotRunError
from hardhull.run.settings import Settings
from hardhull.run.target import Target
from recorded import needs_bpf
from worlds import left, workloads

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine
    from hardhull.facts.proof import Proof
    from hardhull.facts.workload import Workload

pytestmark = pytest.mark.engine
CGI = "mkdir -p /tmp/cgi-bin; printf '#!/bin/sh\\necho; date >/tmp/last && echo done' >/tmp/cgi-bin/x; chmod +x /tmp/cgi-bin/x"
SERVE = "trap 'exit 0' TERM; httpd -f -p 80 -h {} & while :; do wait; done"
TEXT = f"""services:
  free:
    image: IMAGE
    expose: ["80"]
    command: ["sh", "-c", "{CGI}; {SERVE.format("/tmp")}"]
  stepping:
    image: IMAGE
    expose: ["80"]
    cap_add: [NET_ADMIN]
    command: ["sh", "-c", "mkdir -p /www && echo done >/www/x && chown app /www/x && chmod 600 /www/x; {SERVE.format("/www -u app")}"]
  own:
    image: IMAGE
    expose: ["80"]
    read_only: true
    tmpfs: ["/data:mode=755", "/unused:mode=755"]
    command: ["sh", "-c", "echo done >/data/x; {SERVE.format("/data")}"]
  broken: {{image: IMAGE, expose: ["80"], command: ["sh", "-c", "sleep 600"]}}
"""
TEXT_ASKING = f"""services:
  asking:
    image: IMAGE
    expose: ["80"]
    command: ["sh", "-c", "mkdir -p /tmp; echo done >/tmp/x; chown app /tmp/x 2>/dev/null; {SERVE.format("/tmp")}"]
"""
"""It goes on where its file cannot be given away."""
ASK = 'test "$(busybox wget -qO- http://$HARDHULL_HOST/{})" = done'


def proven(folder: Path, name: str, path: str, text: str = TEXT) -> tuple[Workload, Outcome]:
    needs_bpf()
    found = [one for one in workloads(folder, text) if not one.profiles.get(())]
    subject = next(one for one in found if one.name == name)
    settings, wanted = Settings(base=folder), Exercise(name, (ASK.format(path),), ready=20)
    others = tuple(found) if text is not TEXT else ()
    meant = Target(subject, (subject,), folder, "compose.yaml", project=others)
    with Recorder() as recorder:
        return subject, prove(meant, settings, wanted, recorder)


def test_a_server_that_needs_nothing_keeps_nothing(engine: Engine, tmp_path: Path) -> None:
    subject, outcome = proven(tmp_path, "free", "cgi-bin/x")
    found = outcome.proven
    assert found.runs == 3
    candidate = found.candidate
    assert (candidate.user, candidate.capabilities) == ("65534:65534", frozenset())
    assert candidate.no_new_privileges
    assert candidate.read_only
    assert [each.path for each in candidate.writable] == ["/tmp"]
    assert candidate.syscalls is not None
    assert 20 < len(candidate.syscalls) < 80
    used = found.last.used
    assert used is not None
    assert used.observation is not None
    for process in used.observation.processes or ():
        assert (process.uids[1], process.capabilities[2], process.seccomp, process.no_new_privileges) == (
            65534,
            0,
            2,
            True,
        )
    assert [each.privilege for each in found.kept] == [Privilege(WRITABLE, "/tmp")]

    assert not outcome.undrilled
    stopped = {each.drill.name for each in outcome.drills if each.stopped}
    assert {"write-root", "raw-socket", "setuid-root"} & stopped, stopped
    assert not [each.drill.name for each in outcome.drills if each.before == BLOCKED and each.after == SUCCEEDED]
    assert found.wide.syscalls == candidate.syscalls
    assert {"fstatfs", "execve"} <= candidate.syscalls  # what the runtime does behind the filter ...
    assert "capset" not in candidate.syscalls  # ... and before it, where nobody gains privileges later
    assert "capset" in found.wide.beyond

    proof = proof_of(subject, outcome)
    (read_only,) = (item for item in proof.proven if item.field == "read_only")
    assert "drill-write-root" in read_only.drills
    assert proof.base == digest(subject)
    assert proof.workload == digest(subject, proof.proven)
    more = sections(subject, outcome, Replay("compose.yaml", "free", Exercise("free")))
    text = write(proof, more)
    assert read(text.encode()) == proof
    check_screen(proof, more)
    assert left(engine) == []


def check_screen(proof: Proof, more: dict[str, object]) -> None:
    import json

    document = json.loads(write(proof, more))
    screen = "".join(render(document, View(), saved="hardhull/proofs/x"))
    assert "service free: proven, 3 runs, 3 of 3 checks passed" in screen
    assert "run it as 65534:65534" in screen
    assert "writing to /tmp" in screen


def test_a_server_that_steps_down_keeps_what_that_takes(engine: Engine, tmp_path: Path) -> None:
    _, outcome = proven(tmp_path, "stepping", "x")
    found = outcome.proven
    kept = {each.privilege for each in found.kept}
    assert found.runs == 3
    assert found.candidate.user == ""
    assert {Privilege(USER), Privilege(CAPABILITY, "SETUID"), Privilege(CAPABILITY, "SETGID")} <= kept
    assert sorted(found.candidate.capabilities or ()) == ["CHOWN", "FOWNER", "SETGID", "SETUID"]
    assert all(each.why for each in found.kept)
    assert left(engine) == []


def test_memory_of_the_file_gets_the_owner_that_it_needs(engine: Engine, tmp_path: Path) -> None:
    subject, outcome = proven(tmp_path, "own", "x")
    found = outcome.proven
    assert (found.runs, found.candidate.user, found.candidate.capabilities) == (3, "65534:65534", frozenset())
    assert [each.path for each in found.candidate.owned] == ["/data"]
    (kept,) = found.kept
    assert kept.privilege == Privilege(OWNED, "/data")
    assert kept.evidence == "openat of /data/x failed with EACCES"
    proof = proof_of(subject, outcome)
    (item,) = (item for item in proof.proven if item.field == "mounts")
    assert item.kept
    assert item.item["options"] == ["uid=65534", "gid=65534", "mode=0755"]
    replay = kept_proof(
        write(proof, sections(subject, outcome, Replay("compose.yaml", "own", Exercise("own")))).encode()
    )
    assert replay.strict == found.candidate
    assert left(engine) == []


def test_a_service_that_works_with_its_whole_project_only_is_run_with_that(engine: Engine, tmp_path: Path) -> None:
    serve = SERVE.format("/tmp")
    asks = "wget -qO- http://behind/x"
    page = f"printf '#!/bin/sh\\necho; {asks}' >/tmp/cgi-bin/x; chmod +x /tmp/cgi-bin/x"
    text = f"""services:
  front:
    image: IMAGE
    expose: ["80"]
    command: ["sh", "-c", "mkdir -p /tmp/cgi-bin; {page}; {serve}"]
  behind: {{image: IMAGE, expose: ["80"], command: ["sh", "-c", "mkdir -p /tmp; echo done >/tmp/x; {serve}"]}}
  other: {{image: hardhull-absent, profiles: [debug]}}
"""
    subject, outcome = proven(tmp_path, "front", "cgi-bin/x", text)
    assert outcome.proven.runs == 3
    assert [one.name for one in target.target(str(tmp_path), "front").whole.workloads] == ["front", "behind"]
    assert proof_of(subject, outcome).checks == 3
    assert left(engine) == []


def test_a_failure_of_chance_in_the_last_runs_gives_nothing_back(engine: Engine, tmp_path: Path) -> None:
    """What is refused in every run, and hinders none, is no reason for it."""
    needs_bpf()
    (subject,) = workloads(tmp_path, TEXT_ASKING)
    chance = tmp_path / "chance"

    def tell(said: str) -> None:
        if said.startswith("run 3 of 3") and not chance.with_name("was").exists():
            chance.touch()
            chance.with_name("was").touch()

    wanted = Exercise("asking", (ASK.format("x"),), loads=(f"! rm {chance} 2>/dev/null",), ready=20)
    with Recorder() as recorder:
        outcome = prove(
            Target(subject, (subject,), tmp_path, "compose.yaml"), Settings(base=tmp_path), wanted, recorder, tell
        )
    found = outcome.proven
    assert chance.with_name("was").exists()
    assert found.runs == 3
    assert [each for each in found.flaky if "rm " in each]
    assert (found.candidate.user, found.candidate.capabilities) == ("65534:65534", frozenset())
    assert [each.privilege for each in found.kept] == [Privilege(WRITABLE, "/tmp")]
    assert left(engine) == []


def test_what_does_not_work_as_it_is_is_not_proven(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match="is not proven: as it is"):
        proven(tmp_path, "broken", "x")
    assert left(engine) == []
