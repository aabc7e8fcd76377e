from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import made_archive
from docker_engine import skip
from hardhull.advisories.apt import Apt, AptError, Listed, _listed
from hardhull.advisories.archive import import_archive, upgradable
from hardhull.advisories.changelog import fixes_of
from hardhull.advisories.database import reading, writing
from hardhull.advisories.lookup import look_up
from hardhull.model.package import Distribution, Package
from made_archive import Archive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.advisories.changelogs import Progress, Source
    from hardhull.advisories.importing import Outcome

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


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    why = made_archive.missing()
    if why:
        skip(why)
    (tmp_path / "archive").mkdir()
    made = Archive(tmp_path / "archive")
    yield made
    made.close()


class Kept:
    """What was read, and a process that dies after some."""

    def __init__(self, most: int = 99) -> None:
        self.known: dict[str, dict[str, str]] = {}
        self._most = most

    def get(self, source: Source) -> dict[str, str] | None:
        return self.known.get(source.name)

    def put(self, source: Source, fixes: dict[str, str]) -> None:
        if len(self.known) == self._most:
            raise KeyboardInterrupt
        self.known[source.name] = fixes


class Import:
    """One import into a database of its own, by the real apt."""

    def __init__(self, folder: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self._folder = folder / "a.db", folder
        self.told: list[Progress] = []
        monkeypatch.setenv("APT_CONFIG", str(archive.configured()))

    def run(self, packages: list[Package], kept: Kept) -> Outcome:
        for name in ("apt", "debs"):
            shutil.rmtree(self._folder / name, ignore_errors=True)
            (self._folder / name).mkdir()
        debs = self._folder / "debs"
        apt = Apt(BOOKWORM, "amd64", self._folder / "apt")
        with writing(self.path) as database:
            outcome = import_archive(database, packages, BOOKWORM, apt, debs, kept=kept, told=self.told.append)
        assert not list(debs.iterdir())
        return outcome


def test_the_fixes_of_an_image(tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten sources by two runs of apt: one is cut in the middle, one is gone, one has its documents elsewhere."""
    source = "openssl (3.0.15-1~deb12u1)"
    archive.add("openssl", "3.0.15-1~deb12u1", documents="libssl3")
    archive.add("libcrypto", "3.0.15-1~deb12u1", source, size=1000)
    archive.add("libssl3", "3.0.15-1~deb12u1", source, changelog=CHANGELOG, size=9000)
    names = ["epoch", *(f"p{number}" for number in range(6)), "gone", "bare", "bash"]
    for name in names:
        text = f"{name} (1:2) x; urgency=low\n\n  * CVE-2026-1{len(name)}00\n"
        archive.add(name, "1:2", changelog="" if name == "bare" else text, there=name != "gone", size=5000)
    archive.cut.add("p3_2_amd64.deb")
    have = [deb("libssl3", "3.0.11-1~deb12u1", "openssl"), *(deb(name, "1:1") for name in names[:-1])]
    have.append(deb("bash", "1:2"))
    run = Import(tmp_path, archive, monkeypatch)
    kept = Kept()
    outcome = run.run(have, kept)
    assert outcome.counts == {"archive Debian:12": 4 + 7}
    assert {one.where: one.why for one in outcome.troubles} == {
        "gone 1:2": "gone could not be fetched (404 Not Found [IP: 127.0.0.1 "
        f"{archive.address.rpartition(':')[2].strip('/')}])",
        "bare 1:2": "none of its packages has a changelog",
    }
    assert [(one.done, one.all) for one in run.told] == [(0, 10), (9, 10)], "as many runs of apt"
    assert set(archive.downloads()) == {"openssl", "libssl3", *names[:-1]}, "libcrypto was not needed, bash is new"
    assert archive.downloads().count("p3") == 2, "it went on where it was cut"
    with closing(reading(run.path)) as database:
        found = look_up(database, [have[0], deb("bash", "1:2"), deb("other", "1")], BOOKWORM, "2026-11-22")
    assert [(one.name, one.fixed) for one in found.found] == [
        ("CVE-2024-0001", "3.0.11-1~deb12u2"), ("CVE-2024-0002", "3.0.11-1~deb12u2"), ("CVE-2024-0003", "3.0.15-1~deb12u1"),
    ]  # fmt: skip
    assert [note.kind for note in found.not_checked] == ["failed", "out-of-scope"]
    assert "1 package of Debian:12" in found.not_checked[0].what


def test_what_was_cut_off_goes_on_where_it_was(
    tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"p{number}" for number in range(6)]
    for name in names:
        archive.add(name, "2", changelog=f"{name} (2) x; urgency=low\n\n  * CVE-2026-1000\n")
    have = [deb(name, "1") for name in names]
    run = Import(tmp_path, archive, monkeypatch)
    first, whole = Kept(most=4), Kept()
    with pytest.raises(KeyboardInterrupt):
        run.run(have, first)
    assert not run.path.exists(), "an import is whole or none"
    archive.asked.clear()
    whole.known = dict(first.known)
    assert run.run(have, whole).counts == {"archive Debian:12": 6}
    assert set(archive.downloads()) == set(names) - set(first.known)


def test_a_version_that_apt_does_not_know_keeps_no_other_back(
    tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add("here", "2", changelog="here (2) x; urgency=low\n\n  * CVE-2026-1000\n")
    monkeypatch.setenv("APT_CONFIG", str(archive.configured()))
    for name in ("apt", "debs"):
        (tmp_path / name).mkdir()
    apt = Apt(BOOKWORM, "amd64", tmp_path / "apt")
    (here,) = apt.listed()
    unknown = [here._replace(name="nowhere"), here._replace(version="9")]
    found = apt.fetch([*unknown, here], tmp_path / "debs")
    assert isinstance(found[here], Path)
    assert ["nowhere" in str(found[unknown[0]]), "9" in str(found[unknown[1]])] == [True, True]


def test_distributions_without_such_an_archive(tmp_path: Path) -> None:
    with pytest.raises(AptError, match="Alpine"):
        Apt(Distribution("alpine", "3.20", name="Alpine Linux"), "amd64", tmp_path)
