"""Control groups of both versions, as recorded from kernels, and those of this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hardhull.facts.profile import Peaks
from hardhull.learn.cgroup import Groups, Meter, groups, most, read
from hardhull.learn.errors import RecordingError

V2 = {
    "proc/7/cgroup": "0::/system.slice/docker-abc.scope\n",
    "proc/self/mountinfo": "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
    "sys/fs/cgroup/system.slice/docker-abc.scope/memory.current": "4096\n",
    "sys/fs/cgroup/system.slice/docker-abc.scope/memory.peak": "178257920\n",
    "sys/fs/cgroup/system.slice/docker-abc.scope/pids.current": "9\n",
    "sys/fs/cgroup/system.slice/docker-abc.scope/cpu.stat": "usage_usec 1500000\nuser_usec 1\nsystem_usec 2\n",
    "sys/fs/cgroup/system.slice/docker-abc.scope/io.stat": (
        "254:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n7:1 \n259:0 rbytes=1 wbytes=2 rios=1 wios=1\n"
    ),
}
V1 = {
    "proc/7/cgroup": (
        "8:pids:/docker/abc\n7:blkio:/docker/abc\n4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n1:name=systemd:/x\n0::/\n"
    ),
    "proc/self/mountinfo": (
        "28 27 0:24 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
        "30 27 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "33 27 0:29 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio\n"
        "34 27 0:30 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
        "37 27 0:33 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
    ),
    "sys/fs/cgroup/memory/docker/abc/memory.max_usage_in_bytes": "7143424\n",
    "sys/fs/cgroup/pids/docker/abc/pids.current": "8\n",
    "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpuacct.usage": "250000000\n",
    "sys/fs/cgroup/blkio/docker/abc/blkio.throttle.io_service_bytes": (
        "254:0 Read 4096\n254:0 Write 12288\n254:0 Sync 0\n254:0 Async 0\n254:0 Discard 0\n254:0 Total 16384\nTotal 16384\n"
    ),
}


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_version_2(tmp_path: Path) -> None:
    assert read(groups(7, tree(tmp_path, V2))) == Peaks(178257920, 9, 1.5, 4097, 8194)


def test_version_1(tmp_path: Path) -> None:
    where = groups(7, tree(tmp_path, V1))
    assert where.unified is None  # the root group counts for the whole host
    assert read(where) == Peaks(7143424, 8, 0.25, 4096, 12288)


def test_a_group_namespace_sees_its_part_of_the_tree(tmp_path: Path) -> None:
    inside = {**V2, "proc/self/mountinfo": "35 24 0:30 /system.slice /sys/fs/cgroup rw - cgroup2 cgroup rw\n"}
    inside = {name.replace("cgroup/system.slice", "cgroup"): text for name, text in inside.items()}
    assert read(groups(7, tree(tmp_path, inside))).pids == 9


@pytest.mark.parametrize("path", ["/", "/../other", "/elsewhere/x"])
def test_the_hosts_own_or_a_foreign_group_is_not_the_workloads(tmp_path: Path, path: str) -> None:
    mount = "35 24 0:30 /system.slice /sys/fs/cgroup rw - cgroup2 cgroup rw\n" if path[1:2] == "e" else ""
    files = {**V2, "proc/7/cgroup": f"0::{path}\n"}
    if mount:
        files["proc/self/mountinfo"] = mount
    assert groups(7, tree(tmp_path, files)) == Groups()
    assert read(Groups()) == Peaks()


def test_what_is_no_number_is_not_known(tmp_path: Path) -> None:
    files = {name: "max\n" if "memory" in name or "pids" in name else text for name, text in V2.items()}
    peaks = read(groups(7, tree(tmp_path, files)))
    assert (peaks.memory_bytes, peaks.pids) == (None, None)


def test_a_meter_keeps_the_most_when_the_group_has_gone(tmp_path: Path) -> None:
    root = tree(tmp_path, V2)
    folder = root / "sys/fs/cgroup/system.slice/docker-abc.scope"
    with Meter(groups(7, root)) as meter:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    assert meter.peaks == Peaks(178257920, 9, 1.5, 4097, 8194)


def test_none_is_less_than_anything() -> None:
    assert most(Peaks(1, None, 2.0), Peaks(None, None, 3.0, 4)) == Peaks(1, None, 3.0, 4)


def test_a_process_that_is_not_there_is_told() -> None:
    with pytest.raises(RecordingError) as error:
        groups(2**22 + 1)
    assert "still runs" in error.value.how


def test_this_machine_has_groups_for_us_or_counts_us_as_the_host() -> None:
    for folder in groups(os.getpid()):
        assert folder is None or folder.is_dir() or not Path("/sys/fs/cgroup").exists()
