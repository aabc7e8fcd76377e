"""The documents of a manifest file; one that cannot be read does not hide the others."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.source import BOM, Place, Source, Span
from hardhull.text import jsondoc, yamldoc
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.text.nodes import Node

_API_VERSION = re.compile(rb"""^[ \t]*["']?apiVersion["']?[ \t]*:""", re.MULTILINE)
_KIND = re.compile(rb"""^[ \t]*["']?kind["']?[ \t]*:""", re.MULTILINE)
_FLOW = tuple(re.compile(rb"""[{,\s]["']?%b["']?\s*:""" % key) for key in (b"apiVersion", b"kind"))
_SEPARATOR = re.compile(rb"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_PLAIN_KIND = re.compile(rb"\nkind:[ \t]*([A-Za-z]+)[ \t]*(?:#[^\n]*)?\r?(?=\n|\Z)")
_PLAIN_VERSION = re.compile(rb"\napiVersion:[ \t]*([A-Za-z0-9.\-/]+)[ \t]*(?:#[^\n]*)?\r?(?=\n|\Z)")
_ODD_LINE = re.compile(rb"""\n(?:[?<{\["'!&*%|>.]|(?:kind|apiVersion)[ \t]*:)""")
"""Lines that can make such a key; where there are more than the two plain ones a document is parsed in any case."""
_MAX_PIECES = 300
"""Documents of a broken file that are tried one by one."""
_MAX_WORK = 20_000_000
"""Bytes that are looked at again at most for them."""


def looks_like(data: bytes) -> bool:
    """Whether bytes can hold a Kubernetes object; cheap, and never wrongly no for a block-style or JSON manifest."""
    if b"apiVersion" not in data or b"kind" not in data:
        return False
    if _API_VERSION.search(data) and _KIND.search(data):
        return True
    head = data.removeprefix(BOM).lstrip()[:1]
    return head in {b"{", b"["} and all(key.search(data) for key in _FLOW)


class Documents(NamedTuple):
    """What could be read of a file.

    Attributes:
        roots: of the documents.
        errors: of the documents that could not be read.
        skipped: how many documents of which (kind, apiVersion) were not looked into, because nothing reads them.
    """

    roots: list[Node]
    errors: list[UnreadableError]
    skipped: Counter[tuple[str, str]]


def documents(source: Source, wanted: Callable[[str, str], bool] | None = None) -> Documents:
    """Reads the documents of a file, JSON or YAML.

    Args:
        source: the file.
        wanted: whether a (kind, apiVersion) is read by anybody; others are skipped where they are easy to tell apart.
            Half the bytes of real manifests are the schemas of custom resources.
    """
    if source.path.endswith(".json") and source.data.removeprefix(BOM).lstrip()[:1] in {b"{", b"["}:
        try:
            return Documents([jsondoc.load(source)], [], Counter())
        except UnreadableError as error:
            return Documents([], [error], Counter())
    data, skipped = _without_unread(source.data, wanted) if wanted is not None else (source.data, Counter())
    try:
        return Documents(_roots(source.path, data), [], skipped)
    except UnreadableError as error:
        first = _moved(error, source)
        roots, errors = _one_by_one(source, data, first) if _SEPARATOR.search(data) else ([], [first])
        return Documents(roots, errors, skipped)


def _roots(path: str, data: bytes) -> list[Node]:
    return [root for root in yamldoc.load(Source(path, data)) if root is not None]


def _moved(error: UnreadableError, source: Source) -> UnreadableError:
    """The same error in the file as it is; offsets are the same."""
    return UnreadableError(source, error.offset, error.why, error.do, template=error.template)


def _pieces(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each document begins (with its ``---``) and ends. YAML has no other meaning for such a line."""
    starts = list(dict.fromkeys([0, *(match.start() for match in _SEPARATOR.finditer(data))]))
    return zip(starts, [*starts[1:], len(data)], strict=True)


def _without_unread(data: bytes, wanted: Callable[[str, str], bool]) -> tuple[bytes, Counter[tuple[str, str]]]:
    """The file with line ends instead of the documents that nobody reads; every other byte keeps its offset."""
    skipped: Counter[tuple[str, str]] = Counter()
    kept: list[bytes] = []
    for start, end in _pieces(data):
        piece = data[start:end]
        found = _unread(b"\n" + piece, wanted)
        if found is not None:
            skipped[found] += 1
            piece = b"\n" * (end - start)
        kept.append(piece)
    return (b"".join(kept) if skipped else data), skipped


def _unread(piece: bytes, wanted: Callable[[str, str], bool]) -> tuple[str, str] | None:
    """Kind and apiVersion of a document that nobody wants, where both stand there plainly and nothing else can be."""
    kind, version = _PLAIN_KIND.search(piece), _PLAIN_VERSION.search(piece)
    if kind is None or version is None:
        return None
    found = kind[1].decode("ascii"), version[1].decode("ascii")
    if wanted(*found) or b"{{" in piece or len(_ODD_LINE.findall(piece)) != 2:
        return None
    return found


def _one_by_one(source: Source, data: bytes, first: UnreadableError) -> tuple[list[Node], list[UnreadableError]]:
    """Every document alone. What stands before it becomes line ends, so that all offsets stay as they are."""
    pieces = list(_pieces(data))
    if len(pieces) > _MAX_PIECES or len(pieces) * len(data) > _MAX_WORK:
        return [], [first]
    roots: list[Node] = []
    errors: list[UnreadableError] = []
    for start, end in pieces:
        try:
            roots += _roots(source.path, b"\n" * start + data[start:end])
        except UnreadableError as error:
            errors.append(_moved(error, source))
    return roots, errors


_HELM = re.compile(
    rb"\{\{-?\s*(?:\(?\s*(?:include|template|tpl|toYaml|define|required|lookup)\s"
    rb"|(?:[^{}\n]{0,200}[\s(])?\$?\.(?:Values|Release|Chart|Capabilities|Template|Files)\b)"
)


def helm_place(source: Source, span: Span) -> Place | None:
    """Where a document uses Helm's template functions or objects; None where it does not."""
    found = _HELM.search(source.data, span.start, span.end)
    return Place(source, Span(found.start(), found.end())) if found else None


_PATCH = re.compile(
    rb"""\$(?<![^\s{,"']\$)(?:patch|retainKeys|(?:setElementOrder|deleteFromPrimitiveList)/[\w.-]+)["']?\s*:"""
)


def patch_directives(data: bytes) -> list[int]:
    """Where a file holds directives of strategic merge patches (``$patch: delete``)."""
    return [found.start() for found in _PATCH.finditer(data)] if b"$" in data else []
