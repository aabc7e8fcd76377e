"""``hardhull scan docker-archive:...``: what an image holds, and what rules say of it, in every output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema  # type: ignore[import-untyped]
import pytest

from hardhull import report
from hardhull.cli.main import main
from hardhull.report.jsonin import read
from hardhull.report.jsonout import render
from made_advisories import export, record, until
from made_images import config, layer, saved

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA = json.loads((Path(report.__file__).parent / "schema" / "hardhull-1.json").read_text())
FLASK = ("usr/lib/python3/site-packages/flask-3.0.3.dist-info/METADATA", "Name: flask\nVersion: 3.0.3\n")
STATUS = "Package: libc6\nStatus: install ok installed\nVersion: 2.36-9\nSource: glibc\nArchitecture: amd64\n"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HARDHULL_DB", str(tmp_path / "a.db"))
    monkeypatch.chdir(tmp_path)
    export(tmp_path / "osv", "Debian", [record("D", until("Debian:10", "x", "1"), until("Debian:12", "x", "1"))])
    export(tmp_path / "osv", "PyPI", [record("P", until("PyPI", "x", "1"))])
    assert main(["db", "import", "-q", "osv", "--as-of", "2999-01-01"]) == 0


def image(path: Path, version: str) -> str:
    system = f'ID=debian\nVERSION_ID="{version}"\nPRETTY_NAME="Debian GNU/Linux {version}"\n'
    layers = [layer(("etc/os-release", system), ("var/lib/dpkg/status", STATUS)), layer(FLASK)]
    path.write_bytes(saved(layers, described=config(layers, config={"User": "10001"})))
    return f"docker-archive:{path.name}"


def run(words: Sequence[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(["scan", *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_result_holds_the_packages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = image(tmp_path / "app.tar", "12")
    code, out, _err = run([name, "--format", "json", "--today", "2026-11-28"], capsys)
    assert code == 0
    found = json.loads(out)
    jsonschema.validate(found, SCHEMA)
    assert [(row["ecosystem"], row["name"], row["version"]) for row in found["packages"]] == [
        ("deb", "libc6", "2.36-9"),
        ("pypi", "flask", "3.0.3"),
    ]
    assert found["packages"][0]["purl"] == "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc"
    assert found["images"][0]["distribution"]["name"] == "Debian GNU/Linux 12"
    assert found["targets"][0]["digest"] == found["images"][0]["id"]
    assert "".join(render(read(out.encode()))) == out


def test_cold_and_warm_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = image(tmp_path / "app.tar", "12")
    results = [json.loads(run([name, "--format", "json"], capsys)[1]) for _ in range(2)]
    assert results[0] | {"run": 0} == results[1] | {"run": 0}


def test_the_screen_and_the_end_of_a_distribution(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = run([image(tmp_path / "app.tar", "10")], capsys)
    assert code == 1
    assert "docker-archive:app.tar: Debian GNU/Linux 10; 1 deb, 1 pypi packages" in out
    assert "which gets no fixes since 2024-06-30" in out
    code, out, _err = run([image(tmp_path / "app.tar", "10"), "--today", "2024-01-01"], capsys)
    assert (code, "No findings" in out) == (0, True)
    code, out, _err = run(["docker-archive:app.tar", "--format", "sarif"], capsys)
    assert json.loads(out)["runs"][0]["results"]


def test_an_image_beside_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY app /app\n")
    _code, out, _err = run([image(tmp_path / "app.tar", "12"), "Dockerfile", "--format", "json"], capsys)
    assert {target["kind"] for target in json.loads(out)["targets"]} == {"image", "dockerfile"}


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("docker-archive:nothing.tar", "there is no such file"),
        ("docker-archive:text.tar", "it is no tar archive"),
        ("docker-archive:empty.tar", "it has no manifest.json"),
        ("oci:.", "it has no index.json"),
        ("rootfs:text.tar", "Not a directory"),
        ("registry:Not/A/Reference", "it is no image reference"),
        ("oci:", "nothing follows the colon"),
    ],
)
def test_what_is_no_image_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str, why: str) -> None:
    (tmp_path / "text.tar").write_text("no archive " * 100)
    (tmp_path / "empty.tar").write_bytes(layer())
    code, out, _err = run([target, "--format", "json"], capsys)
    assert code == 4
    (gap,) = json.loads(out)["not_checked"]
    assert (gap["kind"], gap["what"]) == ("failed", target)
    assert why in gap["why"]
    assert gap["how"]
