"""Who may do what with the files of an image: whom it starts as, setuid, what everybody or that user may write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hardhull.images.measure import GROUPS, NAME, NUMBER, USERS
from hardhull.images.owners import variants
from hardhull.images.packages import NAME as PACKAGES
from hardhull.images.packages.choice import DPKG
from hardhull.model.measured import CHANGEABLE, OPEN, SETGID, SETUID, ImageUser, Right

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.images.layer import Layer
    from hardhull.images.merge import Shown
    from hardhull.images.reading import ReadImage
    from hardhull.images.tarwalk import Entry

S_ISUID, S_ISGID, S_ISVTX = 0o4000, 0o2000, 0o1000
OWNER_WRITES, GROUP_WRITES, ALL_WRITE = 0o200, 0o020, 0o002
OWNER_RUNS, GROUP_RUNS, ALL_RUN = 0o100, 0o010, 0o001
RUNS: Final = OWNER_RUNS | GROUP_RUNS | ALL_RUN
MOST: Final = 10_000
"""Files with rights that are told of one image; an honest one has some dozens."""


def user_of(image: ReadImage, shown: Shown) -> ImageUser | None:
    """Whom containers start as, as engines find out: numbers stand for themselves, names are looked up in the image.

    None for a folder, which has no configuration.
    """
    if not image.image.id:
        return None
    text = image.image.config.get("User")
    text = text if isinstance(text, str) else ""
    name, _, group = text.strip().partition(":")
    users, groups = _accounts(shown, USERS), _accounts(shown, GROUPS)
    if name in {"", "root"} and not any(row[0] == "root" for row in users):
        users = [["root", "0", "0"], *users]
    row = next((row for row in users if row[0] == (name or "root")), None)
    number = int(name) if NUMBER.fullmatch(name) else None
    row = row or next((row for row in users if int(row[1]) == number), None)
    uid = int(row[1]) if row else number
    gid = int(row[2]) if row and NUMBER.fullmatch(row[2]) else 0 if uid is not None else None
    missing = "" if uid is not None else f"user {name}"
    if group:
        found = next((line for line in groups if line[0] == group), None)
        gid = int(found[1]) if found else int(group) if NUMBER.fullmatch(group) else None
        if gid is None and not missing:
            missing = f"group {group}"
    member = row[0] if row else ""
    others = () if group else tuple(int(line[1]) for line in groups if member and member in line[2].split(","))
    return ImageUser(text, uid, gid, others, missing)


def _accounts(shown: Shown, kind: str) -> list[list[str]]:
    """The lines of the file that the image shows."""
    found: list[list[str]] = []
    for _at, row in shown.rows(NAME, kind):
        found = row.data
    return found


def rights(shown: Shown, user: ImageUser | None) -> tuple[Right, ...]:
    """The files that the image shows with rights of their own, by path."""
    bits = S_ISUID | S_ISGID | ALL_WRITE
    runs = user is not None and user.uid not in {None, 0}
    chosen: list[dict[str, Entry]] = []
    for layer in shown.layers:
        last: dict[str, Entry] = {}
        for entry in layer.files.with_bits(bits | (RUNS if runs else 0)) if layer is not None else ():
            last[entry.path] = entry
        chosen.append(last)
    found = [
        Right(kind, path, at, entry.mode, entry.uid, entry.gid, "", entry.kind == "d")
        for at, table in enumerate(chosen)
        for path, entry in table.items()
        if path not in shown.gone[at] and entry.kind in "fd"
        for kind in _kinds(entry, user if runs else None)
    ]
    owners = _owners(shown.layers, {name for one in found for name in variants(one.path)}) if found else {}
    named = (one._replace(package=_package(one, owners)) for one in found)
    return tuple(sorted(named, key=lambda one: (one.path, one.kind))[:MOST])


def _package(right: Right, owners: dict[str, tuple[str, int]]) -> str:
    """The package that brought the file so; none where a later layer has it once more, with other rights maybe."""
    name, layer = next((owners[name] for name in variants(right.path) if name in owners), ("", -1))
    return name if layer in {-1, right.layer} else ""


def _kinds(entry: Entry, user: ImageUser | None) -> Iterator[str]:
    if entry.kind == "f" and entry.mode & S_ISUID and entry.mode & RUNS:
        yield SETUID
    if entry.kind == "f" and entry.mode & S_ISGID and entry.mode & RUNS:
        yield SETGID
    if entry.mode & ALL_WRITE and not entry.mode & S_ISVTX:
        yield OPEN
    if (
        user is not None
        and entry.kind == "f"
        and entry.size
        and _may(entry, user, ALL_WRITE)
        and _may(entry, user, ALL_RUN)
    ):
        yield CHANGEABLE


def _may(entry: Entry, user: ImageUser, bit: int) -> bool:
    """Whether the user has a right (the bit of all others), as the kernel decides: the first of the three that fits."""
    if entry.uid == user.uid:
        return bool(entry.mode & bit << 6)
    if entry.gid == user.gid or entry.gid in user.groups:
        return bool(entry.mode & bit << 3)
    return bool(entry.mode & bit)


def _owners(layers: Sequence[Layer | None], wanted: set[str]) -> dict[str, tuple[str, int]]:
    """Which packages of the distribution own some paths, and which layer brought its list; -1 for a list of all."""
    found: dict[str, tuple[str, int]] = {}
    for at, layer in enumerate(layers):
        rows: Any = layer.parts[PACKAGES].rows if layer is not None else ()
        for row in rows:
            if row.kind == "owned":
                told = (row.data[0], at if row.path.startswith(DPKG) else -1)
                found.update(dict.fromkeys(wanted.intersection(row.data[1].split("\n")), told))
    return found
