"""``RUN --mount=type=secret,id=x``: the comma-separated fields as a BuildMount.

Source: moby/buildkit, frontend/dockerfile/instructions/commands_runmount.go, 0.33; fields are split as CSV.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe_parts import BuildMount

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.recipe_parts import CopyFrom

KINDS = frozenset({"bind", "cache", "tmpfs", "secret", "ssh"})
_TEXTS = {
    "source": "source", "src": "source", "target": "target", "dst": "target", "destination": "target", "id": "id",
    "env": "env", "mode": "mode", "uid": "uid", "gid": "gid", "sharing": "sharing", "size": "size",
}  # fmt: skip
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})


class MountError(Exception):
    """BuildKit refuses the mount; the message says why as a sentence part."""


def read_mount(text: str, expand: Callable[[str], str], origin: Callable[[str], CopyFrom]) -> BuildMount:
    """Reads the value of ``--mount``.

    Args:
        text: as written, quotes of the flag removed.
        expand: replaces variables; what it raises is passed on.
        origin: the stage or image that ``from=`` names.

    Raises:
        MountError: a field that BuildKit refuses.
    """
    kind = "bind"
    texts: dict[str, str] = {}
    flags: dict[str, bool] = {}
    source: CopyFrom | None = None
    for field in fields(text):
        key, equals, value = field.partition("=")
        key = key.lower()
        value = value if key == "from" else expand(value)
        if key == "type":
            kind = _kind(value)
        elif key == "from":
            source = origin(value)
        elif key in {"readonly", "ro", "required"}:
            flags["required" if key == "required" else "read_only"] = _truth(key, value, equals)
        elif key in {"readwrite", "rw"}:
            flags["read_only"] = not _truth(key, value, equals)
        elif key not in _TEXTS:
            raise MountError(f"{key} is not a field of a mount")
        elif not equals:
            raise MountError(f"{key} needs a value")
        else:
            texts[_TEXTS[key]] = value
    get = texts.get
    return BuildMount(
        kind, get("target"), get("source"), source, get("id"), get("env"), flags.get("required", False),
        flags.get("read_only", kind not in {"cache", "tmpfs"}), get("sharing"), get("mode"), get("uid"), get("gid"),
    )  # fmt: skip


def fields(text: str) -> list[str]:
    """The fields of one CSV line: ``"`` quotes a field, two of them stand for one.

    Raises:
        MountError: a quote without its end.
    """
    if '"' not in text:
        return text.split(",") if text else []
    found: list[str] = []
    at = 0
    while at <= len(text):
        if text.startswith('"', at):
            value, at = _quoted(text, at + 1)
        else:
            end = text.find(",", at)
            end = len(text) if end < 0 else end
            value, at = text[at:end], end
        found.append(value)
        at += 1
    return found


def _quoted(text: str, at: int) -> tuple[str, int]:
    pieces: list[str] = []
    while True:
        end = text.find('"', at)
        if end < 0:
            raise MountError("a quote has no end")
        pieces.append(text[at:end])
        if text[end + 1 : end + 2] != '"':
            if text[end + 1 : end + 2] not in {"", ","}:
                raise MountError("something stands behind the end of a quote")
            return "".join(pieces), end + 1
        pieces.append('"')
        at = end + 2


def _kind(value: str) -> str:
    if value.lower() not in KINDS:
        raise MountError(f"{value} is not a type of mount")
    return value.lower()


def _truth(key: str, value: str, equals: str) -> bool:
    if not equals or value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise MountError(f"{key} is true or false, not {value}")
