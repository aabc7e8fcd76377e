"""Writes Changes of a ``.container``: Quadlet's own keys, ``PodmanArgs=`` for what has none, in the file that says it.

Every Change is looked at before it counts: the files are read as they would be then, and the one field is another one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.workload import Workload
from hardhull.formats.docker_run.view import field_names, fields_of, plain
from hardhull.formats.quadlet import ContainerReader, read
from hardhull.formats.quadlet_keys import Line, command_line, item, scalar, written
from hardhull.formats.script.text import fragment_of
from hardhull.formats.unitline import words
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.model.source import Source, Span
from hardhull.text.draft import UnwritableError
from hardhull.text.shell.wordline import Row
from hardhull.text.shell.wordtext import Quoting, is_simple, replaced
from hardhull.text.unit import Unit

if TYPE_CHECKING:
    from hardhull.facts.fact import Fact
    from hardhull.formats.docker_run.line import Option, RunLine
    from hardhull.model.change import Change
    from hardhull.model.field import Field
    from hardhull.text.draft import Drafts
    from hardhull.text.unit import Entry

_USER = {"User", "Group"}


class Said(NamedTuple):
    """An option that a line says.

    Attributes:
        entry: the line.
        option: what it stands for; its place is the field's.
    """

    entry: Entry
    option: Option


def write(fact: Fact, change: Change, drafts: Drafts) -> None:
    """Writes one Change of a container.

    Raises:
        UnwritableError: it cannot be written without a guess.
    """
    assert isinstance(fact, Workload)  # noqa: S101  the syntax says so
    if not isinstance(change, SetTo | Add | Drop | Swap):
        raise UnwritableError("a unit has no instructions")
    if change.field in fact.cannot:
        raise UnwritableError(f"Podman has no option for {change.field}")
    files = _files(fact)
    old = _values(files, drafts)
    wanted = _Writing(fact, files, drafts).make(change, old)
    new = _values(files, drafts)
    for name in {*old, *new, change.field}:
        default = getattr(Workload, name).default
        was, now = old.get(name, default), new.get(name, default)
        want = wanted if name == change.field else was
        if isinstance(want, list):
            now = [] if now is None or now == () else now
            same = isinstance(now, list) and Counter(map(repr, now)) == Counter(map(repr, want))
        else:
            same = now == want
        if not same:
            why = "no key says it" if name == change.field else f"it would change {name} too"
            raise UnwritableError(why, _snippet(fact, change))


def _files(workload: Workload) -> list[Source]:
    """The unit and the drop-ins that say something, in the order in which they count."""
    main = workload.place.source
    found = {main.path: main}
    for field in workload.fields.values():
        places = [field.place]
        if field.known and isinstance(field.get(None), tuple):
            places += [one.place for one in field.value if hasattr(one, "place")]
        found.update({place.source.path: place.source for place in places})
    return sorted(found.values(), key=lambda one: (one is not main, one.path))


def _values(files: list[Source], drafts: Drafts) -> dict[str, Any]:
    """The fields as the drafts are now."""
    now = [Source(one.path, drafts.of(one).result()) for one in files]
    found = read(now[0], now[1:]).workloads
    if len(found) != 1:
        raise UnwritableError("the unit would start nothing")
    return {name: plain(field) for name, field in found[0].fields.items()}


class _Writing:
    """One Change while it is written."""

    def __init__(self, workload: Workload, files: list[Source], drafts: Drafts) -> None:
        self.workload = workload
        self.drafts = drafts
        self.main = files[0]
        self.unit = Unit()
        for one in files:
            self.unit.add(fragment_of(one))
        self.keys = {entry.key for entry in self.unit.entries if entry.section == "Container"}

    def make(self, change: SetTo | Add | Drop | Swap, old: dict[str, Any]) -> Any:
        """Makes the edits; returns what the field should be then."""
        field, place = change.field, self.workload.place
        default = getattr(Workload, field).default
        if isinstance(change, SetTo):
            if old.get(field, default) != change.value:
                self.set(field, scalar(field, change.value, place, self.keys))
            return change.value
        items = list(old.get(field, ()))
        if isinstance(change, Add):
            if change.item not in items:
                items.append(change.item)
                self.insert(item(field, change.item, place, self.keys))
            return items
        said = self.find(field, change.item)
        if said is None or plain(change.item) not in items:
            if plain(change.item) in items:
                raise UnwritableError("it is written elsewhere")
            return items
        items.remove(plain(change.item))
        if isinstance(change, Drop):
            self.remove([said])
        else:
            items.append(change.value)
            self.swap(said, change.value)
        return items

    def line(self) -> RunLine:
        """A command line for podman's own reading of options."""
        return command_line(self.workload.place)

    def said(self) -> list[Said]:
        """Every option that a line of the unit stands for."""
        out = []
        for entry in self.unit.entries:
            if entry.section == "Container" and entry.text:
                reader = ContainerReader(self.main, self.unit)
                reader.entry(entry)
                out += [Said(entry, option) for option in reader.options]
        return out

    def find(self, field: str, wanted: Field[Any]) -> Said | None:
        """The option that an item was read from."""
        line = self.line()
        for said in self.said():
            same = any(one.name == field and plain(one) == plain(wanted) for one in fields_of(said.option, line))
            if same and said.option.place == wanted.place:
                return said
        return None

    def set(self, field: str, lines: list[Line]) -> None:
        """Lines that say one value, in the place of those that said another one."""
        if field in {"user", "restart"}:
            section, names = ("Service", {"Restart"}) if field == "restart" else ("Container", _USER)
            there = {entry.key: entry for entry in self.unit.entries if entry.section == section and entry.key in names}
            for key, entry in there.items():
                if key not in {line.key for line in lines}:
                    self.take(entry)
            for line in lines:
                self.put(there.get(line.key), line)
            return
        if field == "image":
            self.put(self.unit.last("Container", "Image"), lines[0])
            return
        command = self.line()
        said = [one for one in self.said() if field in field_names(one.option, command)]
        keys = {line.key: line for line in lines}
        self.remove([one for one in said if one.entry.key not in keys or one.entry.key == "PodmanArgs"])
        there = {one.entry.key: one.entry for one in said if one.entry.key != "PodmanArgs"}
        for line in lines:
            self.put(there.get(line.key), line)

    def put(self, entry: Entry | None, line: Line) -> None:
        """A line, in the place of an older one where there is one."""
        if entry is None:
            self.insert(line)
        elif entry.text != line.text:
            self.drafts.of(entry.place.source).replace(entry.place.span, written(line))

    def insert(self, line: Line) -> None:
        """A line below the last one of its key, else below the last one of its section, in the unit itself.

        Below the last one also where that is empty, or stands in a drop-in: what is said before it does not count.
        """
        section = [one for one in self.unit.entries if one.section == line.section]
        same = [one for one in section if one.key == line.key]
        entries = same or [one for one in section if one.place.source is self.main]
        source = entries[-1].place.source if entries else self.main
        draft = self.drafts.of(source)
        text = f"{line.key}={written(line)}"
        if entries:
            draft.insert(_line_end(source, entries[-1].place.span.end), f"{draft.newline}{text}")
            return
        end = len(self.main.data)
        lead = "" if self.main.data.endswith(b"\n") else draft.newline
        draft.insert(end, f"{lead}{draft.newline}[{line.section}]{draft.newline}{text}{draft.newline}")

    def remove(self, gone: list[Said]) -> None:
        """Options go, with their line where it says nothing else."""
        entries = {one.entry.place.span: one.entry for one in gone}
        for span, entry in entries.items():
            mine = [one.option for one in gone if one.entry.place.span == span]
            here = [one.option for one in self.said() if one.entry.place == entry.place]
            if len(mine) == len(here):
                self.take(entry)
                continue
            args = words(entry, expand=entry.key == "PodmanArgs") or []
            row = Row(entry.place.source.data, [Span(span.start, span.start), *(arg.site_place.span for arg in args)])
            for option in mine:
                first, last = _words_of(option, [arg.site_place.span for arg in args])
                self.drafts.of(entry.place.source).replace(*row.removal(first + 1, last + 1))

    def take(self, entry: Entry) -> None:
        """A line goes."""
        source = entry.place.source
        start = source.line_span(entry.key_place.start.line).start
        stop = source.data.find(b"\n", entry.place.span.end)
        end = len(source.data) if stop == -1 else stop + 1
        self.drafts.of(source).replace(Span(start, end), "")

    def swap(self, said: Said, value: Any) -> None:
        """Another item in the place of one."""
        old = said.option.value
        if said.entry.key == "PodmanArgs" or old is None:
            self.remove([said])
            self.insert(item(_field(said, self), value, self.workload.place, self.keys))
            return
        line = item(_field(said, self), value, self.workload.place, self.keys, (said.entry.key, old))
        if line.key != said.entry.key:
            self.remove([said])
            self.insert(line)
            return
        source = said.entry.place.source
        text = line.text
        if is_simple(text):
            self.drafts.of(source).replace(*replaced(old, text, Quoting.ONLY_SIMPLE))
        else:
            self.drafts.of(source).replace(old.site_place.span, written(line))


