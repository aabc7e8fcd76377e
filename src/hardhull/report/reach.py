"""Who reaches whom, on a screen: the matrix of connections that were tried, by where they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.network import HOST, OUTSIDE, OWN
from hardhull.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.facts.network import EngineNetworks, Reached
    from hardhull.report.view import View

NAME_WIDTH = 24


def render(fact: EngineNetworks, view: View) -> Iterator[str]:
    """The screen: a line for each container, and one for the host.

    Args:
        fact: what was tried.
        view: how it is shown.
    """
    if not fact.reach.known:
        return
    tried = [item.value for item in fact.reach.value if item.known]
    names = [*sorted({item.value.lives_in for item in fact.members.value}), HOST]
    names += [OUTSIDE] if any(one.source == OUTSIDE for one in tried) else []
    yield f"{view.paint('bold', f'Who reaches whom: {summary(tried)}')}\n"
    width = min(max(map(len, names)), NAME_WIDTH)
    for name in names:
        rows = list(_targets([one for one in tried if one.source == name and one.open], view))
        text = f" {_dot(view)} ".join(rows) or "nobody"
        first, *others = view.fold(text, view.width - width - 4)
        yield f"  {view.fit(name, width).ljust(width)}  {first}\n"
        for each in others:
            yield f"  {'':{width}}  {each}\n"
    if any(one.open and not one.intended for one in tried):
        yield "  ! nobody meant it\n"
    yield "\n"


def summary(tried: Sequence[Reached]) -> str:
    """One line."""
    opened = [one for one in tried if one.open]
    wrong = len({(one.source, one.target, one.inner) for one in opened if not one.intended})
    said = f", {wrong} that nobody meant" if wrong else ", all as meant" if opened else ""
    return f"{count(len(tried), 'connection')} tried, {len(opened)} accepted{said}"


def _dot(view: View) -> str:
    return "\N{MIDDLE DOT}" if view.unicode else "|"


def _targets(opened: Sequence[Reached], view: View) -> Iterator[str]:
    """``db 5432``, ``web 80 at 172.17.0.1:8080 !`` for each target."""
    grouped: dict[str, list[Reached]] = {}
    for one in opened:
        grouped.setdefault(one.target, []).append(one)
    for target in sorted(grouped):
        own = [one for one in grouped[target] if one.way == OWN]
        parts = [f"{one.inner}{_mark(one)}" for one in _one_each(own)]
        parts += [f"{one.inner} at {one.shown}{_mark(one)}" for one in grouped[target] if one.way != OWN]
        yield view.clean(f"{target} {', '.join(parts)}")


def _one_each(found: Sequence[Reached]) -> list[Reached]:
    """One connection for each port, IPv4 and IPv6 taken together."""
    return sorted({one.inner: one for one in reversed(found)}.values(), key=lambda one: one.inner)


def _mark(one: Reached) -> str:
    return "" if one.intended else " !"
