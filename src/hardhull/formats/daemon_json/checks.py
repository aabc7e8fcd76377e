"""Values that the engine refuses, as ``Validate`` and its platform part in moby's ``daemon/config`` do (v28.5.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.log_drivers import is_size

if TYPE_CHECKING:
    from collections.abc import Callable

_LEVELS = frozenset({"panic", "fatal", "error", "warn", "info", "debug", "trace"})
_DOMAIN = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*\.?\s*")
"""``ValidateDNSSearch`` in moby's ``opts``."""
_PROTOCOLS = frozenset({"tcp", "unix", "fd", "npipe"})


def refused(key: str, value: str) -> str:
    """Why the engine refuses a text (one of the list, for list keys), as a sentence part; empty if it does not."""
    check = _TEXTS.get(key)
    if check is None or (not value and key not in _NOT_EMPTY):
        return ""
    return check(value)


def refused_number(key: str, value: int) -> str:
    """Why the engine refuses a number; empty if it does not."""
    if key == "network-diagnostic-port" and not 0 <= value <= 65535:
        return f"{value} is not a port"
    if value < 0 and key in _NOT_NEGATIVE:
        return f"{value} is negative"
    return ""


_NOT_EMPTY = frozenset({"dns-search", "exec-opts", "labels", "node-generic-resources", "registry-mirrors"})
"""Lists in which an empty text (or null) is refused, too."""

_NOT_NEGATIVE = frozenset(
    {"mtu", "max-concurrent-downloads", "max-concurrent-uploads", "max-download-attempts", "default-stop-timeout"}
)


def _one_of(*words: str, fold: bool = False) -> Callable[[str], str]:
    def check(value: str) -> str:
        if (value.lower() if fold else value) in words:
            return ""
        return f"{value!r} is none of {', '.join(sorted(words))}"

    return check


def _host(value: str) -> str:
    protocol, found, rest = value.strip().partition("://")
    if found and protocol not in _PROTOCOLS:
        return f"{value!r} has none of the protocols {', '.join(sorted(_PROTOCOLS))}"
    if found and protocol != "tcp":
        return ""
    address, slash, _ = (rest if found else protocol).partition("/")
    if slash:
        return f"{value!r} has a path"
    _, colon, port = address.rpartition("]")[2].rpartition(":")
    if colon and port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        return f"{value!r} has no valid port"
    return ""


def _address(value: str) -> str:
    from ipaddress import ip_address  # 5 ms, and few files need it

    try:
        ip_address(value)
    except ValueError:
        return f"{value!r} is not an IP address"
    return ""


def _network(value: str) -> str:
    if "/" not in value:
        return f"{value!r} has no prefix length"
    from ipaddress import ip_network

    try:
        ip_network(value, strict=False)
    except ValueError:
        return f"{value!r} is not an address with a prefix length"
    return ""


def _label(value: str) -> str:
    return "" if "=" in value else f"{value!r} is not of the form key=value"


def _mirror(value: str) -> str:
    scheme, found, rest = value.partition("://")
    if not found or scheme not in {"http", "https"}:
        return "a mirror must begin with https:// or http://"
    if "?" in rest or "#" in rest:
        return "a mirror must have no query and no fragment"
    if "@" in rest.partition("/")[0]:
        return "a mirror must have no user and no password"
    return ""


def _registry(value: str) -> str:
    scheme, found, _ = value.partition("://")
    if found and scheme.lower() not in {"http", "https"}:
        return f"{value!r} must be a host or a CIDR without a scheme"
    if value.startswith("-") or value.endswith("-"):
        return f"{value!r} begins or ends with a hyphen"
    return ""


def _exec_option(value: str) -> str:
    key, _, word = value.partition("=")
    key, word = key.strip().lower(), word.strip()
    if not key or not word:
        return f"{value!r} is not of the form option=value"
    if key != "native.cgroupdriver":
        return f"the option {key!r} is not known"
    return "" if word in {"cgroupfs", "systemd"} else f"{word!r} is none of cgroupfs, systemd"


def _network6(value: str) -> str:
    return _network(value) or ("" if ":" in value else f"{value!r} is no IPv6 network")


def _domain(value: str) -> str:
    if value.strip() == "." or (len(value) <= 255 and _DOMAIN.fullmatch(value) and any(map(str.isalpha, value))):
        return ""
    return f"{value!r} is not a domain"


def _absolute(value: str) -> str:
    return "" if value.startswith("/") else f"{value!r} is not an absolute path"


def _user(value: str) -> str:
    return f"{value!r} is not of the form user:group" if value.count(":") > 1 else ""


def _size(value: str) -> str:
    return "" if is_size(value) else f"{value!r} is not a size"


_TEXTS: dict[str, Callable[[str], str]] = {
    "bip": _network,
    "bip6": _network,
    "default-cgroupns-mode": _one_of("host", "private"),
    "default-gateway": _address,
    "default-gateway-v6": _address,
    "default-ipc-mode": _one_of("private", "shareable"),
    "default-shm-size": _size,
    "dns": _address,
    "dns-search": _domain,
    "exec-opts": _exec_option,
    "firewall-backend": _one_of("iptables", "nftables"),
    "fixed-cidr": _network,
    "fixed-cidr-v6": _network6,
    "host-gateway-ip": _address,
    "host-gateway-ips": _address,
    "hosts": _host,
    "insecure-registries": _registry,
    "ip": _address,
    "labels": _label,
    "log-format": _one_of("json", "text"),
    "log-level": _one_of(*_LEVELS, fold=True),
    "node-generic-resources": _label,
    "registry-mirrors": _mirror,
    "userland-proxy-path": _absolute,
    "userns-remap": _user,
}
