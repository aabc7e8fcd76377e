"""Which package manager upgrades a package, and what it is told: names and paths of an image are strangers' text."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.model.package import Package
from hardhull.rebuild.recipe import derived, instructions
from hardhull.rebuild.tools import TOOLS, Order, command, orders_for, together

VENV = "opt/venv/lib/python3.12/site-packages"
SHOWN = {
    "usr/bin/apt-get", "usr/bin/microdnf", "sbin/apk", "usr/bin/npm", "opt/venv/bin/python3.12", f"{VENV}/pip/__main__.py",
    "usr/bin/python3.11",
}  # fmt: skip

PIP = "PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore {} -m pip install --no-cache-dir {}"


def order(ecosystem: str, name: str, *paths: str, owner: str = "") -> tuple[Order, ...] | str:
    package = Package(ecosystem, name, "1.0", paths=paths, owner=owner)
    return orders_for(package, "1.1", SHOWN.__contains__)


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (order("rpm", "libX11"), "microdnf update -y libX11 && microdnf clean all"),
        (order("apk", "busybox"), "apk add --no-cache --upgrade 'busybox>=1.1'"),
        (order("pypi", "Flask_Login", f"{VENV}/Flask_Login-1.0.dist-info/METADATA"),
         PIP.format("/opt/venv/bin/python3.12", "Flask_Login==1.1")),
        (order("npm", "@a/b", "usr/local/lib/node_modules/@a/b/package.json"),
         "npm install --global --no-audit --no-fund @a/b@1.1 && npm cache clean --force"),
    ],
)  # fmt: skip
def test_what_is_told(found: tuple[Order, ...], line: str) -> None:
    assert [command(one) for one in found] == [line]


def test_npm_in_the_project_that_has_it() -> None:
    found = order("npm", "b", "srv/app/node_modules/b/package.json", "srv/b/node_modules/b/package.json")
    assert [(one.tool, one.place, one.words) for one in found if isinstance(one, Order)] == [
        ("npm", "/srv/app", ("b@1.1",)),
        ("npm", "/srv/b", ("b@1.1",)),
    ]


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (order("golang", "golang.org/x/net", "app"), "packages of golang are not upgraded here"),
        (order("pypi", "a", "usr/lib/python3.11/site-packages/a-1.dist-info/METADATA"), "/usr/bin/python3.11 has no pip"),
        (order("pypi", "a", "app/vendor/a-1.dist-info/METADATA"), "in no folder of packages that pip has installed"),
        (order("pypi", "a", f"{VENV}/b/_vendor/a-1.dist-info/METADATA", owner="b 2"), "it is a part of b 2"),
        (order("npm", "a", "app/node_modules/b/node_modules/a/package.json"), "another package's own copy"),
        (order("npm", "a", "app/node_modules/alias/package.json"), "another package's own copy"),
        (order("npm", "a", "a;b/node_modules/a/package.json"), "its name, its version or its place is none"),
        (order("deb", "a b"), "its name, its version or its place is none"),
        (order("rpm", "--setopt=x"), "its name, its version or its place is none"),
        (orders_for(Package("rpm", "a", "1"), "2", set().__contains__), "no dnf, microdnf, yum or zypper"),
        (orders_for(Package("apk", "a", "1"), "2", set().__contains__), "no apk"),
    ],
)  # fmt: skip
def test_what_is_left_and_why(found: tuple[Order, ...] | str, why: str) -> None:
    assert why in str(found)


@given(st.sampled_from(sorted(TOOLS)), st.text(max_size=20), st.lists(st.text(min_size=1, max_size=20), max_size=3))
def test_no_word_becomes_anything_but_a_word(tool: str, place: str, words: list[str]) -> None:
    made = Order(tool, place, tuple(words))
    try:
        line = command(made)
    except ValueError:
        return
    assert "\n" not in line
    told = shlex.split(line)
    assert all(word in told and not word.startswith("-") for word in words)


def test_one_line_for_each_manager_and_place() -> None:
    orders = [
        Order("pip", "/a/python3", ("b==1",)),
        Order("apt-get", "", ("bash",)),
        Order("pip", "/a/python3", ("a==1",)),
    ]
    (first, second) = together(orders)
    assert (first.tool, second.words) == ("apt-get", ("a==1", "b==1"))
    assert [line.split()[0] for line in instructions(together(orders), "app")] == ["USER", "RUN", "RUN", "USER"]
    with pytest.raises(ValueError, match="pip"):
        derived("sha256:0", [Order("pip", "/a b", ("a==1",))], "")
