"""``hardhull fix image:NAME`` on a real engine, with real packages: upgraded, started, scanned again, taken back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import small_debian
from docker_engine import missing, running_engine, skip
from docker_registry import free_port, start, stop, wait_for
from made_advisories import export, record, until
from rebuilt import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker_engine import Engine

pytestmark = pytest.mark.engine
GOOD = '#!/bin/sh\n# {0}\ntest "$1" = check && exit 0\nwhile :; do sleep 1; done\n'
BROKEN = "#!/bin/sh\n# {0}\nexit 3\n"
CHECK = 'HEALTHCHECK --interval=1s CMD ["/opt/leaky", "check"]\nUSER app\nENV COLOUR=blue\nCMD ["/opt/leaky"]\n'
BASE = "hh/leaky-{}:1"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    why = small_debian.missing()
    if why:
        skip(why)
    folder = tmp_path_factory.mktemp("packages")
    made = {
        "old": small_debian.package(folder, "leaky", "1.0-1", {"opt/leaky": GOOD.format("old")}),
        "new": small_debian.package(folder, "leaky", "1.0-2", {"opt/leaky": GOOD.format("new")}),
    }
    made["broken"] = small_debian.package(folder / "b", "leaky", "1.0-3", {"opt/leaky": BROKEN.format("broken")})
    return made


@pytest.fixture(scope="module")
def engine(packages: dict[str, Path]) -> Iterator[Engine]:
    why = missing()
    if why:
        skip(why)
    with running_engine("rebuilt") as started:
        for name, archive in (("new", packages["new"]), ("broken", packages["broken"]), ("gone", None)):
            started.import_root(BASE.format(name), small_debian.root_with(packages["old"], archive))
        yield started


class Built(Place):
    """A place with images on the bases of this file."""

    def built(self, kind: str, recipe: str = "") -> str:
        """An image of our own on such a base."""
        name = f"hh/app-{kind}:1.4"
        text = f"FROM {BASE.format(kind)}\n{recipe}{CHECK}"
        (self.folder / "Dockerfile").write_text(text)
        self.engine.build(text.encode(), name)
        return name


@pytest.fixture
def place(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Built:
    monkeypatch.chdir(tmp_path)
    records = [record("DSA-1", until("Debian:12", "leaky", "1.0-2"), upstream=["CVE-2026-1", "CVE-2026-2"])]
    records.append(record("DEBIAN-CVE-2026-9", {"package": {"ecosystem": "Debian:12", "name": "leaky"}, "ranges": [
        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}))  # fmt: skip
    export(tmp_path / "osv", "Debian", records)
    made = Built(tmp_path, engine)
    assert made.run("db", "import", "-q", "osv", "--as-of", "2999-01-01") == 0
    return made


def test_the_plan_changes_nothing(place: Built) -> None:
    name = place.built("new")
    (place.folder / "Dockerfile").unlink()
    before = place.names()
    found = place.told("fix", f"image:{name}")
    assert found["upgrades"] == [
        {
            "package": "leaky",
            "version": "1.0-1",
            "fixed": "1.0-2",
            "ends": ["CVE-2026-1", "CVE-2026-2"],
            "by": ["apt-get"],
        }
    ]
    assert [(one["package"], one["why"], one["names"]) for one in found["left"]] == [
        ("leaky", "no fix is known", ["DEBIAN-CVE-2026-9"])
    ]
    lines = found["text"].splitlines()
    assert [lines[0], lines[1], lines[3]] == [f"FROM {place.identifier(name)}", "USER root", "USER app"]
    assert "--only-upgrade leaky &&" in lines[2]
    assert (found["way"], found["applied"], place.names()) == ("image", False, before)


def test_an_image_on_top_is_built_started_and_scanned_and_the_name_goes_back(
    place: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    name = place.built("new")
    (place.folder / "Dockerfile").unlink()
    before = place.identifier(name)
    assert place.run("fix", f"image:{name}", "--apply") == 0
    screen = capsys.readouterr().out
    assert "1 package upgraded, 2 vulnerabilities fewer" in screen
    assert "the old image is healthy by its own check, the new one is healthy by its own check" in screen
    assert "scanned again: 2 of 2 are gone" in screen
    after = place.engine.image(name)
    assert after["Id"] != before
    assert after["RootFS"]["Layers"][:-1] == place.engine.image(before)["RootFS"]["Layers"]
    assert (after["Config"]["User"], after["Config"]["Cmd"]) == ("app", ["/opt/leaky"])
    kept = f"hh/app-new:1.4-before-{before[7:19]}"
    assert place.identifier(kept) == before
    again = place.told("fix", f"image:{name}", code=0)
    assert again["upgrades"] == []
    assert place.run("undo", "--root", str(place.folder / "state")) == 0
    assert place.identifier(name) == before
    assert not [each for each in place.names() if "-before-" in each or "-upgraded-" in each]


def test_a_name_that_means_another_image_by_now_is_left_alone(place: Built, capsys: pytest.CaptureFixture[str]) -> None:
    name = place.built("new")
    assert place.run("fix", f"image:{name}", "--as", "recreate", "--apply") == 0
    place.engine.tag(BASE.format("gone"), "hh/app-new", "1.4")
    capsys.readouterr()
    assert place.run("undo", "--root", str(place.folder / "state")) != 0
    assert "is another image now than the one that was built here" in capsys.readouterr().err
    assert place.identifier(name) == place.identifier(BASE.format("gone"))


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("broken", "started by itself it exits with 3, and the old image is healthy by its own check"),
        ("gone", "the image could not be built"),
    ],
)
def test_what_does_not_work_is_taken_back_and_said(
    place: Built, capsys: pytest.CaptureFixture[str], kind: str, says: str
) -> None:
    name = place.built(kind)
    before, names = place.identifier(name), place.names()
    assert place.run("fix", f"image:{name}", "--as", "recreate", "--apply") == 1
    assert says in " ".join(capsys.readouterr().err.split())
    assert (place.identifier(name), place.names()) == (before, names)
    assert json.loads(place.engine.call("GET", "/containers/json?all=1")) == []


def test_where_nothing_works_by_itself_nothing_is_proven(place: Built, capsys: pytest.CaptureFixture[str]) -> None:
    place.engine.build(f'FROM {BASE.format("new")}\nUSER app\nCMD ["/bin/false"]\n'.encode(), "hh/helpless:1")
    assert place.run("fix", "image:hh/helpless:1", "--apply") == 1
    assert "that proves nothing (--risk all)" in " ".join(capsys.readouterr().err.split())
    assert place.run("fix", "image:hh/helpless:1", "--apply", "--risk", "all") == 0
    assert place.run("undo", "--root", str(place.folder / "state")) == 0


def test_lines_of_the_dockerfile_that_it_was_built_from(place: Built, capsys: pytest.CaptureFixture[str]) -> None:
    name = place.built("new", "RUN true\n")
    path = place.folder / "Dockerfile"
    before = path.read_text()
    found = place.told("fix", f"image:{name}")
    assert (found["way"], found["path"], found["line"]) == ("Dockerfile", "Dockerfile", 2)
    assert place.run("fix", f"image:{name}", "--apply") == 0
    lines = path.read_text().splitlines()
    assert lines[0] + "\n" + "\n".join(lines[3:]) + "\n" == before
    assert lines[2].startswith("RUN apt-get update && ")
    assert place.run("fix", f"image:{name}", "Dockerfile") == 2, "it is not the file any more that it was built from"
    assert "was not built from Dockerfile" in capsys.readouterr().err
    place.engine.build(path.read_bytes(), name)
    assert place.told("fix", f"image:{name}")["upgrades"] == []
    assert place.run("undo") == 0
    assert path.read_text() == before


def test_a_newer_base_that_ends_it_is_taken_by_its_digest(
    place: Built, tmp_path: Path, packages: dict[str, Path]
) -> None:
    """The engine has pushed two builds of the base: so it knows their digests."""
    port = free_port()
    inside = start(tmp_path, port, {}, prefix=("nsenter", f"--net=/run/netns/{place.engine.namespace}"))
    name = f"127.0.0.1:{port}/hh/base"
    try:
        wait_for(port, inside, place.engine.namespace)
        digests = []
        place.engine.import_root("hh/newer:1", small_debian.root_with(packages["new"], None))
        for image in (BASE.format("new"), "hh/newer:1"):
            place.engine.tag(image, name, "12")
            place.engine.push(name, "12")
            known = place.engine.image(image)["RepoDigests"]
            digests.append(next(one.partition("@")[2] for one in known if one.startswith(name)))
    finally:
        stop(inside)
    text = f"FROM {name}:12@{digests[0]}\n{CHECK}"
    (place.folder / "Dockerfile").write_text(text)
    place.engine.build(text.encode(), "hh/pinned:1")
    found = place.told("fix", "image:hh/pinned:1", "--engine")
    assert (found["way"], found["base"], found["text"], found["line"]) == (
        "Dockerfile",
        f"{name}:12@{digests[1]}",
        "",
        1,
    )
    assert "--only-upgrade" in place.told("fix", "image:hh/pinned:1")["text"], "nobody was asked for a newer one"
    assert place.run("fix", "image:hh/pinned:1", "--engine", "--apply") == 0
    assert (place.folder / "Dockerfile").read_text() == text.replace(digests[0], digests[1])
    place.engine.build((place.folder / "Dockerfile").read_bytes(), "hh/pinned:1")
    assert place.told("fix", "image:hh/pinned:1", "--engine")["upgrades"] == []


def test_a_version_in_the_dockerfile_is_raised_where_the_image_has_no_pip(place: Built) -> None:
    """As in images that a builder's folder is copied into. An image on top has nothing to raise it with."""
    export(place.folder / "pypi", "PyPI", [record("PYSEC-1", until("PyPI", "hh-x", "1.1"), aliases=["CVE-2026-5"])])
    assert place.run("db", "import", "-q", "pypi", "--as-of", "2999-01-01") == 0
    info = "/opt/venv/lib/python3.12/site-packages/hh_x-1.0.dist-info"
    installs = f"mkdir -p {info} && echo 'Name: hh-x' > {info}/METADATA && echo 'Version: 1.0' >> {info}/METADATA"
    text = f"FROM {BASE.format('new')}\nRUN : pip install hh-x==1.0 && {installs}\n{CHECK}"
    (place.folder / "Dockerfile").write_text(text)
    place.engine.build(text.encode(), "hh/no-pip:1")
    found = place.told("fix", "image:hh/no-pip:1")
    assert {one["package"]: one["by"] for one in found["upgrades"]} == {"leaky": ["apt-get"], "hh-x": []}
    assert found["pins"] == [{"path": "Dockerfile", "line": 2, "was": "1.0", "becomes": "1.1"}]
    on_top = place.told("fix", "image:hh/no-pip:1", "--as", "recreate")
    assert [one["package"] for one in on_top["upgrades"]] == ["leaky"]
    assert ["/opt/venv/bin/python3.12 has no pip" in one["why"] for one in on_top["left"]].count(True) == 1
    assert place.run("fix", "image:hh/no-pip:1", "--apply") == 0
    after = (place.folder / "Dockerfile").read_text().splitlines()
    assert after[3] == text.splitlines()[1].replace("hh-x==1.0", "hh-x==1.1")
    assert place.run("undo") == 0
    assert (place.folder / "Dockerfile").read_text() == text


