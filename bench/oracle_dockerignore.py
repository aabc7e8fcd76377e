"""Compares the reader of .dockerignore with moby/patternmatcher: every such file of a folder, and random ones.

    python bench/oracle_dockerignore.py DIR [--random 20000] [--seed 1]
    python bench/oracle_dockerignore.py --record      (renews tests/formats/dockerignore/verdicts.json)

Needs Go and its module proxy. Real files are asked about the real paths beside them. Patterns that the builder only
refuses when a path makes it look at them are refused by us at once: that is counted by itself. Exit code 0: all agree.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hardhull.formats.dockerignore import read
from hardhull.model.source import Source
from hardhull.text.errors import UnreadableError

MODULE = "github.com/moby/patternmatcher@v0.6.1"
TESTS = Path(__file__).parent.parent / "tests" / "formats" / "dockerignore"
PARTS = (
    "a", "b", "ab", ".env", "*", "**", "?", ".git", "[ab]", "[^a]", "*.pem", "a*", "**.pem", "..", ".", "", "\\*",
    "[*]", "a?", "x[a-c]y", "[", "]", "\\", "^", "!", "#", "$", "+", "(", " ", "a b", "é", "[]a]", "[a-]", "{a}",
    "a.b", ".e*", "*/", "[[]", "[!a]", "|", "node_modules",
)  # fmt: skip
NAMES = (
    "a", "b", "ab", ".env", ".git", "a.pem", "node_modules", "xby", "aé", "é", "a b", "*", "^", "a.b", "axb", "!", "#",
    "[", "{a}", "x", "$", "+", "config", "id_rsa", "]", "!a", "|",
)  # fmt: skip
MAX_PATHS = 2000


def random_question(chance: random.Random) -> dict[str, Any]:
    """An ignore file of one to five lines, and eight paths."""
    text = "\n".join(_line(chance) for _ in range(chance.randint(1, 5)))
    if chance.random() < 0.05:
        text = "\ufeff" + text
    return {"text": text, "paths": ["/".join(chance.choices(NAMES, k=chance.randint(1, 4))) for _ in range(8)]}


def _line(chance: random.Random) -> str:
    parts = ["".join(chance.choices(PARTS, k=chance.choice((1, 1, 1, 2)))) for _ in range(chance.choice((1, 1, 2, 3)))]
    before = chance.choice(("", "", "", "!", "! ", "/", " ", "!/"))
    return before + "/".join(parts) + chance.choice(("", "", "", " ", "/", "\t", "\r"))


def real_questions(folder: Path) -> list[dict[str, Any]]:
    """Every ignore file of a folder, with the paths beside it."""
    asked = []
    for path in sorted(folder.rglob("*.dockerignore")):
        found = itertools.islice((one for one in path.parent.rglob("*") if ".git/" not in str(one)), MAX_PATHS)
        paths = sorted(str(one.relative_to(path.parent)) for one in found)
        watched = [".env", ".git/config", "node_modules/a/b.js", "sub/.env", "id_rsa", "src/app/main.go"]
        asked.append({"text": path.read_text(errors="replace"), "paths": paths + watched})
    return asked


def ask(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the builder's own matcher says."""
    go = shutil.which("go")
    if go is None:
        sys.exit("no oracle: put Go on PATH")
    with tempfile.TemporaryDirectory() as name:
        shutil.copy(Path(__file__).with_suffix(".go"), Path(name, "main.go"))
        for command in (["mod", "init", "oracle"], ["get", MODULE], ["build", "-o", "oracle", "."]):
            subprocess.run([go, *command], cwd=name, check=True, capture_output=True)
        lines = "".join(json.dumps(question) + "\n" for question in questions)
        done = subprocess.run([Path(name, "oracle")], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def ours(question: dict[str, Any]) -> list[bool] | str:
    """What we say: a verdict for each path, or why the file is refused."""
    try:
        ignore = read(Source("x", question["text"].encode()))
    except UnreadableError as error:
        return error.why
    return [ignore.excludes(path) for path in question["paths"]]


def compare(questions: list[dict[str, Any]], show: int) -> Counter[str]:
    tally: Counter[str] = Counter()
    for question, answer in zip(questions, ask(questions), strict=True):
        said = ours(question)
        if isinstance(said, str) or answer["error"]:
            kind = "both refuse" if isinstance(said, str) and answer["error"] else "only one refuses"
            tally[kind] += 1
            continue
        tally["verdicts"] += len(said)
        wrong = [
            path for path, one, other in zip(question["paths"], said, answer["excluded"], strict=True) if one != other
        ]
        if wrong:
            tally["files that differ"] += 1
            if tally["files that differ"] <= show:
                print(f"{question['text']!r}: {wrong[:5]}")
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--random", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311  made-up files, no secrets
    if options.record:
        questions = [random_question(chance) for _ in range(400)]
        rows = [{**question, **answer} for question, answer in zip(questions, ask(questions), strict=True)]
        text = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (TESTS / "verdicts.json").write_text(f"[\n{text}\n]\n")
        return
    if options.folder is None:
        parser.error("name a folder")
    real = real_questions(options.folder)
    of_real, of_random = compare(real, 20), compare([random_question(chance) for _ in range(options.random)], 20)
    print(f"{len(real)} real ignore files: {dict(of_real)}")
    print(f"{options.random} random ones: {dict(of_random)}")
    sys.exit(1 if of_real["files that differ"] or of_random["files that differ"] else 0)


if __name__ == "__main__":
    main()
