"""What the letters of a credential prove without a network: checksums, structures, owners, dates.

Sources: GitHub's and npm's CRC-32 (github.blog, "Behind GitHub's new authentication token formats", 2021); GitLab's
routable tokens (docs.gitlab.com, token prefixes; checksum after the last dot); AWS account numbers in key ids
(A. Tal Be'ery, "A short note on AWS KEY ID", 2023: bits 7 to 46 of the base-32 number); RFC 7519 for JWT.
"""

from __future__ import annotations

import json
import zlib
from base64 import b32decode, urlsafe_b64decode
from binascii import Error
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.text.secret_formats import checksum62

if TYPE_CHECKING:
    from collections.abc import Callable


class Proof(NamedTuple):
    """What was made out.

    Attributes:
        holds: False where it cannot be real, True where chance is ruled out, None where nothing can be said.
        note: to be shown; may be empty.
        expires: ISO date, or empty.
    """

    holds: bool | None = None
    note: str = ""
    expires: str = ""


NOTHING: Final = Proof()
RIGHT: Final = "its checksum is right"


def _crc62(token: str) -> Proof:
    """Six digits of checksum end the 36 characters behind the underscore; longer tokens of today have none."""
    body = token.partition("_")[2]
    if len(body) != 36:
        return NOTHING
    return Proof(holds=True, note=RIGHT) if checksum62(body[:-6]) == body[-6:] else Proof(holds=False)


def _gitlab(token: str) -> Proof:
    """Routable tokens: ``PAYLOAD.01.LENGTH+CRC`` in base 36, where the checksum covers all in front of it."""
    head, _, tail = token.rpartition(".")
    if len(tail) != 9 or head.count(".") < 1 or not tail.isalnum():
        return NOTHING
    return (
        Proof(holds=True, note=RIGHT) if int(tail[2:], 36) == zlib.crc32((head + "." + tail[:2]).encode()) else NOTHING
    )


def _aws(token: str) -> Proof:
    """The number of the account stands in the id."""
    if "EXAMPLE" in token:
        return Proof(holds=False)
    try:
        number = int.from_bytes(b32decode(token[4:])[:6], "big")
    except (Error, ValueError):
        return NOTHING
    account = (number & 0x7FFFFFFFFF80) >> 7
    old = token[4] in "IJ"  # ids of the years before 2019 hold no account
    return NOTHING if old or account >= 10**12 else Proof(note=f"AWS account {account:012d}")


def _payload(part: str) -> Any:
    data = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    return json.loads(data)


PUBLIC_ROLES: Final = frozenset({"anon", "public"})
SAMPLE: Final = "1234567890"
"""The subject of the token that jwt.io shows, and so of most tokens in documentation."""


def _jwt(token: str) -> Proof:
    """Header and payload are JSON; a header names an algorithm; tokens for browsers are meant to be seen."""
    head, body, *_ = token.split(".")
    try:
        header, claims = _payload(head), _payload(body)
    except (Error, ValueError, RecursionError):
        return Proof(holds=False)
    if not isinstance(header, dict) or not isinstance(claims, dict) or not ({"alg", "enc"} & header.keys()):
        return Proof(holds=False)
    if claims.get("role") in PUBLIC_ROLES or claims.get("sub") == SAMPLE or header.get("alg") in {"none", None}:
        return Proof(holds=False)
    expires = claims.get("exp")
    if isinstance(expires, (int, float)) and 0 < expires < 32503680000:
        date = datetime.fromtimestamp(expires, UTC).date().isoformat()
        return Proof(holds=True, note=f"expires {date}", expires=date)
    return Proof(holds=True, note="it never expires" if "exp" not in claims else "")


def _stripe(token: str) -> Proof:
    return Proof(note="of the test mode" if "_test_" in token else "of the live mode")


def _supabase(token: str) -> Proof:
    return Proof(holds=False) if token.startswith("sb_publishable_") else NOTHING


_CHECKS: Final[dict[str, Callable[[str], Proof]]] = {
    "github-pat": _crc62, "github-app-token": _crc62, "github-oauth": _crc62, "github-refresh-token": _crc62,
    "npm-access-token": _crc62, "aws-access-token": _aws, "json-web-token": _jwt, "stripe-access-token": _stripe,
    "gitlab-pat-routable": _gitlab, "gitlab-runner-authentication-token-routable": _gitlab,
    "supabase-secret-key": _supabase,
}  # fmt: skip


def prove(kind: str, secret: bytes) -> Proof:
    """What can be said of a secret of a kind; cheap, and never raises."""
    check = _CHECKS.get(kind)
    if check is None:
        return NOTHING
    try:
        return check(secret.decode("ascii"))
    except (UnicodeDecodeError, ValueError, OverflowError, OSError):
        return Proof(holds=False)
