"""Readers of files that are there to hold secrets: by name and content, each finds what its format says is one.

Formats: Docker's ``config.json`` (docker/cli, ``cli/config``), ``.pgpass`` (PostgreSQL, libpq-pgpass), ``.netrc``
(GNU inetutils), ``.htpasswd`` (Apache, htpasswd), ``.npmrc`` (npm), ``shadow(5)``, ``wp-config.php`` (WordPress),
``master.key`` (Rails), Terraform's state, kubeconfig and Secrets (Kubernetes).
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from hardhull.leaks.hit import Candidate, Certainty
from hardhull.leaks.weigh import entropy, is_placeholder
from hardhull.text.secret_names import is_common, role_of
from hardhull.text.secret_values import stands_elsewhere
from hardhull.text.secrets import looks_random

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST: Final = 16 << 20
"""Bytes of a known file that are read as such; states of Terraform are the largest."""


def _value(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _literal(value: str) -> bool:
    """Whether something stands there that could be used: a bad password of a real login is one."""
    return len(value) >= 3 and not (stands_elsewhere(value) or is_placeholder(value) or is_common(value))


def _plain(data: bytes) -> str | None:
    """What a base64 text says; None where it is none."""
    try:
        return b64decode(data, validate=True).decode("utf-8", "replace")
    except (Error, ValueError):
        return None


_AUTH: Final = re.compile(rb'"(auth|identitytoken|registrytoken)"\s*:\s*"([^"\s]{4,8192})"')
_AUTHS: Final = re.compile(rb'"(?:auths|https?://[^"\s]{1,200}|[\w.-]{1,100}\.[a-z]{2,10}(?::\d+)?)"\s*:\s*\{')


def docker_auth(data: bytes) -> Iterator[Candidate]:
    """Logins of registries: ``auth`` is ``user:password`` in base64."""
    if not _AUTHS.search(data):
        return
    for match in _AUTH.finditer(data):
        plain = _plain(match[2]) if match[1] == b"auth" else _value(match[2])
        user, _, password = (plain or "").partition(":") if match[1] == b"auth" else ("", "", plain or "")
        if (
            password
            and not is_placeholder(password)
            and not stands_elsewhere(password)
            and password not in {user, "password"}
        ):
            notes = (f"user {user}",) if user.isprintable() and 0 < len(user) < 40 else ()
            yield Candidate(
                *match.span(2), "docker-auth", "login of a container registry", Certainty.PROVEN, notes=notes
            )


_PGPASS: Final = re.compile(rb"^(?!#)(?:(?:[^:\\\n]|\\.){1,255}:){4}((?:[^:\\\r\n]|\\.){1,255})\r?$", re.MULTILINE)


def pgpass(data: bytes) -> Iterator[Candidate]:
    """``host:port:database:user:password``."""
    for match in _PGPASS.finditer(data):
        if _literal(_value(match[1])):
            yield Candidate(*match.span(1), "pgpass-password", "PostgreSQL password")


_NETRC: Final = re.compile(rb"(?:^|\s)(?:password|account)\s+(\"[^\"\n]+\"|\S+)")


def netrc(data: bytes) -> Iterator[Candidate]:
    """``machine HOST login USER password PASSWORD``, over any number of lines."""
    if not re.search(rb"(?:^|\s)(?:machine\s+\S|default\s)", data):
        return
    for match in _NETRC.finditer(data):
        if _literal(_value(match[1].strip(b'"'))):
            yield Candidate(*match.span(1), "netrc-password", "password in a .netrc")


_HTPASSWD: Final = re.compile(
    rb"^[^:\s#]{1,255}:(\$apr1\$[./0-9A-Za-z]{1,8}\$[./0-9A-Za-z]{22}|\$2[aby]\$\d\d\$[./0-9A-Za-z]{53}"
    rb"|\{S?SHA\}[A-Za-z0-9+/]{27,60}={0,2}|\$[56]\$[^\s:]{8,200}|[./0-9A-Za-z]{13})[ \t]*\r?$", re.MULTILINE
)  # fmt: skip


def htpasswd(data: bytes) -> Iterator[Candidate]:
    """``user:hash``: opens nothing by itself, but can be guessed at offline."""
    for match in _HTPASSWD.finditer(data):
        notes = ("a hash, which can be guessed at",)
        yield Candidate(*match.span(1), "password-hash", "hash of a web server's password", notes=notes, locked=True)


_SHADOW: Final = re.compile(rb"^[^:\s]{1,64}:(\$[0-9a-z]{1,3}\$[^:\s]{10,300}|[./0-9A-Za-z]{13}):\d*:", re.MULTILINE)


def shadow(data: bytes) -> Iterator[Candidate]:
    """Passwords of accounts; ``*`` and ``!`` are none."""
    for match in _SHADOW.finditer(data):
        notes = ("a hash, which can be guessed at",)
        yield Candidate(*match.span(1), "password-hash", "hash of an account's password", notes=notes, locked=True)


_NPMRC: Final = re.compile(
    rb"^[^#;\n]{0,300}?(_authToken|_auth|_password|npmAuthToken|npmAuthIdent)[\"']?"
    rb"[ \t]*[=: ][ \t]*[\"']?([^\s\"']{6,2048})",
    re.MULTILINE,
)


def npmrc(data: bytes) -> Iterator[Candidate]:
    """Logins of npm and Yarn registries."""
    for match in _NPMRC.finditer(data):
        value = _value(match[2])
        if not (stands_elsewhere(value) or is_placeholder(value) or len(set(value)) < 5):
            yield Candidate(*match.span(2), "npm-login", "login of an npm registry")


_MASTER: Final = re.compile(rb"\s*([0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{256})\s*")


def rails_key(data: bytes) -> Iterator[Candidate]:
    """The key of ``credentials.yml.enc``, and Jenkins' of all its credentials."""
    match = _MASTER.fullmatch(data)
    if match and entropy(match[1]) > 3:
        yield Candidate(*match.span(1), "master-key", "master key")


