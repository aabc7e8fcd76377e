"""Writes Changes of an Engine into its daemon.json.

The law: reading the new file gives the engine with the change and all other settings as they were; every byte outside
of what is changed stays. A setting that an option of ``dockerd`` gives is changed on its command line and never written
to the file: with both, the engine refuses to start.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hardhull.facts.engine import Engine
from hardhull.formats import dockerd_write
from hardhull.formats.daemon_json import spell
from hardhull.formats.daemon_json.items import drop, swap
from hardhull.formats.daemon_json.keys import stated, version
from hardhull.formats.daemon_json.page import Page
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.fact import Fact
    from hardhull.model.change import Change
    from hardhull.text.draft import Drafts


def write(fact: Fact, change: Change, drafts: Drafts) -> None:
    """Writes one Change.

    Raises:
        UnwritableError: it cannot be written without a guess.
    """
    assert isinstance(fact, Engine)  # noqa: S101  the syntax says so
    if dockerd_write.on_a_line(fact, change):
        dockerd_write.write(fact, change, drafts)
        return
    page = drafts.keep(fact.place.source, Page, Page)
    if isinstance(change, Drop):
        drop(page, fact, change.field, change.item)
        return
    if not isinstance(change, SetTo | Add | Swap):
        raise UnwritableError("daemon.json has no instructions")
    _check(page, fact, change.field)
    if isinstance(change, SetTo):
        _set(page, fact, change)
    elif isinstance(change, Add):
        _add(page, fact, change)
    else:
        _swap(page, fact, change)


def _check(page: Page, engine: Engine, name: str) -> None:
    """Refuses a key that may not be written to this file.

    Raises:
        UnwritableError: an option of ``dockerd`` sets it, or this version of the engine does not have it.
    """
    key = spell.key_of(name)
    field = engine.fields.get(name)
    for problem in engine.problems.get(()):
        if problem.value.kind == "conflict" and problem.value.key == key.name:
            raise UnwritableError(problem.value.why)
    if field is not None and field.written:
        above = page.above(field.place)
        if above is None or above.name != spell.path_of(name)[0]:
            raise UnwritableError("it stands in an object that is no setting")
    elif engine.unexpanded:
        raise UnwritableError(f"{engine.unexpanded} may set {key.name} too, and with both dockerd does not start")
    known = stated(engine.version.get(None) or "")
    if known and key.since and version(key.since) > known:
        raise UnwritableError(f"the engine is {engine.version.value} and knows {key.name} only from {key.since} on")
    if key.until and (not known or version(key.until) <= known):
        raise UnwritableError(f"engine {key.until} and later refuse {key.name}")


def _set(page: Page, engine: Engine, change: SetTo) -> None:
    path = _path(page, change.field)
    default = getattr(Engine, change.field).default
    if change.value == default:
        if page.wanted.get(change.field, default) != default:
            raise UnwritableError("another fix wants something else in the same place")
        page.remove(path)
    else:
        if change.field == "log_opts":
            for option in change.value:
                spell.check_option(_driver(page, engine), option)
        value = spell.whole(change.field, change.value)
        _with_snippet(lambda: page.set(path, value), path, value)
    page.want(change.field, change.value)


def _path(page: Page, field: str) -> tuple[str, ...]:
    """The keys on the way to a field. Inside of ``builder`` the engine takes them without regard to case.

    Raises:
        UnwritableError: two keys give the field.
    """
    path = spell.path_of(field)
    if path[0] != "builder":
        return path
    if field == "builder_gc_keep":
        both = [page.spelt((*path[:-1], name)) for name in ("defaultReservedSpace", "defaultKeepStorage")]
        written = [one for one in both if page.find(one) is not None]
        if len(written) > 1:
            raise UnwritableError("defaultReservedSpace and defaultKeepStorage are both written")
        return written[0] if written else page.spelt(path)
    return page.spelt(path)


def _add(page: Page, engine: Engine, change: Add) -> None:
    there = engine.fields.get(change.field)
    items = there.get(()) if there is not None else ()
    if any(one.known and one.value == change.item for one in items):
        return
    if change.field == "log_opts":
        spell.check_option(_driver(page, engine), change.item)
    path, value = spell.item(change.field, change.item)
    base = _path(page, change.field)
    if not path:
        _with_snippet(lambda: page.append(base, value), base, [value])
        return
    if page.find((*base, *path)) is not None:
        raise UnwritableError(f"{path[-1]} is written with another value")
    _with_snippet(lambda: page.set((*base, *path), value), (*base, *path), value)


def _swap(page: Page, engine: Engine, change: Swap) -> None:
    if change.field == "log_opts":
        spell.check_option(_driver(page, engine), change.value)
    swap(page, change.field, change.item, change.value)


def _driver(page: Page, engine: Engine) -> str:
    """The log driver that the options are for."""
    driver: str = page.wanted.get("log_driver") or engine.log_driver.get("")
    return driver


def _with_snippet(act: Callable[[], None], path: tuple[str, ...], value: Any) -> None:
    """Does something, and gives the refusal the setting to paste."""
    try:
        act()
    except UnwritableError as error:
        for key in reversed(path):
            value = {key: value}
        raise UnwritableError(error.why, error.snippet or json.dumps(value, indent=2)) from None
