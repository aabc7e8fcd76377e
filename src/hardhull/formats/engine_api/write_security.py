"""``SecurityOpt``, and the paths of /proc that are masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.jsonread import text_of
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Sequence

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload
    from hardhull.formats.engine_api.body import Body

SECURITY = frozenset({"apparmor", "no_new_privileges", "seccomp", "unmasked_paths"})
OPTIONS = ("HostConfig", "SecurityOpt")
MASKS = (("HostConfig", "MaskedPaths"), ("HostConfig", "ReadonlyPaths"))


def set_security(body: Body, workload: Workload, field: str, value: Any) -> None:
    """A security option gets a value; None takes it out.

    Raises:
        UnwritableError: it is written several times, or the API has no words for the value.
    """
    if field == "unmasked_paths":
        _unmask(body, wanted=bool(value))
        return
    text = None if value is None else _spelt(field, value)
    name = field.replace("_", "-")
    sequence = body.get(OPTIONS)
    items = sequence.items if isinstance(sequence, Sequence) else []
    found = [index for index, item in enumerate(items) if _name(text_of(item) or "") == name]
    if len(found) > 1:
        raise UnwritableError(f"{name} is written several times in SecurityOpt")
    if not found or not isinstance(sequence, Sequence):
        if text is not None:
            body.append(OPTIONS, text)
    elif text is None:
        body.tree.take_item(sequence, found[0])
    elif getattr(workload, field).get(None) != value:
        body.tree.put(items[found[0]], text)


def _name(text: str) -> str:
    """``seccomp=x`` and ``seccomp:x`` are the option seccomp."""
    separator = "=" if "=" in text.partition("{")[0] else ":"
    return text.partition(separator)[0]


def _spelt(field: str, value: Any) -> str:
    if field == "no_new_privileges":
        return f"no-new-privileges={str(bool(value)).lower()}"
    if field == "seccomp":
        if value not in {"default", "unconfined"}:
            raise UnwritableError("the Engine API takes the profile itself, not its path")
        value = "builtin" if value == "default" else value
    return f"{field}={value}"


def _unmask(body: Body, *, wanted: bool) -> None:
    """Empty lists of masked and read-only paths; without the keys they are the engine's own."""
    if wanted:
        for path in MASKS:
            body.set(path, [])
        return
    sequence = body.get(OPTIONS)
    for index, item in enumerate(sequence.items if isinstance(sequence, Sequence) else []):
        if isinstance(sequence, Sequence) and text_of(item) in {"systempaths=unconfined", "systempaths:unconfined"}:
            body.tree.take_item(sequence, index)
    for path in MASKS:
        node = body.get(path)
        if isinstance(node, Sequence) and not node.items:
            body.remove(path)
