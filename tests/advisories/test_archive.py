from __future__ import annotations

import gzip
import shutil
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from hardhull.advisories.apt import Apt, AptError, Listed, _listed
from hardhull.advisories.archive import import_archive, upgradable
from hardhull.advisories.changelog import fixes_of
from hardhull.advisories.database import reading, writing
from hardhull.advisories.lookup import look_up
from hardhull.model.package import Distribution, Package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOOKWORM = Distribution("debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)")
CHANGELOG = """\
openssl (3.0.15-1~deb12u1) bookworm-security; urgency=medium

  * Import 3.0.15
    - CVE-2024-0003 (Out of bounds)
  * Revert the change for CVE-2024-0001, which broke things.
  * CVE-2024-0009: not affected, the code is not there.

 -- A Person <a@example.com>  Mon, 02 Sep 2024 00:00:00 +0200

openssl (3.0.11-1~deb12u2) bookworm-security; urgency=medium

  * CVE-2024-0001, CVE-2024-0002

 -- A Person <a@example.com>  Mon, 02 Oct 2023 00:00:00 +0200

openssl (3.0.9-1) unstable; urgency=medium

  * Fixes CVE-2023-0001.

 -- A Person <a@example.com>  Mon, 02 May 2023 00:00:00 +0200

openssl1.1 (9.9-1) unstable; urgency=medium

  * Another package of long ago: CVE-2000-0001

 -- A Person <a@example.com>  Mon, 02 May 2003 00:00:00 +0200
"""


def test_what_a_changelog_says_is_fixed() -> None:
    assert fixes_of(CHANGELOG, "openssl") == {
        "CVE-2024-0003": "3.0.15-1~deb12u1",
        "CVE-2024-0001": "3.0.11-1~deb12u2",
        "CVE-2024-0002": "3.0.11-1~deb12u2",
        "CVE-2023-0001": "3.0.9-1",
    }


def test_a_paragraph_of_an_index() -> None:
    text = "Package: libssl3\nSource: openssl (3.0.15-1)\nVersion: 3.0.15-1+b1\nArchitecture: amd64\nSize: 12"
    assert _listed(text) == Listed("libssl3", "3.0.15-1+b1", "amd64", "openssl", "3.0.15-1", 12)
    assert _listed("Package: a\nVersion: 1\nArchitecture: all\nSize: x") == Listed("a", "1", "all", "a", "1", 0)
    assert _listed("nothing") is None


def deb(name: str, version: str, source: str = "") -> Package:
    return Package("deb", name, version, source or name, version, "amd64")


INDEX = [
    Listed("libssl3", "3.0.15-1~deb12u1", "amd64", "openssl", "3.0.15-1~deb12u1", 200),
    Listed("openssl", "3.0.15-1~deb12u1", "amd64", "openssl", "3.0.15-1~deb12u1", 100),
    Listed("openssl", "3.0.11-1~deb12u2", "amd64", "openssl", "3.0.11-1~deb12u2", 10),
    Listed("bash", "5.2-1", "amd64", "bash", "5.2-1", 10),
]


def test_what_has_a_later_version() -> None:
    (one,) = upgradable([deb("libssl3", "3.0.11-1~deb12u1", "openssl"), deb("bash", "5.2-1"), deb("own", "1")], INDEX)
    assert (one.name, one.version, [each.name for each in one.packages]) == (
        "openssl",
        "3.0.15-1~deb12u1",
        ["openssl", "libssl3"],
    )
    assert upgradable([deb("libssl3", "3.0.15-1~deb12u1", "openssl"), deb("bash", "not a version")], INDEX) == []


class Archive:
    """An archive of which the smallest package has its documents elsewhere."""

    addresses = ("http://deb.example/debian",)
    as_of = "2026-11-20T00:00:00"

    def __init__(self) -> None:
        self.fetched: list[str] = []

    def listed(self) -> Iterator[Listed]:
        yield from INDEX

    def fetch(self, one: Listed, folder: Path) -> Path:
        self.fetched.append(one.name)
        if one.source == "broken":
            raise OSError("404 Not Found")
        root = folder / "root"
        (root / "DEBIAN").mkdir(parents=True)
        (root / "DEBIAN" / "control").write_text(
            f"Package: {one.name}\nVersion: {one.version}\nArchitecture: amd64\nMaintainer: x <x@example.com>\nDescription: x\n"
        )
        if one.name == "libssl3":
            document = root / "usr" / "share" / "doc" / "libssl3" / "changelog.Debian.gz"
            document.parent.mkdir(parents=True)
            document.write_bytes(gzip.compress(CHANGELOG.encode()))
        path = folder / f"{one.name}.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", str(root), str(path)], check=True, capture_output=True)
        shutil.rmtree(root)
        return path


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg is not installed")
def test_the_fixes_of_an_image(tmp_path: Path) -> None:
    packages = [deb("libssl3", "3.0.11-1~deb12u1", "openssl"), deb("bash", "5.2-1")]
    archive = Archive()
    (tmp_path / "scratch").mkdir()
    with writing(tmp_path / "a.db") as database:
        outcome = import_archive(database, packages, BOOKWORM, archive, tmp_path / "scratch")  # type: ignore[arg-type]
    assert archive.fetched == ["openssl", "libssl3"]
    assert outcome.counts == {"archive Debian:12": 4}
    assert not outcome.troubles
    assert not list((tmp_path / "scratch").iterdir())
    with closing(reading(tmp_path / "a.db")) as database:
        found = look_up(database, [*packages, deb("other", "1")], BOOKWORM, "2026-11-22")
    assert [(one.name, one.fixed) for one in found.found] == [
        ("CVE-2024-0001", "3.0.11-1~deb12u2"), ("CVE-2024-0002", "3.0.11-1~deb12u2"), ("CVE-2024-0003", "3.0.15-1~deb12u1"),
    ]  # fmt: skip
    assert [note.kind for note in found.not_checked] == ["failed", "out-of-scope"]
    assert "1 package of Debian:12" in found.not_checked[0].what


def test_distributions_without_such_an_archive(tmp_path: Path) -> None:
    with pytest.raises(AptError, match="Alpine"):
        Apt(Distribution("alpine", "3.20", name="Alpine Linux"), "amd64", tmp_path)
