"""The environment and the labels of a service, with what its files of variables add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.parts import EnvVar
from hardhull.formats.compose.canonical import EnvFile
from hardhull.formats.compose.dotenv import DotenvError, Variable
from hardhull.formats.compose.environment import refused, variables_of
from hardhull.formats.compose.pairs import assignments, elements
from hardhull.formats.compose.places import inside
from hardhull.formats.compose.tree import Made, Text
from hardhull.formats.compose.units import shown
from hardhull.formats.compose.variables import Value
from hardhull.model.field import Field
from hardhull.model.source import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.compose.context import Context
    from hardhull.formats.compose.fields import Fields
    from hardhull.formats.compose.tree import Pair
    from hardhull.model.source import Source

    Lookup = Callable[[str], Value | None]


def put_environment(fields: Fields, context: Context) -> None:
    """``environment`` and ``env_file``; what the service writes itself goes before its files."""
    written, files = fields.service.pairs.get("environment"), fields.service.pairs.get("env_file")
    if written is None and files is None:
        return
    if written is not None and isinstance(written.value, Text) and written.value.why is not None:
        fields.unknown("env", written.value.place, written.value.why)
        return
    own = _own(fields, written, context)
    found: dict[str, Field[EnvVar]] = {}
    if files is not None:
        fields.items("env_files", files, lambda file: file.path if isinstance(file, EnvFile) else str(file))
        values = {name: field.value for name, field in own.items() if field.known and field.value.value is not None}
        found = _from_files(files, values, fields, context)
    found.update(own)
    at = written or files
    place = at.place if at is not None else fields.workload.place
    fields.put_items("env", list(found.values()), place)


def _own(fields: Fields, written: Pair | None, context: Context) -> dict[str, Field[EnvVar]]:
    found: dict[str, Field[EnvVar]] = {}
    for name, pair in assignments(written.value).pairs.items() if written is not None else ():
        value = pair.value
        if isinstance(value, Text):
            found[name] = Field("env", _variable(name, value, context), pair.whole)
        else:
            why = fields.refuse(value, f"the value of {name} is a list or a mapping")
            found[name] = Field.unknown("env", pair.whole, why, written=True)
    return found


def _variable(name: str, value: Text, context: Context) -> EnvVar:
    if value.why is not None:
        return EnvVar(name, None, value.raw, "variable")
    if value.data is None:
        inherited = context.environment.lookup(name)
        if inherited is None or inherited.text is None:
            return EnvVar(name, None, "", "host")
        return EnvVar(name, inherited.text, "", "env_file")
    source = {"variable": "env_file"}.get(value.origin, value.origin)
    return EnvVar(name, shown(value.data), value.raw, source)


def _from_files(files: Pair, own: dict[str, EnvVar], fields: Fields, context: Context) -> dict[str, Field[EnvVar]]:
    """The variables of all files; a later file goes before an earlier one."""

    def lookup(name: str) -> Value | None:
        found = context.environment.lookup(name)
        return Value(own[name].value) if found is None and name in own else found

    known: dict[str, Variable] = {}
    found: dict[str, Field[EnvVar]] = {}
    for item in elements(files.value):
        if not isinstance(item, Made) or not isinstance(item.value, EnvFile):
            continue
        source = _file(item, item.value, fields, context)
        if source is None:
            continue
        before, known = known, _read(source, item.value, known, lookup, fields)
        for name, variable in known.items():
            if before.get(name) is not variable:
                origin = "host" if variable.inherited else "env_file"
                shape = EnvVar(name, variable.value.text, variable.raw, origin)
                found[name] = Field("env", shape, Place(source, variable.span))
    return found


def _read(
    source: Source, file: EnvFile, known: dict[str, Variable], lookup: Lookup, fields: Fields
) -> dict[str, Variable]:
    try:
        return variables_of(source, lookup, known, raw=file.raw)
    except DotenvError as error:
        fields.problems.append(refused(source, error))
        return known


def _file(item: Made, file: EnvFile, fields: Fields, context: Context) -> Source | None:
    source = context.read(file.path) if inside(file.path) else None
    if source is None and file.required:
        why = f"the file {file.path} is not in the scanned tree, so what it sets is not known"
        fields.problems.missing(item.place, why, "scan it together with the project")
    return source


def put_labels(fields: Fields, context: Context) -> None:
    """``labels`` and ``label_file``."""
    written, files = fields.service.pairs.get("labels"), fields.service.pairs.get("label_file")
    if written is None and files is None:
        return
    found: dict[str, Field[tuple[str, str]]] = {}
    for item in elements(files.value) if files is not None else []:
        if isinstance(item, Made) and isinstance(item.value, EnvFile):
            source = _file(item, item.value, fields, context)
            if source is None:
                continue
            for name, variable in _read(source, item.value, {}, context.environment.lookup, fields).items():
                found[name] = Field("labels", (name, variable.value.text or ""), Place(source, variable.span))
    for name, pair in assignments(written.value).pairs.items() if written is not None else ():
        value = pair.value
        if isinstance(value, Text) and value.why is None:
            found[name] = Field("labels", (name, shown(value.data)), pair.whole)
        else:
            why = value.why if isinstance(value, Text) else fields.refuse(value, f"the label {name} is no text")
            found[name] = Field.unknown("labels", pair.whole, why or "", written=True)
    at = written or files
    place = at.place if at is not None else fields.workload.place
    fields.put_items("labels", list(found.values()), place)
