"""Values of a service that are made of several keys: build, healthcheck, mounts, ulimits, storage."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hardhull.facts.parts import Build, Healthcheck, Mount, Ulimit
from hardhull.formats.compose import known
from hardhull.formats.compose.fields import words_of
from hardhull.formats.compose.pairs import assignments, elements
from hardhull.formats.compose.resources import pairs_of
from hardhull.formats.compose.tree import Items, Table, Text
from hardhull.formats.compose.units import BadValueError, boolean, integer, seconds, shown, size
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.formats.compose.context import Context
    from hardhull.formats.compose.fields import Fields
    from hardhull.formats.compose.tree import Pair, Tree

_SOCKET = "/var/run/docker.sock"


def put_build(fields: Fields, pair: Pair, context: Context) -> None:
    """``build``."""
    if isinstance(pair.value, Text):
        if pair.value.why is not None:
            fields.unknown("build", pair.value.place, pair.value.why)
        return
    table = fields.table(pair, known.BUILD)
    if table is None:
        return
    parts = {name: table.get(name) for name in ("context", "dockerfile", "target", "dockerfile_inline")}
    why = next((part.why for part in parts.values() if isinstance(part, Text) and part.why is not None), None)
    if why is not None:
        fields.unknown("build", pair.place, why)
        return
    folder, dockerfile, target, inline = (
        shown(part.data) if isinstance(part, Text) else None for part in parts.values()
    )
    written = parts["context"]
    remote = isinstance(written, Text) and written.data is None
    folder = None if remote else fields.folder if folder is None else folder
    args = _arguments(table, context)
    fields.put("build", Build(folder, dockerfile or "Dockerfile", target or None, args, inline or None), pair.place)


def _arguments(table: Table, context: Context) -> tuple[tuple[str, str | None], ...]:
    """Build arguments; one without a value takes it from the variables of the project."""
    found: list[tuple[str, str | None]] = []
    for name, value in pairs_of(assignments(table.pairs["args"].value)) if "args" in table.pairs else ():
        if value.null:
            given = context.environment.lookup(name)
            found.append((name, given.text if given is not None else None))
        else:
            found.append((name, None if value.data is None else shown(value.data)))
    return tuple(found)


def put_healthcheck(fields: Fields, pair: Pair) -> None:
    """``healthcheck``."""
    if isinstance(pair.value, Text) and pair.value.why is not None:
        fields.unknown("healthcheck", pair.value.place, pair.value.why)
        return
    table = fields.table(pair, known.HEALTHCHECK)
    if table is None:
        return
    try:
        times = {key: _time(table, key) for key in ("interval", "timeout", "start_period")}
        test = _test(table, fields)
        disable, retries = table.get("disable"), table.get("retries")
        disabled = test[:1] == ("NONE",) or (isinstance(disable, Text) and boolean(_sure(disable).data))
        tries = integer(_sure(retries).data) if isinstance(retries, Text) else None
    except BadValueError as error:
        fields.unknown("healthcheck", pair.place, fields.refuse(pair, str(error)))
        return
    except _UnknownError as error:
        fields.unknown("healthcheck", pair.place, str(error))
        return
    check = Healthcheck(test, disabled, times["interval"], times["timeout"], times["start_period"], tries)
    fields.put("healthcheck", check, pair.place)


class _UnknownError(Exception):
    """A part of a value is not known; the text says why."""


def _sure(text: Text) -> Text:
    if text.why is not None:
        raise _UnknownError(text.why)
    return text


def _time(table: Table, key: str) -> float | None:
    found = table.get(key)
    return seconds(_sure(found).data) if isinstance(found, Text) else None


def _test(table: Table, fields: Fields) -> tuple[str, ...]:
    test = table.get("test")
    if isinstance(test, Text):
        return ("CMD-SHELL", shown(_sure(test).data))
    if not isinstance(test, Items):
        return ()
    found, why = words_of(test, fields)
    if why is not None:
        raise _UnknownError(why)
    if found and found[0] not in {"CMD", "CMD-SHELL", "NONE"}:
        msg = f"the test of the healthcheck begins with {found[0]!r} and not with CMD, CMD-SHELL or NONE"
        raise BadValueError(msg)
    return found


def put_volumes(fields: Fields) -> None:
    """``volumes`` and ``tmpfs``, and the socket of ``use_api_socket``, in one field."""
    found: list[Field[Mount]] = []
    pairs = [fields.service.pairs.get(key) for key in ("volumes", "tmpfs", "use_api_socket")]
    present = [pair for pair in pairs if pair is not None and not (isinstance(pair.value, Text) and pair.value.null)]
    volumes, tmpfs, socket = pairs
    if not present:
        return
    for item in elements(volumes.value) if volumes is not None else []:
        field = fields.item("mounts", item, partial(_mount, fields, item))
        found += [] if field is None else [field]
    for item in elements(tmpfs.value) if tmpfs is not None else []:
        field = fields.item("mounts", item, _tmpfs)
        found += [] if field is None else [field]
    if socket is not None:
        wanted = fields.field("mounts", socket.value, boolean)
        if wanted is not None and wanted.get(default=False):
            found.append(Field("mounts", Mount("bind", _SOCKET, _SOCKET), socket.place))
    fields.put_items("mounts", found, present[0].place)


def _mount(fields: Fields, item: Tree, mount: object) -> Mount:
    if not isinstance(mount, Mount):
        raise BadValueError("this is no mount")
    if mount.kind != "volume" or mount.source is None:
        return mount
    volume = fields.resources.volumes.get(mount.source)
    if volume is None:
        fields.refuse(item, f"there is no volume {mount.source} in this project")
        return mount
    return mount._replace(host_root=volume.host_path) if volume.host_path else mount


def _tmpfs(text: object) -> Mount:
    target, _, options = shown(text if isinstance(text, str) else None).partition(":")
    parts = tuple(option for option in options.split(",") if option)
    return Mount("tmpfs", None, target, "ro" in parts, "", tuple(part for part in parts if part not in {"ro", "rw"}))


def put_ulimits(fields: Fields, pair: Pair) -> None:
    """``ulimits``."""
    found: list[Field[Ulimit]] = []
    table = fields.table(pair, frozenset(pair.value.pairs) if isinstance(pair.value, Table) else frozenset())
    for name, entry in table.pairs.items() if table is not None else ():
        value = entry.value
        halves: list[Tree | None] = [value, value]
        if isinstance(value, Table):
            halves = [value.get("soft"), value.get("hard")]
        limits = [limit for half in halves if half is not None and (limit := fields.field("ulimits", half, integer))]
        unknown = next((limit for limit in limits if not limit.known), None)
        if unknown is not None:
            found.append(Field.unknown("ulimits", unknown.place, unknown.why or "", written=True))
        elif limits:
            found.append(Field("ulimits", Ulimit(name, limits[0].value, limits[-1].value), entry.whole))
    fields.put_items("ulimits", found, pair.place)


def put_storage(fields: Fields, pair: Pair) -> None:
    """``storage_opt``."""
    table = fields.table(pair, frozenset(pair.value.pairs) if isinstance(pair.value, Table) else frozenset())
    for name, entry in table.pairs.items() if table is not None else ():
        if name == "size":
            fields.scalar("storage", entry.value, size)
        else:
            fields.unread(f"storage_opt.{name}", entry)
