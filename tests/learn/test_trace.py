"""The slower way: strace on real processes, and its text."""

from __future__ import annotations

import platform
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hardhull.facts.profile import Call, FileUse
from hardhull.facts.syscall_numbers import MACHINES
from hardhull.learn.errors import RecordingError
from hardhull.learn.trace import LATE, RELATIVE, UNSEEN, Tracer, read, why_not
from recorded import DEEDS, needs
from recorded_deeds import HOSTILE

if TYPE_CHECKING:
    from pathlib import Path

ARCH = MACHINES[platform.machine()].native if platform.machine() in MACHINES else "amd64"


@pytest.fixture
def strace() -> None:
    needs(why_not())


@pytest.mark.usefixtures("strace")
def test_a_command_is_seen_from_its_first_call_on(tmp_path: Path) -> None:
    with Tracer(
        command=["sh", "-c", 'echo x >"$1"; sync; cd "${1%/*}"; ./s; exit 3', "sh", f"{tmp_path}/a b"]
    ) as tracer:
        assert tracer.wait() == 3
        fields = tracer.stop()
    assert {Call(ARCH, "sync"), Call(ARCH, "execve"), Call(ARCH, "exit_group")} <= fields["syscalls"]
    assert FileUse(f"{tmp_path}/a b", "write") in fields["files"]
    assert not [each for each in fields["files"] if each.path.endswith("/s")]
    assert (fields["mode"], fields["unseen"], fields["incomplete"]) == ("ptrace", UNSEEN, ())


@pytest.mark.usefixtures("strace")
def test_a_running_process_is_seen_from_when_it_is_attached(tmp_path: Path) -> None:
    command = [sys.executable, "-S", str(DEEDS), "files", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        with Tracer(process.pid) as tracer:
            process.stdin.write(b"\n")
            process.stdin.close()
            assert process.wait(60) == 0
            fields = tracer.stop()
    assert LATE in fields["incomplete"]
    assert {Call(ARCH, "mkdirat" if ARCH == "arm64" else "mkdir"), Call(ARCH, "fchmod")} <= fields["syscalls"]
    name = HOSTILE.decode("utf-8", "surrogateescape")
    written = {each.path for each in fields["files"] if each.use == "write"}
    assert {f"{tmp_path}/relative", f"{tmp_path}/made/below", f"{tmp_path}/{name}/{name}"} <= written


@pytest.mark.usefixtures("strace")
def test_a_process_that_has_ended_cannot_be_followed() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    with pytest.raises(RecordingError) as error:
        Tracer(gone.pid).start()
    assert f"strace cannot follow process {gone.pid}" in error.value.why


def test_where_strace_is_missing_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    with pytest.raises(RecordingError) as error:
        Tracer(1).start()
    assert (error.value.why, error.value.how) == ("strace is not installed", "apt-get install strace")


def test_its_text_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    lines = [
        r'10 openat(AT_FDCWD<\x2f>, "\x61", O_WRONLY|O_CREAT, 0666 <unfinished ...>',
        "11 +++ exited with 0 +++",
        r"10 <... openat resumed>) = 3<\x2f\x61>",
        r'10 openat(AT_FDCWD<\x2f>, "\x62", O_WRONLY|O_CREAT, 0666) = -1 EACCES (Permission denied)',
        r'10 openat(AT_FDCWD<\x2f>, "\x63", O_RDONLY) = 3<\x2f\x63>',
        r'10 execve("\x64", ["\x64"], 0x7ffd /* 1 var */) = 0',
        "12 [ Process PID=12 runs in 32 bit mode. ]",
        "12 getuid32() = 0",
        "10 getuid32() = 0",
        "10 invented() = 0",
        '10 write(1, "getpid()"..., 0) = 0',
    ]
    fields = read(lines)
    assert fields["files"] == {FileUse("/a", "write")}
    names = {"openat", "execve", "write", "#getuid32", "#invented"}
    assert fields["syscalls"] == {Call("386", "getuid32"), *(Call("amd64", name) for name in names)}
    assert RELATIVE in fields["incomplete"]
    assert "strace named a call that is not known: invented" in fields["incomplete"]
