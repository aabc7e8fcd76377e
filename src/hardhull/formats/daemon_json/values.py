"""The values of daemon.json by type: each as the engine decodes it, or why the engine cannot."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hardhull.facts.engine import AddressPool, Runtime
from hardhull.facts.parts import Ulimit
from hardhull.formats.jsonread import (
    bool_of,
    entries_of,
    entry_place,
    fold,
    fold_entry,
    int_of,
    is_null,
    items_of,
    text_of,
    texts,
    type_name,
)
from hardhull.model.field import Field
from hardhull.text.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.daemon_json.keys import Key
    from hardhull.model.source import Source
    from hardhull.text.nodes import Node


class MismatchError(Exception):
    """A value of another type than the engine wants.

    Attributes:
        node: the value.
        why: what it is and what it should be, as a sentence part.
        instead: the same in the type that the engine wants, where it is beyond doubt; else empty.
    """

    def __init__(self, node: Node, wanted: str, instead: str = "") -> None:
        self.node = node
        self.instead = instead
        found = type_name(node)
        article = "" if found in {"true", "false", "null"} else "an " if found == "object" else "a "
        self.why = f"{article}{found} where the engine wants {wanted}"
        super().__init__(self.why)


def _meant(node: Node, kind: str) -> str:
    """The JSON of a value in another type; empty where it could be several."""
    if not isinstance(node, Scalar) or is_null(node):
        return ""
    text = node.text
    if kind == "str":
        return "" if node.style else json.dumps(text)
    if kind == "strings":
        return f"[{json.dumps(text, ensure_ascii=False)}]" if node.style and text else ""
    if kind == "bool":
        return text.lower() if node.style and text.lower() in {"true", "false"} else ""
    return text if node.style and re.fullmatch(r"-?(?:0|[1-9]\d{0,17})", text, re.ASCII) else ""


def typed(key: Key, node: Node, source: Source) -> Any:
    """The value of a key.

    Returns:
        A bool, int or str; for lists and maps a tuple of Fields, one for each entry.

    Raises:
        MismatchError: it has another type, so that the engine does not start.
    """
    return _READERS[key.type](key, node, source)


def _bool(_key: Key, node: Node, _source: Source) -> bool:
    value = bool_of(node)
    if value is None:
        raise MismatchError(node, "true or false", _meant(node, "bool"))
    return value


def _int(_key: Key, node: Node, _source: Source) -> int:
    value = int_of(node)
    if value is None or not -(2**63) <= value < 2**63:
        raise MismatchError(node, "a whole number of 64 bits", _meant(node, "int"))
    return value


def _str(_key: Key, node: Node, _source: Source) -> str:
    value = text_of(node)
    if value is None:
        raise MismatchError(node, "a string", _meant(node, "str"))
    return value


def _strings(key: Key, node: Node, source: Source) -> tuple[Field[str], ...]:
    if not isinstance(node, Sequence):
        raise MismatchError(node, "a list of strings", _meant(node, "strings"))
    fields = []
    for item in node.items:
        text = "" if is_null(item) else text_of(item)
        if text is None:
            raise MismatchError(item, "strings in this list", _meant(item, "str"))
        fields.append(Field(key.slot, text, item.place(source)))
    return tuple(fields)


def _map(key: Key, node: Node, source: Source) -> tuple[Field[tuple[str, str]], ...]:
    _need_object(node, "an object of strings")
    fields = []
    for entry in entries_of(node):
        text = "" if is_null(entry.value) else text_of(entry.value)
        if text is None:
            raise MismatchError(entry.value, f"a string as value of {entry.name}", _meant(entry.value, "str"))
        fields.append(Field(key.slot, (entry.name or "", text), entry_place(source, entry)))
    return tuple(fields)


def _bools(key: Key, node: Node, source: Source) -> tuple[Field[tuple[str, bool]], ...]:
    _need_object(node, "an object of true and false")
    fields = []
    for entry in entries_of(node):
        value = bool_of(entry.value)
        if value is None and not is_null(entry.value):
            wanted = f"true or false as value of {entry.name}"
            raise MismatchError(entry.value, wanted, _meant(entry.value, "bool"))
        fields.append(Field(key.slot, (entry.name or "", bool(value)), entry_place(source, entry)))
    return tuple(fields)


def _nets(key: Key, node: Node, source: Source) -> tuple[Field[tuple[str, str]], ...]:
    _need_object(node, "an object of driver names")
    fields = []
    for driver in entries_of(node):
        if is_null(driver.value):
            continue
        for field in _map(key, driver.value, source):
            name, value = field.value
            fields.append(Field(key.slot, (f"{driver.name}:{name}", value), field.place))
    return tuple(fields)


def _pools(key: Key, node: Node, source: Source) -> tuple[Field[AddressPool], ...]:
    if not isinstance(node, Sequence):
        raise MismatchError(node, "a list of objects with base and size")
    fields = []
    for item in items_of(node):
        _need_object(item, "objects with base and size in this list")
        base, size = fold(item, "base"), fold(item, "size")
        if base is not None and text_of(base) is None:
            raise MismatchError(base, "a CIDR as base")
        if size is not None and int_of(size) is None:
            raise MismatchError(size, "a whole number as size")
        pool = AddressPool(text_of(base) or "", int_of(size) or 0)
        fields.append(Field(key.slot, pool, item.place(source)))
    return tuple(fields)


def _ulimits(key: Key, node: Node, source: Source) -> tuple[Field[Ulimit], ...]:
    """The name is the one inside: the engine uses the outer one only to find a container's own limit."""
    _need_object(node, "an object of limits")
    fields = []
    for entry in entries_of(node):
        if is_null(entry.value):
            continue
        _need_object(entry.value, f"an object with Name, Soft and Hard for {entry.name}")
        name, soft, hard = (fold(entry.value, part) for part in ("Name", "Soft", "Hard"))
        if name is not None and text_of(name) is None:
            raise MismatchError(name, "a string as Name")
        for number in (soft, hard):
            if number is not None and int_of(number) is None:
                raise MismatchError(number, "a whole number as limit", _meant(number, "int"))
        inner, outer = text_of(name) or "", entry.name or ""
        limit = Ulimit(inner, int_of(soft) or 0, int_of(hard) or 0, "" if inner == outer else outer)
        fields.append(Field(key.slot, limit, entry_place(source, entry)))
    return tuple(fields)


