"""The kinds of secrets: those of the catalogue (see ``data/provenance.json``) and our own."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.facts.leak import PRIVATE_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_BOUND: Final = 4096
"""Bytes in front of the end of a match that are read again where a pattern has no longest match."""


class Kind(NamedTuple):
    """One kind of secret.

    Attributes:
        id: a word for machines.
        title: what it is called in a sentence, without an article.
        pattern: a regular expression over bytes that Hyperscan and Python read alike.
        width: the most bytes of a match.
        group: the group that is the secret; 0 is the first one that matched, or all of it where there is none.
        entropy: bits for each character that the secret has at least; 0 where that is not asked.
        never: patterns of what is no secret of this kind.
        only: patterns that the secret has to match as well.
        context: whether a name beside the value makes it one; otherwise it shows by its form what it is.
        part: whether it is no secret itself, but belongs to one.
        partners: kinds that belong to it, and within how many lines.
        begins: with what the secret begins, where that is always the same.
        sought: what Hyperscan looks for in place of ``pattern``, empty for the same: it ends within every match, and
            may match elsewhere too. For patterns that would slow down all others, or that the end of a file matches
            and a line's end does not.
    """

    id: str
    title: str
    pattern: str
    width: int = NO_BOUND
    group: int = 0
    entropy: float = 0.0
    never: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    context: bool = False
    part: bool = False
    partners: Mapping[str, int] = {}
    begins: tuple[str, ...] = ()
    sought: str = ""


@cache
def catalogue() -> tuple[Kind, ...]:
    """All kinds that a pattern finds, in an order that never changes between two calls."""
    text = files("hardhull.leaks").joinpath("data/catalogue.json").read_text("utf-8")
    return (*OWN, *(_kind(one) for one in json.loads(text)))


def _kind(row: dict[str, Any]) -> Kind:
    return Kind(
        row["id"], row["title"], row["pattern"], row["width"] or NO_BOUND, row.get("group", 0), row.get("entropy", 0.0),
        tuple(row.get("never", ())), tuple(row.get("only", ())), row.get("context", False), row.get("part", False),
        row.get("with", {}), tuple(row.get("begins", ())), row.get("sought", ""),
    )  # fmt: skip


@cache
def compiled(pattern: str) -> re.Pattern[bytes]:
    """A pattern for bytes; the few that are needed are compiled when they first hit."""
    return re.compile(pattern.encode())


_NAME = (
    r"(?:passw(?:or)?d|passphrase|pass|pwd|secret|token|credential|requirepass|masterauth"
    r"|(?:api|access|account|auth|private|secret|encryption|encrypt|signing|master|session|cookie|hmac|jwt|app|shared"
    r"|storage|subscription|deploy|service)[_.-]?key)"
)
"""Words that announce a secret; what is one, ``text.secret_names`` decides."""

JSON_WEB_TOKEN, URL, NAMED, QUOTED, HEADER, COMMAND, CONNECTION = (
    "json-web-token", "url-password", "named-value", "quoted-value", "authorization-header",
    "password-in-command", "connection-string",
)  # fmt: skip

_KEY: Final = (
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|-----BEGIN OpenVPN Static key V1-----"
    r"|PuTTY-User-Key-File-[23]: |---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----"
    r"|untrusted comment: (?:signify|minisign encrypted) secret key|\((?:[12][0-9]:)?(?:protected-)?private-key"
)
_KEYS_BEGIN: Final = (
    "-----BEGIN RSA PRIVATE", "-----BEGIN PRIVATE KEY", "-----BEGIN EC PRIVATE", "-----BEGIN OPENSSH PR",
    "-----BEGIN ENCRYPTED PRI",
)  # fmt: skip
_JWT: Final = r"\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{16,1500}"
_URL: Final = r"""://[^\s/:@?#"'<>]{0,64}:[^\s/@"'<>]{3,128}@[A-Za-z0-9.\[$]"""
_LINE: Final = (
    r"(?i:(?:^|\n)[ \t]{0,40}(?:export[ \t]|set[ \t]|-[ \t]|<)?[ \t]{0,4}[\"']?[\w.-]{0,40}"
    + _NAME
    + r"[\w.-]{0,20}[\"']?[ \t]{0,8}(?:=>|[:=>])[ \t]{0,8}[\"']?[^\s\"'$(){}<>*]{6})"
)
_QUOTES: Final = (
    "(?i:" + _NAME + r"[\w.-]{0,20}[\"'\]]{0,2}[ \t]{0,8}(?:=>|:=|[:=,])[ \t]{0,8}[\"'][^\s\"'$(){}<>]{8,200}[\"'])"
)
_PARAMETER: Final = r"(?i:[;?& \"'](?:password|pwd|accountkey|sharedaccesskey)[ \t]?=[ \t]?([^;&\s\"'<>${}()]{6,128}))"
_AUTHORIZATION: Final = (
    r"(?i:authorization[\"']?[ \t]{0,4}[:=,][ \t]{0,4}[\"']?(?:basic|bearer|token)[ \t]{1,4}"
    r"([A-Za-z0-9+/=_.~-]{16,2000}))"
)
_ARGUMENT: Final = r"([^\s\"'$<{]{6,128})"
_MYSQL: Final = r"\b(?:mysql|mysqladmin|mysqldump|mariadb)\b[^\n|;&]{0,120}[ \t]"
_COMMANDS: Final = "|".join(
    (
        r"(?i:\b(?:curl|wget)\b[^\n|;&]{0,120}[ \t](?:-u|--user|--password|--http-password)[ =]"
        + (r"[\"']?(?:[^\s:\"'$]{1,64}:)?" + _ARGUMENT),
        _MYSQL + r"(?:-p|--password=)([^\s\"'$<{-][^\s\"'$<{]{5,128})",
        r"\b(?:docker|podman|helm)[ \t](?:registry[ \t])?login\b[^\n|;&]{0,120}[ \t](?:-p|--password)[ =]" + _ARGUMENT,
        r"\bsshpass[ \t]{1,4}-p[ \t]{0,4}[\"']?" + _ARGUMENT,
        r"\bredis-cli\b[^\n|;&]{0,120}[ \t]-a[ \t]{1,4}" + _ARGUMENT + ")",
    )
)

