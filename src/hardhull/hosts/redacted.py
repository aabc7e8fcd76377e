"""The document without secrets, for a file: what a name or its look says is one is not written down."""

from __future__ import annotations

from typing import Any

from hardhull.text.redaction import REDACTED, redact
from hardhull.text.secrets import secret_in, secret_spans


def without_secrets(value: Any, name: str = "") -> Any:
    """A value of the document, secrets taken out.

    Args:
        value: as JSON has it.
        name: the key that it stands under.
    """
    if isinstance(value, dict):
        return {key: without_secrets(item, key) for key, item in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            return _words(value)
        return [without_secrets(item) for item in value]
    if isinstance(value, str):
        return REDACTED if name and secret_in(name, value) else redact(value)
    return value


def _words(words: list[str]) -> list[str]:
    """Variables (``NAME=value``) and the words of a command, where one may say that the next is a secret."""
    spans = secret_spans(" ".join(words))
    shown, at = [], 0
    for word in words:
        name, found, value = word.partition("=")
        hidden = any(start < at + len(word) and end > at for start, end in spans)
        plain = redact(word)
        if found and name and secret_in(name, value):
            shown.append(f"{name}={REDACTED}")
        else:
            shown.append(REDACTED if hidden and plain == word else plain)
        at += len(word) + 1
    return shown
