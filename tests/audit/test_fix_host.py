"""``hardhull fix host`` on the real kernel: rules that record, or none."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hardhull.audit.records import Records
from hardhull.cli.main import main
from hardhull.hosts import kernel_audit
from hardhull.hosts.audited import io_uring
from hardhull.hosts.kernel_rules import kernel_rules
from host_audit import as_before

if TYPE_CHECKING:
    from docker_engine import Engine

pytestmark = pytest.mark.engine
NONE = 2.0
"""Seconds after which a record that is not there does not come; one that is there is found in a tenth."""
RULES = "etc/audit/rules.d/50-hardhull.rules"
AT_BOOT = """mount -t tmpfs tmpfs /etc/audit
mkdir /etc/audit/rules.d
cp {rules}/*.rules /etc/audit/rules.d
augenrules --load
"""
"""What auditd's unit runs, on an /etc/audit of its own."""


@pytest.fixture
def engine(
    docker_engine: Engine, host_audit: dict[str, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Engine:
    assert host_audit
    monkeypatch.setenv("DOCKER_HOST", f"unix://{docker_engine.socket}")
    monkeypatch.chdir(tmp_path)
    return docker_engine


def auditctl(*words: str) -> None:
    subprocess.run(["auditctl", *words], check=True, capture_output=True)


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    main(["fix", "host", *words, "--format", "json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def findings(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    main(["scan", "host", "--format", "json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    return {one["rule"]: one["message"] for one in found if one["rule"].startswith(("HH-MON-2", "HH-MON-610"))}


def run(*words: str) -> int:
    """The number of a process that came to its end."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.wait()
    return process.pid


def test_every_rule_is_shown_to_record_and_all_of_it_is_taken_back(
    engine: Engine, host_audit: dict[str, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = answer(capsys)
    assert plan["to_do"]
    assert as_before(host_audit), "a plan changes nothing"
    assert not (tmp_path / "tree" / RULES).exists()
    assert {"HH-MON-204", "HH-MON-610"} <= findings(capsys).keys()
    done = answer(capsys, "--apply")
    telling = [one for one in done["rules"] if not one["quiet"]]
    assert telling
    assert [one["rule"] for one in telling if not one["proof"]["recorded"] and not one["proof"]["not_tried"]] == []
    assert {one["kind"] for one in telling} >= {"socket", "program", "state"}
    assert str(engine.socket) in {one["path"] for one in telling if one["kind"] == "socket"}
    assert findings(capsys) == {}
    assert not answer(capsys)["to_do"], "it is the same plan again"
    loaded = kernel_rules()
    assert main(["undo", "--root", str(tmp_path / "tree"), "-q"]) == 0
    assert as_before(host_audit)
    assert not (tmp_path / "tree" / RULES).exists()
    assert loaded


def test_the_file_loads_the_same_rules_at_the_next_boot(
    engine: Engine, host_audit: dict[str, int], tmp_path: Path
) -> None:
    """As auditd's own start does it; a program that is gone by then keeps no other rule away."""
    assert main(["fix", "host", "--apply", "-q"]) == 0
    loaded = kernel_rules()
    folders = (tmp_path / "tree/etc/tmpfiles.d/hardhull-audit.conf").read_text()
    assert f"d {engine.socket.parent} 0700 0 0 -\n" in folders, "a folder in memory has to be there first"
    auditctl("-D")
    file = tmp_path / "tree" / RULES
    subprocess.run(
        ["unshare", "--mount", "sh", "-ec", AT_BOOT.format(rules=file.parent)], check=True, capture_output=True
    )
    assert kernel_rules() == loaded
    auditctl("-D")
    text = file.read_text()
    file.write_text(text.replace("-c\n", "-c\n-a always,exit -F dir=/no/such/folder -F perm=wa -k hardhull-folder\n"))
    subprocess.run(["auditctl", "-R", str(file)], check=False, capture_output=True)
    assert kernel_rules() == loaded
    file.write_text(text)
    assert main(["undo", "--root", str(tmp_path / "tree"), "-q"]) == 0
    assert as_before(host_audit)


def test_each_way_to_the_api_is_recorded(engine: Engine, tmp_path: Path) -> None:
    """By the docker command, by curl and by Python; a rule about permissions records none of them."""
    path = str(engine.socket)
    python = "import socket,sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.send(b'GET /_ping HTTP/1.0\\r\\n\\r\\n'); s.recv(9)"
    ways = (
        ("docker", "version"),
        ("curl", "--silent", "--unix-socket", path, "http://engine/_ping"),
        (sys.executable, "-c", python, path),
    )
    auditctl("-e", "1")
    auditctl("-w", path, "-p", "rwa", "-k", "watch")
    with Records() as records:
        assert records.of([run(*way) for way in ways], NONE) == []
    auditctl("-D")
    assert main(["fix", "host", "--apply", "-q"]) == 0
    with Records() as records:
        pids = [run(*way) for way in ways]
        hits = records.of(pids)
    assert {hit.pid for hit in hits if hit.key == "hardhull-socket"} == set(pids)
    assert main(["undo", "--root", str(tmp_path / "tree"), "-q"]) == 0


def test_who_connects_by_io_uring_is_recorded_by_its_set_up(engine: Engine, tmp_path: Path) -> None:
    """No rule about connect() sees it: the kernel makes the connection by itself."""
    if not io_uring():
        pytest.skip("this kernel has no io_uring")
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler
    program = tmp_path / "connect"
    (tmp_path / "connect.c").write_text(BY_IO_URING)
    subprocess.run([compiler, "-o", str(program), f"{program}.c"], check=True)
    auditctl("-e", "1")
    auditctl("-a", "always,exit", "-F", "arch=b64", "-S", "connect", "-F", f"path={engine.socket}", "-k", "connect")
    with Records() as records:
        done = subprocess.Popen([str(program), str(engine.socket)], stdout=subprocess.PIPE)
        assert done.communicate()[0].startswith(b"HTTP/1.0 200"), "it spoke with the engine"
        assert records.of([done.pid], NONE) == []
    auditctl("-D")
    assert main(["fix", "host", "--apply", "-q"]) == 0
    with Records() as records:
        pid = run(str(program), str(engine.socket))
        assert {hit.key for hit in records.of([pid])} == {"hardhull-io-uring"}
    assert main(["undo", "--root", str(tmp_path / "tree"), "-q"]) == 0


def test_a_rule_that_cannot_record_takes_everything_back(
    engine: Engine, host_audit: dict[str, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody else's rule above ours keeps all connections out."""
    other = ["-a", "never,exit", "-F", "arch=b64", "-S", "connect", "-F", f"path={engine.socket}"]
    auditctl(*other)
    assert main(["fix", "host", "--apply", "-q"]) == 1
    said = capsys.readouterr().err
    assert f"-S connect -F path={engine.socket} -k hardhull-socket` records nothing" in said
    assert kernel_rules() == [" ".join(other)]
    assert not (tmp_path / "tree" / RULES).exists()
    auditctl("-d", *other[1:])
    assert as_before(host_audit)


def test_what_is_recorded_already_is_left_to_the_rules_of_others(
    engine: Engine, host_audit: dict[str, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And a watch of others that records nothing stays a finding until ours is there."""
    auditctl("-w", str(engine.socket), "-p", "rw", "-k", "mine")
    auditctl("-w", "/usr/sbin/dockerd", "-p", "x", "-k", "mine")
    auditctl("-e", "1")
    assert findings(capsys).keys() == {"HH-MON-201", "HH-MON-202"}
    plan = answer(capsys, "--apply")
    assert "/usr/sbin/dockerd" in plan["elsewhere"]
    assert "/usr/sbin/dockerd" not in {one["path"] for one in plan["rules"]}
    assert findings(capsys) == {}
    assert main(["undo", "--root", str(tmp_path / "tree"), "-q"]) == 0
    assert kernel_rules() == [
        f"-a always,exit -F path={engine.socket} -F perm=rw -k mine",
        "-a always,exit -F path=/usr/sbin/dockerd -F perm=x -k mine",
    ]
    state = kernel_audit.status()
    assert state is not None
    assert state["enabled"] == 1, "it was on before"
    assert state["backlog_limit"] == host_audit["backlog_limit"]


@pytest.mark.usefixtures("engine")
def test_a_host_that_records_nothing_by_a_rule_of_its_own_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    auditctl("-a", "never,task")
    assert main(["fix", "host", "--apply", "-q"]) == 5
    assert "with which no call of any process is recorded" in capsys.readouterr().err
    assert kernel_rules() == ["-a never,task"]
    assert "HH-MON-204" in findings(capsys)


BY_IO_URING = r"""
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#define SHARED (MAP_SHARED | MAP_POPULATE)
int main(int count, char **words) {
    struct io_uring_params p = {0};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char answer[64] = "";
    int ring = syscall(425, 4, &p), fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char *queue = mmap(0, p.sq_off.array + p.sq_entries * 4, 3, SHARED, ring, IORING_OFF_SQ_RING);
    struct io_uring_sqe *entry = mmap(0, p.sq_entries * sizeof *entry, 3, SHARED, ring, IORING_OFF_SQES);
    strcpy(address.sun_path, words[1]);
    memset(entry, 0, sizeof *entry);
    entry->opcode = IORING_OP_CONNECT;
    entry->fd = fd;
    entry->addr = (unsigned long)&address;
    entry->off = sizeof address;
    *(unsigned *)(queue + p.sq_off.array) = 0;
    *(unsigned *)(queue + p.sq_off.tail) = 1;
    syscall(426, ring, 1, 1, IORING_ENTER_GETEVENTS, 0, 0);
    write(fd, "GET /_ping HTTP/1.0\r\n\r\n", 23);
    read(fd, answer, sizeof answer - 1);
    puts(answer);
    return count != 2;
}
"""
CONF = """local_events = yes
write_logs = yes
log_file = {folder}/audit.log
log_group = root
log_format = {form}
flush = INCREMENTAL_ASYNC
freq = 50
max_log_file = 8
num_logs = 2
name_format = NONE
max_log_file_action = ROTATE
space_left = 5
space_left_action = IGNORE
admin_space_left = 2
admin_space_left_action = IGNORE
disk_full_action = IGNORE
disk_error_action = IGNORE
"""


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("form", ["RAW", "ENRICHED"])
def test_where_auditd_runs_its_log_is_the_proof(tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    folder = tmp_path / "auditd"
    folder.mkdir()
    (folder / "auditd.conf").write_text(CONF.format(folder=folder, form=form))
    (folder / "auditd.conf").chmod(0o640)
    command = ["setpriv", "--pdeathsig", "KILL", "auditd", "-c", str(folder), "-n"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as auditd:
        end = time.monotonic() + 20
        while (kernel_audit.status() or {})["pid"] != auditd.pid and time.monotonic() < end:
            time.sleep(0.05)
        done = answer(capsys, "--apply")
        proofs = [one["proof"] for one in done["rules"] if not one["quiet"]]
        assert {one["source"] for one in proofs} == {"the log of auditd"}
        assert all(one["recorded"] for one in proofs if not one["not_tried"])
        assert b'key="hardhull-socket"' in (folder / "audit.log").read_bytes()
        assert main(["undo", "--root", str(tmp_path / "tree"), "-q"]) == 0
        auditd.send_signal(signal.SIGTERM)
    assert kernel_rules() == []


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("guard", [True, False], ids=["guard", "next command"])
def test_a_kill_in_the_middle_leaves_nothing(
    host_audit: dict[str, int], tmp_path: Path, capsys: pytest.CaptureFixture[str], *, guard: bool
) -> None:
    """The guard heals at once; killed with it, the next command does."""
    words = [sys.executable, "-m", "hardhull", "fix", "host", "--apply", "-q"]
    command = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not kernel_rules() and time.monotonic() < end:
        time.sleep(0.005)
    os.kill(command.pid, signal.SIGSTOP)
    children = Path(f"/proc/{command.pid}/task/{command.pid}/children").read_text().split()
    watching = [int(pid) for pid in children if b"deploy_guard" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert watching
    if not guard:
        for pid in watching:
            os.kill(pid, signal.SIGKILL)
    os.kill(command.pid, signal.SIGKILL)
    command.wait()
    if guard:
        end = time.monotonic() + 60
        while not as_before(host_audit) and time.monotonic() < end:
            time.sleep(0.1)
    else:
        assert kernel_rules()
        main(["undo", "--root", str(tmp_path / "tree"), "-q"])
        assert "an earlier run was cut short" in capsys.readouterr().err
    assert as_before(host_audit)
    assert not (tmp_path / "tree" / RULES).exists()


def test_a_socket_that_is_made_anew_is_still_recorded(host_audit: dict[str, int], tmp_path: Path) -> None:
    """As an engine does it at its restart: the rule is about the name, and the folder stays."""
    assert host_audit
    path = str(tmp_path / "sock")
    auditctl("-e", "1")
    auditctl("-a", "always,exit", "-F", "arch=b64", "-S", "connect", "-F", f"path={path}", "-k", "again")
    code = "import socket,sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    with Records() as records:
        pids = []
        for _ in range(2):
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(path)
                listening.listen()
                pids.append(run(sys.executable, "-c", code, path))
            Path(path).unlink()
        assert {hit.pid for hit in records.of(pids)} == set(pids)
