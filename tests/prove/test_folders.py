"""The folders that stay writable are the image's own, never one in which half the system lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.facts.profile import FileUse
from hardhull.model.change import Swap
from hardhull.prove.candidate import USER, Candidate
from hardhull.prove.changes import measures
from hardhull.prove.folders import SYSTEM, below, folders, held, homes, writable, written
from hardhull.prove.image import Entry
from worlds import workloads

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

FOLDERS = ("/", "/var", "/var/cache", "/var/lib", "/var/lib/nginx", "/run", "/etc", "/srv", "/tmp")
IMAGE = {path: Entry(folder=True, uid=0, gid=0, mode=0o755, empty=False) for path in FOLDERS}
IMAGE["/tmp"] = IMAGE["/tmp"]._replace(mode=0o1777)
IMAGE["/srv"] = IMAGE["/srv"]._replace(uid=7, gid=8)
IMAGE["/etc/x"] = Entry(folder=False, uid=0, gid=0, mode=0o644, empty=True)


class Files:
    """An image of these."""

    def __init__(self, lasting: Collection[str] = ()) -> None:
        self.lasting, self.executed = lasting, ["/tmp/program"]

    def entry(self, path: str) -> Entry | None:
        return IMAGE.get(path)


@pytest.mark.parametrize(
    ("paths", "wanted", "beyond"),
    [
        (["/var/cache/nginx", "/var/cache/nginx/a/b"], ["/var/cache"], []),
        (["/run/nginx.pid"], ["/run"], []),
        (["/var/lib/nginx/body", "/var/lib/nginx/body/1", "/var/lib/nginx"], ["/var/lib/nginx"], []),
        (["/var/lib/new", "/var/lib/new/file"], ["/var/lib/new"], []),
        (["/var/lib/file"], [], ["/var/lib/file"]),
        (["/etc/x"], [], ["/etc/x"]),
        (["/made/by/it", "/made/by", "/made"], ["/made"], []),
        (["/file"], [], ["/file"]),
    ],
)
def test_folders_of_paths(paths: list[str], wanted: list[str], beyond: list[str]) -> None:
    assert folders(paths, IMAGE.get) == (wanted, beyond)


PATHS = st.lists(
    st.lists(st.sampled_from(["var", "lib", "etc", "run", "srv", "a", "b", "x"]), min_size=1, max_size=5).map(
        lambda parts: "/" + "/".join(parts)
    )
)


@given(PATHS)
def test_every_path_is_covered_once_and_no_folder_is_a_system_one(paths: list[str]) -> None:
    found, beyond = folders(paths, IMAGE.get)
    assert not SYSTEM & set(found)
    for path in paths:
        assert path in beyond or sum(below(path, (folder,)) for folder in found) == 1 or path in SYSTEM
    assert not [one for one in found if below(one, [other for other in found if other != one])]


def test_only_the_root_file_system_counts() -> None:
    uses = [
        FileUse("/run/a", "write"),
        FileUse("/run/b", "change"),
        FileUse("/bin/sh", "execute"),
        FileUse("/proc/self/x", "write"),
        FileUse("/data/1", "write"),
        FileUse("/lost", "write", placed=False),
    ]
    assert written(uses, ["/data/"]) == ["/run/a", "/run/b"]


def test_memory_that_the_file_declares_can_belong_to_another_user(tmp_path: Path) -> None:
    mounts = {
        "/var/lib/nginx": (), "/tmp": (), "/elsewhere": (), "/a": ("uid=33", "mode=0700"), "/b": ("mode=555",),
        "/c": ("mode=1777",), "/d": ("size=1m", "mode=755", "uid=0"),
    }  # fmt: skip
    rows = "".join(f"      - {':'.join([path, ','.join(said)]).rstrip(':')}\n" for path, said in mounts.items())
    (web,) = workloads(tmp_path, f"services:\n  web:\n    image: x\n    tmpfs:\n      - /ro:ro,mode=755\n{rows}")
    found = homes(web, Files(), "33:34")  # type: ignore[arg-type]
    assert [(one.path, one.uid, one.gid, one.mode) for one in found] == [
        ("/var/lib/nginx", 33, 34, 0o755),  # as in the image; /tmp all may write to, and to what is new
        ("/b", 33, 34, 0o755),
        ("/d", 33, 34, 0o755),
    ]
    assert not homes(web, Files(), "")  # type: ignore[arg-type]
    (measure,) = (one for one in measures(Candidate("33:34", owned=tuple(found)), web) if one.name == USER)
    swaps = [each for each in measure.changes if isinstance(each, Swap)]
    assert [each.value.options for each in swaps] == [
        ("uid=33", "gid=34"), ("uid=33", "gid=34", "mode=0755"), ("size=1m", "uid=33", "gid=34", "mode=0755"),
    ]  # fmt: skip


def test_what_lasts_gets_a_volume_and_what_passes_gets_memory_of_its_user() -> None:
    memory = writable("/var/lib/nginx", Files(), "33:34")  # type: ignore[arg-type]
    assert (memory.keeps, memory.uid, memory.gid, memory.mode) == (False, 33, 34, 0o755)
    assert writable("/var/lib/nginx", Files(["/var/lib/nginx/db"]), "33:34").keeps  # type: ignore[arg-type]
    assert not writable("/run", Files(["/run/pid"]), "33:34").keeps  # type: ignore[arg-type]
    shared = writable("/tmp", Files(), "33:34")  # type: ignore[arg-type]
    assert (shared.uid, shared.mode, shared.runs) == (0, 0o1777, True)
    assert not memory.runs
    own = writable("/srv", Files(), "")  # type: ignore[arg-type]
    assert (own.uid, own.gid, own.keeps) == (7, 8, True)
    assert not writable("/run", Files(), "").keeps  # type: ignore[arg-type]
    assert held(writable("/run", Files(), ""), Files()).keeps  # type: ignore[arg-type]
