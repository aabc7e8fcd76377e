"""What is known of well-known base images: the user they start as, unprivileged users they bring, smaller variants.

An image that is not in the table is "not known", which is neither root nor not root. Names in the table stand for the
image on Docker Hub and for its usual mirrors.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hardhull.facts.reference import Reference

_TABLE = Path(__file__).parent / "data" / "bases.txt"
_ARCHITECTURES = frozenset(
    {"amd64", "arm32v5", "arm32v6", "arm32v7", "arm64v8", "i386", "mips64le", "ppc64le", "riscv64", "s390x"}
)
_MIRRORS = (
    ("public.ecr.aws/docker/library/", ""),
    ("mirror.gcr.io/library/", ""),
    ("mirror.gcr.io/", ""),
    ("registry.hub.docker.com/library/", ""),
    ("registry.hub.docker.com/", ""),
    ("quay.io/prometheus/", "prom/"),
    ("quay.io/jupyter/", "jupyter/"),
    ("quay.io/openshift-release-dev/", "openshift/"),
    ("quay.io/bitnami/", "bitnami/"),
    ("registry.redhat.io/ubi", "registry.access.redhat.com/ubi"),
    ("ghcr.io/chainguard-images/", "cgr.dev/chainguard/"),
    ("lscr.io/linuxserver/", "linuxserver/"),
    ("ghcr.io/linuxserver/", "linuxserver/"),
    ("bitnamilegacy/", "bitnami/"),
)
_MINIMAL_FAMILIES = frozenset({"alpine", "busybox", "distroless", "wolfi"})
_MINIMAL_WORDS = ("slim", "alpine", "distroless", "chiseled", "minimal", "micro", "nano", "musl", "busybox", "uclibc")
_FAMILY_WORDS = (
    ("alpine", ("alpine",)),
    ("windows", ("nanoserver", "windowsservercore", "ltsc20")),
    ("ubuntu", ("ubuntu", "focal", "jammy", "noble", "resolute", "bionic", "xenial")),
    ("rhel", ("ubi", "centos", "-ol", "oracle", "rocky", "alma")),
    ("amazon", ("amazonlinux", "al2023")),
    ("debian", ("jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "slim")),
)
"""Words in a tag that tell the distribution, for official images."""


class ShippedUser(NamedTuple):
    """An unprivileged user that an image brings: name and number (None where it differs between tags)."""

    name: str
    uid: int | None


class KnownBase(NamedTuple):
    """What the table says about one image.

    Attributes:
        name: the image's familiar name.
        user: the user it starts as: ``root``, or as its USER instruction says it.
        family: ``alpine``, ``debian``, ``ubuntu``, ``rhel``, ``amazon``, ``suse``, ``photon``, ``azure``, ``arch``,
            ``wolfi``, ``distroless``, ``busybox``, ``windows``, or empty where that is not known.
        ships: unprivileged users that it brings.
        drops_to: the user that its own entrypoint changes to where it is started as root; empty where it does not.
        minimal: whether it is a small variant itself.
        variants: words in the tags of its smaller variants (``slim``, ``alpine``).
        env: variables of the image that Dockerfiles on top of it use for its user.
        source: where that is written.
    """

    name: str
    user: str
    family: str
    ships: tuple[ShippedUser, ...]
    drops_to: str
    minimal: bool
    variants: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    source: str


class Entry(NamedTuple):
    """One line of the table; ``data/bases.txt`` explains the columns."""

    tags: str
    user: str
    family: str
    ships: str
    drops_to: str
    variants: str
    env: str
    source: str


@cache
def entries() -> dict[str, list[Entry]]:
    """The table: the lines for each name."""
    table: dict[str, list[Entry]] = {}
    for line in _TABLE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            names, *columns = [column.strip() for column in line.split(" |")]
            entry = Entry(*columns)
            for name in names.split():
                table.setdefault(name, []).append(entry)
    return table


def find(reference: Reference, *, tag_known: bool = True) -> KnownBase | None:
    """What is known of an image.

    Args:
        reference: the image.
        tag_known: False where its tag could not be resolved: then only what holds for every tag is known.

    Returns:
        None where it is not in the table, or where it depends on a tag that nobody knows.
    """
    return _find(reference.familiar_name, reference.effective_tag if tag_known else None)


@lru_cache(maxsize=1024)
def _find(name: str, tag: str | None) -> KnownBase | None:
    name = _plain(name)
    table = entries()
    found = table.get(name) or table.get(f"{name.rpartition('/')[0]}/*") or []
    if tag is None:
        same = len({entry.user for entry in found}) == 1 and not found[-1].tags
        return _known(found[-1], name, tag) if same else None
    for entry in found:
        if not entry.tags or re.search(entry.tags, tag):
            return _known(entry, name, tag)
    return None


def _plain(name: str) -> str:
    """The name that the table has for an image: mirrors and architecture prefixes taken away."""
    for prefix, instead in _MIRRORS:
        if name.startswith(prefix):
            name = instead + name.removeprefix(prefix)
    prefix, slash, rest = name.partition("/")
    return rest if slash and prefix in _ARCHITECTURES else name


def _known(entry: Entry, name: str, tag: str | None) -> KnownBase:
    family = entry.family
    if tag and ("/" not in name or not family):
        family = next((each for each, words in _FAMILY_WORDS if any(word in tag for word in words)), family)
    small = family in _MINIMAL_FAMILIES or name.endswith(("-minimal", "-micro"))
    return KnownBase(
        name,
        entry.user,
        family,
        tuple(_shipped(each, family) for each in entry.ships.split()),
        entry.drops_to,
        small or any(word in (tag or "") for word in _MINIMAL_WORDS),
        tuple(entry.variants.split()),
        tuple(_assignment(each) for each in entry.env.split()),
        entry.source.removeprefix("*"),
    )


def _shipped(text: str, family: str) -> ShippedUser:
    """``name:uid``, ``name:uid/uid`` (the second one in Alpine) or ``name`` alone."""
    name, _colon, numbers = text.partition(":")
    first, _slash, alpine = numbers.partition("/")
    number = alpine if alpine and family == "alpine" else first
    return ShippedUser(name, int(number) if number else None)


def _assignment(text: str) -> tuple[str, str]:
    name, _equals, value = text.partition("=")
    return name, value
