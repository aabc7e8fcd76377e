"""One registry: where it is, and how its doors open (OCI distribution specification; docker's token authentication).

Basic credentials go to the registry that asks for them, and to the token server that it names; a token goes to the
registry alone. Only reading of the one repository is ever asked for.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from hardhull.facts.reference import DOCKER_HUB
from hardhull.supply.registry import credentials
from hardhull.supply.registry.address import NetworkError, is_loopback
from hardhull.supply.registry.challenge import Challenge, parse
from hardhull.supply.registry.credentials import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hardhull.supply.registry.credentials import Credentials
    from hardhull.supply.registry.transport import Reply, Transport

HUB = "https://registry-1.docker.io"
CLIENT = "hardhull"
MAX_TOKEN = 1 << 16
_VISIBLE = re.compile(r"[!-~]+")


class RefusedError(Exception):
    """The registry or its token server does not let us in. ``why`` is a sentence part, ``how`` what to do."""

    def __init__(self, why: str, how: str) -> None:
        super().__init__(why)
        self.why = why
        self.how = how


class Session:
    """The requests to one registry; what was granted is kept for each repository.

    Args:
        registry: as in a reference: ``docker.io``, ``ghcr.io``, ``localhost:5000``.
        transport: how it is reached.
        find: where credentials are looked up, once and only if somebody asks for them.
    """

    def __init__(
        self, registry: str, transport: Transport, find: Callable[[str], Credentials | None] = credentials.find
    ) -> None:
        self.registry = registry
        self._transport = transport
        self._find = find
        self._base = ""
        self._granted: dict[str, str] = {}
        self._found: Credentials | None = None
        self._looked = False
        self._trouble = ""
        self._silent: NetworkError | None = None

    def ask(
        self, method: str, repository: str, path: str, headers: Mapping[str, str] | None = None, *, limit: int
    ) -> Reply:
        """A question about a repository: ``path`` begins after ``/v2/NAME/``.

        Raises:
            NetworkError: no usable answer.
            RefusedError: no way in was found.
        """
        return self.follow(method, repository, f"{self.base}/v2/{repository}/{path}", headers, limit=limit)

    def follow(
        self, method: str, repository: str, url: str, headers: Mapping[str, str] | None = None, *, limit: int
    ) -> Reply:
        """The same for a whole address, which must be one of this registry's."""
        granted = self._granted.get(repository)
        reply = self._sent(method, url, headers, granted, limit)
        if reply.status == 401:
            granted = self._authorize(repository, parse(reply.headers.get("www-authenticate", "")))
            self._granted[repository] = granted
            reply = self._sent(method, url, headers, granted, limit)
        if reply.status in {401, 403}:
            raise self._refused(f"the registry {self.registry} does not let {self._who} read {repository}")
        return reply

    @property
    def base(self) -> str:
        """Scheme and host; found out once for this machine's own registries, which may do without TLS.

        Raises:
            NetworkError: it does not answer.
        """
        if not self._base:
            host = urlsplit(f"//{self.registry}").hostname
            self._base = HUB if self.registry == DOCKER_HUB else f"https://{self.registry}"
            if is_loopback(host) and not self._speaks_tls():
                self._base = f"http://{self.registry}"
        return self._base

    def _speaks_tls(self) -> bool:
        try:
            self._transport.ask("GET", f"https://{self.registry}/v2/", attempts=1)
        except NetworkError as error:
            return not error.plain
        return True

    def _sent(self, method: str, url: str, headers: Mapping[str, str] | None, granted: str | None, limit: int) -> Reply:
        authorization = {"Authorization": granted} if granted else {}
        return self._asked(method, url, {**(headers or {}), **authorization}, None, limit)

    def _asked(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, limit: int) -> Reply:
        """Where nobody answered once, nobody is asked again: every image of a tree would wait for the same."""
        if self._silent is not None:
            raise self._silent
        try:
            return self._transport.ask(method, url, headers, body=body, limit=limit)
        except NetworkError as error:
            if error.silent:
                self._silent = error
            raise

    def _authorize(self, repository: str, challenges: list[Challenge]) -> str:
        """The value of the ``Authorization`` header that answers one of the challenges."""
        by_scheme = {each.scheme: each for each in reversed(challenges)}
        if "bearer" in by_scheme:
            return "Bearer " + self._token(by_scheme["bearer"].parameters, repository)
        if "basic" in by_scheme:
            own = self._credentials()
            if own is None or own.identity_token:
                raise self._refused(f"the registry {self.registry} wants a user name and a password")
            return own.basic
        why = f"the registry {self.registry} refuses access and names no way to ask for it that is known here"
        raise RefusedError(why, "ask who runs it")

    def _token(self, parameters: Mapping[str, str], repository: str) -> str:
        """A token for reading one repository from the server that the registry names."""
        realm = parameters.get("realm", "")
        asked = {"scope": f"repository:{repository}:pull"}
        if parameters.get("service"):
            asked["service"] = parameters["service"]
        own = self._credentials()
        if own is not None and own.identity_token:
            form = {"grant_type": "refresh_token", "refresh_token": own.identity_token, "client_id": CLIENT, **asked}
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            reply = self._asked("POST", realm, headers, urlencode(form).encode(), MAX_TOKEN)
        else:
            headers = {"Authorization": own.basic} if own is not None else {}
            reply = self._asked("GET", _with_query(realm, asked), headers, None, MAX_TOKEN)
        if reply.status in {400, 401, 403}:
            raise self._refused(f"the token server of {self.registry} does not let {self._who} read {repository}")
        if reply.status != 200:
            why = f"the token server of {self.registry} answers with status {reply.status}"
            raise NetworkError(why, "try again later")
        return _token_of(reply.body, self.registry)

    def _credentials(self) -> Credentials | None:
        if not self._looked:
            self._looked = True
            try:
                self._found = self._find(self.registry)
            except CredentialsError as error:
                self._trouble = error.why
        return self._found

    @property
    def _who(self) -> str:
        return "the user of `docker login`" if self._found is not None else "anybody without credentials"

    def _refused(self, why: str) -> RefusedError:
        """How to get in. A registry says the same of what is not there, and of what may not be seen."""
        if self._trouble:
            return RefusedError(f"{why}, and {self._trouble}", "repair docker's config.json or its credential helper")
        name = "" if self.registry == DOCKER_HUB else f" {self.registry}"
        return RefusedError(why, f"check the name, and run `docker login{name}` as a user who may read it")


def _with_query(realm: str, asked: Mapping[str, str]) -> str:
    """The token server's address with what is asked for, in place of what stands there under the same names."""
    try:
        parts = urlsplit(realm)
    except ValueError:
        raise NetworkError("the address of the token server is none", "ask who runs the registry") from None
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in asked]
    return parts._replace(query=urlencode([*kept, *asked.items()]), fragment="").geturl()


def _token_of(body: bytes, registry: str) -> str:
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    found = (answer.get("token") or answer.get("access_token")) if isinstance(answer, dict) else None
    if not isinstance(found, str) or not _VISIBLE.fullmatch(found):
        raise NetworkError(f"the token server of {registry} gives no token", "ask who runs it")
    return found
