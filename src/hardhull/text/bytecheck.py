"""What has to hold for the bytes of a file before any reader looks at them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.source import BOM
from hardhull.text.errors import UnreadableError
from hardhull.text.limits import MAX_BYTES

if TYPE_CHECKING:
    from hardhull.model.source import Source

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_bytes(source: Source) -> int:
    """Refuse what no text reader can read.

    Args:
        source: the file.

    Returns:
        The offset of the first byte after a BOM.

    Raises:
        UnreadableError: too large, not UTF-8, or with control characters (which YAML and JSON both forbid).
    """
    data = source.data
    if len(data) > MAX_BYTES:
        why = f"the file has {len(data):,} bytes, more than the limit of {MAX_BYTES:,}"
        raise UnreadableError(source, MAX_BYTES, why, "split it, or leave it out with an exclude pattern")
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise UnreadableError(source, 0, "the file is UTF-16", "save it as UTF-8")
    if not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            why = f"byte 0x{data[error.start]:02x} is not valid UTF-8"
            raise UnreadableError(source, error.start, why, "save the file as UTF-8") from None
    found = _CONTROL.search(data)
    if found:
        name = "a NUL byte" if found.group() == b"\0" else f"the control character 0x{found.group()[0]:02x}"
        raise UnreadableError(source, found.start(), f"{name} is not allowed in text", "remove it")
    return len(BOM) if data.startswith(BOM) else 0
