"""A connection to the machine's Docker engine, found as the docker command finds it, and why there is none.

``DOCKER_HOST`` first, then the context that ``DOCKER_CONTEXT`` or ``docker context use`` names, then the default
socket; ``DOCKER_TLS_VERIFY``, ``DOCKER_CERT_PATH`` and a context's own certificates count (docker SDK for Python).
"""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import APIClient

SECONDS = 10
"""How long one answer may take."""
START = "start the engine, or name it in DOCKER_HOST or with `docker context use`"


class NoEngineError(Exception):
    """No engine could be asked.

    Attributes:
        kind: ``needs-access`` where the person may not use it, else ``failed``.
        where: its address without credentials; empty where none was found.
        why: the reason as a sentence part.
        how: what the person can do.
    """

    def __init__(self, kind: str, where: str, why: str, how: str) -> None:
        super().__init__(f"{where}: {why}")
        self.kind = kind
        self.where = where
        self.why = why
        self.how = how


def connect() -> tuple[APIClient, str]:
    """A client that has greeted the engine, and the engine's address as it may be shown.

    Raises:
        NoEngineError: there is none, it does not answer, or this user may not ask it.
    """
    from docker import APIClient

    settings = _settings()
    where = shown(str(settings.get("base_url", "unix:///var/run/docker.sock")))
    if where.startswith("ssh:"):
        how = "forward its socket with `ssh -L`, and name that in DOCKER_HOST"
        raise NoEngineError("failed", where, "engines behind SSH are not asked", how)
    try:
        _knock(settings.get("base_url"))
        return APIClient(version="auto", timeout=SECONDS, **settings), where
    except Exception as error:  # noqa: BLE001  the SDK lets through what requests, ssl, json and it itself raise
        raise refusal(error, where) from None


def _knock(address: str | None) -> None:
    """Connects to a local socket and lets go of it: one that cannot be connected the SDK leaves to the collector."""
    from docker.utils import parse_host

    scheme, _, path = str(parse_host(address, sys.platform == "win32")).partition("://")
    if scheme == "http+unix":
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
            one.settimeout(SECONDS)
            one.connect(f"/{path.lstrip('/')}")


def _settings() -> dict[str, Any]:
    """Address and TLS settings from the environment and the docker command's own files.

    Raises:
        NoEngineError: they name a context that is not there, or files that cannot be used.
    """
    try:
        settings = _docker_settings()
    except Exception as error:  # noqa: BLE001  the SDK raises a bare Exception for a context it cannot read
        why = f"the docker command's settings cannot be used ({type(error).__name__})"
        raise NoEngineError(
            "failed", "", why, "see `docker context inspect`, DOCKER_HOST and DOCKER_CERT_PATH"
        ) from None
    if settings is None:
        named = os.environ.get("DOCKER_CONTEXT", "")
        what = f"the docker context {named}" if named else "the current docker context"
        raise NoEngineError("failed", "", f"{what} does not exist", "see `docker context ls`")
    return settings


def _docker_settings() -> dict[str, Any] | None:
    """The SDK's own reading of them; None for a context that is not there, where the SDK would take another engine."""
    from docker.context import ContextAPI
    from docker.utils import kwargs_from_env

    settings: dict[str, Any] = {**kwargs_from_env()}
    if "base_url" in settings:
        return settings
    named = os.environ.get("DOCKER_CONTEXT") or None
    if ContextAPI.get_context(named) is None:
        return None
    return {**ContextAPI.kwargs_from_context(named), **settings}


def shown(address: str) -> str:
    """An address without user names, passwords and queries."""
    try:
        parts = urlsplit(address.replace("http+unix://", "unix://"))
    except ValueError:
        return "an address that is none"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def refusal(error: BaseException, where: str) -> NoEngineError:
    """What became of a call, for a person. Messages of libraries are not passed on: they may hold what was sent."""
    causes = list(_causes(error))
    if any(isinstance(each, PermissionError) for each in causes):
        how = "run it as a user who may use this socket; whoever may is root on the machine"
        return NoEngineError("needs-access", where, "this user may not use its socket", how)
    names = {each.__name__ for cause in causes for each in type(cause).__mro__}
    if "SSLError" in names:
        how = "check DOCKER_TLS_VERIFY, DOCKER_CERT_PATH and its certificates"
        return NoEngineError("failed", where, "TLS with it failed", how)
    system = next((each for each in causes if isinstance(each, OSError) and each.errno and each.strerror), None)
    if system is not None:
        return NoEngineError("failed", where, f"it does not answer ({system.strerror})", START)
    if names & {"TimeoutError", "Timeout"}:
        return NoEngineError("failed", where, f"it did not answer within {SECONDS} seconds", START)
    return NoEngineError("failed", where, f"it could not be asked ({type(error).__name__})", START)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it; requests and urllib3 keep the first cause among their arguments."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        linked = (each.__cause__, each.__context__, getattr(each, "reason", None), *each.args)
        waiting += [one for one in linked if isinstance(one, BaseException)]
