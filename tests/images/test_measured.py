"""What images weigh and why, whom they let do what, and on what they were built: from layers made for that."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.images.bases import Base, Chain, base_of
from hardhull.images.cache import Cache
from hardhull.images.files import Files
from hardhull.images.layer import Layer, Part
from hardhull.images.measure import NAME, Measure
from hardhull.images.measuring import measured
from hardhull.images.merge import Shown, seen
from hardhull.images.packages import NAME as PACKAGES
from hardhull.images.packages import Packages
from hardhull.images.secrets import Secrets
from hardhull.images.targets import parsed, read_target
from hardhull.images.tarwalk import Entry
from hardhull.images.weights import weights
from hardhull.leaks.engine import cache_folder
from hardhull.leaks.scanner import Scanner
from hardhull.model.measured import (
    CACHE,
    CHANGEABLE,
    COMPILED,
    DELETED,
    DEVELOPMENT,
    DUPLICATE,
    OPEN,
    REWRITTEN,
    SETGID,
    SETUID,
    TOOLS,
    Heap,
    ImageUser,
    Measured,
    Right,
)
from made_images import HARD, LINK, config, layer, modes, saved

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.images.reading import ReadImage

PASSWD = "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\nbroken line\n"
GROUP = "root:x:0:\napp:x:1000:\nstaff:x:50:app\n"
ACCOUNTS = (("etc/passwd", PASSWD), ("etc/group", GROUP))
LIST = "var/lib/dpkg/info/{}.list"


def read(folder: Path, layers: list[bytes], cache: Cache | None = None, user: str | None = None) -> ReadImage:
    path = folder / "image.tar"
    more = {} if user is None else {"config": {"User": user}}
    path.write_bytes(saved(layers, described=config(layers, **more)))
    target = parsed(f"docker-archive:{path}")
    assert target is not None
    return read_target(target, [Packages(), Measure()], cache or Cache(None))


def of(folder: Path, *layers: bytes, user: str | None = None) -> Measured:
    return measured(read(folder, list(layers), user=user), Cache(None))


def causes(found: Measured) -> dict[tuple[int, str], int]:
    return {(one.layer, one.cause): one.bytes for one in found.heaps}


def test_every_byte_has_one_cause_and_the_instruction_that_hid_it(tmp_path: Path) -> None:
    big = os.urandom(9000)
    found = of(
        tmp_path,
        layer(
            ("var/lib/apt/lists/debian_Packages", b"l" * 300),
            ("root/.cache/pip/wheel", b"w" * 200),
            (LIST.format("gcc-12"), "/usr/bin/gcc-12\n"),
            (LIST.format("libgcc-s1"), "/lib/libgcc_s.so\n"),
            ("usr/bin/gcc-12", b"g" * 500),
            ("usr/lib/libgcc_s.so", b"s" * 700),
            ("app/a.py", b"a" * 40),
            ("app/__pycache__/a.cpython-313.pyc", b"c" * 60),
            ("app/__pycache__/sourceless.cpython-313.pyc", b"d" * 60),
            ("tmp/source.tar", b"t" * 5000),
            ("tmp/other/deep", b"o" * 100),
            ("opt/owned", big),
            ("opt/changed", b"1" * 800),
        ),
        layer(("tmp/.wh.source.tar", b""), ("tmp/other", (LINK, "x")), ("opt/owned", big), ("opt/changed", b"2" * 800)),
        layer(("srv/copy", big), ("usr/local/go/src/x.go", b"x" * 30)),
    )
    lists = len("/usr/bin/gcc-12\n") + len("/lib/libgcc_s.so\n")
    assert found.layers == (lists + 300 + 200 + 500 + 700 + 40 + 60 + 60 + 5000 + 100 + 9000 + 800, 9800, 9030)
    assert causes(found) == {
        (0, DELETED): 5900, (0, REWRITTEN): 9000, (0, CACHE): 500, (0, TOOLS): 500, (0, COMPILED): 60,
        (2, DUPLICATE): 9000, (2, TOOLS): 30,
    }  # fmt: skip
    deleted = next(one for one in found.heaps if one.cause == DELETED)
    assert deleted == Heap(0, DELETED, 5900, 3, ("tmp/source.tar", "opt/changed", "tmp/other/deep"), 1)
    assert next(one for one in found.heaps if one.cause == TOOLS).packages == ("gcc-12",)


def test_who_hides_a_file_is_the_first_that_does(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        layer(("a/x", b"x" * 10), ("b/x", b"y" * 20), ("c/x", b"z" * 40)),
        layer(("a/.wh..wh..opq", b"")),
        layer((".wh.b", b""), ("c/x", b"z" * 40)),
        layer(("c/x", b"0" * 40)),
    )
    rows = {(one.layer, one.cause, one.by): one.bytes for one in found.heaps}
    assert rows == {(0, DELETED, 1): 10, (0, DELETED, 2): 20, (0, REWRITTEN, 2): 40, (2, DELETED, 3): 40}


def test_small_files_links_and_what_packages_have_twice_are_no_duplicates(tmp_path: Path) -> None:
    big, owned = b"b" * 5000, b"o" * 6000
    found = of(
        tmp_path,
        layer(("x", big), ("y", (HARD, "x")), ("z", b"small"), ("w", b"small")),
        layer((LIST.format("p"), "/p/one\n/p/two\n"), ("p/one", owned), ("p/two", owned)),
    )
    assert causes(found) == {}
    again = of(tmp_path, layer(("x", big)), layer(("y", big)))
    assert causes(again) == {(1, DUPLICATE): 5000}
    assert causes(of(tmp_path, layer(("x", big)), layer(("y", b"B" + big[1:])))) == {}


@pytest.mark.skipif(not shutil.which("npm"), reason="npm is not installed")
def test_what_npm_itself_says_is_for_development(tmp_path: Path) -> None:
    for name in ("used", "tested"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "package.json").write_text(json.dumps({"name": name, "version": "1.0.0"}))
        (tmp_path / name / "big.js").write_text(name * 1000)
        subprocess.run(["npm", "pack", "--silent", f"./{name}"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    app = tmp_path / "app"
    app.mkdir()
    needs = {"used": "file:../used-1.0.0.tgz"}, {"tested": "file:../tested-1.0.0.tgz"}
    described: dict[str, Any] = {"name": "app", "version": "1.0.0"}
    (app / "package.json").write_text(json.dumps({**described, "dependencies": needs[0], "devDependencies": needs[1]}))
    for words, expected in (((), 6000), (("--omit=dev",), 0)):
        shutil.rmtree(app / "node_modules", ignore_errors=True)
        (app / "package-lock.json").unlink(missing_ok=True)
        subprocess.run(["npm", "install", "--offline", "--silent", *words], cwd=app, check=True)
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            tar.add(app, arcname="srv/app")
        found = causes(of(tmp_path, out.getvalue()))
        size = (tmp_path / "tested" / "package.json").stat().st_size
        assert found == ({(0, DEVELOPMENT): expected + size} if expected else {})


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("", ImageUser("", 0, 0)),
        ("app", ImageUser("app", 1000, 1000, (50,))),
        ("app:staff", ImageUser("app:staff", 1000, 50)),
        ("1000", ImageUser("1000", 1000, 1000, (50,))),
        ("10001:0", ImageUser("10001:0", 10001, 0)),
        ("10001", ImageUser("10001", 10001, 0)),
        ("toor", ImageUser("toor", 0, 0)),
        ("nobody", ImageUser("nobody", None, None, missing="user nobody")),
        ("app:nogroup", ImageUser("app:nogroup", 1000, None, missing="group nogroup")),
        ("root", ImageUser("root", 0, 0)),
    ],
)
def test_the_user_is_who_the_image_itself_says(tmp_path: Path, text: str, user: ImageUser) -> None:
    assert of(tmp_path, layer(*ACCOUNTS), user=text).user == user


def test_the_accounts_are_those_that_are_seen(tmp_path: Path) -> None:
    later = layer(("etc/passwd", "late:x:7:7::/:/bin/sh\n"))
    assert of(tmp_path, layer(*ACCOUNTS), later, user="late").user == ImageUser("late", 7, 7)
    assert of(tmp_path, layer(*ACCOUNTS), later, user="app").user == ImageUser("app", None, None, missing="user app")
    assert of(tmp_path, layer(*ACCOUNTS), layer(("etc/.wh.passwd", b"")), user="root").user == ImageUser("root", 0, 0)


def test_files_with_rights(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        layer(*ACCOUNTS, (LIST.format("mount"), "/bin/mount\n"), (LIST.format("git"), "/usr/bin/git\n")),
        modes(
            ("usr/bin/mount", 0o4755, 0, 0, b"m"), ("usr/bin/own", 0o4755, 0, 0, b"o"), ("usr/bin/data", 0o4644, 0, 0, b""),
            ("usr/bin/wall", 0o2755, 0, 5, b"w"), ("srv/", 0o2775, 0, 0, b""), ("tmp/", 0o1777, 0, 0, b""),
            ("data/", 0o777, 0, 0, b""), ("data/file", 0o666, 0, 0, b"f"),
            ("app/mine", 0o700, 1000, 0, b"1"), ("app/groups", 0o070, 0, 50, b"2"), ("app/all", 0o757, 9, 9, b"3"),
            ("app/read", 0o755, 0, 0, b"4"), ("app/not-run", 0o600, 1000, 0, b"5"), ("app/first-wins", 0o077, 1000, 1000, b"6"),
        ),
        modes(("usr/bin/wall", 0o755, 0, 5, b"w")),
        user="app",
    )  # fmt: skip
    rows = {(one.kind, one.path, one.package) for one in found.rights}
    assert rows == {
        (SETUID, "usr/bin/mount", ""),  # the package's list is of another layer: somebody set the bit later
        (SETUID, "usr/bin/own", ""),
        (OPEN, "data", ""), (OPEN, "data/file", ""), (OPEN, "app/all", ""), (OPEN, "app/first-wins", ""),
        (CHANGEABLE, "app/mine", ""), (CHANGEABLE, "app/groups", ""), (CHANGEABLE, "app/all", ""),
    }  # fmt: skip
    assert not [one for one in of(tmp_path, modes(("app/x", 0o777, 0, 0, b"x"))).rights if one.kind == CHANGEABLE]


def test_a_bit_that_a_package_brought_is_its_own(tmp_path: Path) -> None:
    files = modes((LIST.format("mount"), 0o644, 0, 0, b"/bin/mount\n"), ("usr/bin/mount", 0o4755, 0, 0, b"m"))
    assert of(tmp_path, files).rights == (Right(SETUID, "usr/bin/mount", 0, 0o4755, 0, 0, "mount"),)
    listed = modes((LIST.format("x"), 0o644, 0, 0, b"/usr/bin/wall\n"), ("usr/bin/wall", 0o2755, 0, 5, b"m"))
    assert of(tmp_path, listed).rights[0][::6] == (SETGID, "x")


def test_cold_and_warm_are_the_same(tmp_path: Path) -> None:
    layers = [
        layer(*ACCOUNTS, ("var/cache/apt/x", b"x" * 10)),
        modes(("a", 0o4755, 0, 0, b"a" * 5000)),
        layer((".wh.a", b"")),
    ]
    (tmp_path / "cache").mkdir(mode=0o700)
    results = [
        measured(read(tmp_path, layers, Cache(tmp_path / "cache"), "app"), Cache(tmp_path / "cache")) for _ in "123"
    ]
    assert results[0] == results[1] == results[2] == of(tmp_path, *layers, user="app")
    other = measured(read(tmp_path, layers, Cache(tmp_path / "cache"), "root"), Cache(tmp_path / "cache"))
    assert other.user == ImageUser("root", 0, 0)


def test_whoever_reads_the_files_their_checksums_are_the_same(tmp_path: Path) -> None:
    big = os.urandom(3 << 20)
    image = read(
        tmp_path, [layer(("a", big), ("b", b"b" * 5000), ("empty", b"")), layer(("c", big), ("d", b"b" * 5000))]
    )
    target = parsed(f"docker-archive:{tmp_path / 'image.tar'}")
    assert target is not None
    secrets = Secrets(Scanner(cache_folder(), digests=True))
    other = read_target(target, [Packages(), secrets, Measure(alone=False)], Cache(None))
    assert measured(other, Cache(None)) == measured(image, Cache(None))
    assert causes(measured(image, Cache(None))) == {(1, DUPLICATE): (3 << 20) + 5000}
    nobody = read_target(target, [Packages(), Measure(alone=False)], Cache(None))
    assert causes(measured(nobody, Cache(None))) == {}, "what nobody read is equal to nothing"


def test_strange_accounts_are_none(tmp_path: Path) -> None:
    square = "\u00b2"
    lines = f"big:x:{'9' * 5000}:0::/:\nsquare:x:{square}:0::/:\nshort:x\n:x:1:1::/:\nok:x:5:{square}::/:\n"
    found = layer(("etc/passwd", lines.encode()), ("etc/group", b"\xff\xfe:x:1:ok\ng:x:7:ok\n"))
    assert of(tmp_path, found, user="ok").user == ImageUser("ok", 5, 0, (1, 7))
    for name in ("big", "square", "short", square):
        assert of(tmp_path, found, user=name).user == ImageUser(name, None, None, missing=f"user {name}")


CHANGES = st.tuples(st.sampled_from(["a", "a/b", "c"]), st.sampled_from("xyz"), st.sampled_from("fdlwo"))


def made(row: list[tuple[str, str, str]]) -> Layer:
    """A layer: files, folders, links, whiteouts, and opaque folders."""
    found = Layer(Files(), [], [], [], {PACKAGES: Part([], []), NAME: Part([], [])})
    for folder, name, kind in row:
        path = f"{folder}/{name}" if kind in "fw" else folder
        if kind == "w":
            found.gone.append(path)
        elif kind == "o":
            found.opaque.append(path)
        else:
            found.files.add(Entry(path, kind, 0o644, 0, 0, 7 if kind == "f" else 0))
    Measure().of_layer(again=False).missed(found.files, found.parts[NAME])
    return found


@given(st.lists(st.lists(CHANGES, max_size=5), max_size=5))
def test_what_is_hidden_is_hidden_by_the_first_layer_without_which_it_shows(
    rows: list[list[tuple[str, str, str]]],
) -> None:
    layers = [made(row) for row in rows]
    paths = [set(one.files.paths) for one in layers]
    shown = Shown(layers)
    assert shown.gone == [every - some for every, some in zip(paths, seen(layers, paths), strict=True)]
    expected: Counter[tuple[int, int]] = Counter()
    for at, one in enumerate(layers):
        last = {path: kind for path, kind, _size in one.files.sizes}
        for path in [path for path, kind in last.items() if kind == "f"]:
            by = next((k for k in range(at + 1, len(layers)) if path in Shown(layers[: k + 1]).gone[at]), -1)
            if by >= 0:
                expected[at, by] += 7
    found: Counter[tuple[int, int]] = Counter()
    for heap in weights(shown)[1]:
        if heap.cause in {DELETED, REWRITTEN}:
            found[heap.layer, heap.by] += heap.bytes
    assert found == expected


def test_the_base_is_the_longest_beginning() -> None:
    known = [Chain("debian:12", ("a",)), Chain("team/base:1", ("a", "b")), Chain("x", ("a", "x")), Chain("none", ())]
    assert base_of(("a", "b", "c"), known) == Base("team/base:1", 2)
    assert base_of(("a", "b"), known) == Base("debian:12", 1)
    assert base_of(("q", "b"), known) == Base()
    assert base_of(("a", "c"), [*known, Chain("d:1", ("a",))]) == Base("d:1", 1)
