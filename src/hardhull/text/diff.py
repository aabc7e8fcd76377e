"""The difference of two versions of a file as people read it, without its secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINES = 400
"""Lines of a difference that are shown; the rest is counted."""
MAX_COMPARED = 20_000
"""Lines of the two texts together up to which they are compared at all."""


def unified(path: str, old: bytes | None, new: bytes | None, *, names: tuple[str, str] = ("old", "new")) -> str:
    """A unified diff with secrets redacted; empty for equal contents.

    The whole texts are redacted before they are compared, because what makes a value a secret may stand lines above it.
    So where nothing but a secret differs, one line says that.

    Args:
        path: the file's name.
        old: its bytes, None where it was not there.
        new: likewise.
        names: what the two versions are called.
    """
    if old == new:
        return ""
    heads = [
        f"{path} ({name})" if data is not None else "/dev/null" for name, data in zip(names, (old, new), strict=True)
    ]
    return "".join(f"{line}\n" for line in _lines(_shown(old), _shown(new), heads))


def _shown(data: bytes | None) -> list[str]:
    text = redact((data or b"").decode("utf-8", "replace"))
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else [*lines[:-1], f"{lines[-1]}\n\\ No newline at end of file"]


def _lines(old: list[str], new: list[str], heads: list[str]) -> Iterator[str]:
    from difflib import unified_diff

    if old == new:
        yield from (f"--- {heads[0]}", f"+++ {heads[1]}", "(they differ in nothing but a redacted value)")
        return
    if len(old) + len(new) > MAX_COMPARED:
        yield from (f"--- {heads[0]}", f"+++ {heads[1]}", f"({len(old)} and {len(new)} lines: too long to be compared)")
        return
    lines = list(unified_diff(old, new, heads[0], heads[1], lineterm=""))
    yield from lines[:MAX_LINES]
    if len(lines) > MAX_LINES:
        yield f"({len(lines) - MAX_LINES} more lines)"
