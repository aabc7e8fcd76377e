"""Records of OSV as real databases write them, and bulk exports of them as OSV.dev lays them out."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
"""Base score 7.5."""


def record(name: str, *affected: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "schema_version": "1.7.0",
        "id": name,
        "modified": "2026-11-20T08:00:00Z",
        "affected": list(affected),
        **more,
    }


def affects(
    ecosystem: str,
    name: str,
    *events: tuple[str, str],
    versions: Iterable[str] = (),
    kind: str = "ECOSYSTEM",
    **more: Any,
) -> dict[str, Any]:
    found: dict[str, Any] = {"package": {"ecosystem": ecosystem, "name": name}, **more}
    if events:
        found["ranges"] = [{"type": kind, "events": [{key: version} for key, version in events]}]
    if versions:
        found["versions"] = list(versions)
    return found


def until(ecosystem: str, name: str, fixed: str, **more: Any) -> dict[str, Any]:
    return affects(ecosystem, name, ("introduced", "0"), ("fixed", fixed), **more)


def export(folder: Path, ecosystem: str, records: Iterable[dict[str, Any]]) -> Path:
    """``ECOSYSTEM/all.zip`` below a folder."""
    path = folder / ecosystem / "all.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in records:
            archive.writestr(f"{one['id']}.json", json.dumps(one))
    return path


def catalogue(*names: str, released: str = "2026-11-25T12:00:00.0000Z") -> dict[str, Any]:
    listed = [
        {"cveID": name, "vendorProject": "x", "product": "x", "vulnerabilityName": f"{name} in x", "dateAdded": "2026-01-02",
         "dueDate": "2026-01-23", "knownRansomwareCampaignUse": "Known" if at == 0 else "Unknown"}
        for at, name in enumerate(names)
    ]  # fmt: skip
    return {
        "title": "CISA Catalog",
        "catalogVersion": "2026.11.25",
        "dateReleased": released,
        "count": len(listed),
        "vulnerabilities": listed,
    }
