"""What is kept of layers: equal to what is read, trusted only for digests and files that are what they were."""

from __future__ import annotations

import json
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hardhull.images import compression
from hardhull.images.cache import Cache
from hardhull.images.files import Files
from hardhull.images.inventory import inventory
from hardhull.images.packages import Packages
from hardhull.images.tape import Tape
from hardhull.images.targets import parsed, read_target
from made_images import Layout, config, layer, saved

if TYPE_CHECKING:
    from hardhull.images.reading import ReadImage

BASE = layer(("etc/os-release", "ID=debian\n"), ("caf\udce9", "x"), ("dev", (b"5", "")), ("l", (b"2", "dev")))
MINE = layer(
    ("s/site-packages/flask-3.0.3.dist-info/METADATA", "Name: flask\nVersion: 3.0.3\n"), ("app/.wh.old", b"")
)  # fmt: skip


def read(path: Path, cache: Cache) -> ReadImage:
    kind = "oci" if path.is_dir() else "docker-archive"
    target = parsed(f"{kind}:{path}")
    assert target is not None
    return read_target(target, [Packages()], cache)


def plain(image: ReadImage) -> str:
    layers = [one and (one.files.plain(), one.gone, one.opaque, one.gaps, one.parts) for one in image.layers]
    return json.dumps([layers, image.broken, inventory(image)])


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    layout = Layout()
    layout.add(layout.image([BASE, MINE], "+zstd"), tag="1")
    return layout.write(tmp_path / "layout")


def test_warm_and_cold_are_equal(tmp_path: Path, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = plain(read(stored, Cache(None)))
    first = plain(read(stored, Cache(tmp_path / "cache")))
    with monkeypatch.context() as patched:
        patched.setattr(compression, "_zstd", None)  # a layer that is read again would fail
        warm = plain(read(stored, Cache(tmp_path / "cache")))
    assert cold == first == warm


def test_an_unchanged_file_is_not_read_and_a_changed_one_is(
    tmp_path: Path, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: time.time_ns() / 1e9 + 3600)  # long after the files were written
    cold = plain(read(stored, Cache(tmp_path / "cache")))
    opened: list[Path] = []
    own = Path.open

    def noted(self: Path, *rest: Any, **more: Any) -> Any:
        opened.append(self)
        return own(self, *rest, **more)

    monkeypatch.setattr(Path, "open", noted)
    assert plain(read(stored, Cache(tmp_path / "cache"))) == cold
    read_again = set(opened)
    layers = [one for one in stored.glob("blobs/sha256/*") if one.read_bytes()[:4] == b"\x28\xb5\x2f\xfd"]
    assert len(layers) == 2
    assert not read_again & set(layers)
    layers[0].write_bytes(layers[1].read_bytes())
    assert len(read(stored, Cache(tmp_path / "cache")).broken) == 1


def test_a_claimed_digest_alone_gives_nothing(tmp_path: Path, stored: Path) -> None:
    cache = Cache(tmp_path / "cache")
    read(stored, cache)
    evil = layer(("s/site-packages/evil-1.dist-info/METADATA", "Name: evil\nVersion: 1\n"))
    path = tmp_path / "image.tar"
    path.write_bytes(saved([BASE, evil], described=config([BASE, MINE])))
    image = read(path, cache)
    assert [place.digest for place, _why in image.broken] == [config([MINE])["rootfs"]["diff_ids"][0]]
    assert not inventory(image).packages
    good = tmp_path / "good.tar"
    good.write_bytes(saved([BASE, MINE]))
    assert [one.name for one in inventory(read(good, cache)).packages] == ["flask"]


def test_damaged_and_foreign_files_in_the_cache_are_passed_over(tmp_path: Path, stored: Path) -> None:
    cold = plain(read(stored, Cache(tmp_path / "cache")))
    for at, path in enumerate(sorted((tmp_path / "cache").iterdir())):
        path.write_bytes((b"", b"{}", path.read_bytes()[:-9])[at % 3])
    assert plain(read(stored, Cache(tmp_path / "cache"))) == cold


def test_a_cache_that_others_may_write_is_not_used(tmp_path: Path, stored: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(0o777)
    read(stored, Cache(folder))
    assert not list(folder.iterdir())


def _scan(place: tuple[str, str]) -> str:
    return plain(read(Path(place[0]), Cache(Path(place[1]))))


def test_several_at_once(tmp_path: Path, stored: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        results = set(pool.map(_scan, [(str(stored), str(tmp_path / "cache"))] * 8))
    assert results == {plain(read(stored, Cache(None)))}
    assert not [path for path in (tmp_path / "cache").iterdir() if path.name.startswith(".")]


def test_columns_come_back(stored: Path) -> None:
    files = read(stored, Cache(None)).layers[0]
    assert files is not None
    again = Files.of(json.loads(json.dumps(files.files.plain())))
    assert list(again) == list(files.files)
    assert {entry.kind for entry in again} == {"f", "d", "l"}
    assert "caf\udce9" in [entry.path for entry in again]
    broken = files.files.plain() | {"modes": [1]}
    with pytest.raises(ValueError, match="different lengths"):
        Files.of(broken)


def test_a_tape_gives_what_is_written_however_it_is_cut() -> None:
    data = bytes(range(256)) * 40
    for size in (1, 7, 512, 5000):
        tape = Tape(iter([data[at : at + size] for at in range(0, len(data), size)]))
        parts = [tape.peek(10)[:0], tape.read(3), tape.read(1000), tape.peek(5)[:0]]
        assert tape.skip(100) == 100
        assert b"".join(parts) + data[1003:1103] + tape.read(1 << 20) == data
        assert tape.skip(5) == 0