_WORDPRESS: Final = re.compile(
    rb"define\s*\(\s*['\"](DB_PASSWORD|FTP_PASS|[A-Z_]{3,20}_(?:KEY|SALT))['\"]\s*,\s*(?:'([^'\n]{4,200})'|\"([^\"\n]{4,200})\")"
)


def wordpress(data: bytes) -> Iterator[Candidate]:
    """The database's password; keys and salts count as one place each."""
    for match in _WORDPRESS.finditer(data):
        group = 2 if match[2] else 3
        value = _value(match[group])
        if _literal(value) and "unique phrase" not in value:
            yield Candidate(*match.span(group), "wordpress-secret", "secret of WordPress", name=_value(match[1]))


_STATE: Final = re.compile(rb'"([A-Za-z0-9_]{3,60})"\s*:\s*"((?:[^"\\\n]|\\.){6,8192})"')
_SENSITIVE: Final = frozenset(
    {"result", "b64_std", "bcrypt_hash", "secret_string", "secret_data", "private_key_pem", "value"}
)


def terraform_state(data: bytes) -> Iterator[Candidate]:
    """Attributes of resources whose names say that they are secret; results of ``random_password``."""
    if b'"terraform_version"' not in data and b'"resources"' not in data:
        return
    random = [match.start() for match in re.finditer(rb'"type"\s*:\s*"random_password"', data)]
    for match in _STATE.finditer(data):
        name, value = _value(match[1]), _value(match[2])
        made = name == "result" and any(0 < match.start() - at < 4000 for at in random)
        if (made or (role_of(name) and name not in _SENSITIVE)) and _literal(value) and b"-----BEGIN" not in match[2]:
            yield Candidate(*match.span(2), "terraform-state-secret", "secret in a Terraform state", name=name)


