"""What a scan keeps for the next one of almost the same files: what was read, and what the rules said of it.

A plan of fixes judges one tree several times, and each time most of its files are what they were. A reading is taken
again where all that it looked at is the same; a verdict, where its fact is: read once, and linked to the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from hardhull.facts.fact import Fact

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence
    from typing import TypeAlias

    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.model.source import Source
    from hardhull.rules.rule import Rule

    Ask: TypeAlias = Callable[[str], Source | None]

T = TypeVar("T")
AFact = TypeVar("AFact", bound=Fact)


class Unknown(NamedTuple):
    """A value that a rule had to know and could not: the field, and the reason as a sentence part."""

    name: str
    why: str


class Said(NamedTuple):
    """What one rule said of a fact, where it did not pass it.

    Attributes:
        rule: the rule.
        findings: what it found, until it met an unknown value or its end.
        unknown: that value.
        judged: False where the syntax of the fact has no words for what the rule is about.
    """

    rule: Rule
    findings: Sequence[Finding] = ()
    unknown: Unknown | None = None
    judged: bool = True


class Verdict(NamedTuple):
    """What all rules say of one fact; nothing but the fact and the policy decides it.

    Attributes:
        fact: as it was judged.
        passed: the ids of the rules that found nothing.
        said: the others, in the order of the rules.
    """

    fact: Fact
    passed: list[str]
    said: list[Said]


class Work(NamedTuple):
    """What a later scan may take.

    Attributes:
        readings: by what they depend on.
        asking: likewise, those that asked for more files, each with what it got for which path.
        verdicts: by the facts as they were read.
    """

    readings: dict[Hashable, object]
    asking: dict[Hashable, tuple[object, dict[str, Source | None]]]
    verdicts: dict[Fact, Verdict]


class Afresh:
    """A scan for itself: it takes nothing from an earlier one, and keeps nothing for a later one."""

    def read(self, _what: Hashable, read: Callable[[], T]) -> T:
        """A reading; ``_what`` is all that it depends on: its reader, its files, its settings."""
        return read()

    def read_with(self, _what: Hashable, ask: Ask, read: Callable[[Ask], T]) -> T:
        """A reading that asks for more files by their paths."""
        return read(ask)

    def own(self, facts: Iterable[AFact]) -> Iterable[AFact]:
        """The facts of a reading, for the links of this scan."""
        return facts

    def verdict(self, _fact: Fact, judge: Callable[[], Verdict]) -> Verdict:
        """What the rules say of a fact whose links are set."""
        return judge()


class Record(Afresh):
    """A scan that a later one may go on from.

    Attributes:
        work: what there is to take.

    Args:
        earlier: what a scan of the same folder with the same policy and options kept.
    """

    def __init__(self, earlier: Work | None = None) -> None:
        self._earlier = earlier or Work({}, {}, {})
        self._likeness = _Likeness()
        self.work = Work({}, {}, {})

    def read(self, what: Hashable, read: Callable[[], T]) -> T:
        """Likewise; that of the earlier scan where it depends on the same."""
        readings, earlier = self.work.readings, self._earlier.readings
        if what not in readings:
            readings[what] = earlier[what] if what in earlier else read()
        return cast("T", readings[what])

    def read_with(self, what: Hashable, ask: Ask, read: Callable[[Ask], T]) -> T:
        """Likewise, where each file that was asked for is the same too, and what was not there still is not."""
        found = self._earlier.asking.get(what)
        if found is None or any(ask(path) is not source for path, source in found[1].items()):
            asked: dict[str, Source | None] = {}

            def noted(path: str) -> Source | None:
                asked[path] = ask(path)
                return asked[path]

            found = (read(noted), asked)
        self.work.asking[what] = found
        return cast("T", found[0])

    def own(self, facts: Iterable[AFact]) -> Iterable[AFact]:
        """Copies: the reading stays without links, for the next scan."""
        return [fact.copied() for fact in facts]

    def verdict(self, fact: Fact, judge: Callable[[], Verdict]) -> Verdict:
        """Likewise; that of the earlier scan where the fact is the same."""
        if fact.as_read is None:
            return judge()
        found = self._earlier.verdicts.get(fact.as_read)
        if found is None or not self._likeness.of_facts(fact, found.fact):
            found = judge()
        self.work.verdicts[fact.as_read] = found
        return found


class _Likeness:
    """Whether facts are what they were: read once, and linked to the same."""

    def __init__(self) -> None:
        self._known: dict[tuple[Fact, Fact], bool] = {}

    def of_facts(self, fact: Fact, was: Fact) -> bool:
        """Whether one is what another one was in an earlier scan."""
        if fact is was:
            return True
        if fact.as_read is None or fact.as_read is not was.as_read:
            return False
        both = (fact, was)
        if both not in self._known:
            self._known[both] = False  # for a fact that leads back to itself
            self._known[both] = self._say_the_same(fact, was)
        return self._known[both]

    def _say_the_same(self, fact: Fact, was: Fact) -> bool:
        if fact.cannot != was.cannot or fact.absent_unknown != was.absent_unknown:
            return False
        fields, others = fact.fields, was.fields
        return fields.keys() == others.keys() and all(
            field is others[name] or self._of_fields(field, others[name]) for name, field in fields.items()
        )

    def _of_fields(self, field: Field[Any], was: Field[Any]) -> bool:
        """Of two fields of one name; values that know no equality are different ones."""
        if type(field) is not type(was) or field.written is not was.written or field.place != was.place:
            return False
        value, other = field.get(None), was.get(None)
        same = self.of_facts(value, other) if isinstance(value, Fact) and isinstance(other, Fact) else value == other
        return bool(same) and field.why == was.why and field.origin == was.origin
