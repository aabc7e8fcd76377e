"""Versions of well-known images that get no more fixes, with the day on which that began.

Source: endoflife.date (its data of August 2026, MIT licence), for Debian the end of its free long-term support. Only
what had ended by November 2026; what ends later is added when it has. ``openjdk`` and ``java`` were given up as a whole
by the Docker Official Images.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from hardhull.model.lazy import lazy

SOURCE: Final = "endoflife.date, as of November 2026"

_ENDED: Final = {
    "debian": "11=2026-08-31 10=2024-06-30 9=2022-07-01 8=2020-06-30 7=2018-05-31 6=2016-02-29",
    "ubuntu": """25.10=2026-07-01 25.04=2026-01-17 24.10=2025-07-10 23.10=2024-07-12 23.04=2024-01-20 22.10=2023-07-20
        21.10=2022-07-14 21.04=2022-01-20 20.10=2021-07-22 20.04=2025-05-31 19.10=2020-07-06 19.04=2020-01-23
        18.10=2019-07-18 18.04=2023-05-31 17.10=2018-07-19 17.04=2018-01-13 16.10=2017-07-20 16.04=2021-04-02
        15.10=2016-07-28 15.04=2016-02-04 14.10=2015-07-23 14.04=2019-04-02 12.04=2017-04-28""",
    "alpine": """3.21=2026-11-01 3.20=2026-04-01 3.19=2025-11-01 3.18=2025-05-09 3.17=2024-11-22 3.16=2024-05-23
        3.15=2023-11-01 3.14=2023-05-01 3.13=2022-11-01 3.12=2022-05-01 3.11=2021-11-01 3.10=2021-05-01 3.9=2020-11-01
        3.8=2020-05-01 3.7=2019-11-01 3.6=2019-05-01 3.5=2018-11-01 3.4=2018-05-01 3.3=2017-11-01 3.2=2017-05-01
        3.1=2016-11-01 2.7=2015-11-01 2.6=2015-05-01""",
    "centos": "8=2021-12-31 7=2024-06-30 6=2020-11-30 5=2017-03-31 stream8=2024-05-31 latest=2021-12-31",
    "fedora": """42=2026-05-27 41=2025-12-15 40=2025-05-13 39=2024-11-26 38=2024-05-21 37=2023-12-05 36=2023-05-16
        35=2022-12-13 34=2022-06-07 33=2021-11-30 32=2021-05-25 31=2020-11-24 30=2020-05-26 29=2019-11-26 28=2019-05-28
        27=2018-11-30 26=2018-05-29 25=2017-12-12 24=2017-08-08 23=2016-12-20 22=2016-07-19 21=2015-12-01
        20=2015-06-23""",
    "amazonlinux": "2=2026-06-30 1=2023-12-31 2018.03=2023-12-31 2017.12=2023-12-31 2017.09=2023-12-31",
    "oraclelinux": "7=2024-12-31 6=2021-03-31",
    "opensuse/leap": """15.6=2026-04-30 15.5=2024-12-31 15.4=2023-12-07 15.3=2022-12-31 15.2=2022-01-04 15.1=2021-02-02
        42=2019-07-01""",
    "registry.access.redhat.com/ubi7": "7=2024-06-30",
    "python": """3.10=2026-10-31 3.9=2025-10-31 3.8=2024-10-07 3.7=2023-06-27 3.6=2021-12-23 3.5=2020-09-30
        3.4=2019-03-18 3.3=2017-09-29 2.7=2020-01-01 2=2020-01-01""",
    "node": """25=2026-06-01 23=2025-06-01 21=2024-06-01 20=2026-04-30 19=2023-06-01 18=2025-04-30 17=2022-06-01
        16=2023-09-11 15=2021-06-01 14=2023-04-30 13=2020-06-01 12=2022-04-30 11=2019-06-30 10=2021-04-30 9=2018-06-30
        8=2019-12-31 7=2017-06-30 6=2019-04-30 5=2016-06-30 4=2018-04-30 0=2016-12-31 erbium=2022-04-30
        fermium=2023-04-30 gallium=2023-09-11 hydrogen=2025-04-30 iron=2026-04-30""",
    "golang": """1.25=2026-08-19 1.24=2026-02-10 1.23=2025-08-12 1.22=2025-02-11 1.21=2024-08-13 1.20=2024-02-06
        1.19=2023-09-06 1.18=2023-02-01 1.17=2022-08-02 1.16=2022-03-15 1.15=2021-08-16 1.14=2021-02-16 1.13=2020-08-11
        1.12=2020-02-25 1.11=2019-09-03 1.10=2019-02-25 1.9=2018-08-24 1.8=2018-02-16 1.7=2017-08-24 1.6=2017-02-16""",
    "php": """8.1=2025-12-31 8.0=2023-11-26 7.4=2022-11-28 7.3=2021-12-06 7.2=2020-11-30 7.1=2019-12-01 7.0=2019-01-10
        7=2022-11-28 5.6=2018-12-31 5.5=2016-07-21 5.4=2015-09-14 5.3=2014-08-14 5=2018-12-31""",
    "ruby": """3.2=2026-03-31 3.1=2025-03-26 3.0=2024-04-23 2.7=2023-03-31 2.6=2022-03-31 2.5=2021-03-31 2.4=2020-03-31
        2.3=2019-03-31 2.2=2018-03-31 2.1=2017-03-31 2=2023-03-31""",
    "openjdk": "*=2022-07",
    "java": "*=2016-12",
    "mcr.microsoft.com/dotnet/": """9.0=2026-11-10 8.0=2026-11-10 7.0=2024-05-14 6.0=2024-11-12 5.0=2022-05-10
        3.1=2022-12-13 3.0=2020-03-03 2.2=2019-12-23 2.1=2021-08-21 2.0=2018-10-01 1.1=2019-06-27 1.0=2019-06-27""",
    "mysql": """9.6=2026-04-21 9.5=2026-01-20 9.4=2025-10-21 9.3=2025-07-22 9.2=2025-04-15 9.1=2025-01-21 9.0=2024-10-15
        8.3=2024-04-10 8.2=2023-12-14 8.1=2023-10-25 8.0=2026-04-30 5.7=2023-10-31 5.6=2021-02-28 5.5=2018-12-31
        5=2023-10-31""",
    "mariadb": """12.2=2026-05-28 12.1=2026-02-13 12.0=2025-11-18 11.7=2025-05-12 11.6=2025-02-13 11.5=2024-11-21
        11.3=2024-05-29 11.2=2024-11-21 11.1=2024-08-21 11.0=2024-06-06 10.10=2023-11-17 10.9=2023-08-22 10.8=2023-05-20
        10.7=2023-02-09 10.6=2026-07-06 10.5=2025-06-24 10.4=2024-06-18 10.3=2023-05-25 10.2=2022-05-23 10.1=2020-10-17
        10.0=2019-03-31 5=2020-04-11""",
    "postgres": """14=2026-11-12 13=2025-11-13 12=2024-11-21 11=2023-11-09 10=2022-11-10 9.6=2021-11-11 9.5=2021-02-11
        9.4=2020-02-13 9.3=2018-11-08 9.2=2017-11-09 9=2021-11-11""",
    "mongo": """8.2=2026-07-31 7.3=2024-10-02 7.2=2024-03-27 7.1=2024-01-23 6.0=2025-07-31 6=2025-07-31 5.0=2024-10-31
        5=2024-10-31 4.4=2024-02-29 4.2=2023-04-30 4.0=2022-04-30 4=2024-02-29 3.6=2021-04-30 3.4=2020-01-31
        3.2=2018-09-30 3=2021-04-30 2=2016-10-31""",
    "redis": "7.0=2024-07-29 6.0=2022-05-31 5.0=2022-04-27 5=2022-04-27 4=2020-04-30 3=2018-10-31",
    "elasticsearch": "7=2026-01-15 6=2022-02-10 5=2019-03-11 2=2018-02-28",
    "tomcat": "10.0=2022-10-31 8.5=2024-03-31 8.0=2018-06-30 8=2024-03-31 7=2021-03-31 6=2016-12-31",
}
"""By the image's familiar name: the version (as tags begin with it) and the day; ``*`` for all, ``latest`` too."""

