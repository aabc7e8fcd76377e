"""SARIF 2.1.0 as GitHub code scanning, and every other reader, takes it.

The standard is https://docs.oasis-open.org/sarif/sarif/v2.1.0/; what GitHub reads of it and its limits are at
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning.
Paths are relative to the root of the scan (``%SRCROOT%``). A result is one line of the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.report.jsonout import encode
from hardhull.report.sarif_rules import LEVELS, descriptor, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.model.result import Found, Location, NotChecked, Result, Suppression

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOMEPAGE = "https://github.com/hardhull/hardhull"
CATEGORY = "hardhull/"
"""The run's automation id: what stands before the slash is GitHub's category."""
MAX_RESULTS = 25_000
"""GitHub refuses a run with more; the least severe are left out, and a notification says so."""
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?:Z|\+00:00)", re.ASCII)
CONFIGURATION = ("hardhull.toml", "pyproject.toml")
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def render(result: Result) -> Iterator[str]:
    """The result as SARIF, piece by piece."""
    rules = list(result.rules.values())
    index = {rule.id: number for number, rule in enumerate(rules)}
    driver = {
        "name": "hardhull",
        "semanticVersion": result.version,
        "informationUri": HOMEPAGE,
        "rules": [descriptor(rule) for rule in rules],
    }
    findings = sorted(result.findings, key=lambda found: -found.severity)
    kept, cut = findings[:MAX_RESULTS], len(findings) - MAX_RESULTS
    yield f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{{\n'
    yield f'"tool": {encode({"driver": driver})},\n'
    yield f'"automationDetails": {encode({"id": CATEGORY})},\n'
    yield f'"invocations": {encode([_invocation(result, cut)])},\n'
    root = {"%SRCROOT%": {"description": {"text": "The root of the scan."}}}
    yield f'"originalUriBaseIds": {encode(root)},\n"columnKind": "unicodeCodePoints",\n"results": ['
    hides = any(found.suppressed for found in kept)
    before = "\n"
    for found in kept:
        yield before + encode(_result(found, index[found.rule], hides=hides))
        before = ",\n"
    yield "\n]}]}\n"


def _invocation(result: Result, cut: int) -> dict[str, Any]:
    notes = [_notification(item) for item in result.not_checked]
    if cut > 0:
        text = f"{cut} findings, the least severe, were left out: GitHub takes {MAX_RESULTS}."
        notes.append({"level": "warning", "message": {"text": text}, "descriptor": {"id": "left-out"}})
    row: dict[str, Any] = {
        "executionSuccessful": not any(item.kind == "failed" for item in result.not_checked),
        "toolExecutionNotifications": notes,
    }
    started = TIME.fullmatch(result.started)
    return {"startTimeUtc": f"{started[1]}Z", **row} if started else row


def _notification(item: NotChecked) -> dict[str, Any]:
    level = {"failed": "error", "needs-access": "warning"}.get(item.kind, "note")
    text = sentence(f"{item.what}: {item.why}; {item.how}")
    return {"level": level, "message": {"text": text}, "descriptor": {"id": item.kind or "other"}}


def _result(found: Found, rule_index: int, *, hides: bool) -> dict[str, Any]:
    prints = {"hardhull/v1": found.id, "hardhullContent/v1": found.content_id}
    if found.line_hash:
        prints["primaryLocationLineHash"] = found.line_hash
    row: dict[str, Any] = {
        "ruleId": found.rule,
        "ruleIndex": rule_index,
        "level": LEVELS[found.severity],
        "message": {"text": sentence(found.message)},
        "locations": [{**_place(found.locations[0]), "logicalLocations": [{"fullyQualifiedName": found.subject}]}],
        "partialFingerprints": prints,
        "properties": {"severity": found.severity.word, "confidence": found.confidence.word},
    }
    if found.locations[1:]:
        row["relatedLocations"] = _related(found.locations[1:])
    if hides:  # where one result has suppressions, all must say theirs (3.27.23)
        row["suppressions"] = [_suppression(found.suppressed)] if found.suppressed else []
    return row


def _related(locations: Sequence[Location]) -> list[dict[str, Any]]:
    rows = []
    for number, location in enumerate(locations, 1):
        row = {"id": number, **_place(location)}
        rows.append({**row, "message": {"text": sentence(location.label)}} if location.label else row)
    return rows


def _place(location: Location) -> dict[str, Any]:
    region: dict[str, Any] = {
        "startLine": location.line,
        "startColumn": location.column,
        "endLine": location.end_line,
        "endColumn": location.end_column,
    }
    start, end = location.mark
    quoted = location.text[start:end]
    if quoted and location.line == location.end_line:
        region["snippet"] = {"text": quoted}
    artifact = {"uri": uri(location.path), "uriBaseId": "%SRCROOT%"}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _suppression(hidden: Suppression) -> dict[str, Any]:
    """A comment beside the finding is in its source; the configuration file is outside of it."""
    path = hidden.where.rpartition(":")[0] or hidden.where
    kind = "external" if path.endswith(CONFIGURATION) else "inSource"
    until = f" (until {hidden.until})" if hidden.until else ""
    return {"kind": kind, "status": "accepted", "justification": f"{hidden.reason or 'no reason given'}{until}"}


def uri(path: str) -> str:
    """A relative path as a URI reference: bytes that are not unreserved (RFC 3986) are percent-encoded."""
    data = path.encode("utf-8", "surrogateescape" if _escaped(path) else "replace")
    return "".join(chr(byte) if byte in UNRESERVED else f"%{byte:02X}" for byte in data)


def _escaped(path: str) -> bool:
    """Whether each surrogate is a byte that the file system could not decode."""
    return all("\udc80" <= char <= "\udcff" for char in path if "\ud800" <= char <= "\udfff")
