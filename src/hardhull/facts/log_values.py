"""Values of log options that the Docker engine does not take, by itself and beside other options.

Read from ``daemon/logger/*/`` of moby (v20.10.24, v28.5.2, Apache-2.0), and compared with what an engine answers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SIZE: Final = re.compile(r"\d+(?:\.\d+)? ?(?:[kmgtp](?:i?b)?|b)?", re.IGNORECASE)
"""What go-units reads."""
DURATION: Final = re.compile(r"[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)")
"""What Go's time.ParseDuration reads."""
BOOLEANS: Final = frozenset({"1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"})
"""What Go's strconv.ParseBool reads."""
_FORMATS: Final = frozenset({"rfc3164", "rfc5424", "rfc5424micro"})
_FACILITIES: Final = frozenset(
    (
        "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp " + " ".join(f"local{n}" for n in range(8))
    ).split()
)
_TAG_WORDS: Final = frozenset(
    [
        "Name",
        "ID",
        "FullID",
        "ImageName",
        "ImageID",
        "ImageFullID",
        "Command",
        "Hostname",
        "DaemonName",
        "Config",
        "ContainerID",
        "ContainerName",
        "ContainerEntrypoint",
        "ContainerArgs",
        "ContainerImageID",
        "ContainerImageName",
        "ContainerCreated",
        "ContainerEnv",
        "ContainerLabels",
        "LogPath",
        "ExtraAttributes",
    ]
)
"""Fields and methods of ``logger.Info``."""
_TAG: Final = re.compile(r"\{\{-? *\.(\w+) *-?\}\}")
_NO_REGEX: Final = re.compile(r"missing \)|unterminated|unbalanced|nothing to repeat|multiple repeat")
"""What Python says of an expression that Go's engine refuses too."""


def bad_value(option: str, value: str) -> str:
    """Why an option's value is refused, whatever else is set, as a sentence part; empty where it is not."""
    check = _CHECKS.get(option)
    return check(option, value) if check else ""


def _boolean(option: str, value: str) -> str:
    return f"{option} is {value!r}, and no boolean" if value and value not in BOOLEANS else ""


def _size(option: str, value: str) -> str:
    return f"{option} is {value!r}, and no size" if value and not SIZE.fullmatch(value) else ""


def _buffer(option: str, value: str) -> str:
    return "" if SIZE.fullmatch(value) else f"{option} is {value!r}, and no size"


def _count(option: str, value: str) -> str:
    wrong = value and not (value.isascii() and value.isdigit() and len(value) < 20)
    return f"{option} is {value!r}, and no number" if wrong else ""


def _positive(option: str, value: str) -> str:
    wrong = not (value.isascii() and value.lstrip("+").isdigit())
    return f"{option} is {value!r}, and no number of 0 or more" if wrong else ""


def _duration(option: str, value: str) -> str:
    wrong = value and not DURATION.fullmatch(value)
    return f"{option} is {value!r}, and no time with a unit" if wrong else ""


def _level(_option: str, value: str) -> str:
    return "" if re.fullmatch(r"\+?0*[0-9]|-0*1|-0+", value) else f"the compression level {value!r} is none of -1 to 9"


def _packing(_option: str, value: str) -> str:
    return "" if value in {"gzip", "zlib", "none"} else f"the compression {value!r} is none of gzip, none, zlib"


def _format(_option: str, value: str) -> str:
    return f"the format {value!r} is none of {', '.join(sorted(_FORMATS))}" if value and value not in _FORMATS else ""


def _facility(_option: str, value: str) -> str:
    known = not value or value in _FACILITIES or (value.isascii() and value.isdigit() and int(value[:9]) <= 23)
    return "" if known else f"the facility {value!r} does not exist"


def _syslog(_option: str, value: str) -> str:
    return _scheme(value, {"udp", "tcp", "tcp+tls", "unix", "unixgram"}) if value else ""


def _gelf(_option: str, value: str) -> str:
    if not value:
        return "it is empty"
    wrong = _scheme(_lower(value), {"udp", "tcp"})
    if wrong:
        return wrong
    return "" if re.search(r":\w+$", value.partition("://")[2]) else f"the address {value!r} names no port"


def _fluentd(_option: str, value: str) -> str:
    if "://" not in value:
        port = value.rpartition(":")[2] if ":" in value and not value.endswith("]") else ""
        return f"the address {value!r} has no number as its port" if port and not port.isdigit() else ""
    return _scheme(_lower(value), {"tcp", "tls", "unix"})


def _lower(value: str) -> str:
    """With the scheme in small letters, as Go's url.Parse takes it; syslog's is compared as it stands."""
    scheme, found, rest = value.partition("://")
    return f"{scheme.lower()}{found}{rest}"


def _scheme(value: str, schemes: set[str]) -> str:
    scheme, found, _ = value.partition("://")
    if found and scheme in schemes:
        return ""
    return f"the address {value!r} does not begin with one of {', '.join(f'{name}://' for name in sorted(schemes))}"


_CHECKS: Final[dict[str, Callable[[str, str], str]]] = {
    "cache-disabled": _boolean, "max-buffer-size": _buffer, "syslog-format": _format, "syslog-facility": _facility,
    "syslog-address": _syslog, "gelf-address": _gelf, "gelf-compression-level": _level,
    "gelf-compression-type": _packing, "gelf-tcp-max-reconnect": _positive, "gelf-tcp-reconnect-delay": _positive,
    "fluentd-address": _fluentd, "fluentd-async": _boolean, "fluentd-async-connect": _boolean,
    "fluentd-request-ack": _boolean, "fluentd-sub-second-precision": _boolean, "fluentd-buffer-limit": _size,
    "fluentd-max-retries": _count, "fluentd-retry-wait": _duration,
}  # fmt: skip


def conflicts(driver: str, options: Mapping[str, str]) -> dict[str, str]:
    """Options that the engine refuses because of others.

    Args:
        driver: its name.
        options: all options with their values.

    Returns:
        Why, by option; empty where nothing is in the way.
    """
    found: dict[str, str] = {}
    if driver == "none":
        return found
    if "max-buffer-size" in options and options.get("mode") != "non-blocking":
        found["max-buffer-size"] = "max-buffer-size needs the mode non-blocking"
    if driver == "gelf":
        tcp = options.get("gelf-address", "").startswith("tcp:")
        for option in options:
            if option.startswith("gelf-compression-") and tcp:
                found[option] = f"{option} is for UDP, and the address is one of TCP"
            elif option.startswith("gelf-tcp-") and not tcp:
                found[option] = f"{option} is for TCP, and the address is one of UDP"
    if driver == "fluentd" and {"fluentd-async", "fluentd-async-connect"} <= options.keys():
        found["fluentd-async-connect"] = "fluentd-async-connect is the old name of fluentd-async, and both are there"
    return found


def unreadable(options: Mapping[str, str]) -> dict[str, str]:
    """Options of every driver that are taken as they are, and read when a container starts: templates, expressions."""
    found = {}
    tag = options.get("tag", "")
    unknown = [word for word in _TAG.findall(tag) if word not in _TAG_WORDS]
    if tag.count("{{") != tag.count("}}"):
        found["tag"] = f"the tag {tag!r} has a brace that is not closed"
    elif unknown:
        found["tag"] = f"no container has the field {unknown[0]} of the tag {tag!r}"
    for option in ("env-regex", "labels-regex"):
        try:
            re.compile(options.get(option, ""))
        except re.error as error:
            if _NO_REGEX.search(str(error)):
                found[option] = f"{option} {options[option]!r} is no expression: {error.msg}"
    return found
