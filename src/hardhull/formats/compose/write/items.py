"""Items of a service's lists: capabilities, ports, mounts, devices, security options, files of variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hardhull.formats.compose.canonical import Canon, maker_of
from hardhull.formats.compose.convert import Converter
from hardhull.formats.compose.problem import Problems
from hardhull.formats.compose.security import capability
from hardhull.formats.compose.tree import Made, Text
from hardhull.formats.compose.units import shown
from hardhull.formats.compose.write import short, values
from hardhull.formats.compose.write.lists import Items
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from hardhull.facts.parts import Mount
    from hardhull.formats.compose.layers import Layer
    from hardhull.formats.compose.write.keys import Keys
    from hardhull.model.field import Field
    from hardhull.text.nodes import Node
    from hardhull.text.tree.plain import Plain


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a list field stands.

    Attributes:
        key: of the service.
        write: from an item and the folder of the file to what is written.
        swap: from what is written, the old and the new item and the folder to what is written then.
        normal: how a text is compared; None where Compose itself tells items apart.
    """

    key: str
    write: Callable[[Any, str], Plain]
    swap: Callable[[Plain, Any, Any, str], Plain]
    normal: Callable[[str], Hashable] | None = None


def _anew(write: Callable[[Any, str], Plain]) -> Callable[[Plain, Any, Any, str], Plain]:
    return lambda before, old, new, folder: short.kept(before, write(new, folder))  # noqa: ARG005  the shape of swap


def _text(value: Any, _folder: str) -> Plain:
    return values.literal(str(value))


def _file(value: Any, folder: str) -> Plain:
    return values.literal(values.seen_from(folder, value).removeprefix("./"))


LISTS: dict[str, ListPlace] = {
    "cap_add": ListPlace("cap_add", _text, _anew(_text), capability),
    "cap_drop": ListPlace("cap_drop", _text, _anew(_text), capability),
    "device_cgroup_rules": ListPlace("device_cgroup_rules", _text, _anew(_text), str),
    "devices": ListPlace("devices", lambda value, _: values.device(value), short.device),
    "env_files": ListPlace("env_file", _file, _anew(_file)),
    "extra_hosts": ListPlace("extra_hosts", _text, _anew(_text), str),
    "group_add": ListPlace("group_add", _text, _anew(_text), str),
    "links": ListPlace("links", _text, _anew(_text), str),
    "ports": ListPlace("ports", lambda value, _: values.port(value), short.port),
    "selinux": ListPlace(
        "security_opt", lambda value, _: f"label={value}", lambda before, _, new, __: _label(before, new), str
    ),
}
_VOLUMES = ListPlace("volumes", values.mount, short.mount)
_TMPFS = ListPlace("tmpfs", lambda value, _: values.tmpfs(value), _anew(lambda value, _: values.tmpfs(value)))
TUPLES: dict[str, str] = {"dns": "dns", "expose": "expose", "profiles": "profiles"}
"""Fields that hold a whole list as one value."""


def _label(before: Plain, new: Any) -> Plain:
    separator = ":" if "label:" in str(getattr(before, "text", before)) else "="
    return short.kept(before, f"label{separator}{new}")


def items_of(keys: Keys, place: ListPlace) -> Items:
    """The items of a list in all definitions."""

    def identify(layer: Layer, node: Node) -> Hashable:
        tree = Converter(layer.source, layer.environment.lookup, Problems()).convert(node)
        if place.normal is not None:
            known = isinstance(tree, Text) and tree.why is None
            return place.normal(shown(tree.data)) if known and isinstance(tree, Text) else ("unknown", _raw(node))
        made = Canon(layer.folder, Problems()).made(tree, maker_of(place.key))
        return ("unknown", _raw(node)) if made.why is not None else made.key

    return Items(keys, (place.key,), identify)


def _raw(node: Node) -> Hashable:
    return node.text if isinstance(node, Scalar) else id(node)


def add_item(keys: Keys, place: ListPlace, value: Any) -> None:
    """One more item."""
    folder = keys.sites.home.layer.folder
    items_of(keys, place).add(place.write(value, folder))


