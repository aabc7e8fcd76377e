from __future__ import annotations

from typing import Any

import pytest

from hardhull.advisories.records import RecordError, ecosystems, read
from hardhull.advisories.severity import of_vector
from hardhull.model.finding import Severity
from made_advisories import HIGH, affects, record, until

V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
V2 = "AV:N/AC:L/Au:N/C:C/I:C/A:C"


def rated(**more: Any) -> Severity | None:
    return read(record("X-1", until("PyPI", "a", "1"), **more)).rating.severity


@pytest.mark.parametrize(
    ("vector", "score", "severity"),
    [
        (HIGH, 75, Severity.HIGH),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100, Severity.CRITICAL),
        ("CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 18, Severity.LOW),
        ("CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0, Severity.INFO),
        (V4, 93, Severity.CRITICAL),
        (V2, 100, Severity.HIGH),
        (f"({V2})", 100, Severity.HIGH),
        ("AV:N/AC:M/Au:N/C:N/I:P/A:N", 43, Severity.MEDIUM),
    ],
)
def test_vectors(vector: str, score: int, severity: Severity) -> None:
    found = of_vector(vector)
    assert (found.score, found.severity) == (score, severity)


@pytest.mark.parametrize(
    "vector", ["", "CVSS:3.1/", "CVSS:3.1/AV:N", "CVSS:9.0/AV:N", "AV:X", "high", "CVSS:4.0/" * 200]
)
def test_no_vectors(vector: str) -> None:
    assert of_vector(vector).severity is None


def test_where_databases_keep_the_severity() -> None:
    assert rated() is None
    assert rated(severity=[{"type": "CVSS_V3", "score": HIGH}]) is Severity.HIGH
    assert rated(severity=[{"type": "CVSS_V3", "score": HIGH}, {"type": "CVSS_V4", "score": V4}]) is Severity.CRITICAL
    assert rated(severity=[{"type": "CVSS_V3", "score": "broken"}, {"type": "CVSS_V2", "score": V2}]) is Severity.HIGH
    assert rated(severity=[{"type": "Ubuntu", "score": "negligible"}]) is Severity.INFO
    assert rated(database_specific={"severity": "MODERATE"}) is Severity.MEDIUM
    assert rated(database_specific={"cvss_score": 7.1}) is Severity.HIGH
    assert rated(database_specific={"cvss_score": "7"}) is None
    unmaintained = until("crates.io", "a", "1", database_specific={"informational": "unmaintained"})
    assert read(record("R-1", unmaintained)).rating.severity is Severity.INFO
    of_package = until("Bitnami", "a", "1", severity=[{"type": "CVSS_V3", "score": HIGH}])
    assert read(record("B-1", of_package)).rating.severity is Severity.HIGH
    debian = read(record("D-1", until("Debian:12", "a", "1", ecosystem_specific={"urgency": "unimportant"})))
    assert debian.affected[0].severity is Severity.INFO


def test_listed_versions_that_the_ranges_cover_are_not_kept() -> None:
    entry = affects(
        "PyPI", "Flask_Login", ("introduced", "0"), ("fixed", "0.6"), versions=["0.1", "0.5.0", "0.7.dev1", "odd-one"]
    )
    found = read(record("PYSEC-1", entry)).affected[0]
    assert (found.name, found.versions) == ("flask-login", ("0.7.dev1", "odd-one"))


def test_what_is_not_about_packages_is_counted() -> None:
    git = {"ranges": [{"type": "GIT", "repo": "https://x", "events": [{"introduced": "0"}]}]}
    found = read(record("A-1", until("PyPI", "a", "1"), git, {"package": {"ecosystem": "PyPI", "name": "b"}}))
    assert len(found.affected) == 1
    assert found.left_out == 2


def test_ids_dates_and_summaries() -> None:
    found = read(
        record(
            "A-1",
            aliases=["CVE-2024-0001", 3, "a b", "\x1b[31m"],
            modified="2024-01-21 20:21:00.484037+00:00",
            details="one\n two " * 200,
        )
    )
    assert (found.aliases, found.modified) == (("CVE-2024-0001",), "2024-01-21T20:21:00")
    assert len(found.summary) <= 160
    assert "\n" not in found.summary
    assert read(record("A-1", modified="0001-01-01T00:00:00Z")).modified == ""
    assert read(record("A-1", withdrawn="2024-01-01T00:00:00Z")).withdrawn


def test_ecosystems_whose_versions_nobody_compares() -> None:
    found = read(
        record("A-1", until("Debian:12", "a", "1"), until("Linux", "Kernel", "1"), until("Debian:11", "a", "1"))
    )
    assert ecosystems(found) == {"Debian"}


@pytest.mark.parametrize("data", [None, [], "x", {}, {"id": 3}, {"id": ""}, {"id": "a b"}, {"id": "x" * 200}])
def test_no_records(data: object) -> None:
    with pytest.raises(RecordError):
        read(data)


@pytest.mark.parametrize(
    "affected", [None, {}, [None, 3, {"package": None}, {"package": {"name": 3, "ecosystem": "PyPI"}}]]
)
def test_records_that_name_nothing(affected: object) -> None:
    assert read({"id": "A-1", "affected": affected}).affected == ()
