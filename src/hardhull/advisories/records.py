"""One record of OSV, read tolerantly: what real databases leave out, misspell or put elsewhere.

Source: https://ossf.github.io/osv-schema/, 1.3 to 1.7.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.advisories.names import base, normalised
from hardhull.advisories.ranges import encoded, verdict
from hardhull.advisories.severity import UNKNOWN, Rating, of_entries, of_number, of_word
from hardhull.advisories.versions import ORDERS, InvalidVersionError, order
from hardhull.model.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ID: Final = re.compile(r"[\w.:+-]{1,120}", re.ASCII)
SUMMARY: Final = 160
DATE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)

EARLIEST: Final = "1990"


class RecordError(ValueError):
    """It is no record of OSV."""


class Affected(NamedTuple):
    """One package of a record.

    Attributes:
        ecosystem: with its release: ``Debian:12``.
        name: normalised.
        ranges: as :func:`~hardhull.advisories.ranges.encoded` writes them.
        versions: affected ones that the ranges do not cover.
        severity: the database's own word for this package; None where it says nothing.
    """

    ecosystem: str
    name: str
    ranges: str
    versions: tuple[str, ...] = ()
    severity: Severity | None = None


class Record(NamedTuple):
    """One advisory.

    Attributes:
        name: its id.
        modified: ``YYYY-MM-DDTHH:MM:SS``; empty where it is no date.
        aliases: other ids of the same vulnerability.
        upstream: ids of the vulnerabilities that a distribution's record is about, which may be several.
        withdrawn: whether it counts no more.
        rating: of the whole record.
        summary: one line.
        affected: packages; empty for records about commits only.
        left_out: entries whose versions nobody could tell apart.
    """

    name: str
    modified: str
    aliases: tuple[str, ...]
    upstream: tuple[str, ...]
    withdrawn: bool
    rating: Rating
    summary: str
    affected: tuple[Affected, ...]
    left_out: int


def read(data: Any) -> Record:
    """Reads one record.

    Raises:
        RecordError: it is no object, or has no id.
    """
    if not isinstance(data, dict):
        raise RecordError("it is no JSON object")
    name = data.get("id")
    if not isinstance(name, str) or not ID.fullmatch(name):
        raise RecordError("it has no id")
    entries = [one for one in _list(data.get("affected")) if isinstance(one, dict)]
    affected = [one for entry in entries if (one := _affected(entry)) is not None]
    return Record(
        name,
        _date(data.get("modified")),
        _ids(data.get("aliases")),
        _ids(data.get("upstream")),
        bool(data.get("withdrawn")),
        _rating(data, entries),
        _summary(data),
        tuple(affected),
        len(entries) - len(affected),
    )


def _affected(entry: dict[str, Any]) -> Affected | None:
    package = entry.get("package")
    if not isinstance(package, dict):
        return None
    ecosystem, name = package.get("ecosystem"), package.get("name")
    if not isinstance(ecosystem, str) or not isinstance(name, str) or not ecosystem or not name:
        return None
    ranges = encoded(_list(entry.get("ranges")))
    listed = [one for one in _list(entry.get("versions")) if isinstance(one, str)]
    if not ranges and not listed:
        return None
    specific = entry.get("ecosystem_specific")
    urgency = of_word(specific.get("urgency") or specific.get("severity")) if isinstance(specific, dict) else UNKNOWN
    versions = tuple(_uncovered(ecosystem, ranges, listed))
    return Affected(ecosystem, normalised(ecosystem, name), ranges, versions, urgency.severity)


def _uncovered(ecosystem: str, ranges: str, listed: Iterable[str]) -> Iterator[str]:
    """The listed versions that the ranges do not already say: most databases list each version of a range."""
    key = order(ecosystem)
    for version in listed:
        try:
            if key is not None and ranges and verdict(ranges, (), version, key).affected:
                continue
        except InvalidVersionError:
            pass
        if "\n" not in version:
            yield version


def _rating(data: dict[str, Any], entries: list[dict[str, Any]]) -> Rating:
    """The record's own severity, that of its packages, or what databases keep beside the standard's field."""
    rating = of_entries(data.get("severity"))
    if rating.severity is not None:
        return rating
    of_packages = [of_entries(entry.get("severity")) for entry in entries]
    known = [one for one in of_packages if one.severity is not None]
    if known:
        return max(known, key=lambda one: (one.severity or 0, one.score))
    own = data.get("database_specific")
    for specific in (own, *(entry.get("database_specific") for entry in entries)):
        if isinstance(specific, dict):
            rating = of_word(specific.get("severity"))
            if rating.severity is None:
                rating = of_number(specific.get("cvss_score"))
            if rating.severity is None and specific.get("informational"):
                return Rating(Severity.INFO)
            if rating.severity is not None:
                return rating
    return UNKNOWN


def _summary(data: dict[str, Any]) -> str:
    text = next((data[key] for key in ("summary", "details") if isinstance(data.get(key), str) and data[key]), "")
    line = " ".join(text[: SUMMARY * 4].split())
    return line if len(line) <= SUMMARY else f"{line[: SUMMARY - 3].rstrip()}..."


def _ids(value: Any) -> tuple[str, ...]:
    return tuple(one for one in _list(value) if isinstance(one, str) and ID.fullmatch(one))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _date(value: Any) -> str:
    """The date, where it is one: the Go database has the year 0001, others the beginning of Unix."""
    found = DATE.match(value.replace(" ", "T", 1)) if isinstance(value, str) else None
    return found[0] if found and found[0] >= EARLIEST else ""


def ecosystems(record: Record) -> set[str]:
    """The ecosystems of a record whose order of versions is known, without releases.

    Others (kernels, Android, actions of workflows) are no packages of images.
    """
    return {name for one in record.affected if (name := base(one.ecosystem)) in ORDERS}
