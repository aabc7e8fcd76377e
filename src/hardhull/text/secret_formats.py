"""Credentials that show by their form what they are: prefixes, lengths, alphabets and checksums of known issuers.

The forms are those that the issuers document (their pages on token formats and on secret scanning).
"""

from __future__ import annotations

import re
import zlib
from binascii import Error, a2b_base64
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Format(NamedTuple):
    """One kind of credential.

    Attributes:
        id: a word for machines.
        title: what to call it in a sentence.
        keys: texts with which it begins; looked for first, because that is fast.
        pattern: the credential from its key on; bounded, without nested repetition.
        verify: says whether a match can be real (a checksum); None where there is nothing to check.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    pattern: str
    verify: Callable[[str], bool] | None = None


class Match(NamedTuple):
    """A credential found in a text: where, of which kind, and whether its checksum (if any) is right."""

    start: int
    end: int
    format: Format
    valid: bool


_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def checksum62(body: str) -> str:
    """The six base-62 digits of the CRC-32 that end a GitHub or npm token."""
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits.rjust(6, "0")


def _crc_after_prefix(token: str) -> bool:
    """GitHub and npm: six digits of checksum end the 36 characters behind the underscore; longer ones have none."""
    body = token.partition("_")[2]
    return len(body) != 36 or checksum62(body[:-6]) == body[-6:]


def _secret_jwt(token: str) -> bool:
    """A JSON Web Token that is meant to be secret: not one for the role ``anon``, which browsers get."""
    payload = token.split(".")[1].replace("-", "+").replace("_", "/")
    try:
        claims = a2b_base64(payload + "=" * (-len(payload) % 4))
    except (Error, ValueError):
        return False
    return claims.startswith(b"{") and b'"anon"' not in claims


def _not_an_example(token: str) -> bool:
    """The keys that AWS itself prints in its documentation end so."""
    return not token.endswith("EXAMPLE")


SHORTEST: Final = 14
"""Characters of the shortest credential of a known form."""
PEM: Final = "-----BEGIN "
"""How the only form begins that has blanks in it."""
_LONGEST: Final = 2000
"""Characters that are looked at of one credential."""
_LONG: Final = 400
_EDGE: Final = r"(?<![A-Za-z0-9])"
_STOP: Final = r"(?![A-Za-z0-9])"

FORMATS: Final = (
    Format("private-key", "a private key", (PEM,),
           r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?!\s{0,8}-----END )"),
    Format("age-key", "an age private key", ("AGE-SECRET-KEY-1",), r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    Format("aws-access-key", "an AWS access key", ("AKIA", "ASIA"), _EDGE + r"A[KS]IA[A-Z2-7]{16}" + _STOP,
           _not_an_example),
    Format("github-token", "a GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
           _EDGE + r"gh[oprsu]_[A-Za-z0-9]{36,255}", _crc_after_prefix),
    Format("github-fine-token", "a GitHub token", ("github_pat_",), r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    Format("gitlab-token", "a GitLab token", ("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-"),
           _EDGE + r"gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_=.-]{20,300}"),
    Format("slack-token", "a Slack token", ("xox", "xapp-"), _EDGE + r"(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,250}"),
    Format("slack-webhook", "a Slack webhook", ("hooks.slack.com/",),
           r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{30,120}"),
    Format("discord-webhook", "a Discord webhook", ("/api/webhooks/",), r"/api/webhooks/[0-9]{15,22}/[\w-]{60,80}"),
    Format("stripe-key", "a Stripe key", ("sk_live_", "rk_live_", "sk_test_", "rk_test_"),
           _EDGE + r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,250}"),
    Format("google-api-key", "a Google API key", ("AIza",), _EDGE + r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    Format("google-client-secret", "a Google client secret", ("GOCSPX-",), r"GOCSPX-[A-Za-z0-9_-]{28}"),
    Format("jwt", "a JSON Web Token", ("eyJ",),
           r"(?<![\w-])eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{16,1500}", _secret_jwt),
    Format("npm-token", "an npm token", ("npm_",), _EDGE + r"npm_[A-Za-z0-9]{36}" + _STOP, _crc_after_prefix),
    Format("pypi-token", "a PyPI token", ("pypi-",), r"pypi-AgE[A-Za-z0-9_-]{50,1000}"),
    Format("rubygems-key", "a RubyGems key", ("rubygems_",), r"rubygems_[0-9a-f]{48}"),
    Format("docker-token", "a Docker Hub token", ("dckr_pat_", "dckr_oat_"), r"dckr_[op]at_[A-Za-z0-9_-]{24,64}"),
    Format("swarm-token", "a Swarm join token", ("SWMTKN-1-",), r"SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}"),
    Format("sendgrid-key", "a SendGrid key", ("SG.",), _EDGE + r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    Format("mailgun-key", "a Mailgun key", ("key-",), _EDGE + r"key-[0-9a-f]{32}" + _STOP),
    Format("azure-storage-key", "an Azure storage key", ("AccountKey=",), r"AccountKey=[A-Za-z0-9+/]{86}=="),
    Format("azure-client-secret", "an Azure client secret", ("8Q~",),
           r"(?<=[\w~.-]{3})8Q~[A-Za-z0-9_~.-]{31,34}(?![\w~.-])"),
    Format("digitalocean-token", "a DigitalOcean token", ("dop_v1_", "doo_v1_", "dor_v1_"),
           _EDGE + r"do[opr]_v1_[0-9a-f]{64}"),
    Format("vault-token", "a Vault token", ("hvs.", "hvb."), _EDGE + r"hv[bs]\.[A-Za-z0-9_-]{24,300}"),
    Format("terraform-token", "a Terraform Cloud token", (".atlasv1.",), r"(?<=\w{14})\.atlasv1\.[\w=-]{60,80}"),
    Format("openai-key", "an OpenAI key", ("sk-",),
           _EDGE + r"sk-(?:(?:proj|svcacct|admin)-[\w-]{40,200}|\w{20}T3BlbkFJ\w{20})"),
    Format("anthropic-key", "an Anthropic key", ("sk-ant-",), _EDGE + r"sk-ant-[a-z0-9]{3,10}-[\w-]{80,120}"),
    Format("huggingface-token", "a Hugging Face token", ("hf_",), _EDGE + r"hf_[A-Za-z]{34}" + _STOP),
    Format("telegram-token", "a Telegram bot token", (":AA",), r"(?<=[0-9]{8}):AA[A-Za-z0-9_-]{33}(?![\w-])"),
    Format("shopify-token", "a Shopify token", ("shpat_", "shpca_", "shppa_", "shpss_"),
           r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    Format("grafana-token", "a Grafana token", ("glsa_",), r"glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}"),
    Format("newrelic-key", "a New Relic key", ("NRAK-",), r"NRAK-[A-Z0-9]{27}"),
    Format("databricks-token", "a Databricks token", ("dapi",), _EDGE + r"dapi[0-9a-f]{32}(?:-[0-9])?" + _STOP),
    Format("tailscale-key", "a Tailscale key", ("tskey-",), r"tskey-[a-z]{2,10}-[A-Za-z0-9]{8,24}-[A-Za-z0-9]{20,50}"),
    Format("pulumi-token", "a Pulumi token", ("pul-",), _EDGE + r"pul-[0-9a-f]{40}" + _STOP),
    Format("postman-key", "a Postman key", ("PMAK-",), r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
)  # fmt: skip


_KEYS: Final = tuple((key, form) for form in FORMATS for key in form.keys)
"""Every text that a credential begins with; most texts have none of them, and finding that out is fast."""


@lru_cache(maxsize=len(FORMATS))
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def find_formats(text: str) -> tuple[Match, ...]:
    """Every credential of a known form in a text, kind by kind."""
    if len(text) < SHORTEST:
        return ()
    return _in_file(text) if len(text) > _LONG else tuple(_find(text, text))


@lru_cache(maxsize=8)
def long_words(text: str) -> tuple[str, ...]:
    """The words that are long enough for a credential: a third of a text."""
    return tuple([word for word in text.split() if len(word) >= SHORTEST])


@lru_cache(maxsize=8)
def _in_file(text: str) -> tuple[Match, ...]:
    """The same for a text so long that it pays to look for the keys in its long words only.

    A rule and the quoting of findings ask for the same file.
    """
    words = " ".join(long_words(text))
    return tuple(_find(text, f"{PEM}{words}" if PEM in text else words))


def _find(text: str, within: str) -> Iterator[Match]:
    """The credentials in a text whose keys stand in ``within``, the parts of it that can hold one."""
    for key, form in [each for each in _KEYS if each[0] in within]:
        at = text.find(key)
        while at >= 0:
            match = _compiled(form.pattern).match(text, at)
            if match:
                yield Match(at, match.end(), form, form.verify is None or form.verify(match[0]))
            at = text.find(key, match.end() if match else at + 1)


def credential_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where credentials stand, those included that are glued to a word in front, as variables make them: for hiding."""
    within = " ".join(long_words(text))
    for key, form in [each for each in _KEYS if each[0] in within]:
        at = text.find(key)
        while at >= 0:
            match = _compiled(form.pattern).match(text[at : at + _LONGEST])
            if match:
                yield at, at + match.end()
            at = text.find(key, at + (match.end() if match else 1))
