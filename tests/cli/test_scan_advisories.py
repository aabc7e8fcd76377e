from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from hardhull.cli.main import main
from made_advisories import HIGH, catalogue, export, record, until
from made_images import config, layer, saved

Captured = pytest.CaptureFixture[str]
OS = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
STATUS = "Package: {0}\nStatus: install ok installed\nSource: {2}\nVersion: {1}\nArchitecture: amd64\n\n"
DOCKERFILE = 'FROM debian:12\nRUN apt-get install -y openssl\nUSER 1000\nHEALTHCHECK NONE\nCMD ["openssl"]\n'
HISTORY = [
    {"created_by": "# debian.sh"},
    {"created_by": "RUN /bin/sh -c apt-get install -y openssl # buildkit"},
    {"created_by": "USER 1000", "empty_layer": True},
    {"created_by": "HEALTHCHECK {NONE}", "empty_layer": True},
    {"created_by": 'CMD ["openssl"]', "empty_layer": True},
]
LIBC = STATUS.format("libc6", "2.36-9+deb12u3", "glibc")


def image(version: str = "3.0.11-1~deb12u1", name: str = "team/app:1", build: str = "a") -> bytes:
    base = layer(("etc/os-release", OS), ("var/lib/dpkg/status", LIBC))
    mine = layer(("var/lib/dpkg/status", LIBC + STATUS.format("libssl3", version, "openssl")), ("app/build", build))
    more: dict[str, Any] = {"history": HISTORY, "config": {"User": "1000", "Cmd": ["openssl"]}, "created": build}
    return saved([base, mine], name, config([base, mine], **more))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARDHULL_DB", str(tmp_path / "a.db"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    records = [
        record("DSA-5532-1", until("Debian:12", "openssl", "3.0.11-1~deb12u2"), upstream=["CVE-2023-5363"]),
        record("DEBIAN-CVE-2024-1", until("Debian:12", "glibc", "2.36-9+deb12u4"), upstream=["CVE-2024-0001"], severity=[{"type": "CVSS_V3", "score": HIGH}]),
        record("DEBIAN-CVE-2024-2", {"package": {"ecosystem": "Debian:12", "name": "glibc"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}, upstream=["CVE-2024-0002"], severity=[{"type": "CVSS_V3", "score": HIGH}]),
    ]  # fmt: skip
    export(tmp_path / "osv", "Debian", records)
    assert main(["db", "import", "-q", "osv", "--as-of", "2026-11-25"]) == 0
    (tmp_path / "app.tar").write_bytes(image())
    return tmp_path


def scanned(capsys: Captured, *words: str, code: int = 1) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["docker-archive:app.tar", "--today", "2026-11-26", "-f", "json", *words]) == code
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def values(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (
            one["message"].partition(" has ")[2].partition(";")[0],
            one["severity"],
            f"{one['locations'][0]['path']}:{one['locations'][0]['line']}",
        )
        for one in told["findings"]
        if not one["suppressed"]
    ]


def test_an_image_without_its_dockerfile(capsys: Captured) -> None:
    told = scanned(capsys)
    assert values(told) == [
        ("CVE-2024-0001", "high", "image:team/app:1"),
        ("CVE-2024-0002", "high", "image:team/app:1"),
        ("CVE-2023-5363", "unknown", "image:team/app:2"),
    ]
    first = told["findings"][0]
    assert next(one for one in first["evidence"] if one["kind"] == "advisory") == {
        "kind": "advisory", "what": "DEBIAN-CVE-2024-1", "value": "glibc: fixed in glibc 2.36-9+deb12u4", "where": "Debian (2026-11-25)",
    }  # fmt: skip
    assert [(one["kind"], one["name"]) for one in told["targets"]] == [("image", "docker-archive:app.tar")]
    assert told["not_checked"] == []


def test_the_line_of_the_dockerfile(place: Path, capsys: Captured) -> None:
    (place / "Dockerfile").write_text(DOCKERFILE)
    assert [where for *_, where in values(scanned(capsys))] == ["Dockerfile:1", "Dockerfile:1", "Dockerfile:2"]
    both = scanned(capsys, "Dockerfile")
    assert {one["rule"] for one in both["findings"]} > {"HH-VUL-101"}
    (place / "Dockerfile").write_text(DOCKERFILE.replace("openssl", "curl"))
    assert next(where for *_, where in values(scanned(capsys))) == "image:team/app:1"


