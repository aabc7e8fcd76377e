"""From a value of the model to the text that the command line says it with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from hardhull.facts.parts import Attachment, BlockLimit, Device, EnvVar, Grant, Healthcheck, Ulimit


def size(number: int) -> str:
    """Bytes in the largest unit that needs no fraction: ``256m``."""
    for power, letter in ((4, "t"), (3, "g"), (2, "m"), (1, "k")):
        if number and number % 1024**power == 0:
            return f"{number // 1024**power}{letter}"
    return str(number)


def decimal(number: float) -> str:
    """``0.5``, ``2``: without an exponent."""
    text = f"{number:.9f}".rstrip("0").rstrip(".")
    if float(text) != number:
        raise UnwritableError(f"{number!r} has more than nine decimals")
    return text


def seconds(number: float) -> str:
    """A Go duration: ``30s``, ``500ms``."""
    if number == int(number):
        return f"{int(number)}s"
    if number * 1000 == int(number * 1000):
        return f"{int(number * 1000)}ms"
    return f"{decimal(number)}s"


def whole_seconds(number: float) -> str:
    """``--stop-timeout`` takes whole seconds only.

    Raises:
        UnwritableError: there is a fraction.
    """
    if number != int(number):
        raise UnwritableError("--stop-timeout takes whole seconds only")
    return str(int(number))


def service_restart(policy: str) -> str:
    """The words of ``--restart-condition``.

    Raises:
        UnwritableError: it has none for this policy.
    """
    known = {"always": "any", "no": "none", "on-failure": "on-failure"}
    if policy not in known:
        raise UnwritableError(f"--restart-condition has no word for {policy}")
    return known[policy]


def entrypoint(words: tuple[str, ...]) -> str:
    """``--entrypoint`` takes one word; the rest would be arguments behind the image.

    Raises:
        UnwritableError: there are several.
    """
    if len(words) != 1:
        raise UnwritableError("--entrypoint takes one word; further ones stand behind the image")
    return words[0]


def pair(item: tuple[str, str]) -> str:
    """``key=value``."""
    return f"{item[0]}={item[1]}"


def env(variable: EnvVar) -> str:
    """``NAME=value``, or ``NAME`` for the caller's own.

    Raises:
        UnwritableError: its value is not known.
    """
    if variable.source == "host":
        return variable.name
    if variable.value is None:
        raise UnwritableError(f"the value of {variable.name} comes from elsewhere")
    return f"{variable.name}={variable.value}"


def device(item: Device) -> str:
    """``/dev/x[:/dev/y][:rwm]``."""
    inside = item.container or item.host
    permissions = "" if item.permissions == "rwm" else f":{item.permissions}"
    return item.host + (f":{inside}" if inside != item.host else "") + permissions


def ulimit(item: Ulimit) -> str:
    """``nofile=1024:2048``."""
    return f"{item.name}={item.soft}" + ("" if item.soft == item.hard else f":{item.hard}")


def block_option(item: BlockLimit) -> str:
    """The option of a block I/O limit."""
    if item.what == "weight":
        return "blkio-weight"
    return "blkio-weight-device" if item.what == "weight_device" else "device-" + item.what.replace("_", "-")


def block(item: BlockLimit) -> str:
    """``500``, ``/dev/sda:1m``."""
    rate = size(item.rate) if item.what.endswith("bps") else str(item.rate)
    return rate if item.what == "weight" else f"{item.device}:{rate}"


def network(item: Attachment) -> str:
    """``name``, or ``name=x,alias=y``."""
    return f"name={item.name},alias={item.aliases[0]}" if item.aliases else item.name


def grant(item: Grant) -> str:
    """``name``, or ``source=name,target=x``."""
    return f"source={item.name},target={item.target}" if item.target else item.name


def health(check: Healthcheck | None) -> list[tuple[str, str | None]]:
    """The options of a health check.

    Raises:
        UnwritableError: its command is no text for a shell, which is the only kind that the options take.
    """
    if check is None:
        return []
    if check.disabled:
        return [("no-healthcheck", None)]
    if check.test and (check.test[0] != "CMD-SHELL" or len(check.test) != 2):
        raise UnwritableError("--health-cmd takes a command for a shell only")
    times = (("health-interval", check.interval), ("health-timeout", check.timeout))
    out: list[tuple[str, str | None]] = [("health-cmd", check.test[1])] if check.test else []
    out += [(name, seconds(value)) for name, value in times if value is not None]
    out += [("health-retries", str(check.retries))] if check.retries is not None else []
    out += [("health-start-period", seconds(check.start_period))] if check.start_period is not None else []
    return out