def _runtimes(key: Key, node: Node, source: Source) -> tuple[Field[Runtime], ...]:
    _need_object(node, "an object of runtimes")
    fields = []
    for entry in entries_of(node):
        if is_null(entry.value):
            continue
        _need_object(entry.value, f"an object for {entry.name}")
        path, kind = fold(entry.value, "path"), fold(entry.value, "runtimeType")
        for part in (path, kind):
            if part is not None and text_of(part) is None:
                raise MismatchError(part, "a string here")
        args = tuple(text for text, _ in texts(fold(entry.value, "runtimeArgs")))
        runtime = Runtime(entry.name or "", text_of(path) or "", args, text_of(kind) or "")
        fields.append(Field(key.slot, runtime, entry_place(source, entry)))
    return tuple(fields)


def _builder(_key: Key, node: Node, source: Source) -> tuple[Field[Any], ...]:
    """Fields of the slots ``builder_gc``, ``builder_gc_keep`` and ``builder_entitlements``."""
    _need_object(node, "an object")
    fields: list[Field[Any]] = []
    gc = fold(node, "gc")
    enabled = fold(gc, "enabled")
    if enabled is not None:
        value = bool_of(enabled)
        if value is None:
            raise MismatchError(enabled, "true or false as enabled", _meant(enabled, "bool"))
        fields.append(Field("builder_gc", value, enabled.place(source)))
    for name in ("defaultReservedSpace", "defaultKeepStorage"):
        entry = fold_entry(gc, name)
        if entry is not None and not is_null(entry.value):
            text = text_of(entry.value)
            if text is None:
                raise MismatchError(entry.value, f"a string as {name}")
            fields.append(Field("builder_gc_keep", text, entry.value.place(source)))
            break
    allowed = fold_entry(node, "entitlements")
    if allowed is not None and isinstance(allowed.value, Mapping):
        items = tuple(
            Field("builder_entitlements", (entry.name or "", bool(bool_of(entry.value))), entry_place(source, entry))
            for entry in allowed.value.entries
        )
        fields.append(Field("builder_entitlements", items, allowed.key.place(source)))
    return tuple(fields)


def _any(_key: Key, _node: Node, _source: Source) -> None:
    return None


def _size(key: Key, node: Node, source: Source) -> str:
    text = _str(key, node, source)
    if not text:
        raise MismatchError(node, "a size")
    return text


def _object(_key: Key, node: Node, _source: Source) -> tuple[()]:
    _need_object(node, "an object")
    return ()


def _need_object(node: Node, wanted: str) -> None:
    if not isinstance(node, Mapping):
        raise MismatchError(node, wanted)


_READERS: dict[str, Callable[[Key, Node, Source], Any]] = {
    "any": _any,
    "bool": _bool,
    "bools": _bools,
    "builder": _builder,
    "int": _int,
    "ip": _str,
    "ips": _strings,
    "map": _map,
    "nets": _nets,
    "object": _object,
    "pools": _pools,
    "runtimes": _runtimes,
    "size": _size,
    "str": _str,
    "strings": _strings,
    "ulimits": _ulimits,
}
