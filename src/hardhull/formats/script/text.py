"""The text of a file of commands, and whether it is worth reading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.formats.script.rewrite import Rewriter
from hardhull.model.fragment import Fragment
from hardhull.model.source import BOM, Span
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from hardhull.model.source import Source

_OURS = re.compile(
    rb"docker|podman|nerdctl|DOCKER|PODMAN|CONTAINER_|OCI_|buildah|skopeo|kaniko|trivy|grype|syft|snyk|cosign|notation"
    rb"|dockle|hadolint|checkov|crane|kube-bench"
)


MAX_SCRIPT = 2_000_000
"""Largest file of commands that is read, in bytes; the largest among 700 real ones has 0.4 MB."""

_TEMPLATE = re.compile(r"\{\{-? ([A-Za-z_][^{}\n]{0,100}?) -?\}\}")
_NOT_WORD = re.compile(r"\W+", re.ASCII)


def looks_like(data: bytes) -> bool:
    """Whether a file of commands can hold something for us; a false answer is certain."""
    return _OURS.search(data) is not None


def fragment_of(source: Source) -> Fragment:
    """The text of a file of commands: all of it, or what stands before a binary payload.

    Raises:
        UnreadableError: too large, UTF-16, or binary from its first line.
    """
    data = source.data
    if len(data) > MAX_SCRIPT:
        why = f"the file has {len(data):,} bytes, more than the limit of {MAX_SCRIPT:,}"
        raise UnreadableError(source, MAX_SCRIPT, why, "split it, or leave it out with an exclude pattern")
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise UnreadableError(source, 0, "the file is UTF-16", "save it as UTF-8")
    start = len(BOM) if data.startswith(BOM) else 0
    end = data.find(b"\0")
    if end != -1:
        end = data.rfind(b"\n", 0, end) + 1
        if end == 0:
            raise UnreadableError(source, 0, "the file is binary", "leave it out with an exclude pattern")
    fragment = Fragment.of(source, Span(start, len(data) if end == -1 else end))
    return _without_templates(fragment) if b"{{ " in data else fragment


def _without_templates(outer: Fragment) -> Fragment:
    """The text with ``{{ name }}`` (Jinja) as a variable that has no value; ``'{{.Names}}'`` of Go stays."""
    out = Rewriter(outer.source)
    at = 0
    for found in _TEMPLATE.finditer(outer.text):
        out.copy(outer, at, found.start())
        at = found.end()
        name = _NOT_WORD.sub("_", found[1])[:40]
        out.put("${template_" + name + "}", outer.offset(found.start()), outer.offset(at))
    out.copy(outer, at, len(outer.text))
    return out.fragment()
