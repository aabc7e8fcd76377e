"""The plan of running containers, on a screen and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from hardhull.deploy.body import HOST
from hardhull.deploy.update import told
from hardhull.model.plan import Status
from hardhull.report.words import count
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.deploy.renewal import Renewal
    from hardhull.report.view import View

SCHEMA: Final = "hardhull-containers/1"
LISTED: Final = 12
ABOUT: Final = {
    **dict.fromkeys(("HH-LIM-001", "HH-LIM-201", "HH-LIM-203", "HH-LIM-204", "HH-LIM-501"), frozenset({"Memory"})),
    **dict.fromkeys(("HH-LIM-002", "HH-LIM-503"), frozenset({"NanoCpus"})),
    **dict.fromkeys(("HH-LIM-003", "HH-LIM-502"), frozenset({"PidsLimit"})),
    "HH-MON-006": frozenset({"RestartPolicy"}),
}
"""Rules that are about what ``docker update`` changes, and the keys."""


def render(found: Sequence[Renewal], view: View, done: str = "", networks: Sequence[str] = ()) -> Iterator[str]:
    """The screen.

    Args:
        found: the containers.
        view: how it is shown; ``command`` is what the person typed.
        done: the receipt of what was done; empty where it was only planned.
        networks: what is (or would be) done with networks.
    """
    head = f"{'Applied' if done else 'Plan'}: {summary(found)}"
    yield f"{view.paint('bold', head)}\n"
    for one in found:
        yield from _container(one, view)
    for line in networks:
        yield f"\n  {view.fit(line, view.width - 2)}\n"
    yield from _next(found, view, done)


def summary(found: Sequence[Renewal]) -> str:
    """One line."""
    now, anew = sum(bool(one.now[1]) for one in found), sum(one.remains for one in found)
    return (
        f"{count(len(found), 'container')}: {now} can be changed while they run, {anew} need to be made anew for more"
    )


def _container(one: Renewal, view: View) -> Iterator[str]:
    yield f"\n{view.paint('bold', view.clean(one.name))}\n"
    if one.now[1]:
        before, after = (", ".join(told(each)) for each in one.now)
        yield f"  now      {view.fit(f'{after} (was: {before})', view.width - 11)}\n"
    titles = [(each.found.rule, each.fix.title) for each in one.of(Status.PLANNED) if not _is_now(one, each.found.rule)]
    most = len(titles) if view.everything else LISTED
    for rule, title in titles[:most]:
        yield f"  anew     {view.fit(f'{rule}  {title}', view.width - 11)}\n"
    if titles[most:]:
        yield f"           and {len(titles) - most} more; --all shows them\n"
    if one.remains and one.hindrance:
        yield f"  but      {view.fit(f'{one.hindrance}: it is not made anew here', view.width - 11)}\n"
    if one.remains and one.others and not one.hindrance:
        names = ", ".join(each.name for each in one.others)
        yield f"  with it  {view.fit(f'{names}, which lives in its namespaces', view.width - 11)}\n"
    for note in one.notes:
        yield f"  note     {view.fit(note, view.width - 11)}\n"
    for status, words in ((Status.LEFT, "left because of their risk"), (Status.BY_HAND, "only a person can decide")):
        rules = [each.found.rule for each in one.of(status)]
        if rules:
            yield f"  {words}: {view.fit(', '.join(dict.fromkeys(rules)), view.width - len(words) - 4)}\n"


def _is_now(one: Renewal, rule: str) -> bool:
    """Whether a finding is about something that changes while the container runs."""
    return bool(ABOUT.get(rule, frozenset()) & one.covered)


def _next(found: Sequence[Renewal], view: View, done: str) -> Iterator[str]:
    command = view.clean(view.command)
    if done:
        yield f"\nReceipt {done}: `hardhull undo --root / {done.partition('-')[0]}` takes it back\n"
        return
    yield "\nNext:\n"
    if any(one.now[1] for one in found):
        yield f"  {command} --apply   what can change while they run, journaled\n"
    if any(one.remains for one in found):
        yield f"  {command} --as recreate --apply   makes them anew, checks them, takes back what fails\n"
        yield f"  {command} --as compose | --as docker-run   the text that makes them so\n"
    if any(one.of(Status.LEFT) for one in found) and "--risk" not in command:
        yield f"  {command} --risk needs-proof   with what may break something\n"


def as_json(found: Sequence[Renewal], done: str = "", networks: Sequence[str] = ()) -> str:
    """The plan for programs; values that hold secrets are redacted."""
    document = {
        "schema": SCHEMA, "applied": bool(done), "receipt": done, "networks": list(networks),
        "containers": [_plain(one) for one in found],
    }  # fmt: skip
    return json.dumps(document, indent=1) + "\n"


def _plain(one: Renewal) -> dict[str, Any]:
    fixes = [
        {"rule": each.found.rule, "title": each.fix.title, "status": each.status.value, "why": each.why}
        for each in one.plan.fixes
    ]
    return {
        "name": one.name,
        "id": one.real.answer["Id"],
        "now": {key: {"before": one.now[0].get(key), "after": value} for key, value in one.now[1].items()},
        "anew": _redacted({**one.anew[1]["Config"], **one.anew[1][HOST]}),
        "needs_to_be_made_anew": one.remains,
        "hindrance": one.hindrance,
        "with": [each.name for each in one.others],
        "notes": list(one.notes),
        "fixes": fixes,
    }


def _redacted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _redacted(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_redacted(each) for each in value]
    return redact(value) if isinstance(value, str) else value
