"""The digest of a Workload: equal as long as the container is started in the same way, different when anything changes.

Lines, comments, quotes and the order of keys and of sets do not count, nor what does not reach the container: labels,
annotations, what links say about it. What stands behind a variable counts as it is written.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hardhull.facts.capabilities import ALL
from hardhull.facts.normal import normal, text_of
from hardhull.model.field import Field, Inexpressible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hardhull.facts.proof import Proof, Proven
    from hardhull.facts.workload import Workload

State: TypeAlias = "dict[str, Any]"
"""What a Workload says: a value by field; the items of a list by what tells them apart."""

ASIDE: Final = frozenset(
    {
        "labels", "annotations", "pod_labels", "hollow", "profiles", "neighbours", "awaited", "built_as",
        "ambiguous",
        "recipe", "local_image", "engine", "cluster", "seccomp_profile", "profile", "proof",
    }
)  # fmt: skip
"""Fields that say nothing about how the container runs: words about it, what has no effect, and links."""
_ORDERED: Final = frozenset({"env_files"})
"""Lists in which a later item wins."""
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "mounts": ("target",),
    "ports": ("container", "host", "protocol"),
    "ulimits": ("name",),
    "devices": ("host", "container"),
    "block_io": ("what", "device"),
    "env": ("name",),
    "networks": ("name",),
}
"""What tells the items of a list apart: a second item of the same kind takes the place of the first."""


def digest(workload: Workload, proven: Iterable[Proven] = ()) -> str:
    """64 hexadecimal digits: the SHA-256 of how a Workload is started.

    Args:
        workload: with its links, so that the content of a seccomp profile counts and not only its name.
        proven: what it would say as well.
    """
    state = stated(workload)
    apply(state, proven)
    return sha256(text_of(state).encode()).hexdigest()


def covers(proof: Proof, workload: Workload) -> bool:
    """Whether a proof speaks about this Workload as it is written now.

    That is so as it was written when it was proven, with all that was proven, and with a part of that: then what is
    missing makes it the proven one, and nothing stands where the proof says something else.
    """
    state = stated(workload)
    now = sha256(text_of(state).encode()).hexdigest()
    if now in {proof.workload, proof.base} - {""}:
        return True
    if any(_contradicts(state, item) for item in proof.proven):
        return False
    return digest(workload, proof.proven) == proof.workload


def stale(proof: Proof, workload: Workload, image: str) -> str:
    """Why a proof does not speak about a Workload any more, as a sentence part; empty where it does.

    Args:
        proof: which.
        workload: as it is written now.
        image: the id of what it would run now; empty where that is not known.
    """
    if image and proof.image_digest not in {"", image}:
        return "its image is not the one that ran"
    return "" if covers(proof, workload) else "its definition is not the one that was proven"


def with_before(workload: Workload, proven: Iterable[Proven]) -> tuple[Proven, ...]:
    """The same items, each with what is written in its place now: for whoever makes a proof of this workload."""
    state = stated(workload)
    return tuple(item._replace(was=_in_place_of(state, item)) for item in proven)


def stated(workload: Workload) -> State:
    """What a Workload says about how it is started, without what is only the default."""
    state: State = {"": workload.runtime}
    if workload.absent_unknown is not None:
        state["?"] = workload.absent_unknown
    if workload.unread:
        state["unread"] = sorted({str(field.get("")) for field in workload.unread})
    for slot in workload.slots():
        name = slot.name
        field = workload.fields.get(name)
        if field is None or name in ASIDE or name.startswith("effective_") or isinstance(field, Inexpressible):
            continue
        if not field.known:
            state[name] = _written(field)
        elif (value := _chosen(name, field.value)) != slot.default:
            state[name] = _value(workload, name, value)
    return state


def _chosen(name: str, value: Any) -> Any:
    """A value without what is there only because nothing is written: the network that Compose gives every service."""
    return tuple(item for item in value if item.written) if name == "networks" else value


def apply(state: State, proven: Iterable[Proven]) -> None:
    """Changes what is stated to what it would be with these items."""
    for item in proven:
        if not _is_list(item.field):
            state[item.field] = canonical(item.field, item.item)
            if state[item.field] == normal(_slots()[item.field]):
                del state[item.field]
            continue
        value = canonical(item.field, item.item)
        items = state.setdefault(item.field, {})
        if item.absent:
            if items.get(key_of(item.field, value)) == value:
                del items[key_of(item.field, value)]
        else:
            items[key_of(item.field, value)] = value
        if item.field == "cap_drop" and ALL in items:
            state[item.field] = {ALL: ALL}
        if not items:
            del state[item.field]


def holds(state: State, item: Proven) -> bool:
    """Whether what is stated says so already."""
    value = canonical(item.field, item.item)
    if not _is_list(item.field):
        return bool(state.get(item.field, normal(_slots().get(item.field))) == value)
    return bool(state.get(item.field, {}).get(key_of(item.field, value)) == value) != item.absent


def canonical(field: str, item: Any) -> Any:
    """An item in the form that is compared: a seccomp profile by its content."""
    if field == "seccomp" and isinstance(item, dict):
        return {"profile": _hash(item.get("profile"))}
    return item


def key_of(field: str, item: Any) -> str:
    """What tells an item of a list from the others."""
    names = _KEYS.get(field)
    if names and isinstance(item, dict):
        return text_of([item.get(name) for name in names])
    if field == "sysctls" and isinstance(item, list) and item:
        return str(item[0])
    return item if isinstance(item, str) else text_of(item)


def _contradicts(state: State, item: Proven) -> bool:
    """Whether something stands where the proof has this that is neither this nor what was there when it was proven."""
    there = _in_place_of(state, item)
    return not item.absent and there is not None and there not in (canonical(item.field, item.item), item.was)


def _in_place_of(state: State, item: Proven) -> Any:
    """What is stated of the field, or of the item of the list that this would replace; None for nothing."""
    if not _is_list(item.field):
        return state.get(item.field)
    return state.get(item.field, {}).get(key_of(item.field, item.item))


def _value(workload: Workload, name: str, value: Any) -> Any:
    if name == "seccomp":
        return _seccomp(workload, value)
    if not isinstance(value, tuple) or not all(isinstance(item, Field) for item in value):
        return normal(value)
    shown = _env if name == "env" else normal
    values = [shown(item.value) if item.known else _written(item) for item in value]
    if name in _ORDERED:
        return values
    items: dict[str, Any] = {}
    for each in values:
        key = key_of(name, each)
        items[key if items.get(key, each) == each else text_of(each)] = each
    return {ALL: ALL} if name == "cap_drop" and ALL in items else items


def _env(variable: Any) -> Any:
    """A variable as it is written: what it gets from elsewhere is not the file's, and may be a secret."""
    if variable.source in {"literal", "default"}:
        return {"name": variable.name, "value": variable.value}
    return {
        "name": variable.name,
        "source": variable.source,
        "raw": "" if variable.source == "env_file" else variable.raw,
    }


def _seccomp(workload: Workload, named: Any) -> Any:
    """A profile that this tree has counts by what it says."""
    profile = workload.seccomp_profile.get(None)
    if profile is None:
        return named
    try:
        return {"profile": _hash(json.loads(profile.place.source.data))}
    except (ValueError, RecursionError):
        return {"profile": sha256(profile.place.source.data).hexdigest()}


def _hash(document: Any) -> str:
    return sha256(text_of(document).encode()).hexdigest()


def _written(field: Field[Any]) -> Any:
    """What stands where a value cannot be known; without quotes, which a formatter may change."""
    return {"?": field.place.text.strip().strip("\"'") if field.written else field.why}


def _is_list(field: str) -> bool:
    return _slots().get(field) == () and field not in {
        "dns",
        "expose",
        "profiles",
        "neighbours",
        "built_as",
        "ambiguous",
    }


def _slots() -> dict[str, Any]:
    """The default of every field of a Workload."""
    from hardhull.facts.workload import Workload

    if not _DEFAULTS:
        _DEFAULTS.update({slot.name: slot.default for slot in Workload.slots()})
    return _DEFAULTS


_DEFAULTS: dict[str, Any] = {}
