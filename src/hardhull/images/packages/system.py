"""The distribution of an image: os-release(5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(r"""^([A-Z][A-Z0-9_]*)=(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"']*))[ \t]*$""", re.MULTILINE)
KEPT = ("ID", "VERSION_ID", "VERSION_CODENAME", "ID_LIKE", "PRETTY_NAME", "SUPPORT_END")


def os_release(_path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """The values that say which release it is."""
    text = data[: 1 << 16].decode("utf-8", "replace")
    values = {match[1]: (match[2] or match[3] or match[4] or "")[:200] for match in _LINE.finditer(text)}
    yield "os", {key.lower(): values[key] for key in KEPT if values.get(key)}
