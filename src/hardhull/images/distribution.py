"""Which distribution an image is, and whether it still gets fixes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.model.package import Distribution
from hardhull.rules.end_of_life import ended

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.images.reader import Row

IMAGES = {
    "amzn": "amazonlinux",
    "ol": "oraclelinux",
    "opensuse-leap": "opensuse/leap",
    "rhel": "registry.access.redhat.com/ubi7",
}
"""Under which image's name the end of a distribution is known, where that is not its own."""
DATE = re.compile(r"\d{4}-\d\d-\d\d")
BEST = ("etc/os-release", "usr/lib/os-release")
"""os-release(5): the first one that is there counts."""


def distribution(rows: Iterable[Row], today: str) -> Distribution:
    """The distribution that the visible files tell of; ``today`` is an ISO date."""
    found: dict[str, dict[str, Any]] = {row.path: row.data for row in rows if row.kind == "os"}
    data = next((found[path] for path in BEST if path in found), {})
    name, version = str(data.get("id", "")).lower(), str(data.get("version_id", ""))
    like = tuple(str(data.get("id_like", "")).split())
    return Distribution(
        id=name,
        version=version,
        codename=str(data.get("version_codename", "")),
        name=str(data.get("pretty_name", "")),
        like=like,
        ended=_ended(name, version, str(data.get("support_end", "")), today),
    )


def _ended(name: str, version: str, told: str, today: str) -> str:
    """Since when it gets no more fixes, as is known of it or as its makers write into the image."""
    told = told if DATE.fullmatch(told) and told <= today else ""
    if not name or not version:
        return told
    parts = version.split(".")
    tags = (version, ".".join(parts[:2]), parts[0]) if name != "ubuntu" else (version,)
    for tag in dict.fromkeys(tags):
        known = ended(IMAGES.get(name, name), tag)
        if known is not None and known.since <= today:
            return known.since
    return told