def drop_item(keys: Keys, place: ListPlace, field: Field[Any]) -> None:
    """The item that stands at a field's place goes, and all that are the same for Compose."""
    items = items_of(keys, place)
    found = items.at(field.place)
    if found is None:
        raise UnwritableError(f"it is no item of {place.key} in the definitions of the service")
    items.drop(items.equal(found))


def swap_item(keys: Keys, place: ListPlace, field: Field[Any], value: Any) -> None:
    """The item that stands at a field's place becomes another one."""
    items = items_of(keys, place)
    found = items.at(field.place)
    if found is None:
        raise UnwritableError(f"it is no item of {place.key} in the definitions of the service")
    folder = found.site.layer.folder
    items.swap(items.equal(found), lambda before: place.swap(before, field.value, value, folder))


def mount_place(keys: Keys, field: Field[Mount]) -> ListPlace:
    """The list that a mount stands in: ``volumes`` or ``tmpfs``."""
    for place in (_VOLUMES, _TMPFS):
        if items_of(keys, place).at(field.place) is not None:
            return place
    raise UnwritableError("the mount does not stand in volumes or tmpfs of the service")


def only_in_tmpfs(mount: Mount) -> bool:
    """Whether the key ``tmpfs`` alone has words for a mount: ``volumes`` has no owner and no ``exec`` for memory."""
    names = {option.partition("=")[0] for option in mount.options}
    return mount.kind == "tmpfs" and bool(names - {"size", "mode"})


def add_mount(keys: Keys, mount: Mount) -> None:
    """One more mount; a named volume is defined if it is not."""
    if mount.kind == "tmpfs":
        add_item(keys, _TMPFS, mount)
        return
    add_item(keys, _VOLUMES, mount)
    if mount.kind == "volume" and mount.source:
        keys.define("volumes", mount.source, None)


# ---- security_opt -------------------------------------------------------------------------------------------------

OPTIONS = {
    "no_new_privileges": "no-new-privileges",
    "seccomp": "seccomp",
    "apparmor": "apparmor",
    "unmasked_paths": "systempaths",
}


def put_option(keys: Keys, field: str, value: Any) -> None:
    """One option of ``security_opt``; of several with one name the last one counts."""
    name = OPTIONS[field]
    items = Items(keys, ("security_opt",), lambda _layer, node: _option_name(node))
    mine = [item for item in items.items if item.identity == name]
    for item in mine:
        if isinstance(item.node, Scalar) and values.has_variable(item.node.text):
            raise UnwritableError(f"the option {item.node.text!r} comes from a variable")
    if value is None or value is False:
        items.drop(mine)
        return
    folder = keys.sites.layers.folder  # Compose looks for a profile there, whatever file names it
    separator = (
        "=" if any(isinstance(one.node, Scalar) and "=" in one.node.text for one in mine or items.items) else ":"
    )
    text = _option_text(name, value, separator, folder)
    if not mine:
        items.add(text)
        return
    if len(mine) > 1:
        items.drop(mine[:-1])
    items.swap(mine[-1:], lambda before: short.kept(before, text))


def _option_name(node: Node) -> str:
    text = node.text if isinstance(node, Scalar) else ""
    return text.partition("=")[0] if "=" in text else text.partition(":")[0]


def _option_text(name: str, value: Any, separator: str, folder: str) -> str:
    if name == "systempaths":
        return "systempaths=unconfined"
    if name == "no-new-privileges":
        return f"{name}{separator}true"
    if name == "seccomp" and value not in {"unconfined", "default"}:
        return f"{name}{separator}{values.literal(values.seen_from(folder, value))}"
    return f"{name}{separator}{'builtin' if name == 'seccomp' and value == 'default' else value}"


__all__ = [
    "LISTS", "OPTIONS", "TUPLES", "ListPlace", "Made", "add_item", "add_mount", "drop_item", "items_of", "mount_place",
    "put_option", "swap_item",
]  # fmt: skip