def test_lines_stand_behind_what_brought_the_packages(place: Built, packages: dict[str, Path]) -> None:
    """An application's own RUN installed it, as another user's image."""
    text = f"FROM {BASE.format('new')} AS base\nUSER root\nRUN mv /opt/leaky /opt/leaky.1 && \\\n    mv /opt/leaky.1 /opt/leaky\n"
    text += 'RUN cp /var/lib/dpkg/status /status && cat /status > /var/lib/dpkg/status\nUSER app\nCMD ["/opt/leaky"]\n'
    (place.folder / "Dockerfile").write_text(text)
    place.engine.build(text.encode(), "hh/own:1")
    found = place.told("fix", "image:hh/own:1")
    assert (found["way"], found["line"]) == ("Dockerfile", 2), "the package has been there since the base image"
    assert packages


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["docker-archive:x.tar"], "one of the engine is upgraded at a time"),
        (["image:a", "image:b"], "one of the engine is upgraded at a time"),
        (["image:hh/nobody:1"], "has no image of that name"),
        (["image:hh/a@sha256:" + "0" * 64], "a digest always means the same image"),
        (["image:hh/a:1", "--as", "compose"], "it is no file"),
    ],
)
def test_what_cannot_be_done_is_said(
    place: Built, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert place.run("fix", *words) in {2, 4}
    assert says in " ".join(capsys.readouterr().err.split())


def test_without_a_database_nothing_is_planned(place: Built, capsys: pytest.CaptureFixture[str]) -> None:
    name = place.built("new")
    (place.folder / "a.db").unlink()
    assert place.run("fix", f"image:{name}") == 4
    assert "nothing is known of its packages" in capsys.readouterr().err


def test_a_kill_in_the_middle_leaves_the_name_where_it_was(place: Built) -> None:
    """The next command takes back what the killed one left."""
    name = place.built("new")
    before = place.identifier(name)
    code = (
        "import os, hardhull.rebuild.kind as kind\n"
        "tag = kind._tag\n"
        "def _tag(client, identifier, name):\n"
        "    tag(client, identifier, name)\n"
        f"    if name == {name!r}: os._exit(9)\n"
        "kind._tag = _tag\n"
        "from hardhull.cli.main import main\n"
        f"main(['fix', 'image:{name}', '--as', 'recreate', '--apply'])\n"
    )
    settings = {**os.environ, **place._settings}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place.folder, env=settings, check=False, capture_output=True
    )
    assert done.returncode == 9, done.stderr.decode()
    assert place.identifier(name) != before
    assert place.run("undo", "--root", str(place.folder / "state")) in {0, 3}
    assert place.identifier(name) == before
    assert not [each for each in place.names() if "-before-" in each or "-upgraded-" in each]
