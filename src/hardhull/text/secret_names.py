"""Which names announce a secret, and which values are passwords that everybody guesses."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import Final

from hardhull.model.lazy import lazy


class Role(Enum):
    """What a value with such a name is.

    A password (or a secret that the application makes up itself) protects even when it is a bad one. A key that
    somebody else issued (an API key) is a secret only where it is a real one: ``your-api-key`` opens nothing.
    """

    PASSWORD = "password"  # noqa: S105  the word itself
    OWN_KEY = "own key"
    ISSUED_KEY = "issued key"


_WORD: Final = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
"""One word of ``DB_PASSWORD``, ``dbPassword``, ``spring.datasource.password``."""

_TAIL: Final = frozenset(("ENV", "VALUE", "DEFAULT", "PROD", "PRODUCTION", "DEV", "TEST", "STAGING", "BASE64", "B64"))
"""Words after the deciding one that do not change what it is: ``DB_PASSWORD_PROD``."""

_PASSWORD: Final = frozenset(("PASSWORD", "PASSWD", "PASSPHRASE", "PASS", "PWD", "REQUIREPASS", "MASTERAUTH"))
_PASSWORD_END: Final = ("PASSWORD", "PASSWD", "PASSPHRASE")
"""Also at the end of a longer word: ``PGPASSWORD``."""
_NOT_PASS: Final = frozenset(("BYPASS", "COMPASS", "PWD", "OLDPWD"))

_PASSED_ON: Final = frozenset(("PROXY", "UWSGI", "FASTCGI", "SCGI", "GRPC"))
"""The word before ``PASS`` where nginx passes requests on (``UWSGI_PASS=server:3031``)."""

_ISSUED_END: Final = ("TOKEN", "APIKEY", "ACCESSKEY", "AUTHKEY")
_OWN_END: Final = ("SECRET", "SECRETKEY", "PRIVATEKEY")
_KEY_KIND: Final = {
    "API": Role.ISSUED_KEY,
    "ACCESS": Role.ISSUED_KEY,
    "ACCOUNT": Role.ISSUED_KEY,
    "SERVICE": Role.ISSUED_KEY,
    "STORAGE": Role.ISSUED_KEY,
    "SUBSCRIPTION": Role.ISSUED_KEY,
    "AUTH": Role.ISSUED_KEY,
    "LICENSE": Role.ISSUED_KEY,
    "DEPLOY": Role.ISSUED_KEY,
    "SECRET": Role.OWN_KEY,
    "PRIVATE": Role.OWN_KEY,
    "PRIV": Role.OWN_KEY,
    "ENCRYPTION": Role.OWN_KEY,
    "ENCRYPT": Role.OWN_KEY,
    "CRYPT": Role.OWN_KEY,
    "SIGNING": Role.OWN_KEY,
    "SIGNATURE": Role.OWN_KEY,
    "MASTER": Role.OWN_KEY,
    "SESSION": Role.OWN_KEY,
    "COOKIE": Role.OWN_KEY,
    "HMAC": Role.OWN_KEY,
    "JWT": Role.OWN_KEY,
    "APP": Role.OWN_KEY,
    "SHARED": Role.OWN_KEY,
    "SSH": Role.OWN_KEY,
}
"""The word before ``KEY``."""
_ISSUER: Final = frozenset(("CLIENT", "API", "APPLICATION", "CONSUMER", "OAUTH", "OIDC", "WEBHOOK", "AWS", "ACCESS"))
"""The word before ``SECRET`` where somebody else gives it out."""
_NAMING: Final = frozenset(("TLS", "EXISTING", "PULL", "CERT", "CERTIFICATE", "CERTIFICATES", "CA", "FROM", "CONFIG"))
"""The word before ``SECRET`` where the value is the name of a Secret object."""
_SWITCH: Final = frozenset(
    ("ALLOW", "ENABLE", "ENABLED", "DISABLE", "RANDOM", "USE", "SHOW", "FORCE", "REQUIRE", "RESET", "GENERATE")
)
"""First words of settings about passwords that are none."""
_PUBLIC: Final = frozenset(("PUBLIC", "PUB", "PUBLISHABLE"))


@lru_cache(maxsize=4096)
def role_of(name: str) -> Role | None:
    """What the name says about its value; None where it announces no secret.

    Only the end of a name decides: ``PASSWORD_FILE``, ``TOKEN_EXPIRES_IN`` and ``secretName`` are no secrets.
    """
    words = [word.upper() for word in _WORD.findall(name[-128:])]
    while words and (words[-1] in _TAIL or (words[-1].isdigit() and len(words[-1]) <= 2)):
        words.pop()
    if not words or name in _NOT_PASS or not _PUBLIC.isdisjoint(words):
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last == "PASS" and before in _PASSED_ON:
        return None
    if (last in _PASSWORD or last.endswith(_PASSWORD_END)) and last not in _NOT_PASS - {"PWD"}:
        return Role.PASSWORD if _SWITCH.isdisjoint(words[:-1]) else None
    if last in {"BASE", "HASH"} and before in {"KEY", "SECRET"}:
        return Role.OWN_KEY if last == "BASE" else None
    if last == "KEY":
        return _KEY_KIND.get(before)
    if last == "SECRET" and before in _NAMING:
        return None
    if last.endswith(_ISSUED_END) or (last == "SECRET" and before in _ISSUER):
        return Role.ISSUED_KEY
    return Role.OWN_KEY if last.endswith(_OWN_END) else None


COMMON: Final = frozenset(
    """
    a account admin administrator airflow an and api app application auth bar baz bitnami bitwarden cassandra change
    changed changeit changeme clickhouse client cloud code cookie couchdb crypt customer data database db dba default
    demo dev develop developer django docker drupal dummy elastic elasticsearch encryption example fake fixme foo for
    generate generated ghost gitea gitlab grafana graylog guest harbor hello here influx influxdb insecure insert it
    jenkins joomla jwt kafka keep keycloak key kibana laravel letmein local login long magento maria mariadb master
    matomo me minio mongo mongodb monitoring my mysql n neo next nextcloud nginx not now odoo of one only openssl
    opensearch oracle owner pass passphrase passw passwd password pg php please postgre postgres postgresql private
    prod production project prometheus pw pwd rabbit rabbitmq random read redis redmine replace replication repl root
    sa safe sample secret secure secured server service session set sign signing some something sonar sonarqube sql
    staging string strong super supersecret superset superuser symfony system temp test testing the this to todo token
    tomcat toor two uncle unsafe unsecure use user username value very wallabag web welcome with word wordpress world
    wp you your zabbix qwerty qwertz asdf abc abcd xyz xxx letme insecure admin123 monkey dragon iloveyou sunshine
    """.split()  # noqa: SIM905  a list of words reads better as text
)
"""Words that default passwords are made of."""
_LONGEST: Final = max(map(len, COMMON))
_LEET: Final = str.maketrans("0134578@$!", "oleastbasi")
_TELLTALE: Final = (
    "password",
    "passwd",
    "passwort",
    "secret",
    "changeme",
    "example",
    "your_",
    "your-",
    "qwerty",
)
"""Words that nobody has in a generated password: the first that are tried, or a placeholder."""
_LETTERS: Final = lazy(r"[a-z]+")
_KEPT_SHORT: Final = 64


def is_guessable(password: str) -> bool:
    """Whether a password is a default, is made of common words only, or is too short to withstand guessing.

    Bounded: a password of more than 64 characters is not looked at any further.
    """
    if len(password) > _KEPT_SHORT:
        return False
    if len(password) < 8 or (len(password) < 12 and (password.isalpha() or password.isdigit())):
        return True
    lower = password.lower()
    plain = lower.translate(_LEET)
    return any(word in lower or word in plain for word in _TELLTALE) or _common(lower) or _common(plain)


def is_common(text: str) -> bool:
    """Whether a text of letters, digits and marks is made of common words only (``my-secret-key``)."""
    return len(text) <= _KEPT_SHORT and _common(text.lower())


def _common(text: str) -> bool:
    """Whether every run of letters is made of common words (or of one repeated letter), with few digits between."""
    runs = _LETTERS.findall(text)
    digits = sum(map(str.isdigit, text))
    return bool(runs) and digits <= 6 and all(len(set(run)) == 1 or _words(run) for run in runs)


def _words(run: str) -> bool:
    """Whether the letters can be cut into common words: dynamic programming, so no input makes it slow."""
    reached = [True] + [False] * len(run)
    for end in range(1, len(run) + 1):
        low = max(0, end - _LONGEST)
        reached[end] = any(reached[start] and run[start:end] in COMMON for start in range(low, end))
    return reached[-1]
