"""In which pieces the bytes of a layer come changes nothing of what is read from it."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.images.packages.programs import Program
from hardhull.images.tape import Tape
from hardhull.images.tarwalk import KINDS, walk

CUTS = st.lists(st.integers(1, 700), min_size=1, max_size=20)


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    """The bytes in pieces of these sizes, over and over."""
    pieces, at, turn = [], 0, 0
    while at < len(data):
        pieces.append(data[at : at + sizes[turn % len(sizes)]])
        at += len(pieces[-1])
        turn += 1
    return pieces


@given(st.binary(max_size=3000), CUTS, st.lists(st.tuples(st.sampled_from("rspk"), st.integers(0, 900)), max_size=30))
def test_a_tape_gives_its_bytes_whatever_is_asked(data: bytes, sizes: list[int], asked: list[tuple[str, int]]) -> None:
    tape, at = Tape(iter(cut(data, sizes))), 0
    for what, size in asked:
        rest = data[at:]
        if what == "r":
            assert tape.read(size) == rest[:size]
            at += min(size, len(rest))
        elif what == "s":
            found = tape.some(size + 1)
            assert rest.startswith(found)
            assert found or not rest
            at += len(found)
        elif what == "p":
            assert tape.peek(size) == rest[:size]
        else:
            at += tape.skip(size)
        assert tape.at == at <= len(data)


MODULES = "path\texample.org/a\nmod\texample.org/a\t(devel)\ndep\texample.org/b\tv1.2.3\th1:x=\n"


def text(value: str) -> bytes:
    return bytes((len(value),)) + value.encode()


@given(st.integers(0, 60), st.integers(0, 2000), CUTS)
@settings(deadline=None)
def test_what_go_leaves_in_a_program_is_found_wherever_pieces_meet(blocks: int, after: int, sizes: list[int]) -> None:
    mark = "m" * 16
    info = b"\xff Go buildinf:\x08\x02".ljust(32, b"\0") + text("go1.22.3") + text(mark + MODULES + mark)
    near = b"y\xff Go buildinf:\x08\x02\0"  # where it is not aligned it is no build information
    data = b"\x7fELF\2\1".ljust(16 * blocks + 64, b"x") + near.ljust(32, b"y") + info + bytes(after)
    program = Program("a", len(data))
    for piece in cut(data, sizes):
        program.feed(piece)
    assert [(row.data["name"], row.data["version"]) for row in program.close()] == [
        ("stdlib", "1.22.3"),
        ("example.org/b", "v1.2.3"),
    ]


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=120)
MEMBERS = st.lists(
    st.tuples(
        NAMES.filter(lambda name: name.strip(".")), st.sampled_from([b"0", b"5", b"2", b"1"]), st.integers(0, 0o7777),
        st.integers(0, 1 << 33), st.binary(max_size=1500), st.floats(0, 1 << 30),
    ), max_size=8)  # fmt: skip


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@given(members=MEMBERS, sizes=CUTS, data=st.data())
@settings(deadline=None, max_examples=60)
def test_archives_are_walked_as_the_library_reads_them(
    form: int, members: list[tuple[str, bytes, int, int, bytes, float]], sizes: list[int], data: st.DataObject
) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, kind, mode, owner, content, time in members:
            member = tarfile.TarInfo(name)
            member.type, member.mode, member.uid, member.gid, member.mtime = kind, mode, owner, owner // 2, time
            member.linkname = f"to/{name}" if kind in b"12" else ""
            member.size = len(content) if kind == b"0" else 0
            archive.addfile(member, io.BytesIO(content))
    tape = Tape(iter(cut(out.getvalue(), sizes)))
    found: list[tuple[str | int, ...]] = []
    for entry in walk(tape):
        taken = tape.read(data.draw(st.integers(0, entry.size)) if entry.kind == "f" else 0)
        assert taken == next(content for name, _k, _m, _o, content, _t in members[len(found) :])[: len(taken)]
        found.append((entry.path.rstrip("/"), entry.kind, entry.mode, entry.uid, entry.gid, entry.size, entry.link))
    with tarfile.open(fileobj=io.BytesIO(out.getvalue())) as archive:
        assert found == [
            (one.name, KINDS[one.type], one.mode, one.uid, one.gid, one.size, one.linkname) for one in archive
        ]
