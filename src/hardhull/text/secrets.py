"""Recognising secrets: for the rules that report them, and for taking them out of everything that is shown.

Two questions with different answers. :func:`secret_in` is asked for a verdict and must be right: it says nothing about
what may be a file name, a variable or the name of a Secret object. ``redact`` is asked before something is shown and
must be safe: in doubt it hides.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hardhull.model.lazy import lazy
from hardhull.text.redaction import REDACTED, redact, secret_spans
from hardhull.text.secret_formats import find_formats
from hardhull.text.secret_names import Role, is_common, is_guessable, role_of
from hardhull.text.secret_values import FINGERPRINT, INSIDE, NAME_LIKE, URL, stands_elsewhere

__all__ = ["REDACTED", "SecretKind", "looks_random", "redact", "secret_in", "secret_spans"]


class SecretKind(NamedTuple):
    """What was recognised.

    Attributes:
        id: a word for machines (``github-token``, ``password``, ``weak-password``, ``no-password``).
        title: what to call it in a sentence ("a GitHub token").
        sure: whether its form (or its checksum) proves it; otherwise its name says it.
        weak: a default, a placeholder or an easily guessed password: bad even where the file is private.
    """

    id: str
    title: str
    sure: bool = False
    weak: bool = False


PASSWORD: Final = SecretKind("password", "a password")
KEY: Final = SecretKind("key", "a secret key")
TOKEN: Final = SecretKind("token", "a token")
WEAK: Final = SecretKind("weak-password", "a password that is easily guessed", weak=True)
WEAK_KEY: Final = SecretKind("weak-key", "a secret key that is easily guessed", weak=True)
NO_PASSWORD: Final = SecretKind("no-password", "no password at all", sure=True, weak=True)
URL_PASSWORD: Final = SecretKind("url-password", "a password in a URL", sure=True)
WEAK_URL: Final = SecretKind("weak-url-password", "an easily guessed password in a URL", weak=True)

_OPEN: Final = {
    "MYSQL_ALLOW_EMPTY_PASSWORD": ("yes", "1", "true"),
    "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": ("yes", "1", "true"),
    "MARIADB_ALLOW_EMPTY_PASSWORD": ("yes", "1", "true"),
    "ALLOW_EMPTY_PASSWORD": ("yes", "1", "true"),
    "POSTGRES_HOST_AUTH_METHOD": ("trust",),
}
"""Variables of the official and the Bitnami database images that let everyone in without a password."""

_PLACEHOLDER: Final = lazy(r"<[^<>]{0,80}>|\[[A-Za-z_ -]{1,60}\]|(.)\1{0,63}|\.{3}")
_MASKED: Final = frozenset("*•.")


def secret_in(name: str | None, value: str) -> SecretKind | None:
    """What kind of secret a value is; None where it is none, or nothing can be said.

    Args:
        name: the name of the variable or key it is given to, if there is one.
        value: the value after interpolation.
    """
    value = value.strip()
    if not value:
        return None
    if name in _OPEN:
        return NO_PASSWORD if value.lower() in _OPEN[name] else None
    for match in find_formats(value):
        if match.valid:
            return SecretKind(match.format.id, match.format.title, sure=True)
    url = URL.search(value)
    if url:
        return _url_password(url[1], url[2])
    role = role_of(name) if name else None
    if role is None or stands_elsewhere(value) or value == name:
        return None
    return _by_role(role, value)


def _by_role(role: Role, value: str) -> SecretKind | None:
    """The verdict for a literal value with a telling name."""
    if set(value) <= _MASKED:
        return None
    if role is Role.PASSWORD:
        if value.isdigit() and len(value) < 3:
            return None
        return WEAK if _PLACEHOLDER.fullmatch(value) or is_guessable(value) else PASSWORD
    if _PLACEHOLDER.fullmatch(value) or is_common(value):
        own = role is Role.OWN_KEY and not value.isupper()
        return WEAK_KEY if own and _says_so(value) else None
    if not looks_random(value) or FINGERPRINT.fullmatch(value):
        return None
    return KEY if role is Role.OWN_KEY else TOKEN


def _says_so(value: str) -> bool:
    """Whether a value of common words can only be meant as the secret itself (``my-secret-key``, ``changeme``)."""
    lower = value.lower()
    return any(word in lower for word in ("secret", "change", "password", "insecure", "unsecure", "supersecret"))


def _url_password(user: str, password: str) -> SecretKind | None:
    """The verdict for ``user:password@`` in a URL."""
    if stands_elsewhere(password) or set(password) <= _MASKED or INSIDE.search(user):
        return None
    weak = password == user or _PLACEHOLDER.fullmatch(password) or is_guessable(password)
    return WEAK_URL if weak else URL_PASSWORD


def looks_random(value: str) -> bool:
    """Whether a value looks generated: long enough, letters and digits mixed, no name of something."""
    if not 12 <= len(value) <= 8192 or any(char.isspace() for char in value) or NAME_LIKE.fullmatch(value):
        return False
    letters = sum(map(str.isalpha, value))
    digits = sum(map(str.isdigit, value))
    return letters >= 3 and digits >= 2 and len(set(value)) >= 7
