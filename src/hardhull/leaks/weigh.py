"""Whether a value is a secret: what its letters say, and what the name beside it says."""

from __future__ import annotations

import math
from base64 import b64decode
from collections import Counter
from typing import Final

from hardhull.model.lazy import lazy
from hardhull.text.secret_names import Role, is_common, is_guessable, role_of
from hardhull.text.secret_values import NAME_LIKE, stands_elsewhere
from hardhull.text.secrets import looks_random, secret_in

_CONFIGURATION: Final = lazy(
    r"(?:^|/)(?:\.?env(?:\.[\w.-]+)?|[\w.-]*\.env|\.?(?:netrc|pgpass|npmrc|yarnrc|pypirc|my\.cnf|s3cfg|boto|htpasswd|curlrc|wgetrc)"
    r"|_netrc|credentials|config|hosts|\.?[\w.-]*rc|wp-config\.php|settings\.php|parameters\.php|database\.php"
    r"|(?:local_)?settings\.py|[\w.-]*\.(?:env|ini|cfg|cnf|conf|config|properties|props|ya?ml|toml|tfvars|tfstate|xml"
    r"|plist|hcl|netrc|service|container|secrets?|creds?|credentials|dotenv|envrc|sh|bash|zsh|profile))$",
)
"""Files of settings: there, a password without quotes is one. In other files only what looks generated counts."""
_SEQUENCES: Final = ("0123456789abcdef", "abcdefghijklmnopqrstuvwxyz", "1234567890", "9876543210", "qwertyuiop")
_DOTTED: Final = lazy(r"[A-Za-z_$][\w$]*(?:(?:\.|::|->|/)[A-Za-z_$][\w$]*)+")
_HEX_DIGEST: Final = lazy(r"(?:sha(?:1|256|384|512)[-:])?[0-9a-f]{40,128}|sha\d{3}-[A-Za-z0-9+/]+={0,2}")
_PLACEHOLDER: Final = lazy(
    r"(?i)example|placeholder|your[-_]?|change[-_]?me|replace|dummy|redacted|insert|xxxx|\*\*\*|<|>|\.\.\.|todo|fixme"
    r"|my[-_]?(?:secret|token|key|pass)|not[-_]?(?:a[-_]?)?(?:real|secret)|fake|sample|s3cr3t|secret[-_]?(?:key|token)|lorem"
)


def is_configuration(path: str) -> bool:
    """Whether a file of this name holds settings."""
    return bool(_CONFIGURATION.search(path.lower()))


def entropy(value: bytes) -> float:
    """Shannon's entropy in bits for each byte."""
    if not value:
        return 0.0
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in Counter(value).values())


def is_placeholder(value: str) -> bool:
    """Whether a value says itself that it stands for another: ``your-token``, ``xxxx``, a row of the keyboard."""
    lower = value.lower()
    if _PLACEHOLDER.search(value) or any(row in lower for row in _SEQUENCES) or len(set(lower)) < 5:
        return True
    return bool(_ENCODED.fullmatch(value)) and bool(_PLACEHOLDER.search(_decoded(value)))


_ENCODED: Final = lazy(r"[A-Za-z0-9+/]{12,200}={0,2}")


def _decoded(value: str) -> str:
    """What a value says in base64, where that is a text."""
    try:
        return b64decode(value + "=" * (-len(value) % 4), validate=True).decode("ascii")
    except ValueError:
        return ""


_CURSOR: Final = lazy(
    r"(?i)(?:change|request|client|continuation|next|page|paging|pagination|sync|grant|lifecycle|action|idempotency|lock"
    r"|resume|csrf|xsrf|start|delta|cursor|subject|id|design|device|push)[_.-]?token$"
)
"""Tokens that carry on a list, or that are shown to every browser."""


LEAST_IN_PROGRAM: Final = 16
"""Letters of a value in program text that can look generated."""


def named_secret(name: str, value: str, *, settings: bool) -> bool:
    """Whether a value with such a name is a secret that somebody made, and no placeholder, name or expression.

    Args:
        name: what it is given to.
        value: without quotes.
        settings: whether the file holds settings; program text needs more to convince.
    """
    if not settings and len(value) < LEAST_IN_PROGRAM:
        return False
    role = role_of(name)
    if role is None or stands_elsewhere(value) or value == name or is_placeholder(value) or _CURSOR.search(name):
        return False
    if not settings:
        return _in_program(value)
    kind = secret_in(name, value)
    if kind is None:
        return False
    if kind.weak:
        return _chosen(value)
    return role is not Role.PASSWORD or _password(value)


def _chosen(value: str) -> bool:
    """A bad password that somebody chose all the same, as ``Postgres!2024`` is; ``postgres`` is a default."""
    marks = sum(not char.isalnum() and char not in "-_." for char in value)
    upper, lower = (any(map(test, value)) for test in (str.isupper, str.islower))
    return 10 <= len(value) <= 64 and any(map(str.isdigit, value)) and lower and (upper or bool(marks))


def _password(value: str) -> bool:
    """A password, and neither a word of a translation nor a piece of a program."""
    if len(value) < 6 or _DOTTED.fullmatch(value) or is_guessable(value) or not value.isascii():
        return False
    digits, marks = any(map(str.isdigit, value)), any(not char.isalnum() and char not in "-_. " for char in value)
    mixed = any(map(str.islower, value)) and any(map(str.isupper, value))
    if NAME_LIKE.fullmatch(value):
        return len(value) >= 16 and digits and entropy(value.encode()) > 3.2
    return digits or (marks and len(value) >= 8) or (mixed and len(value) >= 12)


def _in_program(value: str) -> bool:
    """What looks generated: long, letters and digits mixed without a pattern."""
    if not looks_random(value) or is_common(value) or _HEX_DIGEST.fullmatch(value):
        return False
    if _DOTTED.fullmatch(value) or any(char in value for char in "()[]{}<>|,;\\ %@"):
        return False
    return entropy(value.encode()) >= 3.4 and not _words(value)


_WORD: Final = lazy(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}")


def _words(value: str) -> bool:
    """Whether most of it is words, as in ``aws4_request_v2_signing``."""
    return sum(map(len, _WORD.findall(value))) > len(value) * 0.6


def url_secret(user: str, password: str, *, settings: bool) -> bool:
    """Whether the password of a URL is one that somebody uses."""
    if stands_elsewhere(password) or is_placeholder(password) or password == user or is_guessable(password):
        return False
    if set(password) <= set("*•.x") or "$" in user or "{" in user + password or "%s" in password:
        return False
    if settings:
        return _password(password)
    plain = _ESCAPED.sub("", password)
    return len(plain) >= 10 and looks_random(plain.ljust(12, plain[0])) and not NAME_LIKE.fullmatch(plain)


_ESCAPED: Final = lazy(r"%[0-9A-Fa-f]{2}")
_CAMEL: Final = lazy(r"(?:[a-z]+|[A-Z]+)(?:\d*[A-Z][a-z]{2,}\d*){2,}")


def is_identifier(secret: str) -> bool:
    """Whether a token is the name of something in a program: ``s.readUint16LengthPrefixed``."""
    return bool(_CAMEL.fullmatch(secret.rpartition(".")[2].rpartition("_")[2]))
