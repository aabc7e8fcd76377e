"""Puts the values of one service into the fields of a Workload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hardhull.formats.compose.known import is_extension
from hardhull.formats.compose.pairs import elements
from hardhull.formats.compose.tree import Items, Made, Pair, Table, Text
from hardhull.formats.compose.units import BadValueError, shown
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.workload import Workload
    from hardhull.formats.compose.context import Context
    from hardhull.formats.compose.tree import Located, Tree
    from hardhull.model.source import Place
    from hardhull.text.scalars import Value

T = TypeVar("T")


class Fields:
    """The fields of one service while it is read.

    Attributes:
        workload: what is filled.
        service: the service in its long form.
        resources: what the project defines beside its services.
        problems: takes what Compose refuses.
        folder: of the project, seen from the root.
    """

    __slots__ = ("folder", "problems", "resources", "service", "workload")

    def __init__(self, workload: Workload, service: Table, context: Context) -> None:
        self.workload = workload
        self.service = service
        self.resources = context.resources
        self.problems = context.problems
        self.folder = context.folder

    def put(self, slot: str, value: object, place: Place) -> None:
        """A known value."""
        self.workload.fields[slot] = Field(slot, value, place)

    def unknown(self, slot: str, place: Place, why: str) -> None:
        """A value that is written but cannot be known."""
        self.workload.fields[slot] = Field.unknown(slot, place, why, written=True)

    def refuse(self, at: Located, why: str) -> str:
        """Note what Compose refuses; the reason as it stands in the field."""
        return self.problems.refuse(at, why)

    def scalar(self, slot: str, tree: Tree, convert: Callable[[Value], Any]) -> None:
        """A field with one value; nothing where it is null."""
        field = self.field(slot, tree, convert)
        if field is not None:
            self.workload.fields[slot] = field

    def field(self, slot: str, tree: Tree, convert: Callable[[Value], T]) -> Field[T] | None:
        """The field that one value makes; None where it is null."""
        if not isinstance(tree, Text):
            what = "a mapping" if isinstance(tree, Table) else "a list"
            return Field.unknown(slot, tree.place, self.refuse(tree, f"{slot} is {what}"), written=True)
        if tree.why is not None:
            return Field.unknown(slot, tree.place, tree.why, written=True)
        if tree.data is None:
            return None
        try:
            return Field(slot, convert(tree.data), tree.place)
        except BadValueError as error:
            return Field.unknown(slot, tree.place, self.refuse(tree, str(error)), written=True)

    def string(self, slot: str, tree: Tree) -> None:
        """A field with a string; an empty one is as good as none. A number is read, but Compose wants quotes."""
        if isinstance(tree, Text) and tree.data is not None and not isinstance(tree.data, str):
            self.refuse(tree, f"{shown(tree.data)} is written without quotes, as a number or boolean")
        self.scalar(slot, tree, _string)

    def items(self, slot: str, pair: Pair, convert: Callable[[Any], Any]) -> None:
        """A list whose items each make a Field; those that are not known stand last."""
        found: list[Field[Any]] = []
        for item in elements(pair.value):
            field = self.item(slot, item, convert)
            if field is not None:
                found.append(field)
        self.put_items(slot, found, pair.place)

    def item(self, slot: str, item: Tree, convert: Callable[[Any], Any]) -> Field[Any] | None:
        """One item of a list: a text, or one already in its final form."""
        if isinstance(item, Made):
            if item.why is not None:
                return Field.unknown(slot, item.place, item.why, written=True)
            try:
                return Field(slot, convert(item.value), item.place)
            except BadValueError as error:
                return Field.unknown(slot, item.place, self.refuse(item, str(error)), written=True)
        return self.field(slot, item, lambda data: convert(shown(data)))

    def put_items(self, slot: str, found: list[Field[Any]], place: Place) -> None:
        """A list field. What is not known stands last: a rule that comes to it has judged the others by then."""
        self.problems.spend(len(found))
        if not all(field.known for field in found):
            found = sorted(found, key=lambda field: not field.known)
        self.put(slot, tuple(found), place)

    def texts(self, slot: str, pair: Pair) -> None:
        """A list of plain texts in one field; unknown as a whole where one of them is."""
        texts = []
        for item in elements(pair.value):
            value, why = (item.value, item.why) if isinstance(item, Made) else (None, None)
            if isinstance(item, Text):
                value, why = shown(item.data), item.why
            if why is not None:
                self.unknown(slot, item.place, why)
                return
            if value is not None:
                texts.append(str(value))
        self.put(slot, tuple(texts), pair.place)

    def table(self, pair: Pair, known: frozenset[str]) -> Table | None:
        """A value that has to be a mapping; its unknown keys are named."""
        value = pair.value
        if isinstance(value, Table):
            self.check_keys(value, known)
            return value
        if not (isinstance(value, Text) and value.null):
            self.refuse(value, "this is no mapping")
        return None

    def check_keys(self, table: Table, known: frozenset[str]) -> None:
        """Name the keys that Compose does not know."""
        for name, pair in table.pairs.items():
            if name not in known and not is_extension(name):
                self.unknown_key(name, pair)

    def unknown_key(self, name: str, pair: Pair) -> None:
        """Name a key that Compose does not know here."""
        self.refuse(pair, f"there is no key {name} here")
        self.unread(name, pair)

    def hollow(self, what: str, pair: Pair) -> None:
        """Name a setting that looks as if it did something, and does nothing."""
        before = self.workload.fields.get("hollow")
        items = before.value if before is not None else ()
        self.put("hollow", (*items, Field("hollow", what, pair.place)), before.place if before else pair.place)

    def unread(self, name: str, pair: Pair) -> None:
        """Name a key that no field stands for."""
        self.workload.unread.append(Field("unread", name, pair.place))


def _string(data: Value) -> str | None:
    return shown(data) or None


def words_of(items: Items, fields: Fields) -> tuple[tuple[str, ...], str | None]:
    """The texts of a list, and why they cannot be known where one cannot. Compose wants quotes around numbers."""
    found = []
    for item in items.items:
        if not isinstance(item, Text):
            return (), "it has a list or a mapping in it, which Compose refuses"
        if item.why is not None:
            return (), item.why
        if not isinstance(item.data, str):
            fields.refuse(item, f"{shown(item.data)} is written without quotes, as a number or boolean")
        found.append(shown(item.data))
    return tuple(found), None
