"""What the options of well-known programs mean for security: for RUN instructions, scripts and workflows alike.

A command is a list of words, the program first; answers are positions in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.model.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

FETCHERS: Final = frozenset({"curl", "wget"})
POSIX_SHELLS: Final = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
INTERPRETERS: Final = frozenset({"python", "python2", "python3", "perl", "ruby", "node", "php"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})


class Weak(NamedTuple):
    """A check that is switched off: the position of the word, and what is then not checked."""

    at: int
    what: str


def name_of(word: str) -> str:
    """The program without its folder."""
    return word.rpartition("/")[2].removesuffix(".exe")


def runs_input(words: Sequence[str]) -> bool:
    """Whether a command runs what it reads on its standard input as a program (``sh``, ``bash -s -- -y``)."""
    if not words:
        return False
    name, rest = name_of(words[0]), words[1:]
    if name in POSIX_SHELLS:
        if any(re.fullmatch(r"-[a-z]*s[a-z]*", word) for word in rest):
            return True
        first = next((word for word in rest if not word.startswith(("-", "+")) or word == "-"), "-")
        return first in {"-", "/dev/stdin"} and not any(re.fullmatch(r"-[a-z]*c", word) for word in rest)
    return name in INTERPRETERS and all(word in {"-", "-u", "/dev/stdin"} for word in rest[:1])


# -- what is fetched

_URL: Final = lazy(r"[\"']?(https?|ftp)://", re.IGNORECASE)
_LOCAL: Final = lazy(
    r"[a-z]+://(?:[^/@]*@)?(?:localhost|127\.|\[?::1|0\.0\.0\.0|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\."
    r"|[\w-]+(?::\d+)?(?:/|$)|[^/]*\.(?:local|internal|svc|test|localhost|lan)(?::\d+)?(?:/|$)|host\.docker)",
    re.IGNORECASE,
)
"""Addresses of the machine itself or of a private network; a name without a dot is one of a container or a service."""


def urls(words: Sequence[str]) -> Iterator[int]:
    """The positions of URLs; ``--url=https://...`` too."""
    for at, word in enumerate(words):
        if at and (_URL.match(word) or (word.startswith("--") and _URL.search(word))):
            yield at


def plain_url(words: Sequence[str]) -> int | None:
    """The position of a ``http://`` URL of another machine; None where there is none."""
    for at in urls(words):
        word = words[at].strip("\"'")
        start = word.find("http://")
        if start >= 0 and "$" not in word[start : start + 9] and not _LOCAL.match(word, start):
            return at
    return None


def is_local(word: str) -> bool:
    """Whether a word is the URL of the machine itself, of a container or of a private network."""
    start = word.find("http")
    return start >= 0 and bool(_LOCAL.match(word, start))


# -- TLS

_CURL_WITH_VALUE: Final = frozenset("AbcCdDeEFhHKmoPQrtTuUwxXyYz")


def tls_off(words: Sequence[str]) -> Weak | None:
    """The option that switches the check of certificates off."""
    return _by_program(words, _TLS)


def _curl(words: Sequence[str]) -> Weak | None:
    for at, word in enumerate(words):
        if word in {"--insecure", "--proxy-insecure"} or (_bundle_has_k(word) and words[at - 1] not in {"-H", "-d"}):
            return Weak(at, "the certificate of the server")
    return None


def _bundle_has_k(word: str) -> bool:
    """Whether ``k`` is among the short options ``-fsSLk``."""
    if not re.fullmatch(r"-[A-Za-z#0-9.]+", word):
        return False
    for letter in word[1:]:
        if letter == "k":
            return True
        if letter in _CURL_WITH_VALUE:
            return False
    return False


def _wget(words: Sequence[str]) -> Weak | None:
    return _first(words, {"--no-check-certificate"}, "the certificate of the server")


def _pip(words: Sequence[str]) -> Weak | None:
    for at, word in enumerate(words):
        if word.startswith("--trusted-host") or word in {"global.trusted-host", "install.trusted-host"}:
            return Weak(at, "the certificate of the package index")
    return None


def _npm(words: Sequence[str]) -> Weak | None:
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        if word in {"--no-strict-ssl", "--strict-ssl=false", "strict-ssl=false"}:
            return Weak(at, "the certificate of the registry")
        if word in {"strict-ssl", "--strict-ssl", "enableStrictSsl"} and following == "false":
            return Weak(at, "the certificate of the registry")
    return None


def _git(words: Sequence[str]) -> Weak | None:
    for at, word in enumerate(words):
        key, _equals, value = word.partition("=")
        following = words[at + 1] if at + 1 < len(words) else ""
        if key.lower() == "http.sslverify" and (value or following).lower() in _FALSE:
            return Weak(at, "the certificate of the git server")
    return None


