"""A proof on a screen: what holds, what had to stay and why, what was tried, how to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.report.cells import width
from hardhull.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hardhull.report.view import View

RUNS = 3
"""How often a proven configuration worked in a row, at least."""
LISTED = 12
"""Rows of a list that are shown without --all."""


def render(document: Mapping[str, Any], view: View, *, saved: str = "", deployed: bool = False) -> Iterator[str]:
    """The screen, line by line.

    Args:
        document: a proof with all its sections.
        view: how it is shown.
        saved: where it was kept; empty where it was not.
        deployed: whether its changes are written next, without being asked for.
    """
    parts = [
        _header(document, view),
        _taken(document, view),
        _kept(document, view),
        _drills(document, view),
        _doubts(document, view),
        _next(document, view, saved, deployed=deployed),
    ]
    shown = [part for part in parts if part]
    for number, part in enumerate(shown):
        yield from (f"{line}\n" for line in ([""] if number else []) + part)


def summary(document: Mapping[str, Any]) -> str:
    """One line."""
    runs, passed, checks = document["runs"], document["passed"], document["checks"]
    word = "proven" if document["results"]["after"]["works"] and runs >= RUNS else "not proven"
    return f"{document['subject']}: {word}, {count(runs, 'run')}, {passed} of {count(checks, 'check')} passed"


def _header(document: Mapping[str, Any], view: View) -> list[str]:
    ran = f"{document['image'] or 'its image'} on {document['engine']}, Linux {document['kernel']}"
    head = view.paint("bold", view.clean(summary(document)))
    lines = [head, *view.fold(f"{ran}; {count(document['tries'], 'try', 'tries')}", view.width)]
    again = document.get("again")
    if again:
        told = f", which is stale: {again['stale']}" if again["stale"] else ""
        lines += view.fold(f"The configuration of proof {again['proof']}{told}", view.width)
    return lines


def _taken(document: Mapping[str, Any], view: View) -> list[str]:
    rows = [each for each in document["measures"] if not each["kept"]]
    lines = [view.paint("bold", "Works with all of this:")] if rows else ["Nothing can be taken from it."]
    for each in rows:
        lines += _item(each["change"], view)
    profile = document["profile"]
    used = [f"{count(len(profile['syscalls']), 'system call')} seen"]
    if profile.get("syscalls_static"):
        used.append(f"{len(profile['syscalls_static'])} with those that its binaries hold")
    if profile["memory_peak_bytes"] is not None:
        used.append(f"{profile['memory_peak_bytes'] >> 20} MiB of memory")
    if profile["pids_peak"] is not None:
        used.append(f"{count(profile['pids_peak'], 'process', 'processes')} at most")
    return [*lines, *_item("it used: " + ", ".join(used), view, mark=" ")]


def _kept(document: Mapping[str, Any], view: View) -> list[str]:
    rows = [each for each in document["measures"] if each["kept"]]
    if not rows:
        return []
    lines = [view.paint("bold", "Has to keep, because something broke without it:")]
    most = len(rows) if view.everything else LISTED
    for each in rows[:most]:
        lines += _item(each["change"], view)
        for text in filter(None, (each["why"], each["evidence"])):
            lines += [f"      {line}" for line in view.brief(text, view.width - 6)]
    return [*lines, *([f"  {len(rows) - most} more: --all shows them"] if rows[most:] else [])]


def _drills(document: Mapping[str, Any], view: View) -> list[str]:
    drills = document.get("drills")
    if not drills:
        return []
    lines = [view.paint("bold", "Drills (harmless attempts in a clone):")]
    for when in ("before", "after"):
        worked = [each for each in drills[when] if each["verdict"] == "succeeded"]
        applicable = [each for each in drills[when] if each["verdict"] != "not-applicable"]
        lines += _item(f"{when}: {len(worked)} of {len(applicable)} succeeded", view)
    still = [each["title"] for each in drills["after"] if each["verdict"] == "succeeded"]
    if still:
        lines += _item("still possible: " + "; ".join(still), view, mark=" ")
    return lines


def _doubts(document: Mapping[str, Any], view: View) -> list[str]:
    rows = [f"flaky: {each}" for each in document["flaky"]]
    rows += [f"the recording is incomplete: {each}" for each in document["profile"]["incomplete"]]
    if document["not_exercised"]:
        rows.append(f"not exercised: {', '.join(document['not_exercised'])}")
    return [line for row in rows for line in view.brief(row, view.width)]


def _item(text: str, view: View, mark: str = "-") -> list[str]:
    lines = view.brief(text, view.width - 4)
    return [f"  {mark} {lines[0]}", *(f"    {line}" for line in lines[1:])]


def _next(document: Mapping[str, Any], view: View, saved: str, *, deployed: bool) -> list[str]:
    rows: list[tuple[str, str]] = []
    if saved and not deployed:
        rows = [
            ("hardhull fix", "shows these changes in your files, as proven ones"),
            ("hardhull fix --apply", "writes them, journaled"),
        ]
    if saved:
        rows.append((f"hardhull prove --replay {document['ident']}", "shows it again"))
    wide = max((width(command) for command, _ in rows), default=0)
    lines = [f"  {command}{' ' * (wide - width(command) + 3)}{what}" for command, what in rows]
    return [*(view.fold(f"Kept in {saved}", view.width) if saved else []), *(["Next:", *lines] if lines else [])]
