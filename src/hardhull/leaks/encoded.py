"""Secrets behind an encoding: base64 in text, and text in UTF-16 or UTF-32.

Base64 is not decoded to see what is in it: a text that begins with known letters begins with known letters in base64
too, one row of them for each of its three alignments. So the pattern engine finds them, and only there is decoded.
"""

from __future__ import annotations

import codecs
from base64 import b64decode, b64encode
from binascii import Error
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

ALPHABET: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
MOST_DECODED: Final = 1 << 20
"""Characters of one run of base64 that are decoded, on each side of what was found."""
LEAST: Final = 5
"""Letters in base64 that are looked for; fewer would hit by chance too often."""
BREAKS: Final = (b"\r\n", b"\n", b"\\n")
PASSWORDS: Final = ("password", "PASSWORD", "_TOKEN=", "_SECRET=", "secret_key", "SECRET_KEY", "postgres://", "mysql://",
                    "mongodb://", "mongodb+srv://", "redis://", "amqp://")  # fmt: skip


class Needle(NamedTuple):
    """A beginning in base64: its letters, and how many letters in front of it its group of four begins."""

    text: str
    shift: int


def needles(beginnings: Iterable[str]) -> list[Needle]:
    """The beginnings in base64, for each place in a group of three bytes at which they can stand."""
    found: dict[str, int] = {}
    for word in (*beginnings, *PASSWORDS):
        for ahead in range(3):
            text = b64encode(bytes(ahead) + word.encode()).decode()
            first = (0, 2, 3)[ahead]  # letters that the bytes in front have a say in
            last = (ahead + len(word)) * 8 // 6
            if last - first >= LEAST:
                found.setdefault(text[first:last], first)
    return [Needle(text, shift) for text, shift in sorted(found.items())]


class Decoded(NamedTuple):
    """A run of base64: where it stands, and what it says."""

    start: int
    end: int
    data: bytes


def decode(data: bytes, end: int, needle: Needle) -> Decoded | None:
    """The run of base64 around a needle that ends at ``end``; None where it cannot be decoded.

    Lines that were broken are put together again where the break is between letters of the run.
    """
    at = end - len(needle.text) - needle.shift
    if at < 0:
        return None
    start = at
    low = max(0, at - MOST_DECODED)
    while start - 4 >= low and ALPHABET.issuperset(data[start - 4 : start]):
        start -= 4
    stop = _run(data, at, min(len(data), at + MOST_DECODED))
    text = data[start:stop]
    for one in BREAKS:
        text = text.replace(one, b"")
    text = text.translate(_STANDARD, b" \t\r")
    text = text[: len(text) - (len(text) % 4 == 1)]
    try:
        return Decoded(start, stop, b64decode(text + b"=" * (-len(text) % 4), validate=True))
    except (Error, ValueError):
        return None


_STANDARD: Final = bytes.maketrans(b"-_", b"+/")


def _run(data: bytes, at: int, limit: int) -> int:
    """Where the letters of the run end; a line's end counts where more letters follow."""
    while at < limit:
        if data[at] in ALPHABET:
            at += 1
            continue
        after = next((at + len(one) for one in BREAKS if data.startswith(one, at)), 0)
        while after and after < limit and data[after] in b" \t":
            after += 1
        if not after or not ALPHABET.issuperset(data[after : after + 8]) or len(data) < after + 8:
            break
        at = after
    return at


_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_BEGINNINGS: Final = tuple(mark for mark, _name in _MARKS)


def wide_encoding(head: bytes) -> str:
    """The encoding of a text of two or four bytes a letter; empty for everything else."""
    if head.startswith(_BEGINNINGS):
        return next(name for mark, name in _MARKS if head.startswith(mark))
    sample = head[:256]
    if len(sample) >= 16 and not len(sample) % 2 and sample.count(0) > len(sample) * 0.45:
        even, odd = sample[::2], sample[1::2]
        if odd.count(0) > len(odd) * 0.9 and even.count(0) == 0 and even.isascii():
            return "utf-16-le"
        if even.count(0) > len(even) * 0.9 and odd.count(0) == 0 and odd.isascii():
            return "utf-16-be"
    return ""


def narrow(data: bytes, encoding: str) -> bytes:
    """The same text as UTF-8; what cannot be decoded becomes U+FFFD."""
    return data.decode(encoding, "replace").removeprefix("\ufeff").encode("utf-8", "replace")
