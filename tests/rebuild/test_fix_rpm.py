"""``hardhull fix image:NAME`` for an image whose packages dnf or zypper installs, on a real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import small_rpm
from docker_engine import missing, running_engine, skip
from made_advisories import export, record, until
from rebuilt import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker_engine import Engine
    from small_rpm import Manager

pytestmark = pytest.mark.engine
PROGRAM = '#!/bin/sh\n# {0}\ntest "$1" = check && exit 0\nwhile :; do sleep 1; done\n'
DOCKERFILE = (
    'FROM hh/rpms:1\nHEALTHCHECK --interval=1s CMD ["/opt/hh-leaky", "check"]\nUSER app\nCMD ["/opt/hh-leaky"]\n'
)


SYSTEMS = [(small_rpm.DNF, "AlmaLinux", "AlmaLinux:9"), (small_rpm.ZYPPER, "openSUSE", "openSUSE:Leap 15.6")]
"""A manager, and where advisories for a system that has it stand."""


@pytest.fixture
def manager(request: pytest.FixtureRequest) -> Manager:
    found: Manager = request.param
    return found


@pytest.fixture
def engine(tmp_path: Path, manager: Manager) -> Iterator[Engine]:
    why = missing() or small_rpm.missing()
    if why:
        skip(why)
    old, new = (
        small_rpm.package(tmp_path / "p", "hh-leaky", version, PROGRAM.format(version)) for version in ("1.0", "1.1")
    )
    (tmp_path / "root").mkdir()
    with running_engine("rpms") as started:
        started.import_root("hh/rpms:1", small_rpm.root(tmp_path / "root", manager, old, new))
        yield started


@pytest.mark.parametrize(("manager", "database", "release"), SYSTEMS, indirect=["manager"], ids=["dnf", "zypper"])
def test_the_manager_upgrades_what_the_advisory_asks_for(
    tmp_path: Path,
    manager: Manager,
    engine: Engine,
    database: str,
    release: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    place = Place(tmp_path, engine)
    advisory = record("A-1", until(release, "hh-leaky", "0:1.1-1.el9"), upstream=["CVE-2026-1"])
    export(tmp_path / "osv", database, [advisory])
    assert place.run("db", "import", "-q", "osv", "--as-of", "2999-01-01") == 0
    engine.build(DOCKERFILE.encode(), "hh/leaky:1")
    before, names = place.identifier("hh/leaky:1"), place.names()
    (one,) = place.told("fix", "image:hh/leaky:1")["upgrades"]
    assert (one["package"], one["version"], one["by"], one["ends"]) == (
        "hh-leaky",
        "1.0-1.el9",
        [manager.name],
        ["CVE-2026-1"],
    )
    assert place.run("fix", "image:hh/leaky:1", "--apply") == 0
    screen = capsys.readouterr().out
    assert "the old image is healthy by its own check, the new one is healthy by its own check" in screen
    assert "scanned again: 1 of 1 are gone" in screen
    assert place.identifier("hh/leaky:1") != before
    assert place.run("undo", "--root", str(place.folder / "state")) == 0
    assert (place.identifier("hh/leaky:1"), place.names()) == (before, names)
