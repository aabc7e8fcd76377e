"""HTTP with registries and token servers: TLS, private authorities, redirects, retries, and bounds on all of it."""

from __future__ import annotations

import ssl
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import HTTPError, InvalidHeader, SSLError

from hardhull import __version__
from hardhull.supply.registry.address import NetworkError, checked, is_loopback, origin, redirected, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from urllib.parse import SplitResult

    from urllib3 import BaseHTTPResponse

CERTIFICATES = (Path("/etc/docker/certs.d"), Path.home() / ".config" / "docker" / "certs.d")
"""Folders with one folder for each registry: its ``*.crt`` are trusted, a ``*.cert`` with its ``*.key`` is shown."""
TIMEOUT = urllib3.Timeout(connect=10, read=20)
MAX_SECONDS = 60
"""For the body of one answer, however slowly it trickles in."""
MAX_BODY = 4 << 20
"""Bytes; the limit that the distribution specification asks registries to accept for manifests."""
MAX_REDIRECTS = 5
ATTEMPTS = 4
BACKOFF = 0.5
"""Seconds before the second attempt; twice as many before each further one."""
MAX_WAIT = 30
"""Seconds that are waited at most because a server asks for it."""
STREAM = -1
"""Instead of a limit: the body is not read but handed out as a :class:`Flow`."""
SLOWEST = 10_000
"""Bytes a second of a flow, as soon as :data:`MAX_SECONDS` were waited for it."""
AGAIN = frozenset({429, 500, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Reply(NamedTuple):
    """An answer: status, headers with names in lower case (repeated ones joined by commas), body and final address.

    ``flow`` is the body instead where a stream of a success was asked for.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    url: str
    flow: Flow | None = None


class TooLargeError(NetworkError):
    """The body of an answer has more bytes than were wanted; ``status`` is the answer's."""

    def __init__(self, url: str, limit: int, status: int) -> None:
        super().__init__(f"{shown(url)} answers with more than {limit} bytes", "ask who runs it")
        self.status = status


class Flow:
    """The body of an answer, as it comes; whoever wants no more closes it."""

    def __init__(self, response: BaseHTTPResponse, url: str) -> None:
        self._response = response
        self._url = url

    def __iter__(self) -> Iterator[bytes]:
        """Its bytes.

        Raises:
            NetworkError: it ends too early, or is too slow.
        """
        waited, size = 0.0, 0
        while True:
            begin = time.monotonic()
            try:
                part = self._response.read1(1 << 18, decode_content=False)
            except (HTTPError, OSError) as error:
                why = f"{shown(self._url)} stops in the middle ({_reason(error)})"
                raise NetworkError(why, "try again later") from None
            if not part:
                return
            waited += time.monotonic() - begin
            size += len(part)
            if waited > MAX_SECONDS and size < SLOWEST * waited:
                raise NetworkError(f"{shown(self._url)} answers too slowly", "try again later")
            yield part

    def close(self) -> None:
        """Lets go of the connection."""
        self._response.close()


class Transport:
    """Keeps one pool of connections for each host.

    Args:
        certificates: instead of :data:`CERTIFICATES`.
        sleep: waits; for tests.
    """

    def __init__(
        self, certificates: Sequence[Path] = CERTIFICATES, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._certificates = certificates
        self._sleep = sleep
        self._pools: dict[str, urllib3.PoolManager] = {}

    def close(self) -> None:
        """Lets go of all connections."""
        for pool in self._pools.values():
            pool.clear()

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        body: bytes | None = None,
        limit: int = MAX_BODY,
        attempts: int = ATTEMPTS,
        seconds: int = MAX_SECONDS,
    ) -> Reply:
        """One question, with its redirects and retries. A status is never an error.

        With :data:`STREAM` as ``limit`` the body of a success is not read, and not asked for again.
        ``Authorization`` stays with the origin it was meant for. Only GET and HEAD are redirected.

        Raises:
            NetworkError: no answer, an unusable or too large one, or one that leads where it must not.
        """
        sent = {"User-Agent": f"hardhull/{__version__}", "Accept-Encoding": "identity", **(headers or {})}
        meant_for = origin(checked(url))
        for _redirect in range(MAX_REDIRECTS + 1):
            reply = self._attempts(method, url, sent, body, (limit, seconds), attempts)
            target = reply.headers.get("location")
            if reply.status not in REDIRECTS or not target or method == "POST":
                return reply
            url = redirected(reply.url, target)
            if origin(urlsplit(url)) != meant_for:
                sent = {name: value for name, value in sent.items() if name.lower() != "authorization"}
        raise NetworkError(f"{shown(url)} redirects in a circle", "ask who runs it")

    def _attempts(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        bounds: tuple[int, int],
        attempts: int,
    ) -> Reply:
        for attempt in range(1, attempts + 1):
            try:
                reply = self._once(method, url, headers, body, bounds)
            except NetworkError:
                raise
            except SSLError as error:
                raise _of_tls(error, url) from None
            except (HTTPError, OSError, ValueError) as error:
                if attempt == attempts:
                    why = f"{shown(url)} does not answer ({_reason(error)})"
                    raise NetworkError(why, "check the network, HTTPS_PROXY and the name", silent=True) from None
                self._sleep(BACKOFF * 2.0 ** (attempt - 1))
                continue
            wait = _wait(reply, attempt)
            if reply.status not in AGAIN or attempt == attempts or wait > MAX_WAIT:
                return reply
            self._sleep(wait)
        raise AssertionError("every attempt ends with an answer or an error")

    def _once(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, bounds: tuple[int, int]
    ) -> Reply:
        response = self._pool(url).request(
            method, url, headers=headers, body=body, retries=False, redirect=False, preload_content=False
        )
        try:
            read = method != "HEAD" and response.status not in REDIRECTS
            if read and bounds[0] == STREAM and response.status in {200, 206}:
                return Reply(response.status, _names(response), b"", url, Flow(response, url))
            data = _body(response, url, MAX_BODY if bounds[0] == STREAM else bounds[0], bounds[1]) if read else b""
            names = _names(response)
        except BaseException:
            response.close()
            raise
        if read or method == "HEAD":
            response.release_conn()
        else:
            response.close()
        return Reply(response.status, names, data, url)

    def _pool(self, url: str) -> urllib3.PoolManager:
        """The pool for the host of an address, through the proxy that the environment names for it."""
        parts = urlsplit(url)
        key = origin(parts)
        if key not in self._pools:
            context = self._context(parts.netloc.rpartition("@")[2]) if parts.scheme == "https" else None
            proxy = _proxy(parts)
            if proxy:
                proxy_headers = urllib3.make_headers(proxy_basic_auth=urllib3.util.parse_url(proxy).auth)
                self._pools[key] = urllib3.ProxyManager(
                    proxy, proxy_headers=proxy_headers, ssl_context=context, timeout=TIMEOUT
                )
            else:
                self._pools[key] = urllib3.PoolManager(ssl_context=context, timeout=TIMEOUT)
        return self._pools[key]

    def _context(self, host: str) -> ssl.SSLContext:
        """The machine's authorities (``SSL_CERT_FILE`` counts), and what docker trusts for this host.

        Raises:
            NetworkError: a certificate of docker's cannot be used.
        """
        context = ssl.create_default_context()
        for folder in self._certificates:
            try:
                for path in sorted((folder / host).glob("*.crt")):
                    context.load_verify_locations(path)
                for path in sorted((folder / host).glob("*.cert")):
                    context.load_cert_chain(path, path.with_suffix(".key"))
            except (ssl.SSLError, OSError):
                why = f"a certificate in {folder / host} cannot be used"
                raise NetworkError(why, "check that its files can be read and are PEM") from None
        return context


def _proxy(parts: SplitResult) -> str | None:
    if is_loopback(parts.hostname) or proxy_bypass(parts.netloc):
        return None
    named: str | None = getproxies().get(parts.scheme)
    return named


def _wait(reply: Reply, attempt: int) -> float:
    """Seconds until the next attempt: as the server asks, else more each time."""
    asked = reply.headers.get("retry-after")
    if asked:
        try:
            return float(urllib3.Retry(retry_after_max=MAX_WAIT + 1).parse_retry_after(asked))
        except (InvalidHeader, ValueError, OverflowError):
            pass
    return BACKOFF * 2.0 ** (attempt - 1)


def _names(response: BaseHTTPResponse) -> dict[str, str]:
    return {name.lower(): response.headers.get(name, "") for name in response.headers}


def _body(response: BaseHTTPResponse, url: str, limit: int, seconds: int) -> bytes:
    """The body, if it is small and quick enough.

    Raises:
        NetworkError: it is not.
    """
    too_large = TooLargeError(url, limit, response.status)
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:18]) > limit:
        raise too_large
    end = time.monotonic() + seconds
    parts: list[bytes] = []
    size = 0
    while True:
        part = response.read1(1 << 16, decode_content=False)
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
        if size > limit:
            raise too_large
        if time.monotonic() > end:
            raise NetworkError(f"{shown(url)} answers too slowly", "try again later")


def _of_tls(error: SSLError, url: str) -> NetworkError:
    cause = next((each for each in error.args if isinstance(each, ssl.SSLError)), None)
    if isinstance(cause, ssl.SSLCertVerificationError):
        why = f"the certificate of {shown(url)} is not trusted ({cause.verify_message})"
        return NetworkError(why, "add its authority to the machine's, or as /etc/docker/certs.d/HOST/ca.crt")
    reason = getattr(cause, "reason", None) or "TLS failed"
    plain = reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL"}
    return NetworkError(f"no TLS with {shown(url)} ({reason})", "check that it speaks TLS", plain=plain)


def _reason(error: Exception) -> str:
    """What went wrong, in the system's words or by the kind of error; a library's message may hold what was sent."""
    waiting: list[BaseException] = [error]
    seen: list[BaseException] = []
    while waiting and len(seen) < 10:
        each = waiting.pop()
        seen.append(each)
        if isinstance(each, OSError) and each.strerror:
            return each.strerror
        linked = (each.__cause__, each.__context__, *each.args)
        waiting += [one for one in linked if isinstance(one, BaseException)]
    return type(error).__name__
