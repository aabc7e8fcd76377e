"""The law of the writer on generated files: every key, every kind of change, several styles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engine_changes import LINKS, MANY, ONE, changes, expected, fields, name_of, written
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.facts.engine import ONLY_LIVE, Engine
from hardhull.formats.daemon_json import read
from hardhull.formats.daemon_json.spell import item, path_of
from hardhull.model.change import Add, SetTo
from hardhull.model.source import BOM, Source
from hardhull.text.jsondoc import load
from hardhull.text.nodes import Mapping

if TYPE_CHECKING:
    from hardhull.model.change import Drop, Swap

STYLES = ("compact", "line", "two", "four", "tabs", "crlf", "bom", "no end")


def model_of(data: st.DataObject) -> dict[str, Any]:
    """Some settings as JSON has them."""
    model: dict[str, Any] = {}
    for name in data.draw(st.lists(st.sampled_from(sorted({*ONE, *MANY})), unique=True, max_size=8)):
        if name in ONE:
            _put(model, path_of(name), data.draw(st.sampled_from(ONE[name])))
            continue
        for value in data.draw(st.lists(st.sampled_from(MANY[name]), unique_by=name_of, min_size=1, max_size=3)):
            path, plain = item(name, value)
            if path:
                _put(model, (*path_of(name), *path), plain)
            else:
                model.setdefault(path_of(name)[0], []).append(plain)
    if data.draw(st.booleans()):
        model[data.draw(st.sampled_from(["dns", "log-opts", "builder", "proxies", "icc"]))] = None
    return model


def _put(model: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        model = model.setdefault(key, {})
    model[path[-1]] = value


def dumped(model: dict[str, Any], how: str) -> bytes:
    """The settings as a file of some style."""
    if how in {"compact", "line"}:
        separators = (",", ":") if how == "compact" else None
        return json.dumps(model, separators=separators, ensure_ascii=False).encode()
    indent = "\t" if how == "tabs" else 4 if how == "four" else 2
    text = json.dumps(model, indent=indent, ensure_ascii=False) + ("" if how == "no end" else "\n")
    data = text.replace("\n", "\r\n").encode() if how == "crlf" else text.encode()
    return BOM + data if how == "bom" else data


def untouched(data: bytes, change: SetTo | Add | Drop | Swap) -> list[bytes]:
    """The text of every top entry that the change does not name, in order."""
    root = load(Source("daemon.json", data))
    assert isinstance(root, Mapping)
    touched = path_of(change.field)[0]
    return [data[one.key.start : one.value.end] for one in root.entries if one.name != touched]


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(STYLES))
def test_reading_after_a_write_gives_the_change(data: st.DataObject, how: str) -> None:
    text = dumped(model_of(data), how)
    engine = read(Source("daemon.json", text))
    assert written(engine) == text
    possible = [one for one in changes(engine) if not _clashes(engine, one)]
    for change in data.draw(st.lists(st.sampled_from(possible), min_size=1, max_size=4, unique_by=id)):
        if isinstance(change, Add) and change.field == "log_opts" and engine.log_driver.value == "none":
            continue
        result = written(engine, change)
        again = read(Source("daemon.json", result))
        assert fields(again) == expected(engine, change)
        assert untouched(result, change) == untouched(text, change)
        if how == "crlf":
            assert result.count(b"\n") == result.count(b"\r\n")
        if not hasattr(change, "item") or isinstance(change, Add):
            assert written(again, change) == result


def _clashes(engine: Engine, change: SetTo | Add | Drop | Swap) -> bool:
    """Whether an item of that name is there with another value, which an addition does not change."""
    if not isinstance(change, Add) or not item(change.field, change.item)[0]:
        return False
    there = {name_of(one.value): one.value for one in getattr(engine, change.field).value}
    return bool(there.get(name_of(change.item), change.item) != change.item)


def test_every_field_of_an_engine_is_tried_here() -> None:
    assert {slot.name for slot in Engine.slots()} - LINKS - ONLY_LIVE == {*ONE, *MANY}


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from(STYLES))
def test_several_changes_are_made_as_one_after_the_other(data: st.DataObject, how: str) -> None:
    text = dumped({"icc": True, "live-restore": False}, how)
    names = data.draw(st.lists(st.sampled_from(sorted({*ONE, *MANY} - {"icc", "log_driver"})), unique=True, max_size=6))
    engine = read(Source("daemon.json", text))
    wanted = [change for change in changes(engine) if change.field in names and _is_first(change)]
    model = fields(engine)
    for change in wanted:
        step = expected(engine, change)
        model |= {change.field: step[change.field]} if change.field in step else {}
    result = written(engine, *wanted)
    if "live_restore" in names:
        model["live_restore"] = True
    assert fields(read(Source("daemon.json", result))) == model


def _is_first(change: SetTo | Add | Drop | Swap) -> bool:
    if isinstance(change, Add):
        return bool(change.item == MANY[change.field][0])
    return isinstance(change, SetTo) and bool(change.value == ONE[change.field][0])
