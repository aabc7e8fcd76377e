"""``hardhull fix image:NAME`` for packages of languages: by the image's own pip and npm, on a real engine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

import small_languages
from docker_engine import missing, running_engine, skip
from docker_registry import free_port
from made_advisories import export, record, until
from rebuilt import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker_engine import Engine

Captured = pytest.CaptureFixture[str]
pytestmark = pytest.mark.engine
MANIFEST = b'{"name": "app", "version": "1.0.0", "dependencies": {"hh-left": "^1.0.0"}, "devDependencies": {"hh-dev": "1.0.0"}}'
FILES = {
    "app/package.json": MANIFEST,
    "app/node_modules/hh-left/package.json": b'{"name": "hh-left", "version": "1.0.0", "main": "index.js"}',
    "app/node_modules/hh-left/index.js": b"",
    "app/check": b"#!/bin/sh\n/opt/venv/bin/python -c 'import hh_leaky' && node -e 'require(\"/app/node_modules/hh-left\")'\n",
}
BASE = "FROM hh/languages:1\nENV PIP_INDEX_URL={0}/simple/ npm_config_registry={0}\n"
DOCKERFILE = """\
FROM hh/indexed:1
HEALTHCHECK --interval=1s CMD ["/app/check"]
USER app
CMD ["/opt/venv/bin/python", "-c", "import hh_leaky, time; time.sleep(1000)"]
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    why = missing() or small_languages.missing()
    if why:
        skip(why)
    folder = tmp_path_factory.mktemp("languages")
    installed = small_languages.wheel(folder, "hh_leaky", "1.0", "")
    (folder / "root").mkdir()
    with running_engine("languages") as started:
        started.import_root("hh/languages:1", small_languages.root(folder / "root", installed, FILES))
        yield started