def _packages_tls(words: Sequence[str]) -> Weak | None:
    for at, word in enumerate(words):
        if re.search(r"Verify-(?:Peer|Host)\"?=\"?(?:false|0|no)", word, re.IGNORECASE) or re.search(
            r"sslverify=(?:0|false|no)", word, re.IGNORECASE
        ):
            return Weak(at, "the certificate of the package server")
    return None


def _registry(words: Sequence[str]) -> Weak | None:
    for at, word in enumerate(words):
        if re.fullmatch(r"--(?:src-|dest-)?tls-verify=(?:false|0)", word):
            return Weak(at, "the certificate of the registry")
        if word in {"--insecure-skip-tls-verify", "--insecure-skip-tls-verify=true", "--plain-http", "--insecure"}:
            return Weak(at, "the certificate of the server")
    return None


_TLS: Final = {
    "curl": _curl,
    "wget": _wget,
    **dict.fromkeys(("pip", "pip3", "pip2", "python", "python3", "uv", "pipx"), _pip),
    **dict.fromkeys(("npm", "yarn", "pnpm", "npx"), _npm),
    "git": _git,
    **dict.fromkeys(("apt", "apt-get", "aptitude", "yum", "dnf", "microdnf", "tdnf"), _packages_tls),
    **dict.fromkeys(("podman", "buildah", "skopeo", "kubectl", "helm", "crane", "oras"), _registry),
}

_TLS_VARIABLES: Final = {
    "NODE_TLS_REJECT_UNAUTHORIZED": "certificates, in all of Node.js",
    "PYTHONHTTPSVERIFY": "certificates, in all of Python",
    "NPM_CONFIG_STRICT_SSL": "the certificate of the registry",
    "YARN_ENABLE_STRICT_SSL": "the certificate of the registry",
}
"""Variables that switch the check off with ``0`` or ``false``."""
_TLS_SWITCHES: Final = {
    "GIT_SSL_NO_VERIFY": "the certificate of git servers",
    "PIP_TRUSTED_HOST": "the certificate of the package index",
    "GOINSECURE": "the certificate of module servers",
    "UV_INSECURE_HOST": "the certificate of the package index",
}
"""Variables that switch the check off with any other value."""


def tls_variable(name: str, value: str) -> str:
    """What is not checked where a variable has this value; empty where all is."""
    upper = name.upper()
    if upper in _TLS_VARIABLES and value.strip().lower() in _FALSE:
        return _TLS_VARIABLES[upper]
    if name in _TLS_SWITCHES and value.strip().lower() not in _FALSE | {""}:
        return _TLS_SWITCHES[name]
    return ""


# -- signatures


def signature_off(words: Sequence[str]) -> Weak | None:
    """The option that switches the check of signatures or checksums off."""
    return _by_program(words, _SIGNATURES)


def _apk(words: Sequence[str]) -> Weak | None:
    if "index" in words[:4]:
        return None  # it makes an index of its own packages, which have no signature yet
    return _first(words, {"--allow-untrusted"}, "the signature of packages")


def _apt(words: Sequence[str]) -> Weak | None:
    for at, word in enumerate(words):
        if word in {"--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"}:
            return Weak(at, "the signature of packages")
        if re.search(
            r"(?:AllowUnauthenticated|AllowInsecureRepositories|AllowDowngradeToInsecureRepositories)\"?=\"?(?:true|1|yes)",
            word,
            re.IGNORECASE,
        ):
            return Weak(at, "the signature of packages")
    return None


def _rpm(words: Sequence[str]) -> Weak | None:
    names = {
        "--nogpgcheck", "--no-gpg-checks", "--no-gpg-check", "--nosignature", "--nodigest", "--allow-unsigned-rpm",
        "--setopt=gpgcheck=0", "--setopt=*.gpgcheck=0", "--gpgcheck=0",
    }  # fmt: skip
    return _first(words, names, "the signature of packages")


_SIGNATURES: Final = {
    "apk": _apk,
    **dict.fromkeys(("apt", "apt-get", "aptitude"), _apt),
    **dict.fromkeys(("yum", "dnf", "microdnf", "tdnf", "zypper", "rpm"), _rpm),
}

_SIGNATURE_VARIABLES: Final = {"GOSUMDB": "off", "GONOSUMCHECK": "1", "GONOSUMDB": "*", "GOFLAGS": "-insecure"}


def signature_variable(name: str, value: str) -> str:
    """What is not checked where a variable has this value; empty where all is."""
    return "the checksum of Go modules" if _SIGNATURE_VARIABLES.get(name) == value.strip() else ""


def _by_program(words: Sequence[str], table: Mapping[str, Callable[[Sequence[str]], Weak | None]]) -> Weak | None:
    check = table.get(name_of(words[0])) if words else None
    return check(words) if check else None


def _first(words: Sequence[str], names: set[str], what: str) -> Weak | None:
    return next((Weak(at, what) for at, word in enumerate(words) if word in names), None)
