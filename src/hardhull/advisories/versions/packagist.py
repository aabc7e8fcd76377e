"""Versions of Composer packages: normalised as Composer does, then in the order of PHP's ``version_compare``.

Source: composer/semver's VersionParser::normalize, and ext/standard/versioning.c of PHP. Branches (``dev-main``,
``1.x-dev``) have no place in the order.
"""

from __future__ import annotations

import re
from typing import Final

from hardhull.advisories.versions import InvalidVersionError

MODIFIER: Final = r"[._-]?(?:(stable|beta|b|RC|alpha|a|patch|pl|p)((?:[.-]?\d+)*+)?)?([.-]?dev)?"
CLASSIC: Final = re.compile(rf"v?(\d{{1,5}})(\.\d++)?(\.\d++)?(\.\d++)?{MODIFIER}", re.IGNORECASE | re.ASCII)
DATE: Final = re.compile(
    rf"v?(\d{{4}}(?:[.:-]?\d{{2}}){{1,6}}(?:[.:-]?\d{{1,3}})?){MODIFIER}", re.IGNORECASE | re.ASCII
)
STABILITY: Final = re.compile(r"@(?:stable|RC|beta|alpha|dev)$", re.IGNORECASE)
BUILD: Final = re.compile(r"([^,\s+]+)\+\S+")
FORMS: Final = {"a": 1, "alpha": 1, "b": 2, "beta": 2, "rc": 3, "p": 5, "pl": 5, "patch": 5}
DEV, NUMBER = 0, 4
END: Final = (NUMBER, -1)

Key = tuple[tuple[int, int], ...]


def key(text: str) -> Key:
    """Its parts, each after the rank of its form.

    Raises:
        InvalidVersionError: Composer refuses it, or it is a branch.
    """
    version = STABILITY.sub("", text.strip())
    build = BUILD.fullmatch(version)
    version = build[1] if build else version
    classic = CLASSIC.fullmatch(version)
    if classic:
        numbers = [int(part.lstrip(".")) if part else 0 for part in classic.groups()[:4]]
        return _key(numbers, classic[5], classic[6], classic[7])
    date = DATE.fullmatch(version)
    if date:
        return _key([int(part) for part in re.split(r"\D", date[1])], date[2], date[3], date[4])
    msg = f"{text!r} is no version of a Composer package"
    raise InvalidVersionError(msg)


def _key(numbers: list[int], stability: str | None, count: str | None, dev: str | None) -> Key:
    parts = [(NUMBER, number) for number in numbers]
    if stability and stability.lower() == "stable":
        return (*parts, END)
    if stability:
        parts.append((FORMS[stability.lower()], 0))
        parts += [(NUMBER, int(one)) for one in re.findall(r"\d+", count or "")]
    if dev:
        parts.append((DEV, 0))
    return (*parts, END)
