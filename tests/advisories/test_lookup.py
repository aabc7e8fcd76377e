from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from hardhull.advisories.database import reading, writing
from hardhull.advisories.importing import import_path
from hardhull.advisories.lookup import Outcome, look_up
from hardhull.model.advisory import Exploited
from hardhull.model.finding import Severity
from hardhull.model.package import Distribution, Package
from made_advisories import HIGH, affects, catalogue, export, record, until

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.model.advisory import Vulnerability

TODAY = "2026-11-22"
BOOKWORM = Distribution("debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)")
RATED = {"severity": [{"type": "CVSS_V3", "score": HIGH}]}


def deb(name: str, version: str, source: str = "", source_version: str = "") -> Package:
    return Package("deb", name, version, source or name, source_version or version)


def asked(
    tmp_path: Path,
    records: dict[str, list[dict[str, Any]]],
    *packages: Package,
    distribution: Distribution = BOOKWORM,
    exploited: tuple[str, ...] = (),
    today: str = TODAY,
) -> Outcome:
    for ecosystem, listed in records.items():
        export(tmp_path / "osv", ecosystem, listed)
    if exploited:
        (tmp_path / "osv" / "kev.json").write_text(json.dumps(catalogue(*exploited)))
    with writing(tmp_path / "a.db") as database:
        import_path(database, tmp_path / "osv")
    with closing(reading(tmp_path / "a.db")) as database:
        return look_up(database, packages, distribution, today)


def names(outcome: Outcome) -> list[tuple[str, str]]:
    return [(one.name, one.fixed) for one in outcome.found]


def only(outcome: Outcome) -> Vulnerability:
    (one,) = outcome.found
    return one


DSA = record(
    "DSA-5532-1",
    until("Debian:12", "openssl", "3.0.11-1~deb12u2"),
    until("Debian:11", "openssl", "1.1.1w-0+deb11u1"),
    upstream=["CVE-2023-5363"],
)


@pytest.mark.parametrize(
    ("package", "affected"),
    [
        (deb("libssl3", "3.0.11-1~deb12u1", "openssl"), True),
        (deb("libssl3", "3.0.11-1~deb12u2", "openssl"), False),
        (deb("libssl3", "3.0.11-1", "openssl"), False),
        (deb("libssl3", "3.0.9-1+b1", "openssl", "3.0.9-1"), True),
        (deb("libssl3", "1:3.0.9-1", "openssl"), False),
        (deb("openssl", "3.0.11-1~deb12u1+b2"), True),
        (deb("libssl3", "3.0.9-1"), False),
    ],
)
def test_debian_by_source_package_and_release(tmp_path: Path, package: Package, affected: bool) -> None:
    found = asked(tmp_path, {"Debian": [DSA]}, package)
    assert names(found) == ([("CVE-2023-5363", "3.0.11-1~deb12u2")] if affected else [])
    if affected:
        assert (only(found).advisories, only(found).fixed_in) == (("DSA-5532-1",), "openssl")
    assert found.not_checked == ()
    assert found.checked == {"Debian:12": 1}


def test_a_rebuild_is_the_version_that_was_rebuilt(tmp_path: Path) -> None:
    listed = record("D-1", affects("Debian:12", "a", versions=["1.0-1"]))
    assert names(asked(tmp_path, {"Debian": [listed]}, deb("a", "1.0-1+b3"))) == [("D-1", "")]


def test_a_record_of_several_cves_is_one_of_each(tmp_path: Path) -> None:
    dsa = record("DSA-1-1", until("Debian:12", "a", "2"), upstream=["CVE-2024-0002", "CVE-2024-0001"])
    one = record("DEBIAN-CVE-2024-0001", until("Debian:12", "a", "3"), upstream=["CVE-2024-0001"])
    found = asked(tmp_path, {"Debian": [dsa, one]}, deb("a", "1"))
    assert names(found) == [("CVE-2024-0001", "3"), ("CVE-2024-0002", "2")]
    assert found.found[0].advisories == ("DEBIAN-CVE-2024-0001", "DSA-1-1")
    assert names(asked(tmp_path, {}, deb("a", "2"))) == [("CVE-2024-0001", "3")]