_NAMES: Final = {
    "docker.elastic.co/elasticsearch/elasticsearch": "elasticsearch",
    "docker.elastic.co/elasticsearch/elasticsearch-oss": "elasticsearch",
    "quay.io/centos/centos": "centos",
    "registry.fedoraproject.org/fedora": "fedora",
    "quay.io/fedora/fedora": "fedora",
    "public.ecr.aws/amazonlinux/amazonlinux": "amazonlinux",
    "registry.access.redhat.com/ubi7/ubi": "registry.access.redhat.com/ubi7",
    "registry.access.redhat.com/ubi7/ubi-minimal": "registry.access.redhat.com/ubi7",
    "bitnami/minideb": "debian",
}
_SUITES: Final = {
    "bullseye": "debian 11", "buster": "debian 10", "stretch": "debian 9", "jessie": "debian 8", "wheezy": "debian 7",
    "questing": "ubuntu 25.10", "plucky": "ubuntu 25.04", "oracular": "ubuntu 24.10", "mantic": "ubuntu 23.10",
    "lunar": "ubuntu 23.04", "kinetic": "ubuntu 22.10", "impish": "ubuntu 21.10", "hirsute": "ubuntu 21.04",
    "groovy": "ubuntu 20.10", "focal": "ubuntu 20.04", "eoan": "ubuntu 19.10", "disco": "ubuntu 19.04",
    "cosmic": "ubuntu 18.10", "bionic": "ubuntu 18.04", "artful": "ubuntu 17.10", "zesty": "ubuntu 17.04",
    "yakkety": "ubuntu 16.10", "xenial": "ubuntu 16.04", "trusty": "ubuntu 14.04", "precise": "ubuntu 12.04",
}  # fmt: skip
_VERSION: Final = lazy(r"(?:v|centos|stream)?(\d+)(?:\.(\d+))?")
_SUITE: Final = lazy(rf"(?<![a-z])({'|'.join(_SUITES)})(?![a-z])|alpine(\d+\.\d+)|ubuntu(\d\d\.\d\d)")
"""A distribution in the tag of another image: ``python:3.13-buster``, ``node:22-alpine3.15``."""