_KUBE: Final = re.compile(
    rb"^[ \t-]*(client-key-data|token|password|id-token|refresh-token|access-token)[ \t]*:"
    rb"[ \t]*[\"']?([^\s\"'#]{6,16384})",
    re.MULTILINE,
)


def kubeconfig(data: bytes) -> Iterator[Candidate]:
    """Keys, tokens and passwords of the users of a cluster."""
    if b"clusters:" not in data or b"users:" not in data:
        return
    for match in _KUBE.finditer(data):
        name = _value(match[1])
        plain = _plain(match[2]) if name == "client-key-data" else _value(match[2])
        if plain and not stands_elsewhere(plain.strip()) and not is_placeholder(_value(match[2])[:200]):
            title = "private key of a kubeconfig" if name == "client-key-data" else "login of a kubeconfig"
            yield Candidate(*match.span(2), "kubeconfig-login", title, name=name)


_KIND: Final = b"Secret"
_SECRET: Final = re.compile(rb"^kind:[ \t]*[\"']?Secret[\"']?[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_BLOCK: Final = re.compile(
    rb"^(data|stringData):[ \t]*(?:#[^\n]*)?\r?\n((?:[ \t]+[^\n]*\n?|[ \t]*\r?\n)+)", re.MULTILINE
)
_ITEM: Final = re.compile(
    rb"^[ \t]+[\"']?([\w.-]{1,253})[\"']?:[ \t]*[\"']?([^\s\"'#|>{][^\s\"'#]{3,16384})", re.MULTILINE
)


_IDENTITY: Final = re.compile(
    r"(?i)(?:user(?:name)?|client[-_]?id|audience|issuer.*|tenant.*|email|host(?:name)?|port|region|endpoint|bucket.*"
    r"|database|db(?:name)?|name|namespace|url|type|.*\.(?:crt|pub))"
)
"""Names of what stands in Secrets beside what is secret."""


def _is_kept_secret(name: str, plain: str) -> bool:
    if _IDENTITY.fullmatch(name) or plain.startswith("-----BEGIN CERT") or not _literal(plain):
        return False
    return role_of(name) is not None or looks_random(plain) or "-----BEGIN" in plain or "://" in plain or "\n" in plain


def kubernetes_secret(data: bytes) -> Iterator[Candidate]:
    """Values of manifests of kind Secret, decoded to tell placeholders."""
    if _KIND not in data or b"kind:" not in data or not _SECRET.search(data):
        return
    at = 0
    for document in re.split(rb"(?m)^---.*$", data):
        offset = data.find(document, at)
        at = offset + len(document)
        if not _SECRET.search(document):
            continue
        for block in _BLOCK.finditer(document):
            for item in _ITEM.finditer(document, block.start(2), block.end(2)):
                plain = _plain(item[2]) if block[1] == b"data" else _value(item[2])
                name = _value(item[1])
                if plain and _is_kept_secret(name, plain.strip()):
                    start, end = item.span(2)
                    yield Candidate(
                        offset + start, offset + end, "kubernetes-secret", "value of a Kubernetes Secret", name=name
                    )


_VAULT: Final = re.compile(rb"\s*((?:hv[sb]|s)\.[\w-]{20,200}|[0-9a-f-]{36})\s*")


def token_file(data: bytes) -> Iterator[Candidate]:
    """A file that is nothing but a token."""
    match = _VAULT.fullmatch(data)
    if match and not is_placeholder(_value(match[1])):
        yield Candidate(*match.span(1), "token-file", "token")


_COMPOSER: Final = re.compile(
    rb'"(?:password|token|private-token|oauth_token|refresh_token|access_token|client_secret|[\w.-]+\.(?:com|org|net|io))"\s*:\s*"([^"\s]{8,2048})"'
)


