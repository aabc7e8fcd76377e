"""One Compose model out of all its files: documents, ``include``, ``extends``, override files."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from hardhull.formats.compose.canonical import Canon
from hardhull.formats.compose.convert import Converter, Path
from hardhull.formats.compose.extends import Extender, Scope
from hardhull.formats.compose.layers import marked
from hardhull.formats.compose.merge import merge_models, merge_resources, without
from hardhull.formats.compose.pairs import elements
from hardhull.formats.compose.places import from_root, inside
from hardhull.formats.compose.problem import Problem, Problems
from hardhull.formats.compose.tree import Items, Located, Pair, Table, Text, Tree, same
from hardhull.model.source import Place, Span
from hardhull.text import yamldoc
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.compose.environment import Environment
    from hardhull.model.source import Source
    from hardhull.text.nodes import Node

MAX_INCLUDES = 200
"""Most included models of one project."""

MAX_NODES = 100_000
"""Most nodes of one file; compose-go visits no more either."""

SECTIONS = ("services", "jobs", "volumes", "networks", "secrets", "configs", "models")


Parsed: TypeAlias = "dict[str, list[Node | None]]"
"""The documents of files by their path, for files that several projects share."""


class Setting(NamedTuple):
    """What files of one model share.

    Attributes:
        folder: what their relative paths are relative to, seen from the root.
        environment: the values of their variables.
        included: the files on the way to here, to find circles.
    """

    folder: str
    environment: Environment
    included: tuple[str, ...] = ()


class Loader:
    """Loads the models of one project.

    Attributes:
        read: gives a file of the scanned tree by its path seen from the root; None for what is not there.
        problems: what Compose refuses, and what is missing.
        files: the paths of all files that were read.
    """

    def __init__(self, read: Callable[[str], Source | None], problems: Problems, parsed: Parsed | None = None) -> None:
        self.read = read
        self.problems = problems
        self.files: dict[str, None] = {}
        self._documents: Parsed = {} if parsed is None else parsed
        self._models: dict[tuple[object, ...], Table] = {}
        self._unreadable: set[str] = set()
        self._includes = 0

    def model(self, sources: list[Source], setting: Setting) -> Table | None:
        """The model that some files make together; None where they say nothing.

        Args:
            sources: the first one and what is laid over it.
            setting: their folder and variables.
        """
        model: Table | None = None
        extender = Extender(self, setting)
        for source in sources:
            for root in self.documents(source):
                if root is not None:
                    model = self.document(source, root, model, setting, extender)
        return model

    def documents(self, source: Source) -> list[Node | None]:
        """The documents of a file; none, with a problem, where it cannot be read."""
        self.files[source.path] = None
        known = self._documents.get(source.path)
        if known is None and source.path not in self._unreadable:
            try:
                known = yamldoc.load(source, MAX_NODES)
            except UnreadableError as error:
                self.problems.append(
                    Problem(_at(source, error.offset), error.why, error.do, refused=not error.template)
                )
                self._unreadable.add(source.path)
            else:
                self._documents[source.path] = known
        return known or []

    def converted(self, source: Source, root: Node, environment: Environment) -> tuple[Table | None, set[Path]]:
        """A document as a tree, and the paths that it resets in earlier ones."""
        converter = Converter(source, environment.lookup, self.problems)
        tree = converter.convert(root)
        if isinstance(tree, Table):
            return tree, converter.resets
        self.problems.refuse(tree, "the file is no mapping", "write services:")
        return None, set()

    def document(
        self, source: Source, root: Node, model: Table | None, setting: Setting, extender: Extender
    ) -> Table | None:
        """One document laid over the model so far."""
        tree, resets = self.converted(source, root, setting.environment)
        if tree is None:
            return model
        tree = marked(tree, setting.folder, setting.environment)
        if "include" in tree.pairs:
            tree = self.with_includes(tree, resets, setting._replace(included=(*setting.included, source.path)))
        tree = extender.extended(tree, Scope(source.path, setting.folder, resets, {}))
        if model is not None:
            tree = merge_models(without(model, resets), tree, self.problems)
        return Canon(setting.folder, self.problems).model(tree)

    def with_includes(self, tree: Table, resets: set[Path], setting: Setting) -> Table:
        """A document with everything it includes."""
        pairs = dict(tree.pairs)
        includes = pairs.pop("include").value
        if not isinstance(includes, Items):
            if not (isinstance(includes, Text) and includes.null):
                self.refuse(includes, "include is no list", "write a list")
            return tree.with_pairs(pairs)
        for item in includes.items:
            included = self.include(item, setting)
            if included is not None:
                self.import_into(pairs, included, resets)
        return tree.with_pairs(pairs)

    def import_into(self, pairs: dict[str, Pair], included: Table, resets: set[Path]) -> None:
        """Everything of an included model; what both define is merged, the including file on top."""
        for section in SECTIONS:
            given = included.pairs.get(section)
            if given is None or not isinstance(given.value, Table):
                continue
            own = pairs.get(section)
            table = own.value if own is not None and isinstance(own.value, Table) else None
            merged = dict(table.pairs) if table is not None else {}
            self.problems.spend(len(merged) + len(given.value.pairs))
            for name, pair in given.value.pairs.items():
                mine = merged.get(name)
                if mine is None:
                    merged[name] = pair
                elif not same(pair.value, mine.value):
                    base = _reset(pair.value, section, name, resets)
                    merged[name] = mine.with_value(merge_resources(section, base, mine.value, self.problems))
            pairs[section] = (own or given).with_value((table or given.value).with_pairs(merged))

    def include(self, item: Tree, setting: Setting) -> Table | None:
        """The model of one entry of ``include``."""
        long = item if isinstance(item, Table) else None
        paths = [self.path(path, setting.folder) for path in _texts(long.get("path") if long else item)]
        if not paths or None in paths:
            return None
        known = [path for path in paths if path is not None]
        if known[0] in setting.included:
            self.refuse(item, f"{known[0]} is included in a circle", "take one include out")
            return None
        folder = posixpath.dirname(known[0])
        directory = long.get("project_directory") if long else None
        if isinstance(directory, Text) and isinstance(directory.data, str) and directory.data:
            folder = _folder(from_root(setting.folder, directory.data))
        sources = [self.file(path, item.place) for path in known]
        if None in sources:
            return None
        environment = self.included_environment(long, folder, setting)
        inner = Setting(folder, environment, setting.included)
        return self.included_model([source for source in sources if source is not None], inner, item)

    def included_model(self, sources: list[Source], inner: Setting, item: Tree) -> Table | None:
        """An included model; each is loaded once for the same files, folder and variables."""
        values = frozenset(inner.environment.values.items())
        key = (tuple(source.path for source in sources), inner.folder, values, inner.environment.why)
        if key not in self._models:
            self._includes += 1
            if self._includes > MAX_INCLUDES or len(inner.included) > 50:
                self.missing(item.place, f"the project includes more than {MAX_INCLUDES} models, the limit")
                return None
            model = self.model(sources, inner)
            if model is None:
                return None
            self._models[key] = model
        return self._models[key]

    def included_environment(self, long: Table | None, folder: str, setting: Setting) -> Environment:
        """The variables of an included model: those of the including one, then its own files'."""
        listed = _texts(long.get("env_file")) if long else []
        sources = [] if listed else [self.read(posixpath.join(folder, ".env"))]
        for text in listed:
            path = self.path(text, setting.folder)
            if path is not None and path != "/dev/null":
                sources.append(self.file(path, text.place))
        return setting.environment.with_files([source for source in sources if source is not None], self.problems)

    def path(self, text: Text, folder: str) -> str | None:
        """A path as seen from the root; None, with a problem, where it is not known."""
        if text.why is not None or not isinstance(text.data, str):
            self.missing(text.place, text.why or "a path is written as something else")
            return None
        if "://" in text.data or text.data.startswith(("oci:", "git@", "github.com/")):
            self.missing(text.place, f"{text.data} is not in the scanned tree and is not fetched")
            return None
        return from_root(folder, text.data)

    def file(self, path: str, place: Place) -> Source | None:
        """A file of the tree; None, with a problem, where it is not there."""
        source = self.read(path) if inside(path) else None
        if source is None:
            self.missing(place, f"the file {path} is not in the scanned tree")
        return source

    def refuse(self, at: Located, why: str, do: str) -> None:
        """Note what Compose refuses."""
        self.problems.refuse(at, why, do)

    def missing(self, place: Place, why: str) -> None:
        """Note what is missing."""
        self.problems.missing(place, why)


def _texts(tree: Tree | None) -> list[Text]:
    return [] if tree is None else [item for item in elements(tree) if isinstance(item, Text)]


def _folder(path: str) -> str:
    return "" if path == "." else path


def _reset(tree: Tree, section: str, name: str, resets: set[Path]) -> Tree:
    paths = {path[2:] for path in resets if path[:2] == (section, name)}
    return without(tree, paths) if isinstance(tree, Table) else tree


def _at(source: Source, offset: int) -> Place:
    start = min(offset, len(source.data))
    return Place(source, Span(start, min(start + 1, len(source.data))))