def test_the_gate(place: Path, capsys: Captured) -> None:
    told = scanned(capsys, "--ignore-unfixed")
    assert [name for name, *_ in values(told)] == ["CVE-2024-0001", "CVE-2023-5363"]
    assert [note["what"] for note in told["not_checked"]] == ["1 vulnerability of image:team/app"]
    scanned(capsys, "--fail-on", "critical", code=0)
    scanned(capsys, "--fail-on", "critical", "--fail-on", "unknown", code=1)
    scanned(capsys, "--fail-on", "never", "--fail-on", "unknown", code=1)
    (place / "app.tar").write_bytes(image("3.0.11-1~deb12u2"))
    scanned(capsys, "--fail-on", "critical", "--fail-on", "unknown", code=0)
    (place / "kev.json").write_text(json.dumps(catalogue("CVE-2023-5363")))
    main(["db", "import", "-q", "kev.json"])
    (place / "app.tar").write_bytes(image())
    assert values(scanned(capsys, "--fail-on", "critical"))[0][:2] == (
        "CVE-2023-5363, which is exploited, by ransomware too",
        "critical",
    )


def test_rebuilds_have_the_same_findings(place: Path, capsys: Captured) -> None:
    (place / "Dockerfile").write_text(DOCKERFILE)
    seen = set()
    for build in range(20):
        (place / "app.tar").write_bytes(image(name=f"team/app:{build}", build=str(build)))
        seen.add(tuple(sorted(one["id"] for one in scanned(capsys)["findings"])))
    assert len(seen) == 1
    assert len(seen.pop()) == 3


def test_accepted_by_its_cve(place: Path, capsys: Captured) -> None:
    (place / "hardhull.toml").write_text(
        '[[ignore]]\npaths = ["*"]\nrules = ["CVE-2024-0001", "DEBIAN-CVE-2024-2"]\nreason = "not reached"\n'
    )
    assert [name for name, *_ in values(scanned(capsys, code=0))] == ["CVE-2023-5363"]
    (place / "hardhull.toml").unlink()
    (place / "Dockerfile").write_text(
        DOCKERFILE.replace("RUN", "# hardhull: ignore[CVE-2023-5363] -- not reached\nRUN")
    )
    told = scanned(capsys)
    assert [name for name, *_ in values(told)] == ["CVE-2024-0001", "CVE-2024-0002"]
    assert told["unused_ignores"] == []


def test_sarif(place: Path, capsys: Captured) -> None:
    (place / "Dockerfile").write_text(DOCKERFILE)
    assert main(["docker-archive:app.tar", "--today", "2026-11-26", "--ignore-unfixed", "--format", "sarif", "-q"]) == 1
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert [one["level"] for one in results] == ["error", "warning"]
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "Dockerfile"


def test_nothing_is_clean_without_data(place: Path, capsys: Captured) -> None:
    told = scanned(capsys, "--fail-on", "never", "--today", "2026-12-24", code=4)
    assert told["not_checked"][0]["why"] == "the data are of 2026-11-25, 29 days old (at most 7 count)"
    (place / "hardhull.toml").write_text("advisory-days = 30\n")
    scanned(capsys, "--fail-on", "never", "--today", "2026-12-24", code=0)
    (place / "a.db").unlink()
    told = scanned(capsys, code=4)
    assert told["not_checked"][0]["what"] == "advisories for the 2 packages of image:team/app:1"


@pytest.mark.skipif(not shutil.which("busybox"), reason="busybox is not installed")
def test_a_program_that_nobody_packaged(place: Path, capsys: Captured) -> None:
    data = Path(shutil.which("busybox") or "").read_bytes()
    made = [layer(("etc/os-release", OS), ("var/lib/dpkg/status", LIBC)), layer(("opt/busybox", data), mode=0o755)]
    described = config(made, config={"User": "1000", "Cmd": ["/opt/busybox", "httpd"]})
    (place / "app.tar").write_bytes(saved(made, described=described))
    told = scanned(capsys, "--fail-on", "never", code=4)
    assert "advisories for 1 package of Bitnami" in [
        one["what"] for one in told["not_checked"] if one["kind"] == "failed"
    ]
    export(
        place / "more",
        "Bitnami",
        [record("BIT-busybox-2022-1", until("Bitnami", "busybox", "99.0.0"), aliases=["CVE-2022-1"])],
    )
    assert main(["db", "import", "-q", "more", "--as-of", "2026-11-25"]) == 0
    told = scanned(capsys, "--fail-on", "never", code=0)
    found = [one for one in told["findings"] if one["rule"] == "HH-VUL-103"]
    assert len(found) == 1
    assert "has CVE-2022-1; fixed in 99.0.0" in found[0]["message"]
    assert {"kind": "reading", "what": "files", "value": "opt/busybox", "where": "the image"} in found[0]["evidence"]
