"""Changes as patches of objects: JSON Patch (RFC 6902), and kustomizations that apply one.

A patch is made from the object before and after the Changes were written into its text, so that both always agree.
"""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.formats.kubernetes.block import Block
from hardhull.formats.kubernetes.manifest import Manifest, header
from hardhull.formats.kubernetes.site import Stands
from hardhull.formats.writing import write
from hardhull.model.source import Source
from hardhull.text.draft import Draft, Drafts, Log, UnwritableError
from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.scalars import resolve_kubernetes
from hardhull.text.tree.plain import Style, entry, item_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence as Many

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change
    from hardhull.text.nodes import Node

Op = dict[str, Any]
_CONTAINER = re.compile(r"(.*/(?:initC|c|ephemeralC)ontainers/[0-9]+)/.*")


class Override(NamedTuple):
    """A patch that stands beside the manifest instead of in it.

    Attributes:
        path: a name for the file of the patch.
        patch: its text, JSON Patch in YAML.
        item: what goes into the list ``patches`` of the ``kustomization.yaml`` beside it.
    """

    path: str
    patch: str
    item: dict[str, Any]

    @property
    def kustomization(self) -> str:
        """The lines of that list with this patch alone."""
        return "".join(f"{line}\n" for line in entry("patches", [self.item], 0, Style()))


def json_patch(fact: Workload, changes: Many[Change]) -> list[Op]:
    """Changes of a container as a JSON Patch of the object that it belongs to.

    Args:
        fact: the container as it was read.
        changes: all or none of them.

    Returns:
        The operations, in order. In front stand tests that each index means the container that it is meant for.

    Raises:
        UnwritableError: one of them cannot be written.
    """
    before, after = _both(fact, changes)
    ops = list(_differences(before, after, ""))
    return [*_tests(before, ops), *ops]


def override(fact: Workload, changes: Many[Change]) -> Override:
    """Changes of a container as a kustomize patch.

    Raises:
        UnwritableError: one of them cannot be written, or nothing names the object.
    """
    source = fact.place.source
    thing = Stands(Draft(source, Log())).container(fact.place).thing
    return _override(Block(source, thing.node), json_patch(fact, changes))


class NewObject(NamedTuple):
    """An object that is not in the manifest: a name for a file of its own, and its text."""

    path: str
    text: str


def overrides(source: Source, after: bytes) -> list[Override | NewObject]:
    """What was changed in a file of manifests: a kustomize patch for each object, and objects that came at its end.

    Args:
        source: the file as it is.
        after: the file as it would be, with the same objects in the same order.

    Raises:
        UnwritableError: an object went, or nothing names one that was changed.
    """
    changed = Source(source.path, after)
    old, new = Stands(Draft(source, Log())), Stands(Draft(changed, Log()))
    names = [_name(Block(source, thing.node)) for thing in old.things]
    if [_name(Block(changed, thing.node)) for thing in new.things[: len(names)]] != names:
        raise UnwritableError("the objects of the file are not the same any more")
    found: list[Override | NewObject] = []
    for thing in new.things[len(names) :]:
        kind, name = _name(Block(changed, thing.node))
        text = after[thing.node.start : thing.node.end].decode("utf-8", "replace")
        found.append(NewObject(f"hardhull-{kind.lower()}-{name}.yaml", f"{text}\n"))
    for was, now in zip(old.things, new.things, strict=False):
        before = plain(was.node)
        ops = list(_differences(before, plain(now.node), ""))
        if ops:
            found.append(_override(Block(source, was.node), [*_tests(before, ops), *ops]))
    return found


def _name(block: Block) -> tuple[str, str]:
    """Kind and name of an object; empty where it has none."""
    metadata = block.block("metadata")
    return block.text("kind") or "", (metadata.text("name") if metadata is not None else None) or ""


def _override(block: Block, ops: list[Op]) -> Override:
    """The patch of one object."""
    found = header(block)
    if found is None or block.block("metadata") is None:
        raise UnwritableError("kustomize cannot name an item of a typed list")
    manifest = Manifest(block, *found)
    metadata = block.block("metadata")
    name = metadata.text("name") if metadata is not None else None
    if not name:
        raise UnwritableError("kustomize cannot name an object whose name the API server makes")
    target = {"group": manifest.group, "version": manifest.version, "kind": manifest.kind, "name": name}
    if not manifest.group:
        del target["group"]
    if manifest.namespace_name:
        target["namespace"] = manifest.namespace_name
    path = f"hardhull-{manifest.kind.lower()}-{name}.yaml"
    patch = "".join(f"{line}\n" for op in ops for line in item_lines(op, 0, Style()))
    return Override(path, patch, {"path": path, "target": target})


def _both(fact: Workload, changes: Many[Change]) -> tuple[Any, Any]:
    """The object before and after."""
    drafts = Drafts()
    write(fact, changes, drafts)
    source = fact.place.source
    before = Stands(Draft(source, Log()))
    thing = before.container(fact.place).thing
    number = before.things.index(thing)
    result = drafts.of(source).result()
    after = Stands(Draft(Source(source.path, result), Log()))
    return plain(thing.node), plain(after.things[number].node)


def plain(node: Node) -> Any:
    """What an API server is given: mappings, lists, texts, numbers; aliases and merge keys replaced."""
    if isinstance(node, Mapping):
        return {one.name or "": plain(one.value) for one in node}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)  # noqa: S101  there is no fourth kind
    return resolve_kubernetes(node)


def _differences(old: Any, new: Any, path: str) -> Iterator[Op]:
    """Operations that make one value of the other."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_mappings(old, new, path)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(old, new, path)
    elif type(old) is not type(new) or old != new:
        yield {"op": "replace", "path": path, "value": new}


def _of_mappings(old: dict[str, Any], new: dict[str, Any], path: str) -> Iterator[Op]:
    for key in old:
        if key not in new:
            yield {"op": "remove", "path": f"{path}/{_escaped(key)}"}
    for key, value in new.items():
        inner = f"{path}/{_escaped(key)}"
        if key in old:
            yield from _differences(old[key], value, inner)
        else:
            yield {"op": "add", "path": inner, "value": value}


def _of_lists(old: list[Any], new: list[Any], path: str) -> Iterator[Op]:
    """From the end to the beginning, so that no operation moves what another one means."""
    was, now = ([json.dumps(item, sort_keys=True) for item in items] for items in (old, new))
    for what, i, i_end, j, j_end in reversed(SequenceMatcher(None, was, now, autojunk=False).get_opcodes()):
        if what == "equal":
            continue
        both = min(i_end - i, j_end - j)
        for at in range(i_end - 1, i + both - 1, -1):
            yield {"op": "remove", "path": f"{path}/{at}"}
        for more, value in enumerate(new[j + both : j_end]):
            yield {"op": "add", "path": f"{path}/{i + both + more}", "value": value}
        for at in range(both):
            yield from _differences(old[i + at], new[j + at], f"{path}/{i + at}")


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _tests(before: Any, ops: list[Op]) -> list[Op]:
    """That each container which is changed is the one that is meant."""
    found = dict.fromkeys(match[1] for op in ops if (match := _CONTAINER.fullmatch(op["path"])))
    tests = []
    for path in found:
        value = before
        for key in path.split("/")[1:]:
            value = value[int(key)] if isinstance(value, list) else value[key]
        if isinstance(value, dict) and isinstance(value.get("name"), str):
            tests.append({"op": "test", "path": f"{path}/name", "value": value["name"]})
    return tests
