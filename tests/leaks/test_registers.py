"""ISA-L's checksum with clear registers is the checksum that everybody else makes."""

from __future__ import annotations

import zlib

from hypothesis import given
from hypothesis import strategies as st

from hardhull.leaks.registers import crc32


@given(st.lists(st.binary(max_size=2000), max_size=5))
def test_checksum_in_pieces_is_that_of_the_whole(pieces: list[bytes]) -> None:
    check = 0
    for piece in pieces:
        check = crc32(piece, check)
    assert check == zlib.crc32(b"".join(pieces))
