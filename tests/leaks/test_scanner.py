"""The scanner finds what is planted, and nothing else, and says nothing of the values."""

from __future__ import annotations

import gzip
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import ALNUM, DECOYS, Maker, Planted, kinds

from hardhull.leaks.catalogue import catalogue, compiled
from hardhull.leaks.engine import Engine, cache_folder
from hardhull.leaks.hit import Certainty
from hardhull.leaks.owned import Digest, digest_of
from hardhull.leaks.scanner import BLOCK, WHOLE, Scanner

if TYPE_CHECKING:
    from hardhull.leaks.hit import Report


@cache
def scanner() -> Scanner:
    return Scanner(cache_folder())


def scan(path: str, text: str | bytes) -> Report:
    return scanner().scan_bytes(path, text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize("seed", [7, 8])
def test_what_is_planted_is_found_and_its_value_is_not_told(seed: int) -> None:
    planted = kinds(seed)
    assert len(planted) >= 50
    missed = []
    for one in planted:
        report = scan(one.path, one.data)
        if not report.hits:
            missed.append(one.what)
        assert one.secret not in repr(report)
        assert not report.gaps
    assert not missed


@pytest.mark.parametrize("path", DECOYS)
def test_decoys_are_not_taken_for_secrets(path: str) -> None:
    assert not scan(path, DECOYS[path]).hits


def test_there_are_as_many_kinds_as_are_promised() -> None:
    assert len({kind.id for kind in catalogue() if not kind.part}) >= 200


@cache
def seeking(pattern: str) -> Engine:
    return Engine((pattern,), None)


@given(st.data(), st.binary(max_size=40), st.binary(max_size=40))
@settings(max_examples=60, deadline=None)
def test_what_is_sought_in_place_of_a_pattern_ends_inside_of_every_match(
    data: st.DataObject, before: bytes, after: bytes
) -> None:
    looser = [kind for kind in catalogue() if kind.sought]
    assert looser
    kind = data.draw(st.sampled_from(looser))
    text = before + data.draw(st.from_regex(compiled(kind.pattern), fullmatch=True)) + after
    ends = [end for _pattern, end in seeking(kind.sought).find(text)]
    for match in compiled(kind.pattern).finditer(text):
        assert any(match.start() < end <= match.end() for end in ends)


def test_a_pair_is_one_hit_that_shows_both_halves() -> None:
    pair = next(one for one in kinds() if one.what == "AWS pair")
    hits = scan(pair.path, pair.data).hits
    assert [hit.kind for hit in hits] == ["aws-access-token"]
    assert [(half.title, half.line) for half in hits[0].halves] == [("AWS secret access key", 3)]
    assert hits[0].notes[0].startswith("AWS account ")


def test_a_wrong_checksum_is_no_token_and_a_right_one_is_proof() -> None:
    token = Maker(3).crc("ghp")
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")
    assert scan("a.txt", f"x {token} y").hits[0].certainty is Certainty.PROVEN
    assert not scan("a.txt", f"x {wrong} y").hits
    assert not scan("a.py", f'token = "{wrong}"').hits, "what cannot be a token is no secret by its name either"


@pytest.mark.parametrize(
    ("text", "locked"),
    [
        (Maker(1).openssh(b"none"), False),
        (Maker(1).openssh(b"aes256-ctr"), True),
        (Maker(1).pem("ENCRYPTED PRIVATE KEY"), True),
        (Maker(1).pem("RSA PRIVATE KEY"), False),
        (
            Maker(1)
            .pem("RSA PRIVATE KEY")
            .replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,0A\n\n", 1),
            True,
        ),
    ],
)
def test_encrypted_keys_are_told_apart(text: str, locked: bool) -> None:
    assert [hit.locked for hit in scan("id", text).hits] == [locked]


def test_a_token_that_is_over_says_so() -> None:
    [hit] = scan("a.txt", Maker(1).jwt(exp=1600000000)).hits
    assert (hit.expires, hit.certainty) == ("2020-09-13", Certainty.PROVEN)
    assert not scan("a.txt", Maker(1).jwt(role="anon")).hits


def test_places_are_those_of_the_file() -> None:
    token = Maker(5).crc("ghp")
    [hit] = scan("a.txt", f"one\ntwo\n  é {token} end\n").hits
    assert (hit.line, hit.column, hit.end_column) == (3, 5, 5 + len(token))
    assert hit.text == "  é [redacted] end"


@settings(max_examples=30, deadline=None)
@given(st.integers(min_value=1, max_value=4000), st.integers(min_value=0, max_value=300))
def test_the_pieces_in_which_a_file_comes_change_nothing(size: int, before: int) -> None:
    data = b"x" * before + b"\n" + next(one for one in kinds() if one.what == "OpenSSH key").data
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert scanner().scan("a", pieces) == scan("a", data)


@pytest.mark.parametrize("offset", [-70000, -40, -1, 0, 1, 40])
def test_nothing_is_lost_where_blocks_of_a_large_file_meet(offset: int) -> None:
    token = Maker(9).crc("ghp").encode()
    filler = (b"some words of a log file, nothing more\n" * (1 << 15))[: 1 << 20]
    for edge in (WHOLE, BLOCK):
        at = edge + offset
        data = bytearray(filler * ((WHOLE + BLOCK * 2) // len(filler)))
        data[at : at + len(token) + 2] = b" " + token + b" "
        report = scanner().scan("a.log", (bytes(data[low : low + (1 << 20)]) for low in range(0, len(data), 1 << 20)))
        assert [hit.line for hit in report.hits] == [data[:at].count(b"\n") + 1]


class Owner:
    """Knows one file."""

    def __init__(self, path: str, digest: Digest) -> None:
        self.path, self.digest, self.asked = path, digest, 0

    def owned_unchanged(self, path: str, digest: Digest) -> bool:
        self.asked += 1
        return (path, digest) == (self.path, self.digest)


def test_a_file_as_its_package_shipped_it_is_counted_and_asked_about_on_a_hit_only() -> None:
    key = next(one for one in kinds() if one.what == "RSA PRIVATE KEY")
    owner = Owner(key.path, digest_of(key.data))
    owned = Scanner(cache_folder(), owner)
    assert owned.scan_bytes(key.path, key.data).unchanged == 1
    assert not owned.scan_bytes(key.path, key.data).hits
    assert owned.scan_bytes(key.path, key.data + b"\n").hits, "it was changed"
    assert owned.scan_bytes("other", key.data).hits, "it lies elsewhere"
    asked = owner.asked
    assert owned.scan_bytes("etc/motd", b"hello").hits == ()
    assert owner.asked == asked


def test_names_do_not_hide_anything() -> None:
    token = Maker(2).crc("ghp")
    for path in (
        "node_modules/x/test/fixtures/a.min.js",
        "vendor/a.lock",
        "usr/share/doc/x/README.md",
        "a.png",
        "LICENSE",
    ):
        assert scan(path, f"'{token}'").hits, path


@given(st.binary(max_size=3000))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_it(data: bytes) -> None:
    for path in ("a", ".pgpass", "terraform.tfstate", "config.json", "a.yaml"):
        scan(path, data)


def test_what_a_name_says_is_weighed_by_where_it_stands() -> None:
    value = Maker(4).text(ALNUM, 12) + "9k"
    assert scan("app/.env", f"DB_PASSWORD={value}\n").hits
    assert not scan("app/main.c", f"DB_PASSWORD = {value};\n").hits
    assert scan("app/README", f"DB_PASSWORD={Maker(4).text(ALNUM, 30)}\n").hits


def planted_by(what: str) -> Planted:
    return next(one for one in kinds() if one.what == what)


def test_what_it_was_found_in_is_told() -> None:
    assert scan("d", planted_by("in base64").data).hits[0].inside == ("base64",)
    packed = planted_by("in a jar in a tar.gz")
    assert scan(packed.path, packed.data).hits[0].inside == ("bundle.tar", "lib/app.jar", "config/app.properties")
    assert scan("w.ini", planted_by("in UTF-16").data).hits[0].inside == ("UTF-16-LE",)


@given(st.integers(10, 400), st.integers(1, 255), st.booleans())
def test_a_damaged_archive_is_told(at: int, change: int, cut: bool) -> None:
    """What it is packed with is checked to its last byte: nothing in it counts as looked at without a word."""
    text = "".join(f"line {number * number}\n" for number in range(400))
    data = bytearray(gzip.compress(text.encode(), mtime=0))
    if cut:
        del data[at:]
    else:
        data[at] ^= change
    assert [gap.why.partition(" (")[0] for gap in scan("log.gz", bytes(data)).gaps] == ["it is damaged"]


def test_an_empty_file_that_is_packed_is_not_damaged() -> None:
    assert not scan("log.1.gz", gzip.compress(b"")).gaps
    assert scan("log.1.gz", gzip.compress(b"")[:-4]).gaps


@pytest.mark.parametrize(
    "piece",
    [
        "password=aB3dE5fG7h\n",
        "password=aB3dE5fG7h ",
        "http://a:b1c2d3e4f5@c",
        "eyJhbGciOi.",
        "-----BEGIN RSA PRIVATE KEY-----\n",
    ],
)
def test_a_file_made_to_keep_it_busy_is_told_and_looked_at_only_so_far(piece: str) -> None:
    data = piece.encode() * (400_000 // len(piece) + 1)
    report = scan("a.env", data * 2)
    assert len(report.hits) <= 2000
    assert piece.startswith(("eyJ", "-----")) or report.gaps
