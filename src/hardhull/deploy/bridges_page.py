"""The plan of networks, on a screen and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from hardhull.facts.network import OWN
from hardhull.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.deploy.bridges import Bridge, Bridges
    from hardhull.facts.network import EngineNetworks
    from hardhull.report.view import View

NOTE: Final = (
    "Containers get new addresses, so connections that stand break once. A container that is made anew by what started"
    " it is on the default bridge again: write its network there too (--network NAME, `networks:`)."
)
SCHEMA: Final = "hardhull-networks/1"


def render(
    found: Bridges, view: View, before: EngineNetworks, after: EngineNetworks | None, done: str
) -> Iterator[str]:
    """The screen.

    Args:
        found: the plan.
        view: how it is shown; ``command`` is what the person typed.
        before: what was tried before.
        after: what was tried when it was done; None where it was only planned.
        done: the receipt; empty likewise.
    """
    head = f"{'Applied' if done else 'Plan'}: {summary(found)}"
    yield f"{view.paint('bold', head)}\n"
    yield from _part("", found.made, view)
    if found.made:
        yield "\n"
        yield from (f"  {line}\n" for line in view.fold(NOTE, view.width - 2))
    if after is not None:
        old, new = _bare(before), _bare(after)
        yield f"  Tried again: {old} connections over no network of their own were accepted before, {new} are now.\n"
    yield from _part("With more risk:", found.more, view)
    if found.stay:
        yield f"\n{view.paint('bold', 'Stay on the default bridge:')}\n"
        for name, why in sorted(found.stay.items()):
            yield f"  {view.fit(f'{name}: {why}', view.width - 2)}\n"
    yield from _next(found, view, done)


def summary(found: Bridges) -> str:
    """One line."""
    if not found.made:
        return "no network is made" + (f", {len(found.more)} with more risk" if found.more else "")
    return f"{count(len(found.made), 'network')} for {count(len(found.moved), 'container')} on the default bridge"


def _bare(fact: EngineNetworks) -> int:
    """Connections between containers that nobody meant."""
    return sum(item.value.open and item.value.way == OWN and not item.value.intended for item in fact.reach.value)


def _part(title: str, networks: Sequence[Bridge], view: View) -> Iterator[str]:
    if not networks:
        return
    yield f"\n{view.paint('bold', title)}\n" if title else "\n"
    for one in networks:
        risk = f" [--risk {one.risk}]" if title else ""
        text = f"{one.name}  {one.subnet}  {', '.join(one.members)}: {one.said}{risk}"
        for line in view.fold(text, view.width - 2):
            yield f"  {line}\n"


def _next(found: Bridges, view: View, done: str) -> Iterator[str]:
    if done:
        yield f"\nReceipt: {done}; `hardhull undo --root / {done}` puts them back on the default bridge\n"
    elif found.made:
        yield f"\nNext:\n  {view.clean(view.command)} --apply   does it, tries all connections again, journaled\n"
    elif found.more:
        risk = "all" if all(one.risk == "all" for one in found.more) else "needs-proof"
        yield f"\nNext:\n  hardhull fix network --risk {risk}\n"


def as_json(found: Bridges, before: EngineNetworks, after: EngineNetworks | None, done: str) -> str:
    """The plan for programs."""
    document = {
        "schema": SCHEMA,
        "applied": bool(done),
        "receipt": done,
        "networks": [_plain(one) for one in found.made],
        "more": [_plain(one) for one in found.more],
        "stay": found.stay,
        "unintended_before": _bare(before),
        "unintended_after": None if after is None else _bare(after),
    }
    return json.dumps(document, indent=1) + "\n"


def _plain(one: Bridge) -> dict[str, Any]:
    return {**one._asdict(), "members": list(one.members), "risk": one.risk}
