"""What the options of a command line amount to while they are changed, and which option belongs to which field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.docker_run.fields import Fields
from hardhull.formats.docker_run.options import run_table, service_table
from hardhull.formats.docker_run.table import take
from hardhull.formats.docker_run.workload import workload_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.formats.docker_run.line import Option, RunLine
    from hardhull.formats.docker_run.options import Table
    from hardhull.model.field import Field

_KEPT = {"cpu-quota": "cpus", "cpu-period": "cpus"}


class Unseen:
    """In place of a value that is not known; equal to another one with the same reason."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unseen) and other.why == self.why

    def __hash__(self) -> int:
        return hash(self.why)

    def __repr__(self) -> str:
        return f"unknown: {self.why}"


def table_of(line: RunLine) -> Table:
    """The options that the command knows."""
    return service_table() if line.verb == "service create" else run_table(line.program)


def fields_of(option: Option, line: RunLine) -> list[Field[Any]]:
    """What one option says by itself: a field, or items of a list under its name."""
    fields = Fields(line.program)
    take(fields, option, flag=option.name in table_of(line).flags)
    found = list(fields.fields.values())
    return found + [item for items in fields.lists.values() for item in items]


def field_names(option: Option, line: RunLine) -> set[str]:
    """The fields that an option has to do with."""
    fields = Fields(line.program)
    take(fields, option, flag=option.name in table_of(line).flags)
    kept = {_KEPT.get(name, "healthcheck") for name in fields.kept}
    return {*fields.fields, *fields.lists, *kept}


def values(line: RunLine, options: Sequence[Option]) -> dict[str, Any]:
    """Every field that the options set, as plain values; a list as one of its items' values."""
    workload = workload_of(line._replace(options=tuple(options)))
    return {name: plain(field) for name, field in workload.fields.items()}


def plain(field: Field[Any]) -> Any:
    """A field's value without places."""
    if not field.known:
        return Unseen(field.why or "")
    value = field.value
    if isinstance(value, tuple) and any(hasattr(item, "known") for item in value):
        return [plain(item) for item in value]
    return value