@pytest.fixture(scope="module")
def index(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An index of both on the loopback of the engine: a newer wheel and one that is broken, a newer package."""
    folder, port = tmp_path_factory.mktemp("index"), free_port()
    address = f"http://127.0.0.1:{port}"
    wheels = [
        small_languages.wheel(folder, "hh_leaky", version, code)
        for version, code in (("1.0", ""), ("1.1", ""), ("1.2", "raise SystemExit(3)"), ("2.0", ""))
    ]
    versions = [("hh-left", "1.0.0"), ("hh-left", "1.0.1"), ("hh-left", "2.0.0"), ("hh-dev", "1.0.0")]
    packages = dict.fromkeys(versions, "")
    small_languages.index(folder, address, wheels, packages)
    inside = ["nsenter", f"--net=/run/netns/{engine.namespace}"]
    serving = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)]
    server = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *inside, *serving], stderr=subprocess.DEVNULL)
    ask = [*inside, sys.executable, "-c", f"from urllib.request import urlopen; urlopen('{address}/hh-left')"]
    end = time.monotonic() + 20
    while subprocess.run(ask, check=False, capture_output=True).returncode and time.monotonic() < end:
        time.sleep(0.05)
    yield address
    server.terminate()
    server.wait(20)


def place_with(fixed: str, folder: Path, engine: Engine, index: str) -> Place:
    place = Place(folder, engine, folder.parent / "layers")  # one cache for all tests
    export(folder / "osv", "PyPI", [record("PYSEC-1", until("PyPI", "hh-leaky", fixed), aliases=["CVE-2026-1"])])
    export(folder / "osv", "npm", [record("GHSA-1", until("npm", "hh-left", "1.0.1"), aliases=["CVE-2026-2"])])
    assert place.run("db", "import", "-q", "osv", "--as-of", "2999-01-01") == 0
    engine.build(BASE.format(index).encode(), "hh/indexed:1")
    engine.build(DOCKERFILE.encode(), "hh/spoken:1")
    return place


def upgraded(place: Place, capsys: Captured) -> None:
    """The least versions that end it come, the image works, and goes back to what it was."""
    before, names = place.identifier("hh/spoken:1"), place.names()
    export(place.folder / "bitnami", "Bitnami", [record("BIT-1", until("Bitnami", "other", "1"))])  # of node and python
    assert place.run("db", "import", "-q", "bitnami", "--as-of", "2999-01-01") == 0
    found = place.told("fix", "image:hh/spoken:1")
    assert [(one["package"], one["fixed"], one["by"]) for one in found["upgrades"]] == [
        ("hh-left", "1.0.1", ["npm"]),
        ("hh_leaky", "1.1", ["pip"]),
    ]
    assert place.run("fix", "image:hh/spoken:1", "--apply") == 0
    screen = capsys.readouterr().out
    assert "the old image is healthy by its own check, the new one is healthy by its own check" in screen
    assert "scanned again: 2 of 2 are gone" in screen
    assert place.engine.image("hh/spoken:1")["Config"]["User"] == "app"
    assert place.told("fix", "image:hh/spoken:1")["upgrades"] == []
    assert place.run("scan", "image:hh/spoken:1", "--format", "json", "-o", "new.json") in {0, 1}
    held = json.loads((place.folder / "new.json").read_text())["packages"]
    own = {(one["name"], one["version"]) for one in held if one["name"].startswith("hh")}
    assert own == {("hh_leaky", "1.1"), ("hh-left", "1.0.1")}, "the least versions, and nothing for development"
    assert place.run("undo", "--root", str(place.folder / "state")) == 0
    assert (place.identifier("hh/spoken:1"), place.names()) == (before, names)


def taken_back(place: Place, capsys: Captured) -> None:
    """A version that breaks the image."""
    before, names = place.identifier("hh/spoken:1"), place.names()
    assert place.run("fix", "image:hh/spoken:1", "--apply", "--quiet") == 1, "no advisories of its node are no matter"
    says = "started by itself it exits with 3, and the old image is healthy by its own check"
    assert says in " ".join(capsys.readouterr().err.split())
    assert (place.identifier("hh/spoken:1"), place.names()) == (before, names)


def in_the_dockerfile(place: Place, capsys: Captured) -> None:
    """Python's is named in a RUN, node's came with the base: it gets a line. Built again, both are gone."""
    head, rest = DOCKERFILE.split("HEALTHCHECK")
    before = f"{head}RUN /opt/venv/bin/python -m pip install hh-leaky==1.0\nHEALTHCHECK{rest}"
    (place.folder / "Dockerfile").write_text(before)
    place.engine.build(before.encode(), "hh/spoken:1", network="host")
    found = place.told("fix", "image:hh/spoken:1")
    assert found["pins"] == [{"path": "Dockerfile", "line": 2, "was": "1.0", "becomes": "1.1"}]
    assert place.run("fix", "image:hh/spoken:1", "--apply") == 0
    assert "Dockerfile:2  1.0 -> 1.1" in capsys.readouterr().out
    after = (place.folder / "Dockerfile").read_text()
    lines = after.splitlines(keepends=True)
    assert "".join([lines[0], *lines[3:]]) == before.replace("hh-leaky==1.0", "hh-leaky==1.1")
    assert lines[2].startswith("RUN cd /app && npm install ")
    place.engine.build(after.encode(), "hh/spoken:1", network="host")
    export(place.folder / "bitnami", "Bitnami", [record("BIT-1", until("Bitnami", "other", "1"))])
    assert place.run("db", "import", "-q", "bitnami", "--as-of", "2999-01-01") == 0
    assert place.told("fix", "image:hh/spoken:1")["upgrades"] == []
    assert place.run("undo") == 0
    assert (place.folder / "Dockerfile").read_text() == before


def test_packages_of_languages(
    tmp_path: Path, engine: Engine, index: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """One test, because an image with Python and node in it is large."""
    for number, (check, fixed) in enumerate(((upgraded, "1.1"), (taken_back, "1.2"), (in_the_dockerfile, "1.1"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        check(place_with(fixed, folder, engine, index), capsys)
