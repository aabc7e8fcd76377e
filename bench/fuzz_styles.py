"""Other texts that say the same, and texts that say what several say: to be fixed in styles that no seed has."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import random

YAML = {"compose", "kubernetes", "workflow", "gitlab"}
SERVICE = re.compile(rb"^  ([\w-]+):", re.MULTILINE)
SHARED = b"x-shared: &shared\n"


def restyled(data: bytes, kinds: tuple[str, ...], dice: random.Random) -> bytes:
    """The same data in another style; the text itself where it has no style to change."""
    try:
        if YAML & {*kinds}:
            return _yaml(data, dice)
        if {"daemon.json", "seccomp", "engine-api"} & {*kinds}:
            return _json(json.loads(data), dice)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError):
        return data
    return data


def _yaml(data: bytes, dice: random.Random) -> bytes:
    documents = list(yaml.safe_load_all(data))
    if len(documents) == 1 and dice.random() < 0.3:
        return _json(documents[0], dice)
    if dice.random() < 0.3:
        documents = [_aliased(each) for each in documents]
    text: bytes = yaml.safe_dump_all(
        documents,
        default_flow_style=dice.choice((None, True, False, False)),
        default_style=dice.choice((None, None, None, '"', "'")),
        indent=dice.choice((2, 2, 3, 4, 8)),
        width=dice.choice((20, 80, 1000)),
        line_break=dice.choice(("\n", "\n", "\n", "\r\n")),
        explicit_start=dice.random() < 0.2,
        explicit_end=dice.random() < 0.1,
        sort_keys=dice.random() < 0.2,
        allow_unicode=True,
        encoding="utf-8",
    )
    return text


def _aliased(data: Any) -> Any:
    """Equal mappings and lists become one, which PyYAML writes with an anchor."""
    seen: dict[str, Any] = {}

    def one(value: Any) -> Any:
        if isinstance(value, dict):
            value = {key: one(item) for key, item in value.items()}
        elif isinstance(value, list):
            value = [one(item) for item in value]
        else:
            return value
        return seen.setdefault(repr(value), value)

    return one(data)


def _json(value: Any, dice: random.Random) -> bytes:
    indent = dice.choice((None, 1, 2, 4, "\t"))
    separators = dice.choice(((",", ":"), (", ", ": "))) if indent is None else dice.choice((None, (",", " : ")))
    text = json.dumps(value, indent=indent, separators=separators, default=str)
    return (text + dice.choice(("\n", "", "\r\n"))).encode()


def combined(parts: list[bytes], kind: str, dice: random.Random) -> bytes:
    """One text of a kind that says what several say."""
    if kind == "compose":
        return _services(parts, dice)
    if kind == "kubernetes":
        return b"\n---\n".join(part.strip(b"\n") for part in parts) + b"\n"
    if kind in {"daemon.json", "seccomp"}:
        return _merged(parts, dice)
    return b"".join(part if part.endswith(b"\n") else part + b"\n" for part in parts)


def _services(parts: list[bytes], dice: random.Random) -> bytes:
    """All services below one key, each with a name of its own; sometimes with a mapping that all of them share."""
    out, tops = b"services:\n", b""
    shared = dice.random() < 0.4
    for number, part in enumerate(parts):
        head, found, rest = part.partition(b"services:\n")
        if not found:
            continue
        end = re.search(rb"^[^\s#]", rest, re.MULTILINE)
        body = rest[: end.start()] if end else rest
        body = SERVICE.sub(lambda name, at=number: b"  %b%d:" % (name[1], at), body)
        if shared:
            body = re.sub(rb"^(  [\w-]+:)$", rb"\1\n    <<: *shared", body, flags=re.MULTILINE)
        out += body if body.endswith(b"\n") else body + b"\n"
        tops += head + (rest[end.start() :] if end else b"")
    if shared:
        extra = dice.choice(
            (b"privileged: true", b"pid: host", b"read_only: false", b"mem_limit: 1g", b"cap_add: [SYS_ADMIN]")
        )
        out = SHARED + b"  image: nginx:1.27\n  restart: always\n  " + extra + b"\n" + out
    return out + tops


def _merged(parts: list[bytes], dice: random.Random) -> bytes:
    whole: dict[str, Any] = {}
    for part in parts:
        try:
            value = json.loads(part)
        except ValueError:
            continue
        if isinstance(value, dict):
            whole.update(value)
    return _json(whole, dice)
