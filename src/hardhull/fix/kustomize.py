"""Fixes of manifests that are not ours to edit, as patches that a kustomization lays over them.

hardhull judges manifests as they stand, not what kustomize renders. So the outcome is judged in memory, with the
changes in the manifests, and then turned into patches; a later scan of the files still finds what these repair.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from hardhull.fix.patch import file_edit
from hardhull.formats.kubernetes.kustomize import NAMES
from hardhull.formats.kubernetes.patch import NewObject, Override, overrides
from hardhull.model.plan import FileEdit
from hardhull.model.source import Source
from hardhull.scan.kinds import kinds_of
from hardhull.text.draft import Draft, Log, UnwritableError
from hardhull.text.nodes import Mapping, Sequence
from hardhull.text.tree.draft import TreeDraft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as Dict


HEAD = b"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


class Laid(NamedTuple):
    """What became of manifests.

    Attributes:
        files: patches and kustomizations instead of changed manifests, and all other files as they were given.
        manifests: the manifests that patches are laid over.
        refused: manifests that no patch could be made for, with the reason.
    """

    files: tuple[FileEdit, ...]
    manifests: frozenset[str]
    refused: dict[str, str]


def laid(files: Iterable[FileEdit], read: Callable[[str], Source | None]) -> Laid:
    """Changed manifests as patches.

    Args:
        files: what changes, manifests among it.
        read: gives a file that is there by its path.
    """
    made: dict[str, FileEdit] = {}
    manifests: set[str] = set()
    refused: dict[str, str] = {}
    for file in files:
        if file.before is None or not _is_manifest(file.path, file.before):
            made[file.path] = file
            continue
        try:
            made |= _patched(file, file.before, read, made)
            manifests.add(file.path)
        except UnwritableError as error:
            refused[file.path] = error.why
    kept = (file for file in made.values() if file.before != file.after)
    return Laid(tuple(sorted(kept, key=lambda file: file.path)), frozenset(manifests), refused)


def _is_manifest(path: str, data: bytes) -> bool:
    return "kubernetes" in kinds_of(path, data)


def _patched(
    file: FileEdit, data: bytes, read: Callable[[str], Source | None], made: Dict[str, FileEdit]
) -> dict[str, FileEdit]:
    """The patches of one manifest, and the kustomization of its folder with them."""
    found: dict[str, FileEdit] = {}
    folder = posixpath.dirname(file.path)
    parts = overrides(Source(file.path, data), file.after)
    for part in parts:
        path = posixpath.join(folder, part.path)
        after = (part.patch if isinstance(part, Override) else part.text).encode()
        there = read(path)
        if (there is not None and there.data != after) or path in made or path in found:
            raise UnwritableError(f"another file of that name is there already: {path}")
        found[path] = FileEdit(path, None if there is None else after, after, ())
    one = _kustomization(folder, posixpath.basename(file.path), parts, read, made)
    return {**found, one.path: one}


def _kustomization(
    folder: str,
    manifest: str,
    parts: list[Override | NewObject],
    read: Callable[[str], Source | None],
    made: Dict[str, FileEdit],
) -> FileEdit:
    """The kustomization of a folder with patches and new objects in it; a new one lists the manifest as well."""
    paths = [posixpath.join(folder, name) for name in ("kustomization.yaml", *sorted(NAMES))]
    path = next((path for path in paths if path in made or read(path) is not None), paths[0])
    there = read(path)
    data = made[path].after if path in made else there.data if there is not None else HEAD
    draft = Draft(Source(path, data), Log())
    tree = TreeDraft.of_yaml(draft)
    root = next((root for root in tree.layout.roots if isinstance(root, Mapping)), None)
    if root is None:
        raise UnwritableError(f"{path} is no kustomization")
    if manifest not in _listed(root, "resources"):
        if there is not None:
            raise UnwritableError(f"{path} does not name {manifest} among its resources")
        tree.append(root, ("resources",), manifest)
    for part in parts:
        key, item = ("patches", part.item) if isinstance(part, Override) else ("resources", part.path)
        if part.path not in _listed(root, key):
            tree.append(root, (key,), item)
    after = draft.result()
    return FileEdit(path, None, after, ()) if there is None else file_edit(path, there.data, after)


def _listed(root: Mapping, key: str) -> set[str]:
    """The texts of a list, and the paths of the mappings in it."""
    node = root.get(key)
    texts = set()
    for item in node.items if isinstance(node, Sequence) else ():
        inner = item.get("path") if isinstance(item, Mapping) else item
        texts.add(posixpath.normpath(getattr(inner, "text", "")))
    return texts
