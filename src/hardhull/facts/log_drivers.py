"""What each log driver of the Docker engine accepts, and what it refuses when a container or the engine starts.

Read from ``daemon/logger/*/`` of moby (v28.5.2 and docker-v29.7.2, Apache-2.0): ``ValidateLogOpts`` in ``factory.go``
and the validators the drivers register, and what ``New`` of json-file and ``loggerutils`` reads only when a container
starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.facts.log_values import SIZE, bad_value, unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

FOR_ALL: Final = frozenset(
    {"mode", "max-buffer-size", "cache-disabled", "cache-max-size", "cache-max-file", "cache-compress"}
)
"""Options that the engine itself takes, whatever the driver (``cache-*`` keeps local copies for ``docker logs``)."""

_META = frozenset({"env", "env-regex", "labels", "labels-regex", "tag"})
_FILES = frozenset({"max-file", "max-size", "compress"})


def _options(prefix: str, words: str) -> frozenset[str]:
    return frozenset(f"{prefix}-{word}" for word in words.split())


OPTIONS: Final[dict[str, frozenset[str]]] = {
    "json-file": _META | _FILES,
    "local": (_META | _FILES),
    "journald": _META,
    "syslog": _META | _options("syslog", "address facility format tls-ca-cert tls-cert tls-key tls-skip-verify"),
    "gelf": _META
    | _options("gelf", "address compression-level compression-type tcp-max-reconnect tcp-reconnect-delay"),
    "fluentd": _META
    | _options(
        "fluentd",
        "address async async-connect async-reconnect-interval buffer-limit max-retries read-timeout request-ack"
        " retry-wait sub-second-precision write-timeout",
    ),
    "awslogs": frozenset({"tag"})
    | _options(
        "awslogs",
        "region endpoint group stream create-group create-stream datetime-format multiline-pattern"
        " credentials-endpoint force-flush-interval-seconds max-buffered-events format",
    ),
    "splunk": _META
    | _options(
        "splunk",
        "url token source sourcetype index capath caname insecureskipverify format verify-connection gzip gzip-level"
        " index-acknowledgment",
    ),
    "gcplogs": (_META - {"tag"}) | frozenset({"gcp-project", "gcp-log-cmd"}) | _options("gcp-meta", "zone name id"),
    "logentries": _META | frozenset({"logentries-token", "line-only"}),
    "etwlogs": _META,
    "none": frozenset(),
}
"""Options by built-in driver, without :data:`FOR_ALL`. ``none`` takes anything and ignores it."""

CENTRAL: Final = frozenset({"syslog", "gelf", "fluentd", "awslogs", "splunk", "gcplogs", "logentries"})
"""Drivers that can send logs to another machine. Syslog does so only with an address that is not a local socket."""

ROTATING: Final = frozenset({"local", "journald", "none", "etwlogs"})
"""Drivers whose files on this host are bounded without an option (local: 5 files of 20 MB; journald: its own)."""

NEEDED: Final = {"awslogs": "awslogs-group", "gelf": "gelf-address"}
"""Options without which the driver refuses its options."""

REMOVED: Final = {"logentries": "25.0"}
"""Drivers by the engine version that no longer has them."""


def is_size(text: str) -> bool:
    """Whether go-units reads it as a size (``10m``, ``1.5 GiB``)."""
    return bool(SIZE.fullmatch(text))


def is_built_in(driver: str) -> bool:
    """Whether the engine has the driver itself; others are plugins (``name:tag``) or do not exist."""
    return driver in OPTIONS


def refused_option(driver: str, option: str, value: str | None) -> str:
    """Why the engine refuses an option of a built-in driver, as a sentence part; empty if it does not.

    Args:
        driver: its name.
        option: the option's name.
        value: its value; None where it is not known.
    """
    known = OPTIONS.get(driver)
    if known is None or driver == "none":
        return ""
    if option == "mode" and value not in {None, "", "blocking", "non-blocking"}:
        return f"the mode {value!r} is neither blocking nor non-blocking"
    if option in FOR_ALL:
        return bad_value(option, value) if value is not None else ""
    if option not in known:
        owners = [name for name, names in OPTIONS.items() if option in names]
        suffix = f", only by {' and '.join(owners)}" if owners else ""
        return f"the option {option} is not known by the {driver} driver{suffix}"
    return bad_value(option, value) if value is not None else ""


def breaks_starts(driver: str, options: Mapping[str, str]) -> dict[str, str]:
    """Options that pass every check and then stop each container from starting.

    Args:
        driver: its name.
        options: all options with their values.

    Returns:
        Why, by option; empty where nothing breaks.
    """
    broken = unreadable(options) if driver in OPTIONS and driver != "none" else {}
    if driver not in {"json-file", "local"}:
        return broken
    size, files, compress = options.get("max-size"), options.get("max-file"), options.get("compress")
    if size is not None and (not is_size(size) or (driver == "json-file" and not _positive(size))):
        broken["max-size"] = f"{size!r} is not a positive size"
    if files is not None and not _number(files.removeprefix("+"), 1, 10**6):
        broken["max-file"] = f"{files!r} is not a number of 1 or more"
    if compress is not None and compress.lower() not in _BOOLEANS:
        broken["compress"] = f"{compress!r} is neither true nor false"
    elif driver == "json-file":
        if compress is not None and compress.lower() in _TRUE and (size is None or files in {None, "1"}):
            broken["compress"] = "compress needs max-size, and max-file of 2 or more"
    elif files == "1" and (compress or "true").lower() in _TRUE:
        broken["max-file"] = "one file cannot be compressed, and the local driver compresses unless told otherwise"
    return broken


_TRUE = frozenset({"true", "t", "1"})
_BOOLEANS = _TRUE | {"false", "f", "0"}


def _positive(size: str) -> bool:
    return any(digit in "123456789" for digit in size)


def _number(text: str, low: int, high: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high
