"""Applying a plan: journal, backup, file, engine, check; all of it, or none."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hardhull.engines.action import NAME
from hardhull.engines.daemon import plain
from hardhull.engines.effects import ADDRESSED, DEFAULT_BRIDGE
from hardhull.engines.health import answering, complaints
from hardhull.engines.running import plain as containers_of
from hardhull.engines.surroundings import address_of
from hardhull.facts.engine_reload import FORGOTTEN, RELOADED
from hardhull.model.receipt import Action, FileChange, Splice

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.engines.plan import EnginePlan
    from hardhull.engines.seen import Seen
    from hardhull.model.receipt import Plain

BACKUP = ".bak"


def changes(plan: EnginePlan) -> list[FileChange]:
    """The file, and the old one beside it under the name that people look for."""
    path, before, after = plan.wanted.path, plan.wanted.before, plan.wanted.after
    if before == after:
        return []
    found = [FileChange(path.lstrip("/"), before, after, _splices(plan), None if before is not None else 0o644)]
    if before is not None:
        kept = Path(f"{path}{BACKUP}")
        old = kept.read_bytes() if kept.is_file() and not kept.is_symlink() else None
        if not kept.is_symlink():
            found.append(FileChange(f"{path}{BACKUP}".lstrip("/"), old, before, (), Path(path).stat().st_mode & 0o777))
    return found


def _splices(plan: EnginePlan) -> tuple[Splice, ...]:
    from hardhull.fix.patch import file_edit

    made = file_edit(plan.wanted.path, plan.wanted.before, plan.wanted.after)
    return tuple(Splice(*edit.span, edit.text) for edit in made.edits)


def action(plan: EnginePlan) -> Action:
    """What the engine does then."""
    keys: list[Plain] = [each.key for each in plan.wanted.changed]
    made: list[Plain] = [
        each.key for each in plan.wanted.changed
        if each.field in RELOADED - FORGOTTEN and each.key not in _keys_before(plan)
    ]  # fmt: skip
    return Action(
        NAME,
        {
            "engine": plain(plan.engine), "way": plan.outlook.way, "containers": containers_of(plan.containers),
            "began": datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "user_made": plan.user_made, "keys": keys, "made": made, "bridge": _bridge(plan),
        },
    )  # fmt: skip


def _bridge(plan: EnginePlan) -> str:
    """The address that the engine's own bridge has now, where that may change."""
    return address_of(DEFAULT_BRIDGE, plan.engine.pid) if plan.wanted.fields & ADDRESSED else ""


def _keys_before(plan: EnginePlan) -> frozenset[str]:
    from hardhull.engines.candidate import plain as data_of

    return frozenset(data_of(plan.wanted.before or b""))


def verifier(plan: EnginePlan, shown: dict[str, Seen]) -> Callable[[], list[str]]:
    """The check after it; ports that do not answer now need not then."""
    ports, began = answering(plan), time.time()
    return lambda: complaints(plan, ports, began, shown)
