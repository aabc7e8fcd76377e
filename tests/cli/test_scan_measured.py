"""What scans of built images say of their size, their base and their rights, with a real engine and with files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from test_scan_images import SCHEMA

from hardhull.cli.main import main
from made_images import config, layer, modes, saved

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from docker_engine import Engine

pytest_plugins = ("docker_engine",)
DOCKERFILE = """FROM hh/weighed-base:1
RUN mkdir -p /tmp && head -c 2000000 /dev/zero | tr '\\0' x > /tmp/big
RUN rm /tmp/big && mkdir -p /var/cache/apk && head -c 3000000 /dev/zero | tr '\\0' y > /var/cache/apk/index
RUN cp /bin/busybox /bin/su2 && chmod 4755 /bin/su2 && mkdir /data && chmod 777 /data
COPY app /app/app
RUN chown -R app /app
EXPOSE 22 8080
HEALTHCHECK CMD wget -q http://localhost:8080/ || true
USER app
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HARDHULL_DB", str(tmp_path / "a.db"))
    monkeypatch.chdir(tmp_path)


def scanned(words: Sequence[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    main(["scan", *words, "--format", "json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, SCHEMA)
    return found


def told(found: dict[str, Any], path: str = "Dockerfile") -> dict[tuple[str, int], str]:
    """Rule and line of the findings about the image, with what they say."""
    return {
        (one["rule"], one["locations"][0]["line"]): one["message"]
        for one in found["findings"]
        if one["subject"].startswith("image ") and one["locations"][0]["path"] == path
    }


@pytest.mark.engine
def test_every_fault_stands_at_its_line(
    docker_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{docker_engine.socket}")
    docker_engine.add_image("hh/weighed-base:1")
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    docker_engine.build(DOCKERFILE.encode(), "hh/weighed:1", files={"app": b"#!/bin/sh\n" + b"#" * 1_500_000})
    found = scanned(["image:hh/weighed:1"], capsys)
    base = found["images"][0]["base"]  # of all that have its layer
    assert docker_engine.image(base)["RootFS"] == docker_engine.image("hh/weighed-base:1")["RootFS"]
    assert found["images"][0]["base_layers"] == 1
    sizes = found["images"][0]["sizes"]
    assert [one["bytes"] for one in sizes][1:3] == [2_000_000, 3_000_000]
    assert sizes[1]["causes"] == {"deleted": 2_000_000}
    assert sizes[2]["causes"] == {"package-cache": 3_000_000}
    assert sizes[4]["causes"] == {"rewritten": 1_500_010}
    rows = told(found)
    assert rows.pop(("HH-BLD-412", 2)).startswith("image hh/weighed holds 2.0 MB of files that later layers deleted")
    assert rows.pop(("HH-BLD-411", 3)) == "image hh/weighed holds 3.0 MB of package caches"
    assert rows.pop(("HH-PRV-036", 4)) == "/bin/su2 of image hh/weighed runs as its owner"
    assert rows.pop(("HH-PRV-035", 4)) == "everybody may write /data of image hh/weighed"
    assert rows.pop(("HH-BLD-413", 5)).startswith("image hh/weighed holds 1.5 MB of files that a later layer has again")
    assert rows.pop(("HH-PRV-412", 6)) == "image hh/weighed runs as app, who may change a program of it: /app/app"
    assert rows.pop(("HH-NET-031", 7)) == "image hh/weighed serves SSH"
    assert rows.pop(("HH-MON-032", 8)) == "the health check of image hh/weighed always succeeds"
    assert {rule for rule, _line in rows} == {"HH-BLD-413"}, "busybox is there twice"
    again = scanned(["image:hh/weighed:1"], capsys)
    assert again | {"run": 0} == found | {"run": 0}
    both = scanned([".", "image:hh/weighed:1"], capsys)
    lines = [(one["rule"], one["locations"][0]["line"]) for one in both["findings"]]
    assert lines.count(("HH-MON-032", 8)) == 1, "the Dockerfile's finding and the image's are one"
    main(["scan", "image:hh/weighed:1", "--all"])
    screen = " ".join(capsys.readouterr().out.split())
    assert f"in 6 layers, of which {base} brought" in screen
    assert "3.0 MB package-cache" in screen


@pytest.mark.engine
def test_an_image_without_faults(
    docker_engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{docker_engine.socket}")
    docker_engine.add_image("hh/weighed-base:1")
    dockerfile = (
        b"FROM hh/weighed-base:1\nCOPY app /app/app\nEXPOSE 8080\nHEALTHCHECK CMD wget -q http://localhost/\nUSER app\n"
    )
    docker_engine.build(dockerfile, "hh/clean:1", files={"app": b"#!/bin/sh\n"})
    assert scanned(["image:hh/clean:1"], capsys)["findings"] == []


def image(path: Path, user: str | None = None, *layers: bytes, **more: Any) -> str:
    described = config(layers, config={**({} if user is None else {"User": user}), **more})
    path.write_bytes(saved(list(layers), described=described))
    return f"docker-archive:{path.name}"


def test_the_user_is_found_in_the_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    passwd = layer(("etc/passwd", "root:x:0:0::/:/bin/sh\nboss:x:0:0::/:/bin/sh\n"), ("etc/group", "root:x:0:\n"))
    words = {
        "": "image team/app starts as root: its USER is none",
        "boss": "image team/app starts as root: USER boss is number 0 in its /etc/passwd",
        "root": "image team/app starts as root: its USER is root",
        "ghost": "image team/app starts as ghost, and its /etc/passwd has no user ghost",
        "7:ghosts": "image team/app starts as 7:ghosts, and its /etc/group has no group ghosts",
    }
    for user, message in words.items():
        found = scanned([image(tmp_path / "app.tar", user, passwd)], capsys)
        assert [one["message"] for one in found["findings"]] == [message]
    assert scanned([image(tmp_path / "app.tar", "7:7", passwd)], capsys)["findings"] == []
    (tmp_path / "root" / "etc").mkdir(parents=True)
    (tmp_path / "root" / "etc" / "passwd").write_text("root:x:0:0::/:/bin/sh\n")
    assert scanned(["rootfs:root"], capsys)["findings"] == [], "of a folder nobody knows whom it starts as"


def test_ports_without_a_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ports: dict[str, Any] = {"8080/tcp": {}}
    found = scanned([image(tmp_path / "app.tar", "7", layer(("a", "b")), ExposedPorts=ports)], capsys)
    assert [one["rule"] for one in found["findings"]] == ["HH-MON-031"]
    check = {"Test": ["CMD", "curl", "--fail", "http://localhost:8080/"]}
    name = image(tmp_path / "app.tar", "7", layer(("a", "b")), ExposedPorts=ports, Healthcheck=check)
    assert scanned([name], capsys)["findings"] == []


def test_two_images_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before and after: a build in one stage, and what is left of it in two."""
    tools = layer(("var/lib/dpkg/info/gcc.list", "/usr/bin/gcc\n"), ("usr/bin/gcc", b"g" * 2_000_000))
    listed = "Package: {0}\nStatus: install ok installed\nVersion: {1}\nArchitecture: amd64\n\n"
    fat = layer(("var/lib/dpkg/status", listed.format("gcc", "12") + listed.format("libc6", "2.36")))
    slim = layer(("var/lib/dpkg/status", listed.format("libc6", "2.37") + listed.format("zlib1g", "1.3")))
    app = layer(("app", b"a" * 500_000), mode=0o4755)
    for name, layers, port in (("old", (fat, tools, app), {}), ("new", (slim, app), {"22/tcp": {}})):
        target = image(tmp_path / f"{name}.tar", "7", *layers, ExposedPorts=port, Healthcheck={"Test": ["NONE"]})
        assert main(["scan", target, "--format", "json", "-o", f"{name}.json", "--fail-on", "never"]) in {0, 4}
    assert main(["report", "diff", "old.json", "new.json"]) == 0
    screen = capsys.readouterr().out
    assert "Image docker-archive:old.tar -> docker-archive:new.tar" in screen
    assert "size: 2.5 MB before, 500.2 kB now (-80%), 3 and 2 layers" in screen
    assert "build-tools: 2.0 MB before, 0 B now" in screen
    assert "2 packages: 1 added, 1 removed, 1 of another version" in screen
    assert "libc6 2.36 -> 2.37" in screen
    assert "+ zlib1g 1.3" in screen
    assert "- gcc 12" in screen
    assert "1 new, 1 fixed, 1 finding unchanged" in screen
    assert main(["report", "diff", "old.json", "new.json", "--format", "json", "--fail-on", "medium"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [one["rule"] for one in found["new"]] == ["HH-NET-031"]
    assert [one["rule"] for one in found["fixed"]] == ["HH-BLD-005"]
    assert [one["rule"] for one in found["unchanged"]] == ["HH-PRV-036"]
    row = found["images"][0]
    assert (row["before"]["spared"], row["after"]["spared"]) == ({"build-tools": 2_000_000}, {})
    assert row["packages"]["changed"] == [
        {"ecosystem": "deb", "name": "libc6", "arch": "amd64", "version": ["2.36"], "now": ["2.37"]}
    ]
    assert main(["report", "diff", "new.json", "new.json", "--fail-on", "info"]) == 0


def test_twenty_builds_of_an_image_have_the_same_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other sizes, times, checksums and numbers of files: the same faults by the same names."""
    history = [
        {"created_by": "# base"},
        {"created_by": "RUN /bin/sh -c apt-get update # buildkit"},
        {"created_by": "RUN /bin/sh -c cp -r /app /srv && chmod 4777 /srv/run # buildkit"},
        {"created_by": "RUN /bin/sh -c rm -r /app # buildkit"},
    ]
    seen = set()
    for build in range(20):
        big = str(build).encode() * (1_100_000 + build)
        layers = (
            layer(("etc/passwd", "root:x:0:0::/:/bin/sh\n"), ("built", str(build))),
            layer(("var/lib/apt/lists/index", b"l" * (1_000_000 + 1000 * build)), ("app/data", big)),
            modes(("srv/data", 0o644, 0, 0, big), ("srv/run", 0o4777, 0, 0, b"x" * (build + 1))),
            layer((".wh.app", b"")),
        )
        described = config(layers, history=history, created=f"2026-01-{build + 1:02}T00:00:00Z", config={"User": "7"})
        (tmp_path / "app.tar").write_bytes(saved(list(layers), f"team/app:{build}", described))
        found = scanned(["docker-archive:app.tar"], capsys)["findings"]
        assert {one["rule"] for one in found} == {"HH-BLD-411", "HH-BLD-412", "HH-PRV-035", "HH-PRV-036", "HH-PRV-412"}
        seen.add(tuple(sorted((one["id"], one["content_id"]) for one in found)))
    assert len(seen) == 1
