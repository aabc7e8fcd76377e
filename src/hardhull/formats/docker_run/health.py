"""Options that only together make a field: the health check, and CPUs from quota and period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.parts import Healthcheck
from hardhull.formats.docker_run.values import ValueProblemError, duration, whole
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.docker_run.fields import Fields

_PERIOD = 100_000
"""Microseconds: the kernel's default period of the CPU controller."""


def combine(fields: Fields) -> None:
    """Makes the fields of the options that were kept."""
    _health(fields)
    _quota(fields)


def _health(fields: Fields) -> None:
    options = fields.kept
    given = [option for name, option in options.items() if name.startswith("health-")]
    off = options.get("no-healthcheck")
    if off is not None:
        fields.fields["healthcheck"] = Field("healthcheck", Healthcheck(("NONE",), disabled=True), off.place)
    elif given:
        place = options.get("health-cmd", given[0]).place
        try:
            fields.fields["healthcheck"] = Field("healthcheck", _healthcheck(fields), place)
        except ValueProblemError as problem:
            fields.fields["healthcheck"] = Field.unknown("healthcheck", place, str(problem), written=True)


def _healthcheck(fields: Fields) -> Healthcheck:
    """The check; without ``--health-cmd`` it is the image's own with other times, so its test is empty."""
    command = _value(fields, "health-cmd", str)
    if command == "none":
        return Healthcheck(("NONE",), disabled=True)
    return Healthcheck(
        ("CMD-SHELL", command) if command else (),
        interval=_value(fields, "health-interval", duration),
        timeout=_value(fields, "health-timeout", duration),
        start_period=_value(fields, "health-start-period", duration),
        retries=_value(fields, "health-retries", whole),
    )


def _value(fields: Fields, name: str, read: Callable[[str], Any]) -> Any:
    option = fields.kept.get(name)
    return None if option is None or option.value is None else fields.known(option.value, read)


def _quota(fields: Fields) -> None:
    quota = fields.kept.get("cpu-quota")
    if quota is None or "cpus" in fields.fields:
        return
    try:
        amount = _value(fields, "cpu-quota", whole)
        period = _value(fields, "cpu-period", whole) or _PERIOD
    except ValueProblemError as problem:
        fields.fields["cpus"] = Field.unknown("cpus", quota.place, str(problem), written=True)
        return
    if amount > 0 and period > 0:
        fields.fields["cpus"] = Field("cpus", amount / period, quota.place)
