"""Archives and package databases of enemies: told, never believed, never followed, and never a traceback."""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardhull.images.cache import Cache
from hardhull.images.errors import BrokenLayerError, ImageError
from hardhull.images.inventory import Inventory, inventory
from hardhull.images.packages import Packages
from hardhull.images.packages.choice import EXACT
from hardhull.images.tape import Tape
from hardhull.images.targets import parsed, read_target
from hardhull.images.tarwalk import walk
from made_images import Layout, layer, saved

if TYPE_CHECKING:
    from pathlib import Path

METADATA = ("s/site-packages/flask-3.0.3.dist-info/METADATA", "Name: flask\nVersion: 3.0.3\n")
GOOD = layer(METADATA)
PLACES = [
    *EXACT, "var/lib/dpkg/info/a.list", "var/lib/dpkg/status.d/a", METADATA[0], "s/flask.dist-info/RECORD",
    "a/node_modules/b/package.json", "a/vendor/composer/installed.json", "g/specifications/a.gemspec", "a/b.jar",
    "a/b.deps.json", "usr/bin/program",
]  # fmt: skip
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def scanned(folder: Path, data: bytes) -> Inventory:
    path = folder / "image.tar"
    path.write_bytes(data)
    target = parsed(f"docker-archive:{path}")
    assert target is not None
    image = read_target(target, [Packages()], Cache(None))
    return inventory(image)


@pytest.mark.parametrize("place", PLACES)
@QUICK
@given(data=st.one_of(st.binary(min_size=1, max_size=400), st.text(min_size=1, max_size=100).map(str.encode)))
def test_any_content_where_a_database_is_expected(tmp_path: Path, place: str, data: bytes) -> None:
    prefix = b"\x7fELF" + bytes(5000) if place == "usr/bin/program" else b""
    found = scanned(tmp_path, saved([layer(METADATA, (place, prefix + data), mode=0o755)]))
    if place != METADATA[0]:
        assert "flask" in {one.name for one in (*found.packages, *found.owned)}


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["name", "version", "packages", "libraries", "type"]), inner, max_size=3)),
    max_leaves=8,
)  # fmt: skip


@QUICK
@given(value=JSON, place=st.sampled_from([place for place in PLACES if place.endswith(".json")]))
def test_any_json(tmp_path: Path, value: Any, place: str) -> None:
    assert "flask" in {
        one.name for one in scanned(tmp_path, saved([layer(METADATA, (place, json.dumps(value)))])).packages
    }


@QUICK
@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255), cut=st.integers(0, len(GOOD)))
def test_a_damaged_layer(at: int, byte: int, cut: int) -> None:
    data = (GOOD[:at] + bytes([byte]) + GOOD[at + 1 :])[: max(cut, 1)]
    tape = Tape(iter([data]))
    try:
        assert sum(1 for _entry in walk(tape)) <= 4
    except BrokenLayerError as error:
        assert str(error)  # noqa: PT017  any outcome but a fault of ours is right


@QUICK
@given(value=st.dictionaries(st.sampled_from(["rootfs", "history", "config", "os"]), JSON), row=JSON)
def test_any_configuration_and_manifest(tmp_path: Path, value: Any, row: Any) -> None:
    entries = [
        ("c.json", json.dumps(value)),
        ("manifest.json", json.dumps([{"Config": "c.json", "Layers": [], "RepoTags": row}, row])),
    ]
    for text in (
        entries,
        [("manifest.json", json.dumps(row))],
        [("index.json", json.dumps({"manifests": [row, {"digest": row}]}))],
    ):
        try:
            scanned(tmp_path, layer(*text))
        except ImageError as error:
            assert error.why and error.how  # noqa: PT017, PT018


def test_paths_that_lead_out(tmp_path: Path) -> None:
    found = scanned(
        tmp_path,
        saved([layer(METADATA, ("../../etc/passwd", "x"), ("a/../../b", "x"), ("/abs/" + METADATA[0], METADATA[1]))]),
    )
    assert [gap.path for _layer, gap in found.gaps] == ["../../etc/passwd", "a/../../b"]
    assert {path for one in found.packages for path in one.paths} == {METADATA[0], "abs/" + METADATA[0]}


def test_archives_that_hold_themselves(tmp_path: Path) -> None:
    data = b""
    for _depth in range(8):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as opened:
            opened.writestr("inner.jar", data)
            opened.writestr("META-INF/MANIFEST.MF", "Implementation-Version: 1.0\n")
        data = out.getvalue()
    found = scanned(tmp_path, saved([layer(METADATA, ("a/bomb.jar", data))]))
    assert ["deep" in gap.why for _layer, gap in found.gaps] == [True]
    assert "flask" in {one.name for one in found.packages}


def test_a_bomb_in_a_layer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("hardhull.images.tape.Tape.__init__.__kwdefaults__", {"hashed": True, "most": 1 << 20})
    layout = Layout()
    layout.add(layout.image([GOOD, layer(("zeros", bytes(8 << 20)))], "+gzip"), tag="1")
    target = parsed(f"oci:{layout.write(tmp_path)}")
    assert target is not None
    image = read_target(target, [Packages()], Cache(None))
    assert ["holds more than" in why for _place, why in image.broken] == [True]
    assert [one.name for one in inventory(image).packages] == ["flask"]


def test_headers_that_ask_for_too_much() -> None:
    def head(kind: bytes, size: int) -> bytes:
        entry = tarfile.TarInfo("x")
        entry.type, entry.size = kind, size
        return entry.tobuf(tarfile.GNU_FORMAT)

    for kind, size, why in (
        (b"x", 1 << 40, "too large"),
        (b"L", 1 << 40, "too large"),
        (b"0", 1 << 60, "in the middle"),
    ):
        with pytest.raises(BrokenLayerError, match=why):
            list(walk(Tape(iter([head(kind, size)]))))


def test_a_hundred_thousand_files(tmp_path: Path) -> None:
    heads = (tarfile.TarInfo(f"d/{number}").tobuf(tarfile.USTAR_FORMAT) for number in range(100_000))
    data = b"".join(heads) + GOOD
    assert [one.name for one in scanned(tmp_path, saved([data])).packages] == ["flask"]


def test_random_bytes_are_no_image(tmp_path: Path) -> None:
    noise = random.Random(3).randbytes(20_000)  # noqa: S311  nobody has to guess it
    for data in (noise, gzip.compress(noise), b"\x28\xb5\x2f\xfd" + noise, bytes(2000)):
        with pytest.raises(ImageError):
            scanned(tmp_path, data)
