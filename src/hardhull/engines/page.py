"""The plan of a configuration, on a screen and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.engines.effects import EMPTY, NOTHING, RELOAD
from hardhull.fix.patch import file_edit, shown
from hardhull.report.words import count
from hardhull.text.redaction import REDACTED, redact
from hardhull.text.secrets import secret_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hardhull.engines.effects import Effect
    from hardhull.engines.plan import EnginePlan
    from hardhull.engines.seen import Seen
    from hardhull.report.view import View

SCHEMA = "hardhull-engine/1"


class Done(NamedTuple):
    """What became of a plan.

    Attributes:
        receipt: of the journal; empty where it was only planned.
        seen: what the engine showed of each setting afterwards.
    """

    receipt: str
    seen: Mapping[str, Seen]


NOT_DONE = Done("", {})


def summary(plan: EnginePlan) -> str:
    """One line."""
    number = count(len(plan.wanted.changed), "setting")
    if plan.trial.refusals:
        first = plan.trial.refusals[0]
        return f"{plan.wanted.path} stays as it is: {f'{first.key}: ' if first.key else ''}{redact(first.why)}"
    if plan.wanted.before == plan.wanted.after and not plan.wanted.changed:
        return f"{plan.wanted.path} says so already"
    return f"{number} of {plan.wanted.path}, by {plan.outlook.way}"


def render(plan: EnginePlan, view: View, done: Done = NOT_DONE) -> Iterator[str]:
    """The screen.

    Args:
        plan: what was found out.
        view: how it is shown; ``command`` is what the person typed.
        done: what became of it.
    """
    receipt = done.receipt
    head = f"{'Applied' if receipt else 'Refused' if plan.trial.refusals else 'Plan'}: {summary(plan)}"
    yield f"{view.paint('bold', view.clean(head))}\n"
    yield f"engine {plan.version}, process {plan.engine.pid}, started by {view.clean(plan.engine.managed)}\n"
    diff = difference(plan)
    if diff:
        yield "\n"
        yield from (f"{view.clean(line)}\n" for line in diff.splitlines())
    for title, rows in (
        ("Refused:", _refused(plan)),
        ("Settings:", _settings(plan, done)),
        ("What happens:", _ahead(plan)),
    ):
        if rows:
            yield f"\n{view.paint('bold', title)}\n"
            for row in rows:
                margin = "  " * (2 if row.startswith("  ") else 1)
                yield from (f"{margin}{line}\n" for line in view.fold(row.strip(), view.width - len(margin)))
    if receipt:
        yield f"\nReceipt {receipt}: `hardhull undo --root / {receipt}` takes file and engine back\n"
    elif not plan.trial.refusals and plan.outlook.way != NOTHING:
        allow = "".join(f" --allow {word}" for word in plan.outlook.consents)
        yield f"\nNext:\n  {view.clean(view.command)} --apply{allow}\n"


def difference(plan: EnginePlan) -> str:
    """The diff of the file, without secrets."""
    if plan.wanted.before == plan.wanted.after:
        return ""
    return shown(file_edit(plan.wanted.path.lstrip("/"), plan.wanted.before, plan.wanted.after))


def _refused(plan: EnginePlan) -> list[str]:
    return [f"{each.key + ': ' if each.key else ''}{redact(each.why)} ({each.stage})" for each in plan.trial.refusals]


def value(key: str, found: Any) -> str:
    """A value in words, without secrets."""
    if isinstance(found, tuple) and not hasattr(found, "_fields"):
        return ", ".join(value(key, each) for each in found) or "none"
    if isinstance(found, tuple) and hasattr(found, "_fields"):
        return " ".join(str(part) for part in found)
    if isinstance(found, list):  # of a key that is read as plain data
        return ", ".join(value(key, each) for each in found) or "none"
    if isinstance(found, dict):
        return pair(key, tuple(found.items()))
    return redact({True: "true", False: "false", "": "not set", None: "not set"}.get(found, str(found)))


def pair(key: str, found: Any) -> str:
    """Of options and their values the name may say that the value is a secret."""
    if isinstance(found, tuple) and found and all(isinstance(one, tuple) and len(one) == 2 for one in found):
        return ", ".join(
            f"{name}={REDACTED if secret_in(str(name), str(text)) else redact(str(text))}" for name, text in found
        )
    return value(key, found)


def _settings(plan: EnginePlan, done: Done) -> list[str]:
    return [row for each in plan.outlook.effects for row in _setting(plan, each, done)]


def _setting(plan: EnginePlan, each: Effect, done: Done) -> Iterator[str]:
    changed = each.changed
    yield f"{changed.key}: {pair(changed.key, changed.old)} -> {pair(changed.key, changed.new)}  [{each.way}]"
    seen = plan.trial.seen.get(changed.field)
    if seen is not None:
        word = {True: "shown by the shadow", False: "not so in the shadow", None: "not to be seen"}[seen.kept]
        yield f"  {word}: {redact(seen.text)}"
    live = done.seen.get(changed.field)
    if live is not None:
        yield f"  {'in effect' if live.kept else 'not to be seen'}: {redact(live.text)}"
    for key, why in plan.trial.untried:
        if key == changed.key:
            yield f"  not tried: {why}; it is tried when it is applied"
    yield from (f"  note: {note}" for note in each.notes)


def _ahead(plan: EnginePlan) -> list[str]:
    ahead = plan.outlook
    if plan.trial.refusals or ahead.way == NOTHING:
        return []
    if ahead.way == RELOAD:
        return ["the engine reloads; nothing is interrupted"]
    rows = [f"the engine restarts and is away for about {ahead.away:.1f} s"]
    if ahead.stopped:
        first = " (hardhull stops them first)" if ahead.way == EMPTY else ""
        later = f"and start again in this order, after about {ahead.down:.1f} s at the latest"
        later = "until this is taken back" if ahead.hidden else later
        rows.append(f"{count(len(ahead.stopped), 'container')} stop{first} {later}:")
        rows += [
            f"  {one.name}: {f'stops after {one.stops:.0f} s, it does not listen' if one.deaf else 'stops at once'}; "
            f"{_again(one.returns, vanishes=one.vanishes, hidden=bool(ahead.hidden))}"
            for one in ahead.stopped
        ]
    elif plan.containers:
        rows.append(f"{count(len(plan.containers), 'container')} run on")
    if ahead.ports:
        rows.append(f"published ports do not answer for about {ahead.ports:.1f} s where they go through docker-proxy")
    return [*rows, ahead.hidden] if ahead.hidden else rows


def _again(returns: bool, *, vanishes: bool, hidden: bool) -> str:
    if vanishes:
        return "is removed then (--rm)"
    if hidden:
        return "starts again when this is taken back"
    return "the engine starts it again" if returns else "hardhull starts it again"


def as_json(plan: EnginePlan, done: Done = NOT_DONE) -> str:
    """The plan for programs."""
    ahead, receipt = plan.outlook, done.receipt
    document = {
        "schema": SCHEMA, "applied": bool(receipt), "receipt": receipt, "path": plan.wanted.path,
        "engine": {"version": plan.version, "pid": plan.engine.pid, "managed": plan.engine.managed},
        "diff": difference(plan),
        "refused": [{"stage": one.stage, "key": one.key, "why": redact(one.why)} for one in plan.trial.refusals],
        "settings": [_plain(plan, each, done) for each in ahead.effects],
        "way": ahead.way, "allow": list(ahead.consents), "hidden": ahead.hidden,
        "seconds": {"away": round(ahead.away, 2), "containers": round(ahead.down, 2), "ports": round(ahead.ports, 2),
                    "trial": round(plan.trial.seconds, 2), "start": round(plan.trial.start, 2)},
        "stopped": [{"name": one.name, "seconds": one.stops, "returns": one.returns} for one in ahead.stopped],
        "running": [one.name for one in plan.containers],
    }  # fmt: skip
    return json.dumps(document, indent=1) + "\n"


def _plain(plan: EnginePlan, each: Effect, done: Done) -> dict[str, Any]:
    changed = each.changed
    return {
        "key": changed.key, "old": pair(changed.key, changed.old), "new": pair(changed.key, changed.new),
        "way": each.way, "notes": list(each.notes),
        "shadow": _seen(plan.trial.seen.get(changed.field)), "engine": _seen(done.seen.get(changed.field)),
    }  # fmt: skip


def _seen(found: Seen | None) -> dict[str, Any] | None:
    return None if found is None else {"kept": found.kept, "seen": redact(found.text)}
