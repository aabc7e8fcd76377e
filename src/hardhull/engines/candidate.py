"""The daemon.json that is wanted, made of settings or taken from a file, and compared with the one that is there."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.engines.daemon import CannotApplyError
from hardhull.facts.engine import Engine, combined
from hardhull.formats.daemon_json import read
from hardhull.formats.daemon_json.keys import keys
from hardhull.formats.daemon_json.page import Page
from hardhull.formats.daemon_json.spell import path_of
from hardhull.formats.dockerd_units import read_scripts
from hardhull.model.source import BOM, Source
from hardhull.text.draft import Drafts, UnwritableError
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hardhull.model.field import Field

BESIDE = frozenset({"after_upgrade", "config_file", "problems", "seccomp", "version"})
"""Fields of an engine that are no settings."""
_TEXTS = frozenset({"str", "size", "ip", "map", "proxies"})
WHAT = "the configuration is not applied"


class Changed(NamedTuple):
    """One setting that gets another value.

    Attributes:
        field: of an :class:`~hardhull.facts.engine.Engine`.
        key: of daemon.json.
        old: the value before, normalised; the default where nobody wrote it. Lists are tuples.
        new: likewise afterwards.
        stays: whether the key is still written afterwards.
    """

    field: str
    key: str
    old: Any
    new: Any
    stays: bool


class Candidate(NamedTuple):
    """A daemon.json before and after.

    Attributes:
        path: where it is.
        before: its bytes; None where there is none.
        after: the bytes that it is to get.
        engine: what file and command line say together then.
        changed: settings that differ.
        raw: the new file as plain data.
    """

    path: str
    before: bytes | None
    after: bytes
    engine: Engine
    changed: tuple[Changed, ...]
    raw: dict[str, Any]

    def new(self, field: str) -> Any:
        """The value of a setting afterwards."""
        if hasattr(Engine, field):
            return value_of(self.engine, field)
        return self.raw.get(field.replace("_", "-"))

    @property
    def fields(self) -> frozenset[str]:
        """The fields that change."""
        return frozenset(each.field for each in self.changed)


def with_settings(path: str, before: bytes | None, settings: Iterable[str]) -> bytes:
    """The file with ``KEY=VALUE`` settings: dots lead into objects, the value is JSON or a text, none removes the key.

    Raises:
        CannotApplyError: one cannot be written.
    """
    drafts = Drafts()
    source = Source(path, before or b"")
    for setting in settings:
        name, _, value = setting.partition("=")
        parts = tuple(name.split(".")) if name.split(".")[0] in keys() else (name,)
        try:
            page = drafts.keep(source, Page, Page)
            if value:
                page.set(parts, _value(parts, value))
            else:
                page.remove(parts)
        except UnwritableError as error:
            raise CannotApplyError(f"{name} cannot be written to {path}", error.why, "change it by hand", 2) from None
        except UnreadableError as error:
            raise unreadable(path, error) from None
    after = drafts.of(source).result()
    return after if before is not None or after.endswith(b"\n") else after + b"\n"


def _value(parts: tuple[str, ...], text: str) -> Any:
    key = keys().get(parts[0])
    if key is not None and key.type in _TEXTS and not (text.startswith("{") and len(parts) == 1):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def unreadable(path: str, error: UnreadableError) -> CannotApplyError:
    """A file that is no JSON: the engine would not start with it."""
    why = f"{path}, line {error.line}: {error.why}"
    return CannotApplyError(WHAT, why, "repair the file, then try again", 5)


def candidate(path: str, before: bytes | None, after: bytes, words: Sequence[str], version: str) -> Candidate:
    """Compares the configurations.

    Args:
        path: of the file.
        before: its bytes now; None for none.
        after: the bytes that are wanted.
        words: the engine's command line.
        version: of the engine.

    Raises:
        CannotApplyError: the new file cannot be read.
    """
    flags = of_flags(words)
    try:
        new = _with(read(Source(path, after), version), flags)
    except UnreadableError as error:
        raise unreadable(path, error) from None
    try:
        old = _with(read(Source(path, before or b""), version), flags)
    except UnreadableError:  # what is there now would not be read again: everything counts as new
        old = _with(read(Source(path, b""), version), flags)
    was, now = plain(before or b""), plain(after)
    changed = tuple(sorted((*_changes(old, new), *_others(was, now)), key=lambda each: each.key))
    return Candidate(path, before, after, new, changed, now)


def plain(data: bytes) -> dict[str, Any]:
    """A file as plain data; nothing where it is none."""
    try:
        found = json.loads(data.removeprefix(BOM) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _others(was: dict[str, Any], now: dict[str, Any]) -> Iterable[Changed]:
    """Keys that no field of an engine carries, and those of which the value is not read."""
    for name in sorted(was.keys() | now.keys()):
        key = keys().get(name)
        if (
            key is not None
            and (not key.slot or key.type == "any")
            and key.type not in {"builder", "proxies"}
            and was.get(name) != now.get(name)
        ):
            yield Changed(name.replace("-", "_"), name, was.get(name), now.get(name), name in now)


def of_flags(words: Sequence[str]) -> Engine | None:
    """What the command line alone says; None where it says nothing."""
    if len(words) < 2:
        return None
    found = read_scripts([Source("the command line", shlex.join(["dockerd", *words[1:]]).encode("utf-8", "replace"))])
    return found[0] if found else None


def _with(file: Engine, flags: Engine | None) -> Engine:
    return combined(file, flags) if flags is not None else file


def _changes(old: Engine, new: Engine) -> Iterable[Changed]:
    for name in sorted((old.fields.keys() | new.fields.keys()) - BESIDE):
        was, now = value_of(old, name), value_of(new, name)
        if was != now:
            field = new.fields.get(name)
            yield Changed(name, path_of(name)[-1], was, now, field is not None and field.written)


def value_of(engine: Engine, name: str) -> Any:
    """The value of a field without places; the default where nobody wrote it, the reason where it is unknown."""
    field = engine.fields.get(name)
    if field is None:
        return getattr(Engine, name).default
    return _plain(field)


def _plain(field: Field[Any]) -> Any:
    if not field.known:
        return field.why
    if type(field.value) is tuple:  # not a record
        return tuple(_plain(item) if hasattr(item, "known") else item for item in field.value)
    return field.value
