"""Real processes, recorded in the kernel: what they did is in the recording, and nothing of their neighbours."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from errno import EACCES, EAGAIN, EPERM, EROFS
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hardhull.facts.profile import Address, Call, Check, Denial, User
from hardhull.learn import bpf, libbpf
from hardhull.learn.bpf import Recorder
from hardhull.learn.errors import RecordingError
from hardhull.learn.namespace import namespace
from hardhull.learn.profile import kernel
from recorded import Deed, needs_bpf, record
from recorded_deeds import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("privileged", "neighbour", "files", "long", "disguised", "compat", "denied", "nested", "refused")
RUNS = 20
RARE = Call("amd64", "sched_rr_get_interval")
pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the processes make calls of amd64 by number")


class Seen:
    """One recording of all deeds, and of the rare call in many runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with Recorder() as recorder:
            deeds = {name: Deed(name, folder / name) for name in NAMES}
            rare = [Deed("rare", folder / "rare" / str(number * 7)) for number in range(RUNS)]
            fields = record([*deeds.values(), *rare], recorder)
        self.by_name = dict(zip(NAMES, fields, strict=False))
        self.rare = fields[len(NAMES) :]

    def paths(self, name: str, use: str) -> set[str]:
        """Relative to the deed's folder, those that are below it."""
        start = f"{self.folder / name}/"
        files = self.by_name[name]["files"]
        return {each.path.removeprefix(start) for each in files if each.use == use and each.path.startswith(start)}


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    """In a file system that is mounted somewhere: it stays there for the recorder when the last process has ended."""
    needs_bpf()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Seen(Path(folder))


def used(fields: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each.capability, each.syscall) for each in fields["capabilities"] if each.granted and each.certain}


def test_capabilities_are_recorded_with_the_call_that_asked(seen: Seen) -> None:
    found = used(seen.by_name["privileged"])
    assert {("CHOWN", "chown"), ("NET_BIND_SERVICE", "bind"), ("SETUID", "setuid"), ("SETGID", "setgid")} <= found
    assert ("SETGID", "setgroups") in found
    assert not {name for name, _call in found} & {"SYS_ADMIN", "NET_ADMIN", "SYS_MODULE"}
    assert not {"CHOWN", "SETUID", "NET_BIND_SERVICE"} & {name for name, _call in used(seen.by_name["neighbour"])}


def test_checks_that_only_reserve_memory_are_no_use_of_sys_admin(seen: Seen) -> None:
    checks = {check for check in seen.by_name["neighbour"]["capabilities"] if check.capability == "SYS_ADMIN"}
    # Where the function is watched, before Linux 6.14, these are not seen: the kernel's own file calls it in line.
    told = {Check("SYS_ADMIN", granted=True, arch="amd64", syscall="mmap", certain=False)}
    assert (told <= checks) if bpf.checks() == "capability_checked" else not checks


def test_connections_and_users(seen: Seen) -> None:
    fields = seen.by_name["privileged"]
    assert Address("tcp", "127.0.0.1", 80) in fields["listens"]
    assert any(each.protocol == "udp" and each.address == "::1" and each.port > 0 for each in fields["listens"])
    assert {Address("tcp", "127.0.0.1", 80), Address("udp", "::1", 53)} <= fields["connects"]
    assert {User(0, 0, 0, 0), User(0, 6, 0, 6), User(5, 6, 5, 6)} <= fields["users"]
    assert {7, 8} <= fields["groups"]


def test_nothing_of_the_neighbours_is_recorded(seen: Seen) -> None:
    assert Call("amd64", "sync") in seen.by_name["neighbour"]["syscalls"]
    for name in ("privileged", "files", "disguised"):
        fields = seen.by_name[name]
        assert Call("amd64", "sync") not in fields["syscalls"]
        assert not [each for each in fields["files"] if "neighbour" in each.path]
    assert seen.by_name["neighbour"]["listens"] == seen.by_name["neighbour"]["connects"] == frozenset()
    assert seen.by_name["neighbour"]["users"] == {User(0, 0, 0, 0)}


def test_files_are_named_from_the_root_without_links(seen: Seen) -> None:
    assert {"relative", "made/below", "read", "script"} <= seen.paths("files", "write")
    changed = seen.paths("files", "change")
    assert {"made", "made/renamed", "link", "made/through", "script"} <= changed
    assert not {"absent/failed", "link/through", "relative"} & changed
    assert "script" in seen.paths("files", "execute")
    assert all(each.placed for each in seen.by_name["files"]["files"])


