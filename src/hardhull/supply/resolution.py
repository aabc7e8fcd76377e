"""Which image a reference stands for right now: its digest, learnt from somebody who knows, or the reason why not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.reference import Reference


class Resolution(NamedTuple):
    """What a reference stands for.

    Attributes:
        reference: what was asked for.
        digest: ``sha256:...`` of what is pulled: the index where the image has several platforms, else the manifest.
        where: who said so, for people: ``the registry ghcr.io``, ``RepoDigests of the engine at unix:///...``.
        when: when that was asked, ISO time in UTC.
        media_type: of the index or manifest; empty where nobody told (engines do not).
        tags: concrete tags of the same digest, the most specific one first; looked for where the tag names no version.
        tags_why: why there is none, as a sentence part; empty where there is one, or where none was looked for.
    """

    reference: Reference
    digest: str
    where: str
    when: str
    media_type: str = ""
    tags: tuple[str, ...] = ()
    tags_why: str = ""

    @property
    def pinned(self) -> Reference:
        """The same image for good: with its digest, and with a concrete tag where one is known."""
        return self.reference._replace(tag=self.tags[0] if self.tags else self.reference.tag, digest=self.digest)


class Unresolved(NamedTuple):
    """That nobody could say what a reference stands for. ``why`` is a sentence part, ``how`` what the person can do."""

    reference: Reference
    why: str
    how: str


Answer: TypeAlias = Resolution | Unresolved


class Resolver(Protocol):
    """Who can say what a reference stands for. Never guesses, and never raises for what the other side does."""

    def resolve(self, reference: Reference) -> Answer:
        """What the reference stands for, or why that is not known."""


class Resolvers:
    """Several, asked one after the other until one knows; each reference once for a run."""

    def __init__(self, resolvers: Sequence[Resolver]) -> None:
        self._resolvers = resolvers
        self._answers: dict[str, Answer] = {}

    def resolve(self, reference: Reference) -> Answer:
        """The first answer, else all reasons together. A reference with a digest stands for that."""
        if reference.digest:
            return Resolution(reference, reference.digest, "the reference itself", now())
        key = reference.canonical
        if key not in self._answers:
            self._answers[key] = self._ask(reference)
        answer = self._answers[key]
        return answer._replace(reference=reference)

    def _ask(self, reference: Reference) -> Answer:
        reasons: list[Unresolved] = []
        for resolver in self._resolvers:
            answer = resolver.resolve(reference)
            if isinstance(answer, Resolution):
                return answer
            reasons.append(answer)
        if not reasons:
            return Unresolved(reference, "nobody was asked", "use --engine or --online")
        hows = dict.fromkeys(each.how for each in reasons)
        return Unresolved(reference, "; ".join(each.why for each in reasons), "; or ".join(hows))


def now() -> str:
    """The time, ISO in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