OWN: Final = (
    Kind(PRIVATE_KEY, "private key", _KEY, 80, begins=_KEYS_BEGIN),
    Kind(JSON_WEB_TOKEN, "JSON Web Token", _JWT, 7600),
    Kind(URL, "password in a URL", _URL, 210, context=True),
    Kind(NAMED, "value with the name of a secret", _LINE, 240, context=True),
    Kind(QUOTED, "value with the name of a secret", _QUOTES, 320, context=True),
    Kind(CONNECTION, "password in a connection string", _PARAMETER, 160, context=True),
    Kind(HEADER, "authorization header", _AUTHORIZATION, 2060, context=True),
    Kind(COMMAND, "password in a command", _COMMANDS, 420, context=True),
    Kind(
        "aws-access-token",
        "AWS access token",
        r"\b((?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z2-7]{16})\b",
        20,
        entropy=3.0,
        never=(r"EXAMPLE$",),
        partners={"aws-secret-access-key": 5},
        begins=("AKIA", "ASIA", "ABIA", "ACCA"),
    ),
    Kind(
        "aws-secret-access-key",
        "AWS secret access key",
        r"(?i:(?:secret|access|aws)[\w.-]{0,24}[ \t\"']{0,3}(?:=>|:=|[:=>,])[ \t\"'\x60=]{0,5}"
        r"([a-z0-9/+]{40})(?:[^a-z0-9/+=]|$))",
        82,
        entropy=4.0,
        context=True,
        part=True,
    ),
    Kind(
        "docker-token",
        "Docker Hub token",
        r"\b(dckr_[po]at_[A-Za-z0-9_-]{27,40})(?:[^A-Za-z0-9_-]|$)",
        51,
        begins=("dckr_pat_", "dckr_oat_"),
    ),
    Kind("swarm-token", "Swarm token", r"\bSWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}\b", 85, begins=("SWMTKN-1-",)),
    Kind("swarm-unlock-key", "Swarm unlock key", r"\bSWMKEY-1-[A-Za-z0-9+/]{43}", 53, begins=("SWMKEY-1-",)),
    Kind(
        "sourcegraph-token",
        "Sourcegraph token",
        r"\bsgp_(?:(?:[a-f0-9]{16}|local)_)?[a-f0-9]{40}\b",
        62,
        begins=("sgp_",),
    ),
    Kind("telegram-bot-token", "Telegram bot token", r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?:[^A-Za-z0-9_-]|$)", 48),
    Kind(
        "discord-webhook",
        "Discord webhook",
        r"discord(?:app)?\.com/api/webhooks/[0-9]{15,22}/[\w-]{60,80}",
        140,
        begins=("discord.com/api/w",),
    ),
    Kind("mailgun-key", "Mailgun key", r"\bkey-[0-9a-f]{32}\b", 38, entropy=3.0),
    Kind(
        "azure-signed-url",
        "Azure signed URL",
        r"[?&]sv=20[0-9-]{8}[^\s\"'<>]{10,300}[?&]sig=[A-Za-z0-9%+/]{40,70}",
        420,
    ),
)
"""Kinds that our own code confirms, beside the catalogue's."""
