from __future__ import annotations

from typing import Any

import pytest

from hardhull.facts.contents import Reach
from hardhull.model.advisory import Exploited, Vulnerability
from hardhull.model.finding import Severity
from hardhull.model.package import Package
from hardhull.rules.policy import Policy
from hardhull.rules.rule import find_rule
from hardhull.scan.built import Built, Held, built, plain_name, weaknesses_of


def package(name: str, ecosystem: str = "deb", version: str = "1", **more: Any) -> Package:
    return Package(ecosystem, name, version, **{"source": name, "source_version": version, **more})


def vulnerability(
    name: str, one: Package, severity: Severity | None = Severity.HIGH, fixed: str = "2", **more: Any
) -> Vulnerability:
    values: dict[str, Any] = {
        "advisories": (f"DSA-{name}",), "aliases": (), "score": 75, "vector": "", "rated_by": "X", "fixed_in": one.source or one.name,
        "exploited": None, "summary": "", "source": "Debian (2026-01-01)", **more,
    }  # fmt: skip
    return Vulnerability(package=one, name=name, severity=severity, fixed=fixed, **values)


def told(made: Built) -> list[Any]:
    rules = [find_rule(f"HH-VUL-10{at}") for at in (1, 2, 3)]
    found = [one for rule in rules if rule for one in rule.check(made.facts[0], Policy())]
    return sorted(found, key=lambda one: (-(one.severity or 0), -one.urgency))


def test_the_packages_of_one_source_are_one_finding() -> None:
    both = [package("libssl3", source="openssl"), package("openssl")]
    (one,) = told(built(Held("image:shop:1"), [vulnerability("CVE-1", each) for each in both], []))
    assert one.message == "image shop: openssl 1 (libssl3) has CVE-1; fixed in 2"
    assert one.names == ("CVE-1", "DSA-CVE-1")


def test_what_comes_first() -> None:
    nginx, lib, flask = package("nginx"), package("zlib1g"), package("flask", "pypi")
    found = [
        vulnerability("CVE-unfixed", lib, fixed=""),
        vulnerability("CVE-far", lib),
        vulnerability("CVE-entry", nginx),
        vulnerability("CVE-medium", nginx, Severity.MEDIUM, score=60),
        vulnerability("CVE-worse", lib, score=85),
        vulnerability("CVE-exploited", lib, Severity.LOW, score=20, fixed="", exploited=Exploited("2026-01-01")),
        vulnerability("CVE-unrated", lib, None, score=-1),
        vulnerability("CVE-library", flask),
    ]
    order = [
        one.value.partition(" ")[0]
        for one in told(built(Held("image:shop", starts=("nginx", "-g", "daemon off;")), found, []))
    ]
    assert order == [
        "CVE-exploited", "CVE-entry", "CVE-worse", "CVE-far", "CVE-library", "CVE-unfixed", "CVE-medium", "CVE-unrated",
    ]  # fmt: skip
    severities = {one.value.partition(" ")[0]: one.severity for one in told(built(Held("image:shop"), found, []))}
    assert severities["CVE-exploited"] is Severity.CRITICAL
    assert severities["CVE-unrated"] is Severity.UNKNOWN


@pytest.mark.parametrize(
    ("starts", "one", "reach"),
    [
        (("/usr/sbin/nginx",), package("nginx"), Reach.ENTRY),
        (("tini", "--", "python3", "app.py"), package("flask", "pypi"), Reach.RUN),
        (("sh", "-c", "exec gunicorn app"), package("flask", "pypi"), Reach.RUN),
        (("node", "server.js"), package("flask", "pypi"), Reach.INSTALLED),
        (("/app/server",), package("golang.org/x/net", "golang", paths=("app/server",)), Reach.ENTRY),
        (("/app/server",), package("golang.org/x/net", "golang", paths=("usr/bin/crane",)), Reach.INSTALLED),
        ((), package("nginx"), Reach.INSTALLED),
    ],
)
def test_how_near_it_is_to_what_is_started(starts: tuple[str, ...], one: Package, reach: Reach) -> None:
    (weakness,) = weaknesses_of([vulnerability("CVE-1", one)], Held("image:shop", starts=starts))
    assert weakness.reach is reach


def test_what_has_no_fix_is_left_out_and_counted() -> None:
    half = [
        vulnerability("CVE-2", package("a", version="1"), fixed="2"),
        vulnerability("CVE-2", package("b", source="a"), fixed=""),
    ]
    found = [vulnerability("CVE-1", package("a"), fixed=""), *half, vulnerability("CVE-3", package("a"))]
    made = built(Held("image:shop"), found, [], ignore_unfixed=True)
    assert [one.value for one in told(made)] == ["CVE-3 deb:a"]
    assert [note.what for note in made.not_checked] == ["2 vulnerabilities of image:shop"]


def test_a_library_in_several_versions_is_one_with_all_fixes() -> None:
    found = [
        vulnerability("CVE-1", package("a", "npm", "1.0"), fixed="1.1"),
        vulnerability("CVE-1", package("a", "npm", "2.0"), fixed="2.1"),
    ]
    (one,) = told(built(Held("image:shop"), found, []))
    assert one.message.endswith("a 1.0, 2.0 has CVE-1; fixed in 1.1, 2.1")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("image:team/app:1.4", "image:team/app"),
        ("image:localhost:5000/app", "image:localhost:5000/app"),
        ("registry:example.com:5000/app:build-17@sha256:abc", "registry:example.com:5000/app:build-17"),
        ("image:app@sha256:0123", "image:app"),
        ("rootfs:root", "rootfs:root"),
    ],
)
def test_names_without_tags(name: str, plain: str) -> None:
    assert plain_name(name) == plain