def _field(said: Said, writing: _Writing) -> str:
    """The list that an option belongs to."""
    return next(iter(field_names(said.option, writing.line())))


def _words_of(option: Option, spans: list[Span]) -> tuple[int, int]:
    """The words of a value that an option stands in."""
    if option.at >= 0:
        return option.at, option.to - 1
    inside = [at for at, span in enumerate(spans) if span.start <= option.place.span.start < span.end]
    if len(inside) != 1:
        raise UnwritableError("it is not a word of its own")
    return inside[0], inside[0]


def _line_end(source: Source, offset: int) -> int:
    """The end of the line, without its line end."""
    stop = source.data.find(b"\n", offset)
    stop = len(source.data) if stop == -1 else stop
    return stop - 1 if source.data[stop - 1 : stop] == b"\r" and stop > offset else stop


def _snippet(workload: Workload, change: SetTo | Add | Drop | Swap) -> str:
    """The lines to paste; empty where there are none."""
    try:
        if isinstance(change, SetTo):
            lines = scalar(change.field, change.value, workload.place, ())
        elif isinstance(change, Drop):
            lines = []
        else:
            value = change.item if isinstance(change, Add) else change.value
            lines = [item(change.field, value, workload.place, ())]
        return "\n".join([f"{line.key}={written(line)}" for line in lines])
    except UnwritableError:
        return ""
