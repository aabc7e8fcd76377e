"""Facts as plain JSON values, for ``--facts``: every field with its value, origin and place, secrets redacted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.fact import Fact
from hardhull.facts.profile import Profile
from hardhull.facts.proof import Proof
from hardhull.model.field import Field, Inexpressible
from hardhull.model.fragment import Fragment
from hardhull.text.redaction import REDACTED, redact
from hardhull.text.secrets import secret_in, secret_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.model.source import Place


def plain(fact: Fact) -> dict[str, Any]:
    """One fact: its kind, subject, place and every field that is written, derived or unknown."""
    return {
        "kind": fact.kind,
        "subject": fact.subject,
        "syntax": fact.syntax,
        "location": _place(fact.place),
        "cannot": sorted(fact.cannot),
        "fields": {name: _field(field) for name, field in fact.fields.items() if not isinstance(field, Inexpressible)},
    }


def _field(field: Field[Any]) -> dict[str, Any]:
    out: dict[str, Any] = {"known": field.known, "written": field.written, "location": _place(field.place)}
    if field.known:
        out["value"] = _value(field.value)
    else:
        out["why"] = field.why
    if field.origin:
        out["origin"] = field.origin
    return out


def _value(value: Any) -> Any:
    """A value as JSON has it; records become objects, items keep only their values."""
    if isinstance(value, Field):
        return _value(value.value) if value.known else {"unknown": value.why}
    if isinstance(value, Fact):
        return value.subject
    if isinstance(value, Profile):
        return {"runs": len(value.runs), "complete": not value.incomplete}
    if isinstance(value, Proof):
        return {"proof": value.ident, "made": value.made}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _record(value._asdict())
    if isinstance(value, (tuple, list)):
        return _words(value) if all(isinstance(item, str) for item in value) else [_value(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(item) for item in value)
    if isinstance(value, dict):
        return {str(key): _value(item) for key, item in value.items()}
    if isinstance(value, str):
        return redact(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Fragment):
        return redact(value.text)
    return str(value)


def _words(words: Sequence[str]) -> list[str]:
    """Words of a command: that one is a secret may be said by those before it (``--password``, ``x``)."""
    if len(words) == 2 and secret_in(words[0], words[1]):  # a label, an option: a name and its value
        return [words[0], REDACTED]
    spans = secret_spans(" ".join(words))
    shown, at = [], 0
    for word in words:
        hidden = any(start < at + len(word) and end > at for start, end in spans)
        shown.append(REDACTED if hidden and redact(word) == word else redact(word))
        at += len(word) + 1
    return shown


def _record(record: dict[str, Any]) -> dict[str, Any]:
    """A record without its functions; the value beside a name that says it is secret does not leave the file."""
    name, value = record.get("name"), record.get("value")
    if isinstance(name, str) and isinstance(value, str) and secret_in(name, value):
        record = {**record, "value": REDACTED, "raw": REDACTED}
    return {key: _value(item) for key, item in record.items() if not callable(item)}


def _place(place: Place) -> dict[str, Any]:
    start = place.start
    return {"path": place.source.path, "line": start.line, "column": start.column}
