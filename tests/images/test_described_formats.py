"""Databases of packages that are made here as their formats are described: no tool of theirs runs on Debian."""

from __future__ import annotations

import json
import sqlite3
import struct
from typing import TYPE_CHECKING

from test_real_tools import names, run, scanned

from docker_registry import skip_without
from hardhull.images.packages.rpm_stores import ndb
from made_images import layer

if TYPE_CHECKING:
    from pathlib import Path


def test_apk(tmp_path: Path) -> None:
    text = "P:busybox\nV:1.36.1-r2\nA:x86_64\no:busybox\nF:bin\nR:busybox\n\nP:ssl_client\nV:1.36.1-r2\nA:x86_64\no:busybox\n\n"
    found = scanned(tmp_path, layer(("lib/apk/db/installed", text.encode())))
    assert names(found, "apk") == {("busybox", "1.36.1-r2"), ("ssl_client", "1.36.1-r2")}
    assert {one.source for one in found.packages} == {"busybox"}


def test_dotnet(tmp_path: Path) -> None:
    libraries = {
        "App/1.0.0": {"type": "project", "serviceable": False, "sha512": ""},
        "Newtonsoft.Json/13.0.1": {
            "type": "package",
            "serviceable": True,
            "sha512": "sha512-x",
            "path": "newtonsoft.json",
        },
    }
    text = json.dumps({"runtimeTarget": {"name": ".NETCoreApp,Version=v8.0"}, "targets": {}, "libraries": libraries})
    found = scanned(tmp_path, layer(("app/App.deps.json", text.encode())))
    assert ("Newtonsoft.Json", "13.0.1") in names(found, "nuget")
    assert "App" not in {one.name for one in found.packages}


def test_ndb(tmp_path: Path) -> None:
    """A header that rpm made, in one page of slots and one blob (lib/backend/ndb/rpmpkg.c)."""
    skip_without("rpm", "rpmbuild")
    (tmp_path / "a.spec").write_text(
        "Name: hh-ndb\nVersion: 7\nRelease: 1\nSummary: x\nLicense: MIT\nBuildArch: noarch\n%description\n%files\n"
    )
    run("rpmbuild", "-bb", "--define", f"_topdir {tmp_path}/top", tmp_path / "a.spec")
    today = tmp_path / "today"
    run("rpm", "--dbpath", today, "--nodeps", "--justdb", "-i", *(tmp_path / "top").rglob("*.rpm"))
    with sqlite3.connect(today / "rpmdb.sqlite") as database:
        ((header,),) = database.execute("SELECT blob FROM Packages").fetchall()
    page = struct.pack("<4s7I", b"RpmP", 0, 1, 1, 2, 0, 0, 0)
    page += struct.pack("<4sIII", b"Slot", 1, 256, len(header) // 16 + 3)
    while len(page) < 4096:
        page += struct.pack("<4sIII", b"Slot", 0, 0, 0)
    blob = struct.pack("<4sIII", b"BlbS", 1, 1, len(header)) + header
    assert list(ndb(page + blob)) == [header]
    found = scanned(tmp_path, layer(("usr/lib/sysimage/rpm/Packages.db", page + blob)))
    assert names(found, "rpm") == {("hh-ndb", "7-1")}
