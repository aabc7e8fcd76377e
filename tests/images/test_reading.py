"""The same image, however it is stored, gives the same packages; what cannot be read is told."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from hardhull.images.cache import Cache
from hardhull.images.errors import ImageError
from hardhull.images.inventory import Inventory, inventory
from hardhull.images.packages import Packages
from hardhull.images.targets import parsed, read_target
from made_images import (
    FOLDER,
    HARD,
    LINK,
    WHITEOUT,
    Layout,
    archive,
    config,
    digest,
    layer,
    saved,
    saved_since_25,
    two_platforms,
)

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.images.reading import ReadImage

OS = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
STATUS = "Package: {0}\nStatus: install ok installed\nVersion: {1}\nArchitecture: amd64\n\n"


def wheel(name: str, version: str, above: str = "usr/lib/python3/site-packages") -> tuple[str, str]:
    return (
        f"{above}/{name}-{version}.dist-info/METADATA",
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\ntext",
    )


def node(name: str, version: str, above: str = "app") -> tuple[str, str]:
    return f"{above}/node_modules/{name}/package.json", json.dumps({"name": name, "version": version})


BASE = layer(("etc/os-release", OS), ("var/lib/dpkg/status", STATUS.format("libc6", "2.36-9+deb12u9")))
MINE = layer(wheel("flask", "3.0.3"), node("express", "4.21.1"), ("app/server.js", "x"))


def read(text: str, cache: Cache | None = None) -> ReadImage:
    target = parsed(text)
    assert target is not None
    return read_target(target, [Packages()], cache or Cache(None))


def found(image: ReadImage) -> set[str]:
    return {f"{one.ecosystem} {one.name} {one.version}" for one in inventory(image).packages}


ALL = {"deb libc6 2.36-9+deb12u9", "pypi flask 3.0.3", "npm express 4.21.1"}


@pytest.mark.parametrize("packed", ["", "+gzip", "+zstd"])
def test_an_oci_layout_as_folder_and_as_archive(tmp_path: Path, packed: str) -> None:
    layout = Layout()
    layout.add(layout.image([BASE, MINE], packed), tag="1")
    assert found(read(f"oci:{layout.write(tmp_path / 'layout')}")) == ALL
    (tmp_path / "layout.tar").write_bytes(layout.tar())
    image = read(f"oci:{tmp_path / 'layout.tar'}")
    assert found(image) == ALL
    assert [place.digest for place in image.image.layers] == [digest(BASE), digest(MINE)]


@pytest.mark.parametrize("write", [saved, saved_since_25])
def test_docker_archives_of_both_layouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Any) -> None:
    path = tmp_path / "image.tar"
    path.write_bytes(write([BASE, MINE]))
    image = read(f"docker-archive:{path}")
    assert found(image) == ALL
    assert image.image.tags == ("team/app:1",)
    assert {one.layer for one in inventory(image).packages if one.ecosystem == "npm"} == {digest(MINE)}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    assert found(read("docker-archive:-")) == ALL


def test_a_layer_that_comes_twice_is_a_link_in_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    gone = layer(("usr/lib/python3/site-packages/.wh.flask-3.0.3.dist-info", WHITEOUT))
    path.write_bytes(saved([BASE, MINE, gone, MINE]))
    image = read(f"docker-archive:{path}")
    assert not image.broken
    assert found(image) == ALL


def test_of_several_images_one_has_to_be_named(tmp_path: Path) -> None:
    path = tmp_path / "two.tar"
    one, two = (
        json.loads(_part(saved([data], name), "manifest.json")) for data, name in ((BASE, "a:1"), (MINE, "b:2"))
    )
    texts = [json.dumps(config([data])).encode() for data in (BASE, MINE)]
    two[0]["Layers"] = ["other/layer.tar"]
    entries = [
        (one[0]["Layers"][0], BASE),
        ("other/layer.tar", MINE),
        (one[0]["Config"], texts[0]),
        (two[0]["Config"], texts[1]),
    ]
    path.write_bytes(archive([*entries, ("manifest.json", json.dumps([*one, *two]).encode())]))
    with pytest.raises(ImageError, match="several images") as error:
        read(f"docker-archive:{path}")
    assert "a:1, b:2" in error.value.how
    assert found(read(f"docker-archive:{path}#b:2")) == {"pypi flask 3.0.3", "npm express 4.21.1"}
    with pytest.raises(ImageError, match="no image named c:3"):
        read(f"docker-archive:{path}#c:3")


def _part(tar: bytes, name: str) -> bytes:
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(tar)) as opened:
        file = opened.extractfile(name)
        assert file is not None
        return file.read()


def test_platforms(tmp_path: Path) -> None:
    layout = two_platforms([BASE], [MINE], "+gzip").write(tmp_path)
    assert found(read(f"oci:{layout}?platform=linux/amd64")) == {"deb libc6 2.36-9+deb12u9"}
    assert found(read(f"oci:{layout}?platform=linux/arm64")) == {"pypi flask 3.0.3", "npm express 4.21.1"}
    with pytest.raises(ImageError, match="no image for linux/s390x") as error:
        read(f"oci:{layout}?platform=linux/s390x")
    assert "linux/amd64, linux/arm64" in error.value.how
    with pytest.raises(ImageError, match="is no platform"):
        parsed(f"oci:{layout}?platform=linux")


def test_a_folder(tmp_path: Path) -> None:
    for name, text in (("etc/os-release", OS), wheel("flask", "3.0.3"), node("express", "4.21.1")):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    (tmp_path / "loop").symlink_to(tmp_path)
    image = read(f"rootfs:{tmp_path}")
    assert found(image) == {"pypi flask 3.0.3", "npm express 4.21.1"}
    assert inventory(image).distribution.name == "Debian GNU/Linux 12 (bookworm)"


class TestLayersTogether:
    """What upper layers hide."""

    def seen(self, tmp_path: Path, *layers: bytes) -> Inventory:
        path = tmp_path / "image.tar"
        path.write_bytes(saved(layers))
        return inventory(read(f"docker-archive:{path}"))

    def names(self, tmp_path: Path, *layers: bytes) -> set[str]:
        return {one.name for one in self.seen(tmp_path, *layers).packages}

    def test_a_whiteout_takes_a_file_or_a_folder_with_all_in_it(self, tmp_path: Path) -> None:
        assert self.names(tmp_path, MINE, layer(("app/node_modules/.wh.express", WHITEOUT))) == {"flask"}
        assert self.names(tmp_path, MINE, layer(("./.wh.app", WHITEOUT))) == {"flask"}
        assert self.names(tmp_path, MINE, layer(("app/node_modules/express/.wh.other", WHITEOUT))) == {
            "flask",
            "express",
        }

    def test_an_opaque_folder_hides_what_is_below_and_not_its_own(self, tmp_path: Path) -> None:
        over = layer(node("koa", "2.0.0"), ("app/node_modules/.wh..wh..opq", WHITEOUT))
        assert self.names(tmp_path, MINE, over) == {"flask", "koa"}
        assert self.names(tmp_path, MINE, layer((".wh..wh..opq", WHITEOUT))) == set()

    def test_removed_and_made_again_as_a_link_in_one_layer(self, tmp_path: Path) -> None:
        over = layer(
            ("app/.wh.node_modules", WHITEOUT),
            ("app/node_modules", (LINK, "/srv/modules")),
            node("koa", "2.0.0", "srv"),
        )
        assert self.names(tmp_path, MINE, over) == {"flask", "koa"}
        assert self.names(tmp_path, MINE, layer(("app", (LINK, "/srv")))) == {"flask"}

    def test_a_folder_over_a_folder_hides_nothing(self, tmp_path: Path) -> None:
        assert self.names(tmp_path, MINE, layer(("app/node_modules", (FOLDER, "")))) == {"flask", "express"}

    def test_a_newer_version_over_an_older_one(self, tmp_path: Path) -> None:
        over = layer(
            ("var/lib/dpkg/status", STATUS.format("libc6", "2.36-9+deb12u9") + STATUS.format("curl", "7.88.1-10"))
        )
        seen = self.seen(tmp_path, BASE, over)
        assert {(one.name, one.layer) for one in seen.packages} == {("libc6", digest(BASE)), ("curl", digest(over))}
        assert not self.names(tmp_path, BASE, layer(("var/lib/dpkg/status", "")))

    def test_a_hard_link_has_the_content_of_its_target(self, tmp_path: Path) -> None:
        path, text = wheel("flask", "3.0.3")
        cached = layer(
            ("root/.cache/uv/archive-v0/a1/METADATA", text), (path, (HARD, "root/.cache/uv/archive-v0/a1/METADATA"))
        )
        assert self.names(tmp_path, cached) == {"flask"}
        again = layer((path, text), ("opt/" + path, (HARD, path)))
        (one,) = self.seen(tmp_path, again).packages
        assert one.paths == ("opt/" + path, path)

    def test_a_hard_link_into_a_layer_below_is_told(self, tmp_path: Path) -> None:
        path, text = wheel("flask", "3.0.3")
        seen = self.seen(tmp_path, layer(("store/a1", text)), layer((path, (HARD, "store/a1"))))
        assert [(gap.path, "another layer" in gap.why) for _layer, gap in seen.gaps] == [(path, True)]

    def test_a_hard_link_into_a_layer_below_has_what_was_read_there(self, tmp_path: Path) -> None:
        path, text = wheel("flask", "3.0.3")
        linked = layer(("opt/" + path, (HARD, path)))
        seen = self.seen(tmp_path, layer((path, text)), linked)
        assert (seen.packages[0].paths, seen.gaps) == (("opt/" + path, path), ())
        taken = self.seen(tmp_path, layer((path, text)), layer((f"{path.rpartition('/')[0]}/.wh.METADATA", "")), linked)
        assert not taken.packages
        assert [gap.path for _layer, gap in taken.gaps] == ["opt/" + path]
        newer, other = path, text.replace("3.0.3", "3.1.0")
        seen = self.seen(tmp_path, layer((path, text)), layer((newer, other)), linked)
        assert {one.version for one in seen.packages} == {"3.1.0"}


def test_what_was_changed_after_it_was_built_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    path.write_bytes(saved([BASE, MINE], described=config([BASE, BASE + bytes(512)])))
    image = read(f"docker-archive:{path}")
    assert found(image) == {"deb libc6 2.36-9+deb12u9"}
    assert "are not those of" in image.broken[0][1]


def test_a_layer_that_ends_in_the_middle_does_not_hide_the_others(tmp_path: Path) -> None:
    layout = Layout()
    layout.add(layout.image([BASE, MINE], "+gzip"), tag="1")
    folder = layout.write(tmp_path)
    blob = max(folder.glob("blobs/sha256/*"), key=lambda one: (one.read_bytes()[:2] == b"\x1f\x8b", one.stat().st_size))
    blob.write_bytes(blob.read_bytes()[:-200])
    image = read(f"oci:{folder}")
    assert len(image.broken) == 1
    assert found(image) < ALL