class Ended(NamedTuple):
    """What gets no more fixes (``Debian 10``), and since when: an ISO date, or year and month."""

    what: str
    since: str


@lru_cache(maxsize=512)
def ended(name: str, tag: str) -> Ended | None:
    """Whether an image's version gets no more fixes.

    Args:
        name: the familiar name (``python``, ``mcr.microsoft.com/dotnet/sdk``).
        tag: its tag; ``latest`` where none is written.
    """
    own = _NAMES.get(name, name)
    if own.startswith(("mcr.microsoft.com/dotnet/", "mcr.microsoft.com/dotnet/core/")):
        own = "mcr.microsoft.com/dotnet/"
    table = _table(own)
    if table is None:
        return None
    return _own(own, table, tag) or _suite(tag)


@lru_cache(maxsize=64)
def _table(name: str) -> dict[str, str] | None:
    text = _ENDED.get(name)
    if text is None:
        return {} if name in _BASED_ON_DISTRIBUTIONS else None
    return dict(pair.split("=") for pair in text.split())


_BASED_ON_DISTRIBUTIONS: Final = frozenset(
    {
        "rust",
        "perl",
        "eclipse-temurin",
        "buildpack-deps",
        "nginx",
        "httpd",
        "haproxy",
        "gcc",
        "maven",
        "gradle",
        "erlang",
    }
)
"""Images whose own versions are not listed, but whose tags name distributions."""


def _own(name: str, table: dict[str, str], tag: str) -> Ended | None:
    title = name.rpartition("/")[2] or ".NET"
    if "*" in table and not re.search(r"-?ea\b", tag):
        return Ended(f"the image {name}", table["*"])
    word = tag.partition("-")[0]
    if word in table:
        return Ended(f"{title} {word}", table[word])
    version = _VERSION.match(tag)
    if version is None:
        return None
    wanted: tuple[str, ...]
    if tag.startswith("stream"):
        wanted = (f"stream{version[1]}",)
    elif version[2]:
        wanted = (f"{version[1]}.{version[2]}", version[1])  # the major one alone where all of its minor ones ended
    else:
        wanted = (version[1],)
    found = next((each for each in wanted if each in table), None)
    return Ended(f"{title} {found}", table[found]) if found else None


def _suite(tag: str) -> Ended | None:
    found = _SUITE.search(tag)
    if found is None:
        return None
    system = _SUITES[found[1]] if found[1] else f"alpine {found[2]}" if found[2] else f"ubuntu {found[3]}"
    name, _space, version = system.partition(" ")
    since = (_table(name) or {}).get(version)
    return Ended(f"{name} {version}", since) if since else None
