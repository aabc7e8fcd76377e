"""What every fact has: a subject, a place, and fields that are written, absent, unknown or inexpressible."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar, overload

from hardhull.model.field import Field, Inexpressible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from hardhull.model.source import Place

T = TypeVar("T")
Items: TypeAlias = tuple[Field[T], ...]
"""A list in which every item knows its own place."""


class Slot(Generic[T]):
    """A field of a fact class. Reading it gives what was written, else what its absence means.

    Args:
        default: the value that holds when nobody writes one (the consumer's own default).
    """

    __slots__ = ("default", "name")

    def __init__(self, default: T) -> None:
        self.default = default
        self.name = ""

    def __set_name__(self, owner: type[Fact], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, fact: None, owner: type[Fact]) -> Slot[T]: ...
    @overload
    def __get__(self, fact: Fact, owner: type[Fact]) -> Field[T]: ...
    def __get__(self, fact: Fact | None, owner: type[Fact]) -> Slot[T] | Field[T]:
        if fact is None:
            return self
        return fact.fields.get(self.name) or fact.unwritten.get(self.name) or fact.absent(self)

    def __set__(self, fact: Fact, field: Field[T]) -> None:
        fact.fields[self.name] = field


class Fact:
    """One judged thing.

    Attributes:
        kind: ``workload``, ``recipe``, ``engine``, ``host``, ``cluster`` or ``pipeline``; rules are kept by it.
        subject: what to call it in a message: ``service web``, ``final stage``.
        syntax: the format it was read from: ``compose``, ``kubernetes``, ``docker-run``, ``dockerfile`` ...
        place: its name or key in the file: where absent fields are reported and an ignore comment counts.
        fields: what was written or derived, by name.
        unwritten: other fields that were asked for, by name; kept, because a dozen rules ask for the same ones.
        as_read: the fact that this one is a copy of; None where it is none.
        cannot: names of fields that its syntax has no words for.
        absent_unknown: why an unwritten field may be set all the same (a variable in option position), else None.
    """

    __slots__ = ("_absent_unknown", "_cannot", "as_read", "fields", "place", "subject", "syntax", "unwritten")
    kind: ClassVar[str] = ""

    def __init__(
        self,
        subject: str,
        syntax: str,
        place: Place,
        *,
        cannot: frozenset[str] = frozenset(),
        absent_unknown: str | None = None,
    ) -> None:
        self.subject = subject
        self.syntax = syntax
        self.place = place
        self._cannot = cannot
        self._absent_unknown = absent_unknown
        self.as_read: Fact | None = None
        self.fields: dict[str, Field[Any]] = {}
        self.unwritten: dict[str, Field[Any]] = {}

    @property
    def cannot(self) -> frozenset[str]:
        """See above."""
        return self._cannot

    @cannot.setter
    def cannot(self, names: frozenset[str]) -> None:
        self._cannot = names
        self.unwritten.clear()

    @property
    def absent_unknown(self) -> str | None:
        """See above."""
        return self._absent_unknown

    @absent_unknown.setter
    def absent_unknown(self, why: str | None) -> None:
        self._absent_unknown = why
        self.unwritten.clear()

    def absent(self, slot: Slot[T]) -> Field[T]:
        """The field for a slot that nobody wrote."""
        if slot.name in self._cannot:
            field: Field[T] = Inexpressible(slot.name, slot.default, self.place, written=False)
        elif self._absent_unknown is not None:
            field = Field.unknown(slot.name, self.place, self._absent_unknown)
        else:
            field = Field(slot.name, slot.default, self.place, written=False)
        self.unwritten[slot.name] = field
        return field

    def copied(self) -> Self:
        """A fact that says the same, to be given links of its own."""
        made = object.__new__(type(self))
        for name in self._attributes():
            setattr(made, name, getattr(self, name))
        made.as_read = self
        made.fields = dict(self.fields)
        made.unwritten = {}
        return made

    @classmethod
    @cache
    def _attributes(cls) -> tuple[str, ...]:
        """The names of all that facts of this kind hold."""
        return tuple(name for owner in cls.__mro__ for name in vars(owner).get("__slots__", ()))

    @classmethod
    def slots(cls) -> Iterator[Slot[Any]]:
        """All fields that this kind of fact can have, in the order of their definition."""
        for owner in reversed(cls.__mro__):
            for value in vars(owner).values():
                if isinstance(value, Slot):
                    yield value

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.subject} at {self.place}>"
