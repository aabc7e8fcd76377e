"""The long form of everything that Compose also lets people write short.

Done after each file, as compose-go does it, so that an override meets long forms only, and relative paths are seen from
the root of the tree whatever file they stand in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from hardhull.facts.parts import Device, Grant
from hardhull.formats.compose.merge import build_table, unique
from hardhull.formats.compose.pairs import as_list, elements, named, nothing, started
from hardhull.formats.compose.places import build_context, from_root
from hardhull.formats.compose.ports import port_of_table, port_of_text
from hardhull.formats.compose.tree import Items, Made, Pair, Table, Text, Tree
from hardhull.formats.compose.units import BadValueError, boolean, shown
from hardhull.formats.compose.volumes import mount_of_table, mount_of_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.parts import Port
    from hardhull.formats.compose.problem import Problems

Maker: TypeAlias = "Callable[[Tree, Canon], Made]"


class EnvFile(NamedTuple):
    """A file of variables for a service.

    Attributes:
        path: seen from the root.
        required: whether Compose refuses to start without it.
        raw: whether its values are taken as they are (``format: raw``).
    """

    path: str
    required: bool = True
    raw: bool = False


class Canon:
    """Brings services into their long form.

    Attributes:
        folder: what relative paths are relative to, seen from the root.
        problems: takes what Compose refuses.
    """

    def __init__(self, folder: str, problems: Problems) -> None:
        self.folder = folder
        self.problems = problems

    def model(self, model: Table) -> Table:
        """A whole file."""
        pairs = dict(model.pairs)
        for section, form in _SECTIONS.items():
            pair = pairs.get(section)
            if pair is not None and isinstance(pair.value, Table):
                table = pair.value
                inner = {
                    name: each.with_value(form(self, each.value)) if isinstance(each.value, Table) else each
                    for name, each in table.pairs.items()
                }
                pairs[section] = pair.with_value(table.with_pairs(inner))
        return model.with_pairs(pairs)

    def service(self, service: Table) -> Table:
        """One service."""
        pairs: dict[str, Pair] | None = None
        for name, pair in service.pairs.items():
            maker = _ITEMS.get(name)
            if maker is not None:
                made: Tree = self.items(pair.value, maker)
            else:
                form = _FORMS.get(name)
                if form is None:
                    continue
                made = form(pair.value, self)
            if made is not pair.value:
                pairs = dict(service.pairs) if pairs is None else pairs
                pairs[name] = pair.with_value(made)
        return service if pairs is None else service.with_pairs(pairs)

    def items(self, tree: Tree, maker: Maker) -> Tree:
        """A list whose items have a long form; each key once."""
        if isinstance(tree, Text) and tree.why is not None:
            return tree
        made: list[Tree] = []
        self.problems.spend(1)
        for item in elements(tree):
            if isinstance(item, Made):
                made.append(item)
            elif isinstance(item, Text) and item.why is not None:
                made.append(Made(item, ("unknown", item.raw), None, item.why))
            else:
                made.append(self.made(item, maker))
        return unique(Items(tree.source, tree.start, tree.end, made))

    def made(self, item: Tree, maker: Maker) -> Made:
        """One item; unknown, with a problem, where Compose refuses it."""
        try:
            unknown = _unknown_part(item)
            if unknown is not None:
                return Made(item, ("unknown", id(item)), None, unknown)
            return maker(item, self)
        except BadValueError as error:
            return Made(item, ("refused", id(item)), None, self.problems.refuse(item, str(error)))

    def file_object(self, table: Table) -> Table:
        """A secret or config, its file seen from the root."""
        return self.seen(table, "file")

    def volume(self, table: Table) -> Table:
        """A volume; where it is really a bind mount, its folder is seen from the root."""
        options = table.table("driver_opts")
        driver = table.get("driver")
        if options is None or not (isinstance(driver, Text) and driver.data == "local"):
            return table
        how = options.get("o")
        if not (isinstance(how, Text) and how.data == "bind"):
            return table
        return table.with_pairs(
            {**table.pairs, "driver_opts": table.pairs["driver_opts"].with_value(self.seen(options, "device"))}
        )

    def seen(self, table: Table, key: str) -> Table:
        """A mapping with the path of one key seen from the root."""
        pair = table.pairs.get(key)
        if pair is None or not isinstance(pair.value, Text) or not isinstance(pair.value.data, str):
            return table
        if isinstance(pair.value, Seen):
            return table
        find = build_context if key == "context" else from_root
        path = Seen.of(pair.value, find(self.folder, pair.value.data))
        return table.with_pairs({**table.pairs, key: pair.with_value(path)})


class Seen(Text):
    """A path that is already seen from the root; ``data`` is None for a remote build context."""

    __slots__ = ()

    @classmethod
    def of(cls, text: Text, path: str | None) -> Seen:
        """The path that stands for a text.

        Args:
            text: as written.
            path: seen from the root.
        """
        return cls(text.source, text.start, text.end, path, raw=text.raw, why=text.why, origin=text.origin)


_SECTIONS: dict[str, Callable[[Canon, Table], Table]] = {
    "services": Canon.service,
    "jobs": Canon.service,
    "secrets": Canon.file_object,
    "configs": Canon.file_object,
    "volumes": Canon.volume,
}


def _unknown_part(item: Tree) -> str | None:
    """Why a part of a long form is not known."""
    if isinstance(item, Text):
        return item.why
    if isinstance(item, Table):
        return next((why for pair in item.pairs.values() if (why := _unknown_part(pair.value)) is not None), None)
    return None


def _port(item: Tree, canon: Canon) -> Made:  # noqa: ARG001  the shape of a maker
    port = port_of_table(item) if isinstance(item, Table) else port_of_text(_string(item, "port"))
    return Made(item, _port_key(port), port)


def _port_key(port: Port) -> object:
    return (port.host_ip or "0.0.0.0", port.host, port.container, port.protocol)  # noqa: S104  what Compose means by none


def _mount(item: Tree, canon: Canon) -> Made:
    if isinstance(item, Table):
        mount = mount_of_table(item, canon.folder)
    else:
        mount = mount_of_text(_string(item, "mount"), canon.folder)
    return Made(item, mount.target, mount)


def _device(item: Tree, canon: Canon) -> Made:  # noqa: ARG001  the shape of a maker
    if isinstance(item, Table):
        source, target = _part(item, "source"), _part(item, "target")
        device = Device(source, target or source, _part(item, "permissions") or "rwm")
        return Made(item, device.container, device)
    text = _string(item, "device")
    parts = text.split(":")
    if len(parts) > 3:
        msg = f"the device {text!r} has too many colons"
        raise BadValueError(msg)
    source, target, permissions = (*parts, *["", ""])[:3]
    device = Device(source, target or source, permissions or "rwm")
    return Made(item, device.container, device)


def _grant_in(default: str) -> Maker:
    def grant(item: Tree, canon: Canon) -> Made:  # noqa: ARG001  the shape of a maker
        if isinstance(item, Table):
            name, target = _part(item, "source"), _part(item, "target")
        else:
            name, target = _string(item, "name"), ""
        return Made(item, target or f"{default}/{name}", Grant(name, target))

    return grant


def _env_file(item: Tree, canon: Canon) -> Made:
    if isinstance(item, Table):
        required = item.get("required")
        is_required = boolean(required.data) if isinstance(required, Text) else True
        path = _part(item, "path")
        if not path:
            raise BadValueError("an env_file has no path")
        file = EnvFile(from_root(canon.folder, path), is_required, _part(item, "format") == "raw")
    else:
        file = EnvFile(from_root(canon.folder, _string(item, "path")))
    return Made(item, file.path, file)


def _label_file(item: Tree, canon: Canon) -> Made:
    path = from_root(canon.folder, _string(item, "path"))
    return Made(item, path, EnvFile(path))


def _word(item: Tree, canon: Canon) -> Made:  # noqa: ARG001  the shape of a maker
    text = _string(item, "value")
    return Made(item, text.partition("=")[0], text)


def _extra_host(item: Tree, canon: Canon) -> Made:  # noqa: ARG001  the shape of a maker
    text = _string(item, "host")
    return Made(item, text, text)


def _string(item: Tree, what: str) -> str:
    if isinstance(item, Text) and not item.null:
        return shown(item.data)
    msg = f"a {what} is written as {'nothing' if isinstance(item, Text) else 'a list or a mapping'}"
    raise BadValueError(msg)


def _part(table: Table, name: str) -> str:
    found = table.get(name)
    return shown(found.data) if isinstance(found, Text) else ""


def _build(tree: Tree, canon: Canon) -> Tree:
    table = build_table(tree)
    if not isinstance(table, Table):
        return tree
    return canon.seen(table, "context")


_ITEMS: dict[str, Maker] = {
    "ports": _port,
    "volumes": _mount,
    "devices": _device,
    "secrets": _grant_in("/run/secrets"),
    "configs": _grant_in(""),
    "env_file": _env_file,
    "label_file": _label_file,
    "cap_add": _word,
    "cap_drop": _word,
    "dns": _word,
    "dns_opt": _word,
    "dns_search": _word,
    "expose": _word,
    "links": _word,
    "profiles": _word,
    "tmpfs": _word,
}
_FORMS: dict[str, Callable[[Tree, Canon], Tree]] = {
    "build": _build,
    "networks": lambda tree, _: named(tree, nothing),
    "depends_on": lambda tree, _: named(tree, started),
    "extra_hosts": lambda tree, _: as_list(tree),
}


def maker_of(key: str) -> Maker:
    """What brings the items of a list into their final form."""
    return _ITEMS[key]
