"""What is unpacked of a zip is what Python's own reader of zips gives, and a damaged one is told."""

from __future__ import annotations

import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from hardhull.leaks.archives import Budget, Member, Unread, members

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
CONTENTS = st.lists(st.tuples(st.binary(min_size=1, max_size=4000), st.sampled_from(METHODS)), max_size=5)


class Pipe(io.RawIOBase):
    """Where a writer cannot go back, so that sizes stand behind each member."""

    def __init__(self) -> None:
        self.got = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.got += data
        return len(data)


def packed(contents: list[tuple[bytes, int]], *, piped: bool) -> bytes:
    out: io.BytesIO | Pipe = Pipe() if piped else io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for at, (data, method) in enumerate(contents):
            archive.writestr(zipfile.ZipInfo(f"folder/{at}.txt"), data, method)
    return bytes(out.got) if isinstance(out, Pipe) else out.getvalue()


@given(CONTENTS, st.booleans())
def test_members_of_a_zip_are_whole(contents: list[tuple[bytes, int]], piped: bool) -> None:
    found = list(members(packed(contents, piped=piped), "zip", Budget()))
    assert found == [Member(f"folder/{at}.txt", data) for at, (data, _method) in enumerate(contents)]


@given(st.binary(min_size=200, max_size=2000), st.integers(44, 10_000), st.integers(1, 255))
def test_a_changed_byte_of_a_member_is_told(data: bytes, at: int, change: int) -> None:
    whole = bytearray(packed([(data, zipfile.ZIP_DEFLATED)], piped=False))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        size = archive.infolist()[0].compress_size
    whole[42 + at % size] ^= change  # 30 bytes of a head, 12 of a name
    found = list(members(bytes(whole), "zip", Budget()))
    # A change of what fills the last byte changes nothing.
    assert [type(one) for one in found] == [Unread] or found == [Member("folder/0.txt", data)]


def test_a_member_that_is_not_where_the_list_says_is_told() -> None:
    whole = packed([(b"x" * 999, zipfile.ZIP_DEFLATED)], piped=False)
    found = list(members(whole.replace(b"PK\3\4", b"PK\3\5", 1), "zip", Budget()))
    assert [type(one) for one in found] == [Unread]


def test_a_zip_unpacks_no_further_than_its_budget() -> None:
    whole = packed([(b"x" * 5000, zipfile.ZIP_DEFLATED)] * 2, piped=False)
    found = list(members(whole, "zip", Budget(9999)))
    assert [type(one) for one in found] == [Member, Unread]
    assert "MiB" in str(found[1])
