"""What the value of a secret may look like when it is none: a variable, a path, a reference, a name."""

from __future__ import annotations

import re
from typing import Final

from hardhull.model.lazy import lazy

ELSEWHERE: Final = lazy(
    r"\$[A-Za-z_{(]|\{\{|\{%|<%|%[({]|@@|#\{|`|\[redacted\]|ENC\[|(?:vault|env|file|ref|sops|secret|op|arn|ssm)[:+]"
    r"|!(?:Ref|Sub|GetAtt|vault|secret|reference)\b|\.{1,2}/|~/|/(?:[a-z0-9_.-]{1,64}/)*+[\w.-]*+$|[A-Za-z]:\\"
    r"|ssh-|ecdsa-|-----BEGIN (?:CERT|(?:RSA )?PUBLIC)|[a-z][a-z0-9+.-]{1,20}://"
)
"""Values that say where a secret is instead of being one: variables, templates, paths, references, public keys."""
INSIDE: Final = lazy(r"\$\{|\$\(|\{\{|\$[A-Z_]{3}")
HASH: Final = lazy(r"\$?\$[0-9][a-z]?\$|\$?\$argon2|\{SHA|\{SSHA|[a-z0-9-]{3,12}:\$")
"""Hashed passwords: they open nothing, but can be guessed at."""
FINGERPRINT: Final = lazy(r"[0-9A-F]{40}")
"""The fingerprint of an OpenPGP key as gpg writes it: it names the key and is public."""
PLAIN_WORDS: Final = frozenset(
    {
        "true", "false", "yes", "no", "on", "off", "null", "none", "nil", "~", "0", "1",
        "enabled", "disabled", "optional", "required", "auto", "default",
    }
)  # fmt: skip
NAME_LIKE: Final = lazy(r"[A-Za-z]++(?:[-_.:/ ][A-Za-z]++|[-_.]?[0-9]{1,4}+(?![0-9]))*+\.?", re.ASCII)
"""Words with separators and small numbers (``app-tls-secret-2``): the name of something."""
URL: Final = lazy(r"://([^\s/:@?#\"'<>]{0,128}):([^\s/@\"'<>]{1,256})@")
DEFAULT: Final = lazy(r"\$\{\w{1,128}:?[-=]([^{}]*+)\}")
"""A variable with a literal to fall back on."""


def stands_elsewhere(value: str) -> bool:
    """Whether a value is no literal secret: a variable, a path, a reference, a switch, a hash."""
    return bool(value.lower() in PLAIN_WORDS or ELSEWHERE.match(value) or INSIDE.search(value) or HASH.match(value))
