"""An exported container: read from its stream as from a folder, and bounded."""

from __future__ import annotations

import io
import os
import tarfile
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from compiled import BARE, built, looked_at
from hardhull.learn.errors import RecordingError
from hardhull.learn.static import bounds
from hardhull.learn.static.analysis import analyse
from hardhull.learn.static.exported import Exported
from hardhull.learn.static.files import Folder

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = 'void _start(void) { asm volatile("mov $39, %eax; syscall"); for (;;); }'


def packed(root: Path, *extra: tarfile.TarInfo) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.add(root, ".")
        for entry in extra:
            archive.addfile(entry)
    return out.getvalue()


def pieces(data: bytes) -> list[bytes]:
    """In pieces of all sizes, as from a socket."""
    sizes, at, found = cycle([1, 100, 512, 5000, 40000]), 0, []
    while at < len(data):
        size = next(sizes)
        found.append(data[at : at + size])
        at += size
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    built(root / "usr" / "bin" / "app", SOURCE, *BARE)
    os.link(root / "usr" / "bin" / "app", root / "usr" / "bin" / "twin")
    (root / "bin").symlink_to("usr/bin")
    (root / "start").write_text("#!/bin/app -x\n" + "#" * 1000)
    (root / "etc").mkdir()
    (root / "etc" / "nsswitch.conf").write_text("passwd: files\n")
    (root / "data").write_bytes(b"x" * 100_000)
    (root / "out").symlink_to("../../../etc/passwd")
    (root / "loop").symlink_to("loop")
    return root


def test_what_is_found_is_what_is_found_in_the_folder(root: Path) -> None:
    folder = Folder(root)
    with Exported(pieces(packed(root))) as files:
        for path in (
            "/bin/app",
            "/usr/bin/twin",
            "/start",
            "/etc/nsswitch.conf",
            "/out",
            "/loop",
            "/none",
            "/bin",
            "/",
        ):
            assert files.follow(path) == folder.follow(path)
            assert files.exists(path) == folder.exists(path)
        for path in ("/bin/app", "/bin/twin", "/etc/nsswitch.conf", "/none"):
            assert files.read(path) == folder.read(path)
            assert files.head(path) == folder.head(path)
        assert files.head("/start") == folder.head("/start")
        for path in ("/", "/bin", "/etc", "/none"):
            assert files.names(path) == folder.names(path)
        assert files.read("/bin/app", 10) is None
        for name in ("/start", "/bin/twin"):
            assert analyse(files, [name])._replace(seconds=0) == looked_at(root, name)._replace(seconds=0)


def test_of_other_files_only_that_they_exist_is_kept(root: Path) -> None:
    with Exported(pieces(packed(root))) as files:
        assert files.exists("/data")
        assert files.read("/data") is None
        assert files.head("/data") == b""


def test_entries_that_lead_out_are_placed_inside(root: Path) -> None:
    upwards = tarfile.TarInfo("../../etc/passwd")
    device = tarfile.TarInfo("dev/null")
    device.type = tarfile.CHRTYPE
    with Exported([packed(root, upwards, device)]) as files:
        assert files.exists("/etc/passwd")
        assert not files.exists("/dev/null")
        assert files.names("/dev") == ["null"]


@pytest.mark.parametrize("data", [b"no archive" * 100, b""])
def test_what_is_no_export_is_refused(data: bytes) -> None:
    with pytest.raises(RecordingError, match="the exported file system cannot be read"):
        Exported([data])


def test_an_export_that_ends_early_is_refused(root: Path) -> None:
    data = packed(root)
    with pytest.raises(RecordingError):
        Exported([data[: data.index(b"\x7fELF") + 1000]])


def test_an_export_that_is_too_large_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "KEPT_BYTES", 1000)
    with pytest.raises(RecordingError, match="more than 0 MB"):
        Exported([packed(root)])
    monkeypatch.setattr(bounds, "KEPT_BYTES", 1 << 30)
    monkeypatch.setattr(bounds, "ENTRIES", 5)
    with pytest.raises(RecordingError, match="more than 5 entries"):
        Exported([packed(root)])
