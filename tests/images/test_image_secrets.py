"""Secrets of images: in which layer, by which instruction, whether they still show, and whose file it is."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from planted import DECOYS, Maker, Planted, kinds

from hardhull.images.cache import Cache
from hardhull.images.layer import Gap
from hardhull.images.leaked import Leaks, leaks
from hardhull.images.secrets import NAME, Secrets
from hardhull.images.targets import parsed, read_target
from hardhull.leaks.engine import cache_folder
from hardhull.leaks.scanner import WHOLE, Scanner
from made_images import WHITEOUT, config, layer, saved

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.images.reading import ReadImage
    from hardhull.leaks.hit import LeakedIn, Report


@cache
def scanner() -> Scanner:
    return Scanner(cache_folder(), digests=True)


def read(folder: Path, layers: list[bytes], kept: Cache | None = None, **described: Any) -> ReadImage:
    path = folder / "image.tar"
    path.write_bytes(saved(layers, described=config(layers, **described)))
    target = parsed(f"docker-archive:{path}")
    assert target is not None
    return read_target(target, [Secrets(scanner())], kept or Cache(None))


def found(folder: Path, layers: list[bytes], **described: Any) -> Leaks:
    return leaks(read(folder, layers, **described), scanner())


def steps(*commands: str) -> list[dict[str, Any]]:
    return [{"created_by": command} for command in commands]


def by_path(leaked: Leaks) -> dict[str, LeakedIn]:
    return {one.path: one for one in leaked.found}


def test_every_planted_file_is_found_and_no_value_is_kept(tmp_path: Path) -> None:
    files = kinds()
    named = {one.path for one in files}
    decoys = [(path, text) for path, text in DECOYS.items() if path not in named]
    kept = Cache(tmp_path / "cache")
    layers = [layer(*((one.path, one.data) for one in files), *decoys)]
    image = read(tmp_path, layers, kept)
    assert by_path(leaks(image, scanner())).keys() == named
    assert leaks(read(tmp_path, layers, kept), scanner()) == leaks(image, scanner()), "warm is cold"
    rows = repr([one.parts[NAME] for one in image.layers if one])
    cached = b"".join(path.read_bytes() for path in (tmp_path / "cache").iterdir())
    for one in files:
        assert one.secret not in rows
        assert one.secret.encode() not in cached


def test_small_files_are_searched_together_and_told_one_by_one_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the scanner breaks on one of them, and where larger files stand between them."""
    real, tokens = Scanner.scan_bytes, [Maker(seed).crc("ghp") for seed in range(6)]

    def breaking(self: Scanner, path: str, data: bytes) -> Report:
        if path == "c/bad":
            raise ValueError(path)
        return real(self, path, data)

    monkeypatch.setattr(Scanner, "scan_bytes", breaking)
    files = [(f"usr/share/{number}", "nothing\n" * number) for number in range(300)]
    places = ["b/small", "a/large", "c/bad", "d/large", "e/small", "f"]
    for at, (path, token) in enumerate(zip(places, tokens, strict=True)):
        files.insert(20 + 30 * at, (path, f"x {token}\n" + ("line\n" * 40_000 if "large" in path else "")))
    image = read(tmp_path, [layer(*files)])
    assert image.layers[0] is not None
    part = image.layers[0].parts[NAME]
    assert [row.path for row in part.rows] == [path for path in places if path != "c/bad"]
    assert part.gaps == [Gap("c/bad", "it cannot be understood (ValueError)")]


def one_of(what: str) -> Planted:
    return next(one for one in kinds() if one.what == what)


def test_a_deleted_file_is_told_with_who_made_it_and_who_took_it_away(tmp_path: Path) -> None:
    key, login = one_of("RSA PRIVATE KEY"), one_of(".netrc")
    layers = [
        layer(("etc/os-release", "ID=debian\n")),
        layer((key.path, key.data), (login.path, login.data)),
        layer(("root/.wh..netrc", WHITEOUT), ("etc/.wh.ssl", WHITEOUT)),
    ]
    history = steps("ADD file:x in /", "COPY secrets / # buildkit", "RUN /bin/sh -c rm -rf /root/.netrc /etc/ssl")
    for one in found(tmp_path, layers, history=history).found:
        assert (one.layer, one.made_by) == (2, "COPY secrets / # buildkit")
        assert (one.visible, one.gone_by) == (False, "RUN /bin/sh -c rm -rf /root/.netrc /etc/ssl")


def test_a_file_that_a_later_layer_holds_again_is_told_once(tmp_path: Path) -> None:
    key = one_of("RSA PRIVATE KEY")
    layers = [layer((key.path, key.data)), layer((key.path, key.data), mode=0o600)]
    [one] = found(tmp_path, layers).found
    assert (one.layer, one.again, one.visible, one.gone_by) == (1, (2,), True, "")


def test_what_a_package_shipped_so_is_only_counted(tmp_path: Path) -> None:
    key = one_of("RSA PRIVATE KEY").data
    md5 = hashlib.md5(key, usedforsecurity=False).hexdigest()
    code = f'KEY = """{key.decode()}"""\n'.encode()
    sha = urlsafe_b64encode(hashlib.sha256(code).digest()).decode().rstrip("=")
    site = "usr/lib/python3/site-packages"
    layers = [
        layer(
            ("usr/lib/x/test.key", key),
            ("var/lib/dpkg/info/x.md5sums", f"{md5}  lib/x/test.key\n{md5}  usr/lib/x/changed.key\n"),
            ("usr/lib/x/changed.key", key + b"\n"),
            (f"{site}/y/test.py", code),
            (f"{site}/y/__pycache__/test.cpython-311.pyc", b"\xa7\r\r\n\0\0" + code),
            (
                f"{site}/y-1.dist-info/RECORD",
                f"y/test.py,sha256={sha},{len(code)}\ny/__pycache__/test.cpython-311.pyc,,\n",
            ),
        ),
        layer(("usr/lib/x/test.key", key), mode=0o600),
    ]
    leaked = found(tmp_path, layers)
    assert [one.path for one in leaked.found] == ["usr/lib/x/changed.key"]
    assert leaked.unchanged == 3


