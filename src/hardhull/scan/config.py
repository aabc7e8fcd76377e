"""The team's decisions: ``hardhull.toml``, or ``[tool.hardhull]`` in ``pyproject.toml``, at the root of the scan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.model.finding import Severity
from hardhull.rules.policy import PathIgnore, Policy
from hardhull.scan.ignore import DATE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class ConfigError(Exception):
    """The configuration cannot be used.

    Attributes:
        path: the file.
        what: what is wrong with it.
        how: what to write instead.
    """

    def __init__(self, path: Path | str, what: str, how: str) -> None:
        super().__init__(f"{path}: {what}; {how}")
        self.path = str(path)
        self.what = what
        self.how = how


def load_policy(root: Path, named: Path | None = None, *, start: Path | None = None) -> Policy:
    """The policy for a scan of ``root``: the nearest configuration between where it starts and its root.

    Args:
        root: the last folder where ``hardhull.toml`` or ``pyproject.toml`` is looked for.
        named: a file that the person named instead.
        start: the first one, inside the root; the root itself by default.

    Raises:
        ConfigError: the file is missing though named, is no TOML, or has an unknown key or a wrong value.
    """
    if named is not None:
        if not named.is_file():
            raise ConfigError(named, "there is no such file", "name an existing file with --config")
        return _parse(named, _load(named), whole=named.name != "pyproject.toml")
    first = start or root
    for folder in (first, *first.parents):
        own, shared = folder / "hardhull.toml", folder / "pyproject.toml"
        if own.is_file():
            return _parse(own, _load(own), whole=True)
        if shared.is_file() and b"[tool.hardhull" in shared.read_bytes():
            return _parse(shared, _load(shared), whole=False)
        if folder == root:
            break
    return Policy()


def _load(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(path, f"is not valid TOML: {error}", "correct the syntax") from None
    except OSError as error:
        raise ConfigError(path, f"cannot be read: {error.strerror}", "check its permissions") from None


def _parse(path: Path, table: dict[str, Any], *, whole: bool) -> Policy:
    settings = table if whole else table.get("tool", {}).get("hardhull", {})
    values: dict[str, Any] = {}
    for key, value in settings.items():
        if key not in SETTINGS:
            raise ConfigError(path, f"there is no setting `{key}`", _suggest(key, SETTINGS))
        field, read = SETTINGS[key]
        try:
            values[field] = read(value)
        except ValueError as error:
            raise ConfigError(path, f"`{key}` {error}", "see docs/configuration.md") from None
    return Policy(**values)


def _suggest(key: str, known: Any) -> str:
    from difflib import get_close_matches

    close = get_close_matches(key, list(known), 1)
    return f"did you mean `{close[0]}`?" if close else f"the settings are {', '.join(sorted(known))}"


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        msg = "must be a list of strings"
        raise ValueError(msg)
    return tuple(value)


def _ports(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(type(item) is int and 0 < item < 65536 for item in value):
        msg = "must be a list of port numbers"
        raise ValueError(msg)
    return tuple(map(str, value))


def _size(value: Any) -> int:
    if type(value) is int and value >= 0:
        return value
    if isinstance(value, str) and value[:-1].isdigit() and value[-1:].lower() in SIZES:
        return int(value[:-1]) * SIZES[value[-1].lower()]
    msg = "must be a number of bytes or a size such as `2g`"
    raise ValueError(msg)


def _device(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"/dev/[\w/.-]+", value):
        return value
    msg = "must be the path of a disk such as `/dev/sda`"
    raise ValueError(msg)


def _days(value: Any) -> int:
    if type(value) is int and 0 < value <= 3650:
        return value
    msg = "must be a number of days from 1 to 3650"
    raise ValueError(msg)


def _severity(value: Any) -> str:
    words = [severity.word for severity in Severity if severity]
    if value not in words:
        msg = f"must be one of {', '.join(reversed(words))}"
        raise ValueError(msg)
    return str(value)


def _rules(value: Any) -> frozenset[str]:
    return frozenset(name.lower() for name in _texts(value))


def _ignores(value: Any) -> tuple[PathIgnore, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        msg = "must be tables, written as [[ignore]]"
        raise ValueError(msg)
    return tuple(_ignore(item) for item in value)


def _ignore(item: dict[str, Any]) -> PathIgnore:
    unknown = sorted(item.keys() - {"paths", "rules", "reason", "until"})
    if unknown:
        msg = f"has an unknown key `{unknown[0]}`: it takes paths, rules, reason and until"
        raise ValueError(msg)
    reason, until = str(item.get("reason", "")), str(item.get("until", ""))
    if not item.get("paths") or not reason:
        msg = "needs paths and a reason"
        raise ValueError(msg)
    if until and not DATE.match(until):
        msg = f"has until = {until!r}: it must be a date as YYYY-MM-DD"
        raise ValueError(msg)
    return PathIgnore(_texts(item["paths"]), tuple(sorted(_rules(item.get("rules", [])))), reason, until)


SIZES = {"k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
SETTINGS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "trusted-registries": ("trusted_registries", _texts),
    "allowed-ports": ("allowed_ports", _ports),
    "max-memory": ("max_memory", _size),
    "disk": ("disk", _device),
    "disable": ("disabled", _rules),
    "ignore": ("ignores", _ignores),
    "exclude": ("exclude", _texts),
    "fail-on": ("fail_on", _severity),
    "advisory-days": ("advisory_days", _days),
}
"""Setting in the file -> field of :class:`~hardhull.rules.policy.Policy` and how its value is read."""