def test_aliases_are_one(tmp_path: Path) -> None:
    records = [
        record("PYSEC-1", until("PyPI", "flask-login", "0.6"), aliases=["CVE-2024-0001"]),
        record("GHSA-aaaa", until("PyPI", "Flask_Login", "0.6.1"), aliases=["CVE-2024-0001", "PYSEC-1"], **RATED),
        record("GHSA-bbbb", affects("PyPI", "flask-login", ("introduced", "0"), ("last_affected", "0.5"))),
    ]
    found = asked(tmp_path, {"PyPI": records}, Package("pypi", "Flask.Login", "0.5"))
    assert names(found) == [("CVE-2024-0001", "0.6.1"), ("GHSA-bbbb", "")]
    first = found.found[0]
    assert (first.severity, first.score, first.rated_by) == (Severity.HIGH, 75, "GHSA-aaaa")
    assert (first.advisories, first.aliases) == (("GHSA-aaaa", "PYSEC-1"), ())


def test_the_severity_of_the_same_cve_elsewhere_and_what_is_exploited(tmp_path: Path) -> None:
    records = {
        "Debian": [DSA],
        "Bitnami": [record("BIT-1", until("Bitnami", "openssl", "3.1"), aliases=["CVE-2023-5363"], **RATED)],
    }
    found = only(asked(tmp_path, records, deb("libssl3", "3.0.9-1", "openssl"), exploited=("CVE-2023-5363",)))
    assert (found.severity, found.rated_by) == (Severity.HIGH, "BIT-1")
    assert found.exploited == Exploited("2026-01-02", ransomware=True)
    assert found.source == "Debian (2026-11-20)"


def test_nobody_knows_how_bad_it_is(tmp_path: Path) -> None:
    assert only(asked(tmp_path, {"Debian": [DSA]}, deb("openssl", "3.0.9-1"))).severity is None


@pytest.mark.parametrize(
    ("distribution", "ecosystem"),
    [
        (Distribution("ubuntu", "22.04"), "Ubuntu:22.04:LTS"),
        (Distribution("ubuntu", "23.10"), "Ubuntu:23.10"),
        (Distribution("alpine", "3.20.1"), "Alpine:v3.20"),
        (Distribution("wolfi", "20230201"), "Wolfi"),
        (Distribution("rocky", "9.4"), "Rocky Linux:9"),
        (Distribution("almalinux", "9.4"), "AlmaLinux:9"),
        (Distribution("rhel", "9.4"), "Red Hat:enterprise_linux:9::appstream"),
        (Distribution("sles", "15.5"), "SUSE:Linux Enterprise Server 15 SP5"),
        (Distribution("opensuse-leap", "15.6"), "openSUSE:Leap 15.6"),
        (Distribution("azurelinux", "3.0"), "Azure Linux:3.0"),
    ],
)
def test_the_ecosystems_of_distributions(tmp_path: Path, distribution: Distribution, ecosystem: str) -> None:
    name = ecosystem.partition(":")[0]
    kind = "deb" if name == "Ubuntu" else "apk" if name in {"Alpine", "Wolfi"} else "rpm"
    package = Package(
        kind, "libx", "1.0-r0" if kind == "apk" else "1.0-1", "libx", "1.0-r0" if kind == "apk" else "1.0-1"
    )
    records = {name: [record("X-1", until(ecosystem, "libx", "1.1-r0" if kind == "apk" else "1.1-1"))]}
    found = asked(tmp_path, records, package, distribution=distribution)
    assert [one.name for one in found.found] == ["X-1"]
    assert found.not_checked == ()


def test_binary_names_where_records_have_them(tmp_path: Path) -> None:
    package = Package("rpm", "openssl-libs", "1:3.0.7-1.el9", "openssl", "1:3.0.7-1.el9")
    alma = {"AlmaLinux": [record("ALSA-1", until("AlmaLinux:9", "openssl-libs", "1:3.0.8-1.el9"))]}
    assert names(asked(tmp_path, alma, package, distribution=Distribution("almalinux", "9.4"))) == [
        ("ALSA-1", "1:3.0.8-1.el9")
    ]
    rocky = {"Rocky Linux": [record("RLSA-1", until("Rocky Linux:9", "openssl", "1:3.0.8-1.el9"))]}
    assert names(asked(tmp_path, rocky, package, distribution=Distribution("rocky", "9.4"))) == [
        ("RLSA-1", "1:3.0.8-1.el9")
    ]


