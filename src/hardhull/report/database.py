"""What ``hardhull db status`` shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hardhull.advisories.status import MAX_DAYS, age
from hardhull.report.cells import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.advisories.status import SourceStatus


def as_json(path: str, size: int, sources: Sequence[SourceStatus], today: str) -> str:
    """The status as JSON."""
    listed = [{**one._asdict(), "days": age(one.as_of, today)} for one in sources]
    return json.dumps({"schema": "hardhull-db/1", "path": path, "bytes": size, "sources": listed}, indent=1) + "\n"


def listing(path: str, size: int, sources: Sequence[SourceStatus], today: str) -> Iterator[str]:
    """The status for people: a line for each source."""
    total = sum(one.records for one in sources if one.kind != "kev")
    yield f"{clean(path, unicode=False)}: {total:,} advisories, {size / 1e6:.1f} MB\n"
    for one in sources:
        old = age(one.as_of, today)
        when = "of unknown date" if old is None else f"of {one.as_of[:10]}, {old} {'day' if old == 1 else 'days'} old"
        mark = "  (too old to call anything clean)" if old is None or old > MAX_DAYS else ""
        releases = f"  releases {', '.join(one.releases)}" if one.releases else ""
        yield f"  {clean(one.name, unicode=False):20} {one.records:>9,}  {when}{mark}{clean(releases, unicode=False)}\n"
