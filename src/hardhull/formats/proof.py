"""Proofs as JSON: what a configuration was shown to withstand, and how to show it again.

The schema is ``report/schema/hardhull-proof-1.json``. A document may hold more sections than a reader of facts needs
(measures, checks, drills, how to replay it); they are written as they are given and passed over here.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from hardhull import __version__
from hardhull.facts.proof import Proof, Proven
from hardhull.text.saved import DocumentError, opened

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA: Final = "hardhull-proof/1"
MOST_BYTES: Final = 64 << 20
"""A larger file is not read: it may hold a whole profile."""

_WORDS: Final = (
    "ident", "subject", "path", "workload", "base", "image", "image_digest", "engine", "kernel", "made",
)  # fmt: skip
_NUMBERS: Final = ("runs", "passed", "checks")
_IDENT: Final = re.compile(r"[0-9a-f]{16}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


class ProofError(DocumentError):
    """A file is no proof of ours."""

    HOW = "prove the workload again"


def write(proof: Proof, more: Mapping[str, Any] | None = None) -> str:
    """The document, ASCII with a newline at the end; the same proof gives the same text.

    Args:
        proof: what it says.
        more: further sections by name, of JSON values.

    Raises:
        ValueError: a section has the name of one of ours.
    """
    document: dict[str, Any] = {"schema": SCHEMA, "tool": {"name": "hardhull", "version": __version__}}
    document.update({name: getattr(proof, name) for name in (*_WORDS, *_NUMBERS)})
    document["proven"] = [item._asdict() for item in proof.proven]
    for name, section in (more or {}).items():
        if name in document:
            raise ValueError(f"a proof has a section {name} of its own")
        document[name] = section
    return json.dumps(document, indent=1) + "\n"


def read(data: bytes) -> Proof:
    """The proof that was written. Sections and keys that we do not know are passed over: later versions may add some.

    Raises:
        ProofError: it is no JSON, has another schema, or lacks something.
    """
    if len(data) > MOST_BYTES:
        raise ProofError(f"it has {len(data)} bytes, more than {MOST_BYTES}")
    value = opened(data, SCHEMA, "prove again", ProofError)
    words = {name: _get(value, name, str, "", "" if name == "base" else None) for name in _WORDS}
    for name, shape in (("ident", _IDENT), ("workload", _DIGEST)):
        if not shape.fullmatch(words[name]):
            raise ProofError(f"{name} is {words[name]!r:.80}, no digest")
    numbers = {name: _get(value, name, int, "") for name in _NUMBERS}
    rows = _get(value, "proven", list, "")
    proven = tuple(_proven(row, f"proven[{index}].") for index, row in enumerate(rows))
    return Proof(**words, **numbers, proven=proven)


def _get(row: Any, key: str, kind: type, at: str, default: Any = None) -> Any:
    """The value of a key, which must be of this type; ``default`` where it may be absent."""
    value: Any = row.get(key, default) if isinstance(row, dict) else None
    if type(value) is not kind:
        raise ProofError(f"{at}{key} is missing or is not of type {kind.__name__}")
    if isinstance(value, int) and value < 0:
        raise ProofError(f"{at}{key} is negative")
    return value


def _proven(row: Any, at: str) -> Proven:
    field = _get(row, "field", str, at)
    if not _FIELD.fullmatch(field):
        raise ProofError(f"{at}field is {field!r:.80}, no name of a field")
    if "item" not in row:
        raise ProofError(f"{at}item is missing")
    drills = _get(row, "drills", list, at, [])
    if not all(isinstance(drill, str) for drill in drills):
        raise ProofError(f"{at}drills has an item that is no text")
    return Proven(
        field,
        row["item"],
        _get(row, "kept", bool, at),
        _get(row, "why", str, at, ""),
        _get(row, "evidence", str, at, ""),
        tuple(drills),
        _get(row, "portable", bool, at, True),
        _get(row, "absent", bool, at, False),
        row.get("was"),
    )
