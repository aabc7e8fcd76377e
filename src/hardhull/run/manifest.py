"""What a cluster would give to a container beside its image: config maps, secrets, fields of the pod, named ports.

The Workload names them; their content stands in the manifests of the same tree, and is read only to be run. No value of
a Secret is ever shown.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from hardhull.formats.kubernetes.documents import documents
from hardhull.formats.kubernetes.parts import is_read
from hardhull.text.nodes import Mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.source import Source

KINDS = ("ConfigMap", "Secret")
_TEMPLATES = {"Deployment": ("spec", "template", "spec"), "StatefulSet": ("spec", "template", "spec"), "Pod": ("spec",)}
_MOST_MODE = 0o777
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Every scalar is text, as the values of a config map are; nothing is made of tags."""


class DataObject(NamedTuple):
    """A ConfigMap or Secret of the tree: kind, namespace (empty where not written), name, and values by key.

    Attributes:
        binary: keys that stand in ``binaryData``: they are mounted, and never variables.
    """

    kind: str
    namespace: str
    name: str
    values: dict[str, bytes]
    binary: frozenset[str] = frozenset()


class NotGivenError(Exception):
    """Something is not in the tree; the message is a sentence part."""


def data_objects(sources: Iterable[Source]) -> tuple[DataObject, ...]:
    """The config maps and secrets of manifests. An encrypted one has no values, so it counts as absent."""
    found = []
    for source in sources:
        if any(kind.encode() in source.data for kind in KINDS):
            found += [one for each in _objects(source) if (one := _data(each)) is not None]
    return tuple(found)


def _objects(source: Source) -> Iterator[dict[str, Any]]:
    """The objects of a file as plain data, those in lists among them; what cannot be read was told by the scan."""
    for root in documents(source, is_read).roots:
        if not isinstance(root, Mapping):
            continue
        try:
            plain = yaml.load(source.data[root.start : root.end], Loader=_LOADER)  # noqa: S506  makes text alone
        except (yaml.YAMLError, RecursionError, ValueError):
            continue
        yield from _flat(plain, 0)


def _flat(plain: Any, depth: int) -> Iterator[dict[str, Any]]:
    if not isinstance(plain, dict):
        return
    items = plain.get("items")
    if str(plain.get("kind", "")).endswith("List") and isinstance(items, list) and depth < 3:
        for item in items:
            yield from _flat(item, depth + 1)
    else:
        yield plain


def _data(plain: dict[str, Any]) -> DataObject | None:
    kind, about = plain.get("kind"), _block(plain, "metadata")
    if kind not in KINDS or not isinstance(about.get("name"), str) or "sops" in plain:
        return None
    values = {key: text.encode() for key, text in _texts(_block(plain, "data"))}
    encoded = dict(values) if kind == "Secret" else {}
    encoded |= {key: text.encode() for key, text in _texts(_block(plain, "binaryData"))}
    try:
        values |= {key: binascii.a2b_base64(text) for key, text in encoded.items()}
    except binascii.Error:
        return None
    values |= {key: text.encode() for key, text in _texts(_block(plain, "stringData"))}
    binary = frozenset(_block(plain, "binaryData"))
    return DataObject(str(kind), str(about.get("namespace") or ""), about["name"], values, binary)


def _texts(block: dict[str, Any]) -> Iterator[tuple[str, str]]:
    return ((key, value) for key, value in block.items() if isinstance(value, str))


def _block(plain: Any, *path: str) -> dict[str, Any]:
    for key in path:
        plain = plain.get(key) if isinstance(plain, dict) else None
    return plain if isinstance(plain, dict) else {}


