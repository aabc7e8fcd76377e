"""From the nodes of one YAML document to a tree: merge keys applied, variables replaced, ``!reset`` noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.formats.compose.tree import Items, Located, Pair, Table, Text, Tree
from hardhull.formats.compose.variables import TemplateError, substitute
from hardhull.text.nodes import Mapping, Node, Scalar, Sequence, is_merge
from hardhull.text.scalars import resolve_compose

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.compose.problem import Problems
    from hardhull.formats.compose.variables import Value
    from hardhull.model.source import Source

Path = tuple[str, ...]

_TYPED = frozenset("0123456789+-.~tTfFnN")  # how a plain scalar begins that may be no string
RESET = "!reset"
OVERRIDE = "!override"


class Converter:
    """Converts the documents of one file.

    Attributes:
        source: the file.
        lookup: the values of variables.
        problems: what Compose refuses in the file.
        resets: the paths of what ``!reset`` takes out of, and ``!override`` replaces in, earlier files.
    """

    def __init__(self, source: Source, lookup: Callable[[str], Value | None], problems: Problems) -> None:
        self.source = source
        self.lookup = lookup
        self.problems = problems
        self.resets: set[Path] = set()
        self._shared: dict[int, tuple[Tree, list[Path]]] = {}

    def convert(self, node: Node) -> Tree:
        """The tree of a document.

        Args:
            node: its root.
        """
        return self._tree(node, ())

    def _tree(self, node: Node, path: Path) -> Tree:
        if isinstance(node, Scalar):
            return self._text(node)
        holder = node.holder
        if holder is None or holder.node is not node:
            return self._group(node, path)
        return self._anchored(node, path)

    def _anchored(self, node: Node, path: Path) -> Tree:
        """An anchored node is converted once, however many aliases refer to it."""
        known = self._shared.get(id(node))
        if known is None:
            before = self.resets
            self.resets = set()
            tree = self._group(node, ())
            known = (tree, list(self.resets))
            self.resets = before
            self._shared[id(node)] = known
        self.resets.update(path + inner for inner in known[1])
        return known[0]

    def _group(self, node: Node, path: Path) -> Tree:
        if isinstance(node, Mapping):
            return Table(self.source, node.start, node.end, self._pairs(node, path))
        assert isinstance(node, Sequence)  # noqa: S101  there are three kinds of node
        items = []
        for index, item in enumerate(node.items):
            if item.tag is None or not self._tagged(item, (*path, str(index))):
                items.append(self._tree(item, (*path, str(index))))
        return Items(self.source, node.start, node.end, items)

    def _pairs(self, node: Mapping, path: Path) -> dict[str, Pair]:
        pairs: dict[str, Pair] = {}
        source = self.source
        effective = node.effective
        for key, value, _ in effective:
            if not isinstance(key, Scalar):
                continue
            name = key.text
            inner = (*path, name)
            if value.tag is not None and self._tagged(value, inner):
                pairs.pop(name, None)
                continue
            pairs[name] = Pair(source, key.start, key.end, self._tree(value, inner))
        if len(pairs) != len(node.entries) or effective is not node.entries:
            self._check_keys(node)
        return pairs

    def _check_keys(self, node: Mapping) -> None:
        """Complain about keys that Compose refuses."""
        seen: set[str] = set()
        for entry in node.entries:
            name = entry.name
            if name is None:
                self._refuse(entry.key, "a key is a list or a mapping", "write a name")
                continue
            if name in seen:
                self._refuse(entry.key, f"the key {name} is written twice", "take one of the two out")
            seen.add(name)
            if is_merge(entry) and not _mergeable(entry.value):
                self._refuse(entry.value, "a merge key << takes a mapping or a list of mappings", "refer to a mapping")

    def _tagged(self, node: Node, path: Path) -> bool:
        """Note a ``!reset`` or ``!override``; says whether the node is to be left out."""
        if node.tag in {RESET, OVERRIDE}:
            self.resets.add(path)
        return node.tag == RESET

    def _text(self, node: Scalar) -> Text:
        raw = node.text
        if "$" not in raw:
            literal = node.tag is None and (node.style or (raw and raw[0] not in _TYPED))
            return Text(self.source, node.start, node.end, raw if literal else resolve_compose(node), raw=raw)
        try:
            value = substitute(raw, self.lookup)
        except TemplateError as error:
            self._refuse(node, str(error), "write $$ for a dollar sign, or close the variable")
            return Text(self.source, node.start, node.end, None, raw=raw, why=str(error))
        self.problems.spend(max(0, len(value.text or "") - len(raw)) >> 7)  # text that variables bring in
        return Text(self.source, node.start, node.end, value.text, raw=raw, why=value.why, origin=value.origin)

    def _refuse(self, node: Node, why: str, do: str) -> None:
        self.problems.refuse(Located(self.source, node.start, node.end), why, do)


def _mergeable(value: Node) -> bool:
    if isinstance(value, Sequence):
        return all(isinstance(item, Mapping) for item in value.items)
    return isinstance(value, Mapping)
