"""The database of advisories: what an import of OSV's exports costs, its size, and what a lookup costs.

    python bench/advisories.py --osv DIR [--packages 1000] [--json]

DIR is laid out as OSV.dev's bucket: ECOSYSTEM/all.zip. CPU seconds, of this process alone.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from hardhull.advisories.database import reading, writing
from hardhull.advisories.importing import import_path
from hardhull.advisories.lookup import look_up
from hardhull.advisories.releases import LANGUAGES
from hardhull.model.package import Distribution, Package

TYPES = {ecosystem: kind for kind, ecosystem in LANGUAGES.items()}


def packages(database_path: Path, number: int) -> list[Package]:
    """Packages that have advisories, each at a version that one of them names: the most that a lookup can have to do."""
    chance = random.Random(7)  # noqa: S311
    with closing(reading(database_path)) as database:
        rows = database.execute(
            "SELECT p.ecosystem, p.name, f.ranges FROM package p JOIN affected f ON f.package = p.id WHERE f.ranges != ''"
        ).fetchall()
    by_name = {(ecosystem, name): ranges for ecosystem, name, ranges in rows}
    found = []
    for (ecosystem, name), ranges in chance.sample(sorted(by_name.items()), min(number, len(by_name))):
        version = ranges.split("\n")[0].split("\t")[-1][1:]
        if ecosystem in TYPES:
            found.append(Package(TYPES[ecosystem], name, version))
        elif ecosystem == "Debian:11":
            found.append(Package("deb", name, version, name, version))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--osv", type=Path, required=True)
    parser.add_argument("--packages", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not arguments.osv.is_dir():
        print(f"{arguments.osv} is not here: nothing was measured")
        return 3
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        clock = time.process_time()
        with writing(path) as database:
            outcome = import_path(database, arguments.osv)
        imported = time.process_time() - clock
        asked = packages(path, arguments.packages * 8)[: arguments.packages]
        clock = time.process_time()
        with closing(reading(path)) as database:
            found = look_up(database, asked, Distribution("debian", "11"), "2026-11-28")
        cold = time.process_time() - clock
        figures = {
            "records": sum(outcome.counts.values()),
            "import_cpu_seconds": round(imported, 2),
            "bytes": path.stat().st_size,
            "packages": len(asked),
            "lookup_cpu_seconds": round(cold, 3),
            "found": len(found.found),
        }
    print(json.dumps(figures) if arguments.json else "\n".join(f"{key:20} {value}" for key, value in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