def _blocks(plain: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = plain.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


class Pod:
    """The pod of a container as its manifest has it, with the data objects that it can be given.

    Args:
        workload: the container.
        objects: config maps and secrets of the tree.
    """

    def __init__(self, workload: Workload, objects: Iterable[DataObject]) -> None:
        self._workload = workload
        self._namespace = workload.namespace.get(None) or ""
        self._objects = list(objects)
        self._spec, self._container = self._found()

    def _found(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Pod and container; nothing where it is not clear which ones they are."""
        kind = self._workload.controller.get(None) or ""
        specs = []
        for plain in _objects(self._workload.place.source) if kind in _TEMPLATES else ():
            spec = _block(plain, *_TEMPLATES[kind]) if plain.get("kind") == kind else {}
            for part in ("containers", "initContainers"):
                specs += [(spec, each) for each in _blocks(spec, part) if each.get("name") == self._workload.name]
        return specs[0] if len(specs) == 1 else ({}, {})

    def port(self, name: str) -> int | None:
        """The number of a named port."""
        found = [each.get("containerPort") for each in _blocks(self._container, "ports") if each.get("name") == name]
        return int(str(found[0])) if len(found) == 1 and str(found[0]).isdigit() else None

    # ---- variables --------------------------------------------------------------------------------------------------

    def variable(self, name: str) -> tuple[str | None, bool]:
        """The value of a variable that comes from elsewhere, and whether it is a secret; None where it may be absent.

        Raises:
            NotGivenError: it is not in the tree.
        """
        found = [each for each in _blocks(self._container, "env") if each.get("name") == name]
        origin = _block(found[-1], "valueFrom") if found else {}
        field = _block(origin, "fieldRef").get("fieldPath")
        if field:
            return self._field(str(field)), False
        for key, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
            reference = _block(origin, key)
            if reference:
                value = self._value(kind, reference)
                return (value.decode("utf-8", "replace") if value is not None else None), kind == "Secret"
        raise NotGivenError("where it comes from is not known here")

    def all_of(self) -> Iterator[tuple[str, str, bool]]:
        """The variables of ``envFrom``: name, value, and whether it is a secret.

        Raises:
            NotGivenError: an object is not in the tree.
        """
        for each in _blocks(self._container, "envFrom"):
            for key, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
                reference = _block(each, key)
                found = self._object(kind, reference) if reference else None
                for name, value in found.values.items() if found else ():
                    if found and name not in found.binary:
                        yield f"{each.get('prefix') or ''}{name}", value.decode("utf-8", "replace"), kind == "Secret"

    def _field(self, path: str) -> str:
        known = {"metadata.name": self._workload.name, "metadata.namespace": self._namespace or "default"}
        if path not in known:
            raise NotGivenError(f"only a cluster knows {path}")
        return known[path]

    def _object(self, kind: str, reference: dict[str, Any], key: str = "name") -> DataObject | None:
        name = str(reference.get(key) or "")
        for each in self._objects:
            same = each.namespace == self._namespace or not (each.namespace and self._namespace)
            if each.kind == kind and each.name == name and same:
                return each
        if reference.get("optional") == "true":
            return None
        raise NotGivenError(f"the {kind} {name} is not in this tree")

    def _value(self, kind: str, reference: dict[str, Any]) -> bytes | None:
        found, key = self._object(kind, reference), str(reference.get("key") or "")
        if found is not None and key not in found.values and reference.get("optional") != "true":
            raise NotGivenError(f"the {kind} {found.name} has no key {key}")
        return found.values.get(key) if found is not None else None

    # ---- volumes ----------------------------------------------------------------------------------------------------

    def files(self, target: str) -> tuple[dict[str, tuple[bytes, int]], str, list[str]]:
        """What is in the volume that is mounted at a path.

        Returns:
            Content and mode by path in the volume; the one path that is mounted (``subPath``), empty for all; texts
            of secrets.

        Raises:
            NotGivenError: a part is not in the tree, or only a cluster has it.
        """
        mounts = [each for each in _blocks(self._container, "volumeMounts") if each.get("mountPath") == target]
        volumes = [each for each in _blocks(self._spec, "volumes") if mounts and each.get("name") == mounts[0]["name"]]
        if len(mounts) != 1 or len(volumes) != 1 or mounts[0].get("subPathExpr"):
            raise NotGivenError("which volume that is cannot be said")
        hidden: list[str] = []
        files: dict[str, tuple[bytes, int]] = {}
        for kind, block, mode in _sources(volumes[0]):
            files |= self._content(kind, block, mode, hidden)
        return files, str(mounts[0].get("subPath") or ""), hidden

    def _content(self, kind: str, block: dict[str, Any], usual: int, hidden: list[str]) -> dict[str, tuple[bytes, int]]:
        if kind == "downwardAPI":
            return {
                _inner(item.get("path")): (self._field(str(_block(item, "fieldRef").get("fieldPath"))).encode(), usual)
                for item in _blocks(block, "items")
            }
        found = self._object(kind, block, "secretName" if "secretName" in block else "name")
        if found is None:
            return {}
        if kind == "Secret":
            hidden += [value.decode("utf-8", "replace") for value in found.values.values()]
        if "items" not in block:
            return {_inner(key): (value, usual) for key, value in found.values.items()}
        files = {}
        for item in _blocks(block, "items"):
            value = self._value(kind, {"optional": block.get("optional"), "key": item.get("key"), "name": found.name})
            if value is not None:
                files[_inner(item.get("path"))] = value, _mode(item.get("mode"), usual)
        return files


def _sources(volume: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], int]]:
    """Kind, block and usual mode of what a volume is made of.

    Raises:
        NotGivenError: one of them comes from a cluster alone.
    """
    names = {"configMap": "ConfigMap", "secret": "Secret", "downwardAPI": "downwardAPI"}
    usual = _mode(
        next((_block(volume, key).get("defaultMode") for key in (*names, "projected") if key in volume), None)
    )
    for part in _blocks(_block(volume, "projected"), "sources") if "projected" in volume else [volume]:
        key = next((each for each in names if each in part), None)
        if key is None:
            what = next((each for each in part if each != "name"), "it")
            raise NotGivenError(f"{what} comes from a cluster alone")
        yield names[key], _block(part, key), usual


def _mode(written: Any, usual: int = 0o644) -> int:
    """A mode as manifests write it: octal with a leading 0, else decimal."""
    text = str(written if written is not None else "").removeprefix("0o")
    octal = str(written).startswith("0")
    if not text.isdigit():
        return usual
    try:
        return int(text, 8 if octal else 10) & _MOST_MODE
    except ValueError:
        return usual


def _inner(path: Any) -> str:
    """A path below the volume.

    Raises:
        NotGivenError: it leads out of it.
    """
    parts = str(path or "").split("/")
    if not path or "" in parts or "." in parts or ".." in parts:
        raise NotGivenError(f"the path {path!r:.60} is none below the volume")
    return "/".join(parts)
