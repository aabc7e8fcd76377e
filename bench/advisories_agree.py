"""Our lookup of advisories beside osv-scanner's, over the same OSV exports: every difference, with its reason.

    python bench/advisories_agree.py --osv DIR --osv-scanner PROGRAM [--versions 4] [--seed 7] [--out FILE]

DIR is laid out as OSV.dev's bucket: ECOSYSTEM/all.zip. Of every package that an advisory names, some versions are taken:
those where a range begins or ends, their neighbours, and some that are listed. One CycloneDX document per ecosystem
holds them all; osv-scanner judges it offline with a copy of DIR, and `look_up` judges the same packages. Compared are
pairs of package and advisory; ours that go by an alias are put under the name that osv-scanner gives.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from hardhull.advisories.database import reading, writing
from hardhull.advisories.importing import import_path
from hardhull.advisories.lookup import look_up
from hardhull.model.package import Distribution, Package

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KINDS = {"PyPI": "pypi", "npm": "npm", "Go": "golang", "crates.io": "cargo", "Wolfi": "apk"}
TODAY = "2026-11-28"


class Seat(NamedTuple):
    """A package at a version, and how a package URL says it."""

    package: Package
    purl: str


def records(path: Path) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield json.loads(archive.read(name))


def versions_of(affected: dict[str, Any], dice: random.Random, number: int) -> set[str]:
    """Versions at which a verdict may turn, and neighbours of them."""
    edges = {
        value
        for span in affected.get("ranges", ())
        if span.get("type") != "GIT"
        for event in span.get("events", ())
        for value in event.values()
        if value != "0"
    }
    listed = affected.get("versions", [])
    chosen = sorted(edges | {*dice.sample(listed, min(2, len(listed)))})
    chosen = dice.sample(chosen, min(number, len(chosen)))
    return {*chosen, *(near for one in chosen[:1] for near in beside(affected["package"]["ecosystem"], one))}


def beside(ecosystem: str, version: str) -> Iterator[str]:
    """Valid versions just before and just after one."""
    base = ecosystem.partition(":")[0]
    if base == "Debian":
        yield from (f"{version}~1", f"{version}+b1", f"{version}.1")
    elif base == "Wolfi" and (match := re.fullmatch(r"(.*-r)(\d+)", version)):
        yield from (f"{match[1]}{max(0, int(match[2]) - 1)}", f"{match[1]}{int(match[2]) + 1}")
    elif base == "PyPI" and re.fullmatch(r"[\d.]+", version):
        yield from (f"{version}.1", f"{version}rc1", f"{version}.post1")
    elif base in {"npm", "Go", "crates.io"} and (match := re.fullmatch(r"(\d+\.\d+\.)(\d+)", version)):
        yield from (f"{version}-rc.1", f"{match[1]}{int(match[2]) + 1}")


def wanted(osv: Path, dice: random.Random, number: int) -> dict[str, dict[str, set[str]]]:
    """Versions by ecosystem (with its release) and package."""
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for ecosystem in ("Debian", *KINDS):
        for record in records(osv / ecosystem / "all.zip"):
            for affected in record.get("affected", ()):
                package = affected.get("package", {})
                if package.get("ecosystem", "").partition(":")[0] == ecosystem:
                    found[package["ecosystem"]][package["name"]] |= versions_of(affected, dice, number)
    return {ecosystem: dict(packages) for ecosystem, packages in found.items()}


def seats(ecosystem: str, packages: dict[str, set[str]]) -> list[Seat]:
    base, _, release = ecosystem.partition(":")
    made = []
    for name, versions in sorted(packages.items()):
        for version in sorted(versions):
            if base == "Debian":
                if not re.fullmatch(r"(\d+:)?\d[\w.+~-]*", version):
                    continue
                package = Package("deb", name, version, name, version)
                purl = f"pkg:deb/debian/{quote(name, safe='')}@{quote(version, safe='')}?distro=debian-{release}"
            elif base == "Wolfi":
                package = Package("apk", name, version, name, version)
                purl = f"pkg:apk/wolfi/{quote(name, safe='')}@{quote(version, safe='')}?distro=wolfi"
            elif base == "Go":
                shown = version if name == "stdlib" else "v" + version.removeprefix("v")
                package = Package("golang", name, shown)
                purl = f"pkg:golang/{quote(name, safe='/')}@{quote(shown, safe='')}"
            else:
                package = Package(KINDS[base], name, version)
                purl = f"pkg:{KINDS[base]}/{quote(name, safe='/')}@{quote(version, safe='')}"
            made.append(Seat(package, purl))
    return made


def theirs(program: Path, rows: list[Seat], place: Path) -> tuple[set[tuple[str, str, str]], float]:
    """What osv-scanner says: name, version, id; and its CPU seconds."""
    parts = [
        {"type": "library", "name": one.package.name, "version": one.package.version, "purl": one.purl} for one in rows
    ]
    document = place / "all.cdx.json"
    document.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": parts}))
    command = [str(program), "scan", "source", "-L", str(document), "--offline", "--offline-vulnerabilities"]
    before = os.times()
    env = {**os.environ, "XDG_CACHE_HOME": str(place), "HOME": str(place)}
    done = subprocess.run(
        [*command, "--format", "json", "--all-vulns", "--all-packages"], capture_output=True, check=False, env=env
    )
    after = os.times()
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr.decode()[-2000:])
    found = {
        (package["package"]["name"], package["package"]["version"], one["id"])
        for result in json.loads(done.stdout)["results"]
        for package in result["packages"]
        for one in package.get("vulnerabilities", ())
    }
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return found, spent


def ours(database: Path, ecosystem: str, rows: list[Seat]) -> tuple[set[tuple[str, str, str]], float, list[str]]:
    """The same of ours, and what we say about versions that nobody can compare."""
    base, _, release = ecosystem.partition(":")
    clock = time.process_time()
    distribution = Distribution({"Debian": "debian", "Wolfi": "wolfi"}.get(base, ""), release)
    with closing(reading(database)) as open_:
        outcome = look_up(open_, [one.package for one in rows], distribution, TODAY)
    spent = time.process_time() - clock
    found = {(one.package.name, one.package.version, record) for one in outcome.found for record in one.advisories}
    return found, spent, [f"{gap.what}: {gap.why}" for gap in outcome.not_checked if "version" in gap.what]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--osv", type=Path, required=True)
    parser.add_argument("--osv-scanner", type=Path, required=True)
    parser.add_argument("--versions", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    dice = random.Random(given.seed)  # noqa: S311  repeatable, not secret
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for source in given.osv.glob("*/all.zip"):
            copy = place / "osv-scalibr" / source.parent.name / "all.zip"
            copy.parent.mkdir(parents=True)
            shutil.copy(source, copy)
        with writing(place / "a.db") as database:
            import_path(database, given.osv)
        for ecosystem, packages in sorted(wanted(given.osv, dice, given.versions).items()):
            rows = seats(ecosystem, packages)
            their, their_time = theirs(given.osv_scanner, rows, place)
            our, our_time, gaps = ours(place / "a.db", ecosystem, rows)
            their, our = plain(their), plain(our)
            lines += [
                f"{ecosystem} only {who}: {' '.join(each)}"
                for who, found in (("theirs", their - our), ("ours", our - their))
                for each in sorted(found)
            ]
            print(
                f"{ecosystem:10} {len(rows):6} versions; both {len(their & our)}, only osv-scanner {len(their - our)}, "
                f"only ours {len(our - their)}; CPU-s {their_time:.1f} and {our_time:.2f}; {'; '.join(gaps)}"
            )
    if given.out:
        given.out.write_text("\n".join(lines) + "\n")
    return 0


def plain(found: Iterable[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """Without the ``v`` of Go, which osv-scanner keeps in some places only."""
    return {(name, re.sub(r"^v(?=\d)", "", version), record) for name, version, record in found}


if __name__ == "__main__":
    sys.exit(main())