def test_what_a_package_shipped_so_is_only_counted_however_large_it_is(tmp_path: Path) -> None:
    """Its digest comes from a second look at the layer; a later layer that only changes the mode has it too."""
    large = b"words of a program, nothing more\n" * ((WHOLE + (9 << 20)) // 33) + one_of("RSA PRIVATE KEY").data
    md5 = hashlib.md5(large, usedforsecurity=False).hexdigest()
    layers = [
        layer(
            ("usr/lib/x/large", large),
            ("usr/lib/x/larger", large + b"\n"),
            ("var/lib/dpkg/info/x.md5sums", f"{md5}  usr/lib/x/large\n{md5}  usr/lib/x/larger\n"),
        ),
        layer(("usr/lib/x/large", large), mode=0o755),
    ]
    leaked = found(tmp_path, layers)
    assert [one.path for one in leaked.found] == ["usr/lib/x/larger"]
    assert leaked.unchanged == 1


def test_files_with_the_same_bytes_are_told_as_one_where_they_went_the_same_way(tmp_path: Path) -> None:
    """A package that is installed five times has the token of its author five times."""
    login = one_of(".netrc").data
    paths = [f"app/node_modules/{name}/.netrc" for name in ("a", "b", "c", "d")]
    layers = [
        layer(*((path, login) for path in paths), ("other/.netrc", login + b"\n")),
        layer(("app/node_modules/.wh.d", b"")),
    ]
    leaked = by_path(found(tmp_path, layers))
    assert {path: one.copies for path, one in leaked.items()} == {
        paths[0]: (paths[1], paths[2]), paths[3]: (), "other/.netrc": (),
    }  # fmt: skip


def test_env_arg_label_and_history_name_the_variable_once(tmp_path: Path) -> None:
    make = Maker(11)
    token, password, argument, label = (
        make.crc("ghp"),
        make.password(),
        make.text("abcdef0123456789", 32),
        make.crc("gho"),
    )
    command = make.password()
    run = f"RUN |1 BUILD_TOKEN={argument} /bin/sh -c"
    leaked = found(
        tmp_path,
        [layer(("a", "x"))],
        config={"Env": ["PATH=/bin", f"API_TOKEN={token}", f"DB_PASSWORD={password}"], "Labels": {"ci": label}},
        history=[
            {"created_by": f"ENV API_TOKEN={token} DB_PASSWORD={password}", "empty_layer": True},
            *steps(f"{run} npm ci"),
            {"created_by": f"{run} mysqldump -uroot -p{command} db", "empty_layer": True},
        ],
    )
    assert [(one.path, one.hits[0].name) for one in leaked.found] == [
        ("ENV API_TOKEN of the configuration", "API_TOKEN"),
        ("ENV DB_PASSWORD of the configuration", "DB_PASSWORD"),
        ("LABEL ci of the configuration", "ci"),
        ("ARG BUILD_TOKEN in line 2 of the history", "BUILD_TOKEN"),
        ("line 3 of the history", ""),
    ]
    assert not any(value in repr(leaked) for value in (token, password, argument, label, command))


def test_instructions_are_told_without_their_secrets(tmp_path: Path) -> None:
    make = Maker(12)
    value, key = make.password(), one_of("RSA PRIVATE KEY")
    history = steps(f"RUN |1 DB_PASSWORD={value} /bin/sh -c setup --token {make.crc('ghp')}")
    [one, *_] = found(tmp_path, [layer((key.path, key.data))], history=history).found
    assert one.made_by
    assert value not in one.made_by
    assert "ghp_" not in one.made_by


def test_a_layer_of_ten_thousand_files_and_a_file_of_many_blocks_are_searched_to_their_ends(tmp_path: Path) -> None:
    token = Maker(13).crc("ghp")
    many = [(f"f/{number}", "nothing") for number in range(10_000)]
    large = b"words of a log, nothing more\n" * ((WHOLE + (9 << 20)) // 29) + token.encode()
    leaked = found(tmp_path, [layer(*many, ("f/last", token)), layer(("large.log", large))])
    assert by_path(leaked).keys() == {"f/last", "large.log"}
    assert not leaked.gaps


def test_an_archive_that_is_not_unpacked_is_told(tmp_path: Path) -> None:
    leaked = found(tmp_path, [layer(("a.zip", b"PK\x03\x04" + bytes(100)))])
    assert [(gap.path, gap.why) for _, gap in leaked.gaps] == [
        ("a.zip", "it is damaged (BadZipFile): secrets in it are not seen")
    ]


@pytest.mark.parametrize("line", ["", "|", "|9 A", "|2 A= B", "ENV", "ENV A", "LABEL =", "|1 A='x", 'ENV A="\\'])
def test_odd_lines_of_history_break_nothing(line: str, tmp_path: Path) -> None:
    assert not found(tmp_path, [layer(("a", "x"))], history=[{"created_by": line}]).found
