"""Taking the secrets of files out of what is said about them, where the words around them do not give them away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.text.redaction import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORT = 6
"""Characters below which a secret may be part of any word."""


def without(text: str, secrets: Iterable[str]) -> str:
    """A text without these values; what may be an ordinary word goes only where it stands alone."""
    for secret in sorted(secrets, key=len, reverse=True):
        if secret in text:
            alone = secret.isalpha() or len(secret) < SHORT
            pattern = rf"(?<![\w-]){re.escape(secret)}(?![\w-])" if alone else re.escape(secret)
            text = re.sub(pattern, lambda _: REDACTED, text)
    return text
