"""Credentials for registries, from where ``docker login`` keeps them: ``config.json`` and credential helpers.

Helper protocol: github.com/docker/docker-credential-helpers: the server's name goes to standard input of
``docker-credential-NAME get``, and JSON comes back.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from hardhull.facts.reference import DOCKER_HUB

MAX_CONFIG = 1 << 20
HELPER_SECONDS = 20
HUB_SERVER = "https://index.docker.io/v1/"
"""The name under which Docker Hub's credentials are kept."""
_HUB_HOSTS = frozenset({"index.docker.io", "registry-1.docker.io", DOCKER_HUB})
_HELPER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TOKEN_USER = "<token>"  # noqa: S105  the name that stands for "the secret is an identity token"


class CredentialsError(Exception):
    """They are there, but cannot be had. ``why`` is a sentence part; nothing secret is in it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Credentials(NamedTuple):
    """A user name and password, or an identity token that a token server takes instead."""

    username: str
    password: str
    identity_token: str = ""

    def __repr__(self) -> str:
        return "Credentials(...)"

    @property
    def basic(self) -> str:
        """The value of an ``Authorization`` header."""
        pair = f"{self.username}:{self.password}".encode()
        return "Basic " + base64.b64encode(pair).decode("ascii")


def find(registry: str) -> Credentials | None:
    """The credentials that ``docker login REGISTRY`` left behind; None where there are none.

    Raises:
        CredentialsError: the file cannot be used, or the helper that it names fails.
    """
    config = _config()
    helper = _helper(config, registry)
    if helper:
        found = _ask_helper(helper, HUB_SERVER if registry == DOCKER_HUB else registry)
        if found is not None:
            return found
    auths = config.get("auths")
    entries = auths if isinstance(auths, dict) else {}
    exact = HUB_SERVER if registry == DOCKER_HUB else registry
    keys = sorted((key for key in entries if host_of(key) == registry), key=lambda key: key != exact)
    return next((found for key in keys if (found := _entry(entries[key])) is not None), None)


def host_of(server: str) -> str:
    """The registry that a key of ``config.json`` is for; old ones are addresses."""
    host = re.sub(r"^https?://", "", server).partition("/")[0]
    return DOCKER_HUB if host in _HUB_HOSTS else host


def _config() -> dict[str, Any]:
    folder = os.environ.get("DOCKER_CONFIG")
    path = (Path(folder) if folder else Path.home() / ".docker") / "config.json"
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_CONFIG + 1)
        found = json.loads(data[:MAX_CONFIG]) if data else {}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CredentialsError(f"docker's config.json cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise CredentialsError("docker's config.json is no JSON") from None
    return found if isinstance(found, dict) else {}


def _helper(config: dict[str, Any], registry: str) -> str:
    """The name of the credential helper for a registry; empty where there is none."""
    helpers = config.get("credHelpers")
    for key, name in helpers.items() if isinstance(helpers, dict) else ():
        if host_of(key) == registry and isinstance(name, str):
            return name
    store = config.get("credsStore")
    return store if isinstance(store, str) else ""


def _ask_helper(name: str, server: str) -> Credentials | None:
    program = f"docker-credential-{name}"
    path = shutil.which(program) if _HELPER_NAME.fullmatch(name) else None
    if path is None:
        raise CredentialsError(f"the credential helper {program} is not installed")
    try:
        done = subprocess.run(
            [path, "get"], input=server.encode(), capture_output=True, timeout=HELPER_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise CredentialsError(f"{program} did not answer within {HELPER_SECONDS} seconds") from None
    except OSError as error:
        raise CredentialsError(f"{program} cannot be run ({error.strerror})") from None
    if done.returncode:
        if b"credentials not found" in done.stdout + done.stderr:
            return None
        raise CredentialsError(f"{program} failed with exit code {done.returncode}")
    return _from_helper(program, done.stdout)


def _from_helper(program: str, output: bytes) -> Credentials | None:
    try:
        answer = json.loads(output)
        username, secret = answer["Username"], answer["Secret"]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise CredentialsError(f"the answer of {program} cannot be understood") from None
    if not isinstance(username, str) or not isinstance(secret, str):
        raise CredentialsError(f"the answer of {program} cannot be understood")
    if not username and not secret:
        return None
    return Credentials("", "", secret) if username == _TOKEN_USER else Credentials(username, secret)


def _entry(entry: Any) -> Credentials | None:
    """One entry of ``auths``; an empty one says that a helper has the credentials."""
    if not isinstance(entry, dict):
        return None
    identity = entry.get("identitytoken")
    if isinstance(identity, str) and identity:
        return Credentials("", "", identity)
    username, password = entry.get("username"), entry.get("password")
    auth = entry.get("auth")
    if isinstance(auth, str) and auth:
        try:
            decoded = base64.b64decode(auth, validate=True).decode()
        except (binascii.Error, ValueError):
            raise CredentialsError("an entry of docker's config.json cannot be decoded") from None
        username, _colon, password = decoded.rstrip("\0").partition(":")
    if not isinstance(username, str) or not isinstance(password, str) or not username:
        return None
    return Credentials(username, password)
