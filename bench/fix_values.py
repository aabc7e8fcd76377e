"""What a text says, piece by piece, and which pieces a fixed text no longer says: the same count for every fixer.

A value is a scalar at its path (YAML, JSON) or a whole instruction (Dockerfile). Layout, quotes and comments are none.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hardhull.model.edit import Edit

COMMENT = re.compile(rb"(?:^|[ \t])#[^\n]*", re.MULTILINE)
YAML = {"compose", "kubernetes", "workflow", "gitlab", "daemon.json", "seccomp"}


class Value(NamedTuple):
    """A value: where it stands in the structure, what it is, and its bytes from ``start`` to ``end``."""

    path: tuple[Any, ...]
    text: str
    start: int
    end: int


def values(kinds: Iterable[str], data: bytes) -> list[Value]:
    """Every value of a file, in order; nothing where its reference parser refuses it or there is none for it."""
    kinds = {*kinds}
    if "dockerfile" in kinds:
        return list(_instructions(data))
    return list(_scalars(data)) if kinds & YAML else []


def gone(before: Sequence[Value], after: Sequence[Value], edits: Sequence[Edit] = ()) -> list[Value]:
    """Values that are there no longer, or in another order; without those that an edit takes."""
    left = [value for value in before if not any(_takes(edit, value) for edit in edits)]
    missing = Counter((value.path, value.text) for value in left)
    missing.subtract(Counter((value.path, value.text) for value in after))
    lost = [value for value in left if missing[value.path, value.text] > 0]
    if lost or not left or len(left[0].path) > 1:
        return lost
    todo = iter(after)  # instructions: their order is part of what they say
    return [value for value in left if not any((value.path, value.text) == (one.path, one.text) for one in todo)]


def comments(kinds: Iterable[str], data: bytes) -> Counter[bytes]:
    """Every comment without the blanks around it. In YAML, what stands inside a flow scalar is none."""
    spans = _flow_scalars(data) if YAML & {*kinds} else []
    found = Counter[bytes]()
    for one in COMMENT.finditer(data):
        at = one.end() - len(one[0].lstrip())
        if not any(start < at < end for start, end in spans):
            found[one[0].strip()] += 1
    return found


def _flow_scalars(data: bytes) -> list[tuple[int, int]]:
    """Where quoted and plain scalars of more than one line stand."""
    try:
        text = data.decode("utf-8-sig")
        events = list(yaml.parse(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return []
    shift = len(data) - len(text.encode())
    flow = [one for one in events if isinstance(one, yaml.ScalarEvent) and one.style not in {"|", ">"}]
    spans = [(one.start_mark.index, one.end_mark.index) for one in flow if one.start_mark.line < one.end_mark.line]
    return [(len(text[:start].encode()) + shift, len(text[:end].encode()) + shift) for start, end in spans]


def lines_gone(before: bytes, after: bytes) -> int:
    """How many of the original lines are deleted or replaced."""
    matcher = SequenceMatcher(None, before.split(b"\n"), after.split(b"\n"), autojunk=False)
    return sum(last - first for word, first, last, _, _ in matcher.get_opcodes() if word in {"delete", "replace"})


def _takes(edit: Edit, value: Value) -> bool:
    start, end = edit.span
    if start == end:
        return value.start < start < value.end
    return start < value.end and end > value.start


def _instructions(data: bytes) -> Iterator[Value]:
    import dockerfile

    try:
        text = data.decode("utf-8", "surrogateescape")
        found = dockerfile.parse_string(text)
    except (dockerfile.GoParseError, UnicodeError, ValueError):
        return
    starts = [0, *accumulate(len(line) for line in data.splitlines(keepends=True))]
    for one in found:
        said = repr((one.flags, one.json, one.value))
        yield Value((one.cmd.upper(),), said, starts[one.start_line - 1], starts[min(one.end_line, len(starts) - 1)])


def _scalars(data: bytes) -> Iterator[Value]:
    try:
        text = data.decode("utf-8-sig")
        documents = list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
        events = list(yaml.parse(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    shift = len(data) - len(text.encode())
    offsets = range(len(text) + 1) if text.isascii() else [0, *accumulate(len(sign.encode()) for sign in text)]
    walk = _Walk([one for one in events if isinstance(one, yaml.AliasEvent)])
    for number, document in enumerate(documents):
        for path, what, node in walk.leaves(document, (number,)):
            start, end = (offsets[mark.index] + shift for mark in (node.start_mark, node.end_mark))
            yield Value(path, what, start, end)


class _Walk:
    """Goes over composed documents in the order of the text. What an alias stands for is counted at its anchor alone.

    Args:
        aliases: all of them, in order.
    """

    def __init__(self, aliases: list[yaml.AliasEvent]) -> None:
        self._aliases = iter(aliases)
        self._seen: set[int] = set()

    def leaves(self, node: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str, Any]]:
        """Paths, texts, and what has marks; of an alias its own, for a composed one has those of the anchor."""
        if node is None:
            return
        if id(node) in self._seen:
            alias = next(self._aliases)
            yield path, f"*{alias.anchor}", alias
            return
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode) and node.value:
            for key, value in node.value:
                if id(key) in self._seen:
                    next(self._aliases)
                self._seen.add(id(key))
                yield from self.leaves(value, (*path, key.value if isinstance(key, yaml.ScalarNode) else "?"))
        elif isinstance(node, yaml.SequenceNode) and node.value:
            for number, item in enumerate(node.value):
                name = "[]" if isinstance(item, yaml.ScalarNode) else _named(item, number)
                yield from self.leaves(item, (*path, name))
        else:
            yield path, node.value if isinstance(node, yaml.ScalarNode) else type(node).__name__, node


def _named(item: yaml.Node, number: int) -> object:
    """What tells an item of a list: its name where it has one, so that it may move up where another goes."""
    entries = item.value if isinstance(item, yaml.MappingNode) else []
    names = [value.value for key, value in entries if key.value == "name" and isinstance(value, yaml.ScalarNode)]
    return names[0] if names else number
