"""Versions that a project names itself: in RUN instructions of its Dockerfile, in requirements, in package.json.

Only a version that the image really has counts, so that what is raised is what was found. Files with hashes of their
packages and lock files are not edited: what would have to stand there has to be fetched first.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.model.receipt import Splice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_parts import Run
    from hardhull.rebuild.plan import Upgrade

MOST: Final = 4 << 20
"""Bytes of a file that is looked into."""
CALLS: Final = {"pypi": re.compile(rb"\b(?:pip[0-9.]*|pipx|uv)\b"), "npm": re.compile(rb"\b(?:npm|pnpm|yarn)\b")}
REQUIREMENT: Final = re.compile(r"(?:^|\s)(?:-r|--requirement)[\s=]*([^\s;&|\\]+)")
LOCKS: Final = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")
MANIFEST: Final = "package.json"


class Pin(NamedTuple):
    """One place that names a version.

    Attributes:
        file: the file.
        at: where the version stands; its replacement is the fixed one.
        data: the file as it was read.
    """

    file: Path
    at: Splice
    data: bytes


def pins(dockerfile: Path, recipe: ImageRecipe, upgrade: Upgrade) -> list[Pin]:
    """The places that name the version of a package; nothing where only others do, or a lock file.

    Args:
        dockerfile: its folder is taken for the build context.
        recipe: what stands in it.
        upgrade: of a package of a language.
    """
    if upgrade.package.ecosystem not in CALLS:
        return []
    runs = [run for stage in recipe.stages for run in stage.runs if not run.triggered]
    own = recipe.place.source.data
    found = [Pin(dockerfile, one, own) for run in runs for one in _in_run(own, run, upgrade)]
    if not found and upgrade.package.ecosystem == "pypi":
        files = dict.fromkeys(file for run in runs for file in _requirements(dockerfile.parent, recipe, run))
        read = [(file, file.read_bytes()) for file in files]
        found = [Pin(file, one, data) for file, data in read for one in _in_requirements(data, upgrade)]
    elif not found:
        found = list(_in_manifest(dockerfile.parent, recipe, upgrade))
    return list(dict.fromkeys(found))


def _name(upgrade: Upgrade) -> bytes:
    """A pattern for the name; Python's may be written in several ways (PEP 503)."""
    if upgrade.package.ecosystem == "npm":
        return re.escape(upgrade.package.name).encode()
    words = re.split(r"[-_.]+", upgrade.package.name)
    return b"(?i:" + b"[-_.]+".join(re.escape(word).encode() for word in words) + b")"


def _found(pattern: bytes, data: bytes, upgrade: Upgrade, begin: int, end: int) -> Iterator[Splice]:
    for one in re.compile(pattern, re.MULTILINE).finditer(data, begin, end):
        yield Splice(*one.span("version"), upgrade.fixed.encode())


def _in_run(data: bytes, run: Run, upgrade: Upgrade) -> Iterator[Splice]:
    if not CALLS[upgrade.package.ecosystem].search(data, *run.span):
        return
    version = b"(?P<version>" + re.escape(upgrade.package.version).encode() + rb")(?![\w.*+!-])"
    if upgrade.package.ecosystem == "npm":
        pattern = rb"(?<![\w/@.-])" + _name(upgrade) + b"@" + version
    else:
        pattern = rb"(?<![\w.-])" + _name(upgrade) + rb"(?:\[[^\]\s]*\])?[ \t]*==[ \t]*" + version
    yield from _found(pattern, data, upgrade, *run.span)


def _in_requirements(data: bytes, upgrade: Upgrade) -> Iterator[Splice]:
    version = b"(?P<version>" + re.escape(upgrade.package.version).encode() + rb")(?=[ \t]*(?:[;#\r]|$))"
    pattern = rb"^[ \t]*" + _name(upgrade) + rb"[ \t]*(?:\[[^\]\n]*\])?[ \t]*==[ \t]*" + version
    yield from _found(pattern, data, upgrade, 0, len(data))


def _requirements(folder: Path, recipe: ImageRecipe, run: Run) -> Iterator[Path]:
    """The files of the build context that a RUN instruction gives to pip."""
    text = recipe.place.source.data[slice(*run.span)].decode("utf-8", "replace")
    copied = _copied(recipe)
    for name in (found.strip("\"'") for found in REQUIREMENT.findall(text)):
        base = PurePosixPath(name).name
        sources = [source for source in copied if PurePosixPath(source).name == base]
        choices = ["" if name.startswith("/") else name, *sources, base if any(map(_is_all, copied)) else ""]
        found = next((file for choice in choices if (file := _inside(folder, choice)) is not None), None)
        if found is not None:
            yield found


def _in_manifest(folder: Path, recipe: ImageRecipe, upgrade: Upgrade) -> Iterator[Pin]:
    for source in _copied(recipe):
        path = PurePosixPath(source)
        place = path if _is_all(source) or not path.suffix else path.parent
        file = _inside(folder, (place / MANIFEST).as_posix())
        if file is None or any((file.parent / name).exists() for name in LOCKS):
            continue
        version = b'"(?P<version>' + re.escape(upgrade.package.version).encode() + b')"'
        pattern = b'"' + _name(upgrade) + rb'"\s*:\s*' + version
        data = file.read_bytes()
        yield from (Pin(file, one, data) for one in _found(pattern, data, upgrade, 0, len(data)))


def _copied(recipe: ImageRecipe) -> list[str]:
    """What COPY and ADD take from the build context."""
    copies = [copy for stage in recipe.stages for copy in stage.copies if not copy.origin.written]
    return [source for copy in copies for field in copy.sources if (source := field.get(""))]


def _is_all(source: str) -> bool:
    return source.strip("/") in {"", ".", "*", "./*", "./."}


def _inside(folder: Path, name: str) -> Path | None:
    """A file of a folder; None where there is none, and where it leads out of it."""
    if not name or "*" in name or "?" in name or "\0" in name:
        return None
    file = folder / name.lstrip("/")
    try:
        inside = file.resolve().is_relative_to(folder.resolve()) and not file.is_symlink()
        return file if inside and file.is_file() and file.stat().st_size <= MOST else None
    except OSError:
        return None


def lines(found: Sequence[Pin]) -> list[tuple[str, int, str, str]]:
    """File, line from 1, and the version before and after, for people."""
    told = []
    for one in found:
        was = one.data[one.at.start : one.at.end].decode("utf-8", "replace")
        told.append((one.file.as_posix(), one.data[: one.at.start].count(b"\n") + 1, was, one.at.replacement.decode()))
    return told
