"""``extends``: a service that takes another one, of its own or another file, and lays its own keys over it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from hardhull.formats.compose.canonical import Canon
from hardhull.formats.compose.layers import marked
from hardhull.formats.compose.merge import merge_services, without
from hardhull.formats.compose.tree import Pair, Table, Text
from hardhull.formats.compose.units import shown

if TYPE_CHECKING:
    from hardhull.formats.compose.convert import Path
    from hardhull.formats.compose.load import Loader, Setting
    from hardhull.model.source import Source

MAX_CHAIN = 50
"""Longest chain of services that extend each other."""

OPEN = "\0open"
"""The key under which a service says why more may be set than is known; no file can have it."""


class Scope(NamedTuple):
    """The file in which a service stands.

    Attributes:
        path: of the file.
        folder: what its paths are relative to.
        resets: the paths that the file resets in what it extends.
        services: of the file; each is replaced by its full form once that is known.
    """

    path: str
    folder: str
    resets: set[Path]
    services: dict[str, Pair]


Chain: TypeAlias = tuple[tuple[str, str], ...]
"""The file and name of each service on the way to one, to find circles."""


class Extender:
    """Resolves ``extends`` in the files of one model."""

    def __init__(self, loader: Loader, setting: Setting) -> None:
        self.loader = loader
        self.setting = setting
        self._files: dict[str, Scope] = {}

    def extended(self, tree: Table, scope: Scope) -> Table:
        """A document in which no service extends another one any more.

        Args:
            tree: the document.
            scope: its file, without services.
        """
        pairs = tree.pairs
        for section in ("services", "jobs"):
            table = tree.table(section)
            if table is None or not any(_extends(pair) for pair in table.pairs.values()):
                continue
            here = scope._replace(services=dict(table.pairs))
            for name in table.pairs:
                self.service(name, here, ())
            pairs = {**pairs, section: pairs[section].with_value(table.with_pairs(here.services))}
        return tree if pairs is tree.pairs else tree.with_pairs(pairs)

    def service(self, name: str, scope: Scope, chain: Chain) -> Table | None:
        """A service with all that it extends; None for one that is empty.

        Args:
            name: of the service.
            scope: its file.
            chain: how it was reached.
        """
        pair = scope.services[name]
        if not isinstance(pair.value, Table):
            return None
        service = pair.value
        extends = service.pairs.get("extends")
        if extends is None:
            return service
        own = service.with_pairs({key: value for key, value in service.pairs.items() if key != "extends"})
        link = (scope.path, name)
        if link in chain:
            self.loader.refuse(extends, f"the service {name} extends itself in a circle", "take one extends out")
            return own
        merged = self.merged(own, extends, scope, (*chain, link))
        scope.services[name] = pair.with_value(merged)
        return merged

    def merged(self, own: Table, extends: Pair, scope: Scope, chain: Chain) -> Table:
        """A service's own keys laid over the service that it extends."""
        ref, file = _reference(extends)
        why = self.trouble(extends, ref, file)
        if why is not None or ref is None:
            return _opened(own, extends, why or "it does not say which service it extends")
        if len(chain) > MAX_CHAIN:
            self.loader.missing(extends.place, f"more than {MAX_CHAIN} services extend each other, the limit")
            return _opened(own, extends, "it extends too long a chain of services")
        there = scope if file is None else self.file(file, scope)
        if there is None:
            what = shown(file.data) if file is not None else ""
            return _opened(own, extends, f"it extends a service of {what}, which is not in the scanned tree")
        if ref not in there.services:
            self.loader.refuse(extends, f"there is no service {ref} to extend", "correct the name")
            return own
        base = self.service(ref, there, chain)
        if base is None:
            return own
        resets = {path[2:] for path in scope.resets if path[:2] == ("services", chain[-1][1])}
        return merge_services(without(base, resets), own, self.loader.problems)

    def trouble(self, extends: Pair, ref: str | None, file: Text | None) -> str | None:
        """Why what is extended cannot be known."""
        if file is not None and file.why is not None:
            self.loader.missing(file.place, file.why)
            return f"it extends a service of a file whose name is not known: {file.why}"
        if ref is None:
            self.loader.refuse(extends, "extends names no service", "write service: NAME")
        return None

    def file(self, file: Text, scope: Scope) -> Scope | None:
        """Another file, its services in their long form, with paths seen from the root."""
        path = self.loader.path(file, scope.folder)
        if path is None:
            return None
        if path not in self._files:
            source = self.loader.file(path, file.place)
            if source is None:
                return None
            self._files[path] = self.read(path, source)
        found = self._files[path]
        return found._replace(services=dict(found.services))

    def read(self, path: str, source: Source) -> Scope:
        """The services of a file, for others to extend."""
        folder = posixpath.dirname(path)
        scope = Scope(path, folder, set(), {})
        for root in self.loader.documents(source):
            tree, resets = self.loader.converted(source, root, self.setting.environment) if root else (None, set())
            scope.resets.update(resets)
            marks = marked(tree, folder, self.setting.environment) if tree else None
            table = Canon(folder, self.loader.problems).model(marks).table("services") if marks else None
            scope.services.update(table.pairs if table else {})
        return scope


def _extends(pair: Pair) -> bool:
    return isinstance(pair.value, Table) and "extends" in pair.value.pairs


def _reference(extends: Pair) -> tuple[str | None, Text | None]:
    """The service and the file that ``extends`` names."""
    value = extends.value
    if isinstance(value, Text):
        return (shown(value.data) or None), None
    if not isinstance(value, Table):
        return None, None
    service, file = value.get("service"), value.get("file")
    name = shown(service.data) if isinstance(service, Text) else ""
    return (name or None), file if isinstance(file, Text) else None


def _opened(own: Table, extends: Pair, why: str) -> Table:
    """A service of which more may be set than is known."""
    note = Text(extends.source, extends.start, extends.end, None, raw="", why=why)
    return own.with_pairs({**own.pairs, OPEN: Pair(extends.source, extends.start, extends.end, note)})