def test_languages(tmp_path: Path) -> None:
    records = {
        "npm": [record("N-1", until("npm", "@a/b", "2.0.0", kind="SEMVER"))],
        "Go": [
            record("GO-1", affects("Go", "stdlib", ("introduced", "1.22.0-0"), ("fixed", "1.22.4"), kind="SEMVER")),
            record("GO-2", until("Go", "golang.org/x/net", "0.33.0")),
        ],
        "Maven": [record("M-1", until("Maven", "org.x:y", "2.17.1"))],
        "crates.io": [record("R-1", until("crates.io", "serde", "1.0.1"))],
    }
    packages = [
        Package("npm", "@a/b", "2.0.0-rc.1"), Package("golang", "stdlib", "1.22.3"), Package("golang", "golang.org/x/net", "v0.32.0"),
        Package("maven", "org.x:y", "2.17.1.Final"), Package("cargo", "serde", "1.0.0"),
    ]  # fmt: skip
    assert [one.name for one in asked(tmp_path, records, *packages).found] == ["N-1", "GO-1", "GO-2", "R-1"]


def test_what_the_distribution_owns_is_its_package(tmp_path: Path) -> None:
    records = {"PyPI": [record("PYSEC-1", until("PyPI", "requests", "3"))]}
    found = asked(tmp_path, records, Package("pypi", "requests", "2.28", owner="python3-requests 2.28.1+dfsg-1"))
    assert found == Outcome((), (), {})


@pytest.mark.parametrize(
    ("records", "package", "distribution", "why"),
    [
        (
            {"npm": [record("N-1", until("npm", "a", "1"))]},
            Package("gem", "rack", "1"),
            BOOKWORM,
            "the database has none",
        ),
        (
            {"Debian": [record("D", until("Debian:11", "a", "1"))]},
            deb("a", "1"),
            BOOKWORM,
            "none for this release (but Debian:11)",
        ),
        (
            {"Debian": [DSA]},
            deb("a", "1"),
            Distribution("debian", "", name="Debian sid"),
            "the release of the distribution is not known (os-release says Debian sid)",
        ),
        ({"Debian": [DSA]}, deb("a", "1"), Distribution(), "os-release says nothing"),
        (
            {"PyPI": [record("P-1", until("PyPI", "a", "1"), modified="2026-11-01T00:00:00Z")]},
            Package("pypi", "b", "1"),
            BOOKWORM,
            "the data are of 2026-11-01, 21 days old (at most 7 count)",
        ),
        (
            {"PyPI": [record("P-1", until("PyPI", "a", "1"), modified="")]},
            Package("pypi", "b", "1"),
            BOOKWORM,
            "nobody knows how old the data are",
        ),
    ],
)
def test_nothing_is_clean_without_current_data(
    tmp_path: Path, records: Any, package: Package, distribution: Distribution, why: str
) -> None:
    found = asked(tmp_path, records, package, distribution=distribution)
    (gap,) = found.not_checked
    assert gap.kind == "failed"
    assert why in gap.why
    assert found.checked == {}


def test_old_data_are_no_reason_to_say_nothing(tmp_path: Path) -> None:
    found = asked(tmp_path, {"Debian": [DSA]}, deb("openssl", "3.0.9-1"), today="2027-11-22")
    assert len(found.found) == 1
    assert len(found.not_checked) == 1


def test_versions_that_nobody_can_compare(tmp_path: Path) -> None:
    records = {"Go": [record("GO-1", until("Go", "example.com/a", "1.0.0"))]}
    found = asked(tmp_path, records, Package("golang", "example.com/a", "(devel)"))
    assert [(one.kind, one.what) for one in found.not_checked] == [("out-of-scope", "1 version of Go")]


def test_programs_of_no_package_manager(tmp_path: Path) -> None:
    records = {
        "Bitnami": [record("BIT-1", until("Bitnami", "nginx", "1.27.1", kind="SEMVER"), aliases=["CVE-2024-7347"])]
    }
    found = asked(tmp_path, records, Package("generic", "nginx", "1.27.0"), Package("generic", "odd", "1"))
    assert names(found) == [("CVE-2024-7347", "1.27.1")]
    assert [one.what for one in found.not_checked] == ["programs that no package manager installed: odd"]
