"""Orders of versions against the tools that define them: generated pairs, and every real version that advisories name.

    python bench/version_orders --pairs 1000000 [--only Debian npm ...] [--osv DIR] [--maven JAR] [--apk BINARY]

Tools that are not installed are named and left out. A pair counts where both versions are valid for the tool; one that
only we take, or only the tool takes, is counted beside the mismatches. BINARY is apk's comparison as a program: it reads
two versions a line, with a tab between, and writes -1, 0, 1, or x where one of them is none.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

from hardhull.advisories.versions import InvalidVersionError, order
from made_versions import GENERATORS

HERE = Path(__file__).parent
BATCH = 100_000


def command(ecosystem: str, arguments: argparse.Namespace, scratch: Path) -> list[str] | None:
    """The program that compares versions of an ecosystem; None where it is not installed."""
    python = "/usr/bin/python3"
    if ecosystem == "Debian":
        return [python, str(HERE / "dpkg.py")]
    if ecosystem == "Rocky Linux":
        return [python, str(HERE / "rpmver.py")]
    if ecosystem == "PyPI":
        return [sys.executable, str(HERE / "pep440.py")]
    if ecosystem == "npm":
        semver = "/usr/lib/node_modules/npm/node_modules/semver"
        return ["node", str(HERE / "npm.js"), semver] if shutil.which("node") and Path(semver).exists() else None
    if ecosystem == "RubyGems":
        return ["ruby", str(HERE / "rubygems.rb")] if shutil.which("ruby") else None
    if ecosystem == "Packagist":
        return ["php", str(HERE / "packagist.php")] if shutil.which("php") else None
    if ecosystem == "Maven":
        jars = [arguments.maven] if arguments.maven else sorted(Path("/usr/share/java").glob("maven-artifact-3*.jar"))
        if not jars or not shutil.which("javac"):
            return None
        subprocess.run(["javac", "-cp", jars[0], "-d", str(scratch), str(HERE / "Maven.java")], check=True)
        extra = "/usr/share/java/commons-lang3.jar"
        return ["java", "-cp", f"{scratch}:{jars[0]}:{extra}", "Maven"]
    if ecosystem == "Alpine":
        return [arguments.apk] if arguments.apk else None
    if ecosystem == "Go" and shutil.which("go"):
        shutil.copy(HERE / "golang.go", scratch / "main.go")
        for words in (["mod", "init", "x"], ["get", "golang.org/x/mod/semver"], ["build", "-o", "compare", "."]):
            subprocess.run(["go", *words], cwd=scratch, check=True, capture_output=True)
        return [str(scratch / "compare")]
    return None


def told(words: list[str], pairs: list[tuple[str, str]]) -> list[str]:
    text = "".join(f"{one}\t{other}\n" for one, other in pairs)
    return subprocess.run(words, input=text, capture_output=True, text=True, check=True).stdout.split()


def ours(ecosystem: str, pairs: list[tuple[str, str]]) -> list[str]:
    key = order(ecosystem)
    assert key is not None
    found = []
    for one, other in pairs:
        try:
            left, right = key(one), key(other)
        except InvalidVersionError:
            found.append("x")
            continue
        found.append("-1" if left < right else "1" if right < left else "0")
    return found


def real(ecosystem: str, folder: Path) -> list[tuple[str, str]]:
    """Neighbours among all versions that the advisories of an ecosystem name, as text sorts them and at random."""
    import json

    path = folder / {"Alpine": "Wolfi"}.get(ecosystem, ecosystem) / "all.zip"
    if not path.exists():
        return []
    names: set[str] = set()
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            for affected in json.loads(archive.read(member)).get("affected", []):
                names.update(affected.get("versions") or [])
                for ranges in affected.get("ranges", []):
                    if ranges["type"] != "GIT":
                        names.update(value for event in ranges["events"] for value in event.values())
    prefix = "v" if ecosystem == "Go" else ""
    listed = sorted(prefix + name for name in names - {"0"} if "\t" not in name and "\n" not in name)
    chance = random.Random(1)  # noqa: S311
    mixed = [(chance.choice(listed), chance.choice(listed)) for _ in range(len(listed) * 4)]
    return [*pairwise(listed), *mixed]


def compare(ecosystem: str, words: list[str], pairs: list[tuple[str, str]], what: str) -> int:
    wrong = only_ours = only_theirs = both = 0
    spent = 0.0
    for at in range(0, len(pairs), BATCH):
        some = pairs[at : at + BATCH]
        theirs = told(words, some)
        clock = time.process_time()
        mine = ours(ecosystem, some)
        spent += time.process_time() - clock
        for pair, one, other in zip(some, mine, theirs, strict=True):
            if one != "x" and other != "x":
                both += 1
                if one != other:
                    wrong += 1
                    if wrong <= 5:
                        print("   ", ecosystem, pair, "ours", one, "theirs", other)
            else:
                only_ours += other == "x" and one != "x"
                only_theirs += one == "x" and other != "x"
                if one == "x" and other != "x" and only_theirs <= 2:
                    print("   ", ecosystem, pair, "only the tool takes")
    each = spent / max(1, len(pairs)) * 1e6
    print(
        f"{ecosystem:12} {what:9} {both:>9} pairs {wrong} mismatches, {only_ours} only ours, {only_theirs} only the tool's, {each:.1f} us",
        flush=True,
    )
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--osv", type=Path)
    parser.add_argument("--maven")
    parser.add_argument("--apk")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    wrong = 0
    for ecosystem, generate in GENERATORS.items():
        if arguments.only and ecosystem not in arguments.only:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            words = command(ecosystem, arguments, Path(scratch))
            if words is None:
                print(f"{ecosystem:12} its tool is not here")
                continue
            chance = random.Random(arguments.seed)  # noqa: S311
            pairs = [generate(chance) for _ in range(arguments.pairs)]
            wrong += compare(ecosystem, words, pairs, "generated")
            if arguments.osv:
                wrong += compare(ecosystem, words, real(ecosystem, arguments.osv), "real")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
