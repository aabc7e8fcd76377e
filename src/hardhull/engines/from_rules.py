"""What rules would fix in an engine's daemon.json."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hardhull.fix.planner import Planner
from hardhull.model.source import Source
from hardhull.rules.policy import Policy
from hardhull.scan import Options
from hardhull.scan.discover import Candidate, Discovery

if TYPE_CHECKING:
    from hardhull.engines.plan import Wanted
    from hardhull.fix.choose import Choices


def from_rules(choices: Choices) -> Wanted:
    """Wants the file without the findings that these rules have a change for."""

    def wanted(path: str, before: bytes | None, _version: str) -> bytes:
        name = path.lstrip("/")
        found = Discovery(Path("/"), [Candidate(Source(name, before or b"{}\n"), ("daemon.json",))], [])
        plan = Planner(found, Policy(), Options(quotes=False), choices).plan()
        return next((file.after for file in plan.files if file.path == name), before or b"")

    return wanted
