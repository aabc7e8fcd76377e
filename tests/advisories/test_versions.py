from __future__ import annotations

import random
import shutil
import subprocess
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.advisories.versions import LONGEST, ORDERS, InvalidVersionError, order
from made_versions import GENERATORS, MAKERS

RISING = {
    "Debian": "1.0~~ 1.0~rc1-1 1.0~rc1-1+b1 1.0 1.0-1~deb12u1 1.0-1 1.0-1+b1 1.0-1+deb12u1 1.0a 1.0+dfsg-1 1.0.1 1.9 1.10 0:1.11 1:0.1",
    "Ubuntu": "3.0.2-0ubuntu1.9 3.0.2-0ubuntu1.10 3.0.2-1 3.0.2-1ubuntu0.1",
    "Alpine": "1.0_alpha 1.0_alpha2 1.0_beta 1.0_pre1 1.0_rc1 1.0_rc1-r1 1.0-r0 1.0-r1 1.0~ab12 1.0_git20200101 1.0_p1 1.0_p1-r2 1.0a 1.0b-r0 1.0.1 1.01.2 1.1 1.9 1.10 2",
    "Rocky Linux": "1.0~rc1-1 1.0-1.el8 1.0-1.el8_5 1.0-2.el8 1.0^20240101-1 1.0a-1 1.0.1-1 1.0.10-1 1:0.1-1",
    "PyPI": "1.0.dev1 1.0a1 1.0a2.dev1 1.0a2 1.0b1 1.0rc1 1.0 1.0+local 1.0.post1 1.0.1 1.9 1.10 1!0.1",
    "npm": "1.0.0-1 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1 1.10.0 2.0.0",
    "Go": "v0.0.0-20230101000000-abcdefabcdef v0.0.0-20240101000000-abcdefabcdef v0.0.1 go1.20.14 go1.21rc2 go1.21rc11 go1.21.0 go1.21.1 1.22.0-rc.1",
    "Maven": "1-alpha-1 1-beta 1-m2 1-rc 1-snapshot 1 1-sp 1-jre8 1-1 1.1 1.2.3.v1 1.2.4",
    "RubyGems": "1.0.a 1.0.a.2 1.0.b1 1.0.rc2 1.0 1.0.1 1.9 1.10",
    "NuGet": "1.0.0-1 1.0.0-alpha 1.0.0-Beta 1.0.0-rc.2 1.0.0-rc.11 1.0 1.0.0.1 1.0.1 1.9 1.10",
    "Packagist": "1.0-dev 1.0-alpha1 1.0.0-beta 1.0RC1 1.0RC2 1.0 1.0-p1 1.0.0.1 1.0.1 v1.9 1.10 2010.01.02",
    "Bitnami": "1.2.3-rc.1 1.2.3 1.2.3-1 1.2.3-10 1.2.3.4 1.2.4",
}
EQUAL = {
    "Debian": "1.0 0:1.0 1.0-0 1.00",
    "Rocky Linux": "1.0-1 0:1.0-1 1..0-1 1.00-1",
    "PyPI": "1.0 1.0.0 v1 1.0.0.0",
    "npm": "1.0.0 v1.0.0 =1.0.0 1.0.0+build 1.0 1",
    "Go": "1.21.0 go1.21 v1.21.0+incompatible",
    "Maven": "1 1.0 1.0.0-ga 1-final 1.0.0.RELEASE",
    "RubyGems": "1 1.0 1.0.0",
    "NuGet": "1.0 1.0.0.0 1.0.0+build 01.0",
    "Packagist": "1.0 v1.0.0.0 1.0-stable 1.0+build",
}
INVALID = {
    "Debian": ["", "1.0-", "-1", "a:1", "1:2 3", "1_0"],
    "Alpine": ["", "a", "1.", "1.0-1", "1.0_foo1", "1.0b1", "1 "],
    "Rocky Linux": ["", "1:2:3", "a b"],
    "PyPI": ["", "french-toast", "1.0-foo"],
    "npm": ["", "x", "1.2.3.4", "1.0.0-", "1.0.0-a..b"],
    "Maven": [""],
    "RubyGems": ["", "a", "1..2", "1.0_1"],
    "NuGet": ["", "1.2.3.4.5", "1.0.0-01", "99999999999", "1.0.0-"],
    "Packagist": ["", "dev-main", "1.x-dev", "abc"],
    "Bitnami": ["", "x"],
}


def key(ecosystem: str, text: str) -> Any:
    read = order(ecosystem)
    assert read is not None
    return read(text)


@pytest.mark.parametrize("ecosystem", RISING)
def test_the_order(ecosystem: str) -> None:
    keys = [key(ecosystem, text) for text in RISING[ecosystem].split()]
    for (at, low), (to, high) in combinations(enumerate(keys), 2):
        assert low < high, (at, to)
        assert not high < low


@pytest.mark.parametrize("ecosystem", EQUAL)
def test_what_is_the_same(ecosystem: str) -> None:
    for one, other in pairwise(EQUAL[ecosystem].split()):
        assert key(ecosystem, one) == key(ecosystem, other), (one, other)


@pytest.mark.parametrize("ecosystem", INVALID)
def test_what_is_no_version(ecosystem: str) -> None:
    for text in [*INVALID[ecosystem], "1" * (LONGEST + 1)]:
        with pytest.raises(InvalidVersionError):
            key(ecosystem, text)


def test_an_ecosystem_without_an_order() -> None:
    assert order("GIT") is None
    assert order("Debian:12") is not None


@given(st.sampled_from(sorted(MAKERS)), st.integers(0, 1 << 40))
def test_each_is_an_order(ecosystem: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    one, other, third = (key(ecosystem, MAKERS[ecosystem](chance)) for _ in range(3))
    assert not one < one  # noqa: PLR0124
    assert (one < other) + (other < one) + (one == other) == 1
    if ecosystem != "Maven" and one < other < third:  # Maven's own order is not transitive: MNG-6420
        assert one < third


@given(st.sampled_from(sorted(set(ORDERS))), st.text(max_size=40) | st.text("0123456789.-~^+:_aRrpvg", max_size=300))
@settings(max_examples=300)
def test_whatever_a_stranger_writes_is_read_or_refused(ecosystem: str, text: str) -> None:
    try:
        found = key(ecosystem, text)
    except InvalidVersionError:
        return
    assert not found < found  # noqa: PLR0124


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="dpkg is not installed")
def test_against_dpkg() -> None:
    chance = random.Random(11)  # noqa: S311
    compared = 0
    while compared < 150:
        one, other = GENERATORS["Debian"](chance)
        try:
            low = key("Debian", one) < key("Debian", other)
        except InvalidVersionError:
            continue
        told = subprocess.run(["dpkg", "--compare-versions", one, "lt", other], capture_output=True, check=False)
        assert b"error" not in told.stderr, told.stderr
        assert low is (told.returncode == 0), (one, other)
        compared += 1