def test_names_are_bytes_that_anybody_chose(seen: Seen) -> None:
    name = os.fsdecode(HOSTILE)
    assert name in seen.paths("files", "change")
    assert f"{name}/{name}" in seen.paths("files", "write")


def test_a_name_that_was_cut_makes_the_run_incomplete(seen: Seen) -> None:
    assert any("was cut" in why for why in seen.by_name["long"]["incomplete"])
    assert seen.by_name["files"]["incomplete"] == ()


def test_calls_of_the_way_in_are_kept_apart_and_no_name_hides_a_process(seen: Seen) -> None:
    fields = seen.by_name["disguised"]
    assert RARE in fields["syscalls"]
    assert Call("amd64", "execve") in fields["entry_syscalls"]
    assert RARE not in fields["entry_syscalls"]
    assert Call("amd64", "mount") not in fields["syscalls"]  # that is how unshare makes its mounts private


def test_a_namespace_made_from_within_belongs_to_the_workload(seen: Seen) -> None:
    fields = seen.by_name["nested"]
    assert RARE in fields["syscalls"]
    assert "inside" in seen.paths("nested", "write")
    assert Address("udp", "127.0.0.3", 53) in fields["connects"]
    assert fields["entry_syscalls"] == seen.by_name["files"]["entry_syscalls"]


def test_calls_of_32_bit_programs_are_told_apart(seen: Seen) -> None:
    calls = seen.by_name["compat"]["syscalls"]
    assert Call("386", "sync") in calls
    assert Call("amd64", "getitimer") not in calls


def test_a_call_that_a_filter_denied_comes_back_without_having_been_made(seen: Seen) -> None:
    fields = seen.by_name["denied"]
    assert fields["denied"] == {Denial("amd64", "mkdir", 1), Denial("amd64", "vhangup", 38)}
    assert not {Call("amd64", "mkdir"), Call("amd64", "vhangup")} & fields["syscalls"]
    assert [each for name in NAMES if name != "denied" for each in seen.by_name[name]["denied"]] == []


def test_denied_calls_are_told_in_the_order_of_time(tmp_path: Path) -> None:
    needs_bpf()
    with Recorder() as recorder:
        deed = Deed("denied", tmp_path)
        where = recorder.watch(deed.ready())
        deed.begin()
        deed.end()
        assert recorder.snapshot().denied(where) == [Denial("amd64", "vhangup", 38), Denial("amd64", "mkdir", 1)]


def test_calls_that_the_kernel_refused_are_kept_with_the_path_they_asked_for(seen: Seen) -> None:
    found = seen.by_name["refused"]["failed"]
    folder = f"{seen.folder / 'refused'}"
    at = {(each.name, each.errno, each.path.removeprefix(folder)) for each in found}
    assert {
        ("openat", EACCES, "/closed/file"),
        ("openat", EACCES, "/closed/new"),
        ("mkdir", EROFS, "/frozen/made"),
        ("mkdirat", EROFS, "/made"),  # mounted after the mounts had been read
        ("chown", EPERM, "/open"),
        ("fchown", EPERM, "/open"),
        ("execve", EACCES, "/open"),
        ("bind", EROFS, "frozen/socket"),
        ("connect", EACCES, "closed/file"),
        ("setuid", EPERM, ""),
        ("mount", EPERM, ""),
    } <= at
    assert {each.errno for each in found} <= {EPERM, EACCES, EROFS, EAGAIN}
    assert [each.path for each in found if each.errno == EAGAIN] == [""]
    assert not {path for _name, _errno, path in at} & {"/absent", "/frozen"}
    assert {each.path for each in seen.by_name["refused"]["files"] if each.use == "change"} == {
        folder, f"{folder}/closed", f"{folder}/frozen",
    }  # fmt: skip


def test_where_nothing_was_refused_nothing_failed(seen: Seen) -> None:
    for name in ("privileged", "neighbour", "files", "nested"):
        assert seen.by_name[name]["failed"] == frozenset()
    assert seen.by_name["denied"]["failed"] == frozenset()


def test_a_rare_call_is_never_missed(seen: Seen) -> None:
    assert len(seen.rare) == RUNS
    assert [RARE in fields["syscalls"] for fields in seen.rare] == [True] * RUNS
    assert [fields["incomplete"] for fields in seen.rare] == [()] * RUNS


def test_a_full_map_makes_the_run_incomplete(tmp_path: Path) -> None:
    needs_bpf()
    deed = Deed("many", tmp_path / "many")
    with Recorder(deed.ready(), map_keys=64) as recorder:
        (fields,) = record([deed], recorder)
    assert "the map file was full (64 entries)" in fields["incomplete"]


