"""Values of an Engine as daemon.json has them: the other direction of :mod:`hardhull.formats.daemon_json.values`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.log_drivers import refused_option
from hardhull.formats.daemon_json.checks import refused, refused_number
from hardhull.formats.daemon_json.keys import PROXIES, keys
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from hardhull.formats.daemon_json.keys import Key
    from hardhull.text.tree.plain import Plain

_BUILDER = {
    "builder_gc": ("builder", "gc", "enabled"),
    "builder_gc_keep": ("builder", "gc", "defaultKeepStorage"),
    "builder_entitlements": ("builder", "entitlements"),
}
_PAIRS = frozenset({"map", "bools"})
TEXTS = frozenset({"strings", "ips"})


def key_of(field: str) -> Key:
    """The key that holds a field.

    Raises:
        UnwritableError: none does.
    """
    name = "builder" if field in _BUILDER else field.replace("_", "-")
    key = keys().get(name)
    if key is None or (not key.slot and field not in _BUILDER) or key.type == "any":
        raise UnwritableError(f"daemon.json has no key for {field}")
    return key


def path_of(field: str) -> tuple[str, ...]:
    """The keys on the way to a field."""
    name = field.replace("_", "-")
    return _BUILDER.get(field) or (("proxies", name) if name in PROXIES else (name,))


def kind_of(field: str) -> str:
    """The type of a field's value, in the words of :class:`~hardhull.formats.daemon_json.keys.Key`."""
    if field == "builder_entitlements":
        return "bools"
    return {"builder_gc": "bool", "builder_gc_keep": "str"}.get(field) or key_of(field).type


def whole(field: str, value: Any) -> Plain:
    """A whole value; for lists and maps a tuple of items without places.

    Raises:
        UnwritableError: the engine refuses it.
    """
    kind = kind_of(field)
    if kind in TEXTS | {"pools"}:
        return [item(field, one)[1] for one in value]
    if kind in _PAIRS | {"ulimits", "runtimes", "nets"}:
        made: dict[str, Any] = {}
        for one in value:
            path, plain = item(field, one)
            inner = made
            for key in path[:-1]:
                inner = inner.setdefault(key, {})
            inner[path[-1]] = plain
        return made
    return _checked(field, value)


def item(field: str, value: Any) -> tuple[tuple[str, ...], Plain]:
    """An item of a list or map: the keys below the field's own, and the value.

    Raises:
        UnwritableError: the engine refuses it, or the field is no list.
    """
    kind = kind_of(field)
    if kind in TEXTS:
        return (), _checked(field, value)
    if kind in _PAIRS:
        return (value[0],), value[1]
    if kind == "nets":
        driver, _, option = value[0].partition(":")
        return (driver, option), value[1]
    if kind == "pools":
        return (), {"base": value.base, "size": value.size}
    if kind == "ulimits":
        return (value.key or value.name,), {"Name": value.name, "Soft": value.soft, "Hard": value.hard}
    if kind == "runtimes":
        return (value.name,), _runtime(value)
    raise UnwritableError(f"{field} is no list")


def _runtime(value: Any) -> dict[str, Any]:
    parts = {"path": value.path, "runtimeType": value.type, "runtimeArgs": list(value.args)}
    return {name: part for name, part in parts.items() if part}


def _checked(field: str, value: bool | int | str) -> bool | int | str:
    name = path_of(field)[-1]
    why = refused(name, value) if isinstance(value, str) else ""
    if isinstance(value, int) and not isinstance(value, bool):
        why = refused_number(name, value)
    if why:
        raise UnwritableError(f"the engine would not start: {why}")
    return value


def check_option(driver: str, value: tuple[str, str]) -> None:
    """Refuses a log option that the driver does not take.

    Raises:
        UnwritableError: it does not.
    """
    why = refused_option(driver, *value)
    if why:
        raise UnwritableError(f"the engine would not start: {why}")
