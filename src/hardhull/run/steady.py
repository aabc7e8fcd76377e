"""Lines that programs write, without what varies from run to run."""

from __future__ import annotations

import re
from typing import Final

_UNIT: Final = (
    r"(?:\s?(?:ns|us|\N{MICRO SIGN}s|ms|s|secs?|seconds?|min|m|h|[kKMGT]?i?[bB]|bytes|[kKMGT]|%)(?:/s|/sec)?(?!\w))?"
)
_DRAWN: Final = (
    r"(?-i:(?<![A-Za-z0-9_-])(?=[A-Za-z_-]*[0-9][A-Za-z_-]*[0-9])(?=[A-Z0-9_-]*[a-z])(?=[a-z0-9_-]*[A-Z])"
    r"[A-Za-z0-9_-]{24,}={0,2})"
)
"""What was drawn, or encrypted, and written in base64: long, of small and capital letters and digits."""
_VARYING: Final = re.compile(
    rf"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b"
    rf"|\b[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}\b"
    rf"|\b0x[0-9a-f]+\b|(?<=\[)[0-9a-f]{{6,}}(?=\])|\b(?=[0-9a-f]*[0-9])[0-9a-f]{{8,}}\b"
    rf"|{_DRAWN}"
    rf"|[-+]?\d[\w.,:+/-]*{_UNIT}",
    re.IGNORECASE,
)
"""Times and dates, addresses and ids, numbers with what they count in: they differ from run to run."""


_QUOTED: Final = re.compile(r"\"#\"|'#'")
"""Structured logs (logfmt) quote a value by the characters in it: a time in microseconds, but none in milliseconds."""


def steady(text: str) -> str:
    """A line of output without what varies."""
    bare = _QUOTED.sub("#", _VARYING.sub("#", text))
    return " ".join(re.sub(r"(?:#[\s|:;,/-]*)+", "# ", bare).split())