NEIGHBOUR = """
import ctypes, sys
print("ready", flush=True)
sys.stdin.readline()
assert ctypes.CDLL(None).unshare(0x20000) == 0
for number in range(1000):
    open(f"{sys.argv[1]}/file{number}", "w").close()
"""


@pytest.mark.parametrize("older", [False, True])
def test_what_others_write_takes_no_room(tmp_path: Path, *, older: bool) -> None:
    """An engine that unpacks an image does so in a namespace that it makes for that; other containers are older."""
    needs_bpf()
    words = [sys.executable, "-S", "-c", NEIGHBOUR, str(tmp_path)]
    pipe = subprocess.PIPE
    neighbour = subprocess.Popen(["unshare", "--mount", *words] if older else words, stdin=pipe, stdout=pipe)
    assert neighbour.stdout
    assert neighbour.stdout.readline() == b"ready\n"
    with Recorder(map_keys=512) as recorder:
        neighbour.communicate(b"\n")
        assert neighbour.returncode == 0
        deed = Deed("rare", tmp_path / "1")
        where = recorder.watch(deed.ready())
        deed.begin()
        deed.end()
        recording = recorder.stop()
        fields = recording.of(where)
    assert len(recording.maps.maps["file"]) < 100
    assert RARE in fields["syscalls"]
    assert fields["incomplete"] == ()


def test_one_recorder_serves_several_workloads_in_a_row(tmp_path: Path) -> None:
    needs_bpf()
    with Recorder() as recorder:
        seen, snapshots = [], []
        for name, forget in (("1", False), ("2", True), ("3", False)):
            deed = Deed("rare", tmp_path / name)
            seen.append(recorder.watch(deed.ready()))
            deed.begin()
            deed.end()
            snapshots.append(recorder.snapshot(forget=forget))
        found = [[RARE in snapshot.of(where)["syscalls"] for where in seen] for snapshot in snapshots]
        assert found == [[True, False, False], [True, True, False], [False, False, True]]
        assert snapshots[2].of(seen[2])["incomplete"] == ()
        assert snapshots[0].of(seen[1])["incomplete"] == ("not one system call of the workload was seen",)
        recorder.release(seen[0])
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(int(seen[0].root.rpartition("/")[2]))
        assert RARE in recorder.stop().of(seen[2])["syscalls"]


def test_what_cannot_be_recorded_is_refused_with_a_reason() -> None:
    needs_bpf()
    with pytest.raises(RecordingError) as shared:
        Recorder(os.getpid()).start()
    assert "shares our own mount namespace" in shared.value.why
    with pytest.raises(RecordingError) as own:
        Recorder().watch(os.getpid())
    assert "shares our own mount namespace" in own.value.why
    gone = subprocess.Popen(["true"])
    gone.wait()
    with pytest.raises(RecordingError) as absent:
        Recorder(gone.pid)
    assert "still running" in absent.value.how
    with pytest.raises(RecordingError):
        Recorder().stop()


def test_where_the_library_is_missing_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_bpf()
    monkeypatch.setattr(libbpf, "LIBRARY", "libbpf.so.0.hardhull")
    libbpf.library.cache_clear()
    with pytest.raises(RecordingError) as error:
        Recorder().start()
    assert (error.value.why, error.value.how) == ("libbpf is not installed", "apt-get install libbpf1")


def test_a_kernel_that_cannot_tell_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    needs_bpf()
    older = tmp_path / "vmlinux"
    monkeypatch.setattr(bpf, "BTF", older)
    assert "does not describe its types" in bpf.why_not()
    for known in ("btf_trace_sys_enter\0cap_capable", "bpf_task_pt_regs\0btf_trace_sys_enter"):
        older.write_bytes(f"\0{known}\0".encode())
        assert bpf.why_not().endswith("is too old for the recorder: use Linux 5.15 or later")
    for known, by in (
        ("cap_capable", "capability_answered"),
        ("cap_capable\0btf_trace_cap_capable", "capability_checked"),
    ):
        older.write_bytes(f"\0bpf_task_pt_regs\0{known}\0".encode())
        assert (bpf.why_not(), bpf.checks()) == ("", by)


def test_the_kernel_is_named() -> None:
    assert kernel() == f"{platform.release()} {platform.machine()}"


def test_a_process_that_ends_while_it_is_looked_at_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = namespace(os.getpid())._replace(root="/proc/self/task/0/root")
    monkeypatch.setattr(bpf, "namespace", lambda _pid: gone)
    with pytest.raises(RecordingError, match="cannot be looked at"):
        bpf.Recorder().watch(1)
