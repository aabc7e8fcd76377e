"""One value of a fact: what it is, where it stands or would be inserted, or why it cannot be known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hardhull.model.finding import Finding, SourceSpan

if TYPE_CHECKING:
    from hardhull.model.change import Fix
    from hardhull.model.finding import Confidence, Severity
    from hardhull.model.source import Place

T = TypeVar("T")


class NotKnownError(Exception):
    """A rule asked for a value that nobody can know here. The judge turns it into "not checked".

    Attributes:
        name: the field.
        why: the reason, as a sentence part ("the variable IMAGE has no value").
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


class InexpressibleError(Exception):
    """A rule asked for a value that the syntax of this fact has no words for (Kubernetes and pids limits)."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Field(Generic[T]):
    """One value of a fact.

    ``value`` raises :class:`NotKnownError` or :class:`InexpressibleError` instead of guessing, so a rule needs no
    case of its own for them.

    Attributes:
        name: the field's name in its fact (``cap_add``).
        place: where the value is written; for an absent one the key of its subject, where a fix would insert it.
        written: whether somebody wrote it.
        origin: for a derived value the reason it holds ("USER in the stage final of Dockerfile"), else empty.
    """

    __slots__ = ("_value", "name", "origin", "place", "why", "written")

    def __init__(
        self, name: str, value: T, place: Place, *, written: bool = True, origin: str = "", why: str | None = None
    ) -> None:
        self.name = name
        self._value = value
        self.place = place
        self.written = written
        self.origin = origin
        self.why = why

    @classmethod
    def unknown(cls, name: str, place: Place, why: str, *, written: bool = False) -> Field[T]:
        """A field whose value cannot be known, with the reason."""
        nothing: Any = None
        return cls(name, nothing, place, written=written, why=why)

    @property
    def known(self) -> bool:
        """Whether ``value`` can be read."""
        return self.why is None

    @property
    def value(self) -> T:
        """The value.

        Raises:
            NotKnownError: it cannot be known; ``why`` says the reason.
        """
        if self.why is not None:
            raise NotKnownError(self.name, self.why)
        return self._value

    def get(self, default: T) -> T:
        """The value, or ``default`` where it is not known. For messages and links, never for a verdict."""
        return self._value if self.why is None else default

    def finding(
        self,
        message: str,
        *,
        label: str = "",
        also: tuple[SourceSpan, ...] = (),
        value: str | None = None,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        fix: Fix | None = None,
    ) -> Finding:
        """A finding at this field.

        Args:
            message: one sentence about the subject, without a full stop at the end.
            label: what stands beside the carets in the snippet.
            also: other places that matter, for example what makes this one dangerous.
            value: what distinguishes two findings of one rule at one field; the field's own value by default.
            severity: where this case differs from the rule's own severity.
            confidence: where this case differs from the rule's own confidence.
            fix: how to make it go away.
        """
        shown = repr(self._value) if value is None else value
        evidence = (SourceSpan(self.place, label, self.written), *also)
        fixes = () if fix is None else (fix,)
        return Finding(message, evidence, self.name, shown, severity=severity, confidence=confidence, fixes=fixes)

    def mark(self, label: str) -> SourceSpan:
        """This field's place as evidence of another finding."""
        return SourceSpan(self.place, label, self.written)

    def __repr__(self) -> str:
        state = self._value if self.known else f"unknown, {self.why}"
        return f"Field({self.name}: {state!r} at {self.place})"


class Inexpressible(Field[T]):
    """A field that the syntax of its fact has no words for."""

    __slots__ = ()

    @property
    def known(self) -> bool:
        """Never."""
        return False

    @property
    def value(self) -> T:
        """Nothing to read.

        Raises:
            InexpressibleError: always.
        """
        raise InexpressibleError(self.name)

    def get(self, default: T) -> T:
        """``default``: there is nothing to read."""
        return default
