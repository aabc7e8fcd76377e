"""Addresses that registries name: which may be asked, where a redirect may lead, and how they are shown."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_VISIBLE = re.compile(r"[!-\[\]-~]+")
"""ASCII without blanks and backslashes, which parsers read in different ways."""


class NetworkError(Exception):
    """No answer could be had.

    Attributes:
        why: the reason as a sentence part, without credentials or the other side's own words.
        how: what the person can do.
        plain: whether the other side does not speak TLS at all.
        silent: whether nobody answers there, so that asking again is of no use.
    """

    def __init__(self, why: str, how: str, *, plain: bool = False, silent: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.how = how
        self.plain = plain
        self.silent = silent


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine itself, the only one that is talked to without TLS."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def checked(url: str) -> SplitResult:
    """An address that may be asked.

    Two parsers must see the same host in it: this one decides whether clear text is harmless, and urllib3 connects.

    Raises:
        NetworkError: it is none, or credentials and answers would pass in clear text.
    """
    try:
        parts, again = urlsplit(url), parse_url(url)
        same = (parts.hostname, parts.port) == ((again.host or "").strip("[]").lower() or None, again.port)
    except (ValueError, LocationParseError):
        same = False
    if not same or "@" in parts.netloc or not _VISIBLE.fullmatch(url):
        raise NetworkError("an address of the registry is none", "ask who runs it")
    if parts.scheme == "https" and parts.hostname:
        return parts
    if parts.scheme == "http" and is_loopback(parts.hostname):
        return parts
    why = f"{shown(url)} is not asked without TLS"
    raise NetworkError(why, "give the registry a certificate; one of your own goes to /etc/docker/certs.d/HOST/ca.crt")


def redirected(url: str, target: str) -> str:
    """Where a redirect leads; never from TLS to clear text.

    Raises:
        NetworkError: nowhere that may be asked.
    """
    try:
        leads = urljoin(url, target)
    except ValueError:
        raise NetworkError(f"{shown(url)} redirects to no address", "ask who runs it") from None
    if url.startswith("https:") and not leads.startswith("https:"):
        raise NetworkError(f"{shown(url)} redirects away from TLS", "ask who runs it")
    checked(leads)
    return leads


def origin(parts: SplitResult) -> str:
    """Scheme, host and port: whom ``Authorization`` is for."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{parts.hostname}:{port}"


def shown(url: str) -> str:
    """Scheme and host, for people: paths and queries may hold tokens."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that is none"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
