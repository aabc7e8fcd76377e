"""``WWW-Authenticate``: what a registry wants to see first (RFC 9110, 11.6.1)."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_HEADER = 8192
"""Characters that are read; real ones have about 200."""
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105  a word of the grammar
_GAP = re.compile(r"[\s,]*")
_PARAMETER = re.compile(rf'({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"=][^\s,"]*))')
_SCHEME = re.compile(rf"({_TOKEN})(?=[\s,]|$)")
_TOKEN68 = re.compile(r"\s+[A-Za-z0-9\-._~+/]+=*\s*(?=,|$)")
_ESCAPED = re.compile(r"\\(.)")


class Challenge(NamedTuple):
    """One way in: its scheme in lower case (``bearer``, ``basic``) and its parameters, names in lower case."""

    scheme: str
    parameters: dict[str, str]


def parse(header: str) -> list[Challenge]:
    """The challenges of a header, or of several that were joined by commas; what cannot be read ends the list."""
    found: list[Challenge] = []
    text, at = header[:MAX_HEADER], 0
    while True:
        gap = _GAP.match(text, at)
        at = gap.end() if gap else at
        parameter = _PARAMETER.match(text, at) if found else None
        if parameter:
            name, quoted, bare = parameter.groups()
            found[-1].parameters.setdefault(name.lower(), _ESCAPED.sub(r"\1", quoted) if bare is None else bare)
            at = parameter.end()
            continue
        scheme = _SCHEME.match(text, at)
        if not scheme:
            return found
        found.append(Challenge(scheme[1].lower(), {}))
        at = scheme.end()
        credentials = _TOKEN68.match(text, at)
        at = credentials.end() if credentials else at