def json_login(data: bytes) -> Iterator[Candidate]:
    """Logins in JSON: Composer's ``auth.json``, gcloud's and Azure's tokens."""
    for match in _COMPOSER.finditer(data):
        value = _value(match[1])
        if _literal(value) and "://" not in value:
            yield Candidate(*match.span(1), "login-in-json", "login")


_INI: Final = re.compile(
    rb"^[ \t]*[\"']?(password|passwd|pass|_?secret_?(?:access_?)?key|token|auth_?token|secret|[\w.]*password)"
    rb"[\"']?[ \t]*[=:][ \t]*[\"']?([^\s\"'#][^\r\n\"']{3,512})",
    re.MULTILINE | re.IGNORECASE,
)


def ini_login(data: bytes) -> Iterator[Candidate]:
    """``password = ...`` in files that hold logins and little else."""
    for match in _INI.finditer(data):
        value = _value(match[2]).strip()
        if _literal(value):
            start = match.start(2)
            yield Candidate(start, start + len(value.encode()), "login-in-file", "login", name=_value(match[1]))


_LOGIN_JSON: Final = (
    r"auth\.json|application_default_credentials\.json|accessTokens\.json|hosts\.json|\.?credentials\.json"
)
_LOGIN_FILES: Final = (
    r"\.my\.cnf|\.mylogin\.cnf|\.pypirc|\.s3cfg|\.boto|rclone\.conf|credentials(?:\.toml)?|\.?smbcredentials|\.curlrc"
    r"|\.wgetrc|\.git-credentials|hosts\.yml|\.msmtprc|sasl_passwd|\.ldaprc"
)
_DOCKER: Final = r"\.?docker(?:config|cfg)?\.json|config\.json|\.dockercfg|\.dockerconfigjson|auth\.json"
_READERS: Final = (
    (_DOCKER, docker_auth),
    (r"\.?pgpass(?:\.conf)?", pgpass),
    (r"[._]?netrc", netrc),
    (r"\.?htpasswd[\w.-]*|[\w.-]*\.htpasswd|passwords?", htpasswd),
    (r"shadow-?", shadow),
    (r"\.?npmrc|\.yarnrc(?:\.yml)?", npmrc),
    (r"master\.key|(?:production|development|staging|test)\.key|secret_key", rails_key),
    (r"wp-config[\w.-]*", wordpress),
    (r"[\w.-]*\.tfstate(?:\.backup)?", terraform_state),
    (r"config|[\w.-]*kubeconfig[\w.-]*|admin\.conf|[\w.-]+\.ya?ml", kubeconfig),
    (r"[\w.-]+\.(?:ya?ml|json)", kubernetes_secret),
    (r"\.vault-token|\.?token|\.consul-token", token_file),
    (_LOGIN_JSON, json_login),
    (_LOGIN_FILES, ini_login),
)
_ANY: Final = re.compile("|".join(f"(?:{names})" for names, _ in _READERS))
"""One look at a name is enough for most files."""


@lru_cache(maxsize=4096)
def _readers(name: str) -> tuple[Callable[[bytes], Iterator[Candidate]], ...]:
    if _ANY.fullmatch(name) is None:
        return ()
    return tuple(reader for names, reader in _READERS if re.fullmatch(names, name))


def may_be_known(path: str) -> bool:
    """Whether there is a reader for a file of this name."""
    return bool(_readers(path[path.rfind("/") + 1 :]))


def may_hold_known(path: str, data: bytes) -> bool:
    """Whether a reader for a file of this name may find something in it: most are JSON, and no manifest of a Secret."""
    readers = _readers(path[path.rfind("/") + 1 :])
    return bool(readers) and (readers != (kubernetes_secret,) or _KIND in data)


def read_known(path: str, data: bytes) -> Iterator[Candidate]:
    """What the readers for a file of this name find in it."""
    for reader in _readers(path[path.rfind("/") + 1 :]):
        yield from reader(data)
