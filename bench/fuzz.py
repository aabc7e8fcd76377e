"""Random and mutated input for every reader: nothing may crash, hang or be passed over in silence.

    python bench/fuzz.py --seconds 60 [--corpus DIR] [--seed N]

Seeds are the bundled examples and every example of every rule; with --corpus also real files. Each input goes the whole
way: kinds, reading, linking, judging. A fault is printed with the input's seed and written to fuzz-failure.bin.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from pathlib import Path

from hardhull.model.source import Source
from hardhull.rules.policy import Policy
from hardhull.rules.rule import all_rules
from hardhull.scan import Options, judge_files
from hardhull.scan.discover import Candidate, Discovery
from hardhull.scan.kinds import kinds_of

ROOT = Path(__file__).parent.parent
SLOW = 2.0
"""CPU seconds after which one input counts as a hang; the seeds are a few kilobytes each."""
TOKENS = [
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b"\t", b"${", b"${X:-${Y:-z}}", b"$(", b"`", b"<<EOF\n", b"&a ", b"*a",
    b"<<: *a\n", b"!!binary ", b"!reset ", b"{{", b"}}", b"- - - ", b"[", b"{", b"\\\n", b"'", b'"', b"|\n", b">\n", b"#",
    b"--", b"ONBUILD ", b"FROM ", b"\xf0\x9f\x92\xa9", b"null", b"9" * 400, b"1e999", b"-1", b"{}", b"[]", b"true",
]  # fmt: skip


def seeds(corpus: Path | None) -> list[tuple[str, bytes]]:
    """(path, bytes) of everything to start from."""
    found = [
        (str(path.relative_to(ROOT)), path.read_bytes()) for path in (ROOT / "examples").rglob("*") if path.is_file()
    ]
    sys.path.insert(0, str(ROOT / "tests" / "rules"))
    from texts import PATHS

    for rule in all_rules():
        for example in rule.examples:
            path = example.path or PATHS[example.syntax]
            found += [(path, example.bad.encode()), (path, example.good.encode())]
    if corpus:
        files = [path for path in corpus.rglob("*") if path.is_file() and path.stat().st_size < 40_000]
        found += [(str(path.relative_to(corpus)), path.read_bytes()) for path in files]
    return [(path, data) for path, data in found if kinds_of(path, data)]


def mutate(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """A few random changes: tokens put in, pieces cut, doubled, moved, taken from another file, bits flipped."""
    out = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        at = dice.randint(0, len(out))
        to = min(len(out), at + dice.choice((1, 3, 20, 200)))
        action = dice.randrange(7)
        if action == 0:
            out[at:at] = dice.choice(TOKENS)
        elif action == 1:
            del out[at:to]
        elif action == 2:
            out[at:at] = out[at:to] * dice.randint(1, 3)
        elif action == 3 and other:
            start = dice.randrange(len(other))
            out[at:to] = other[start : start + 200]
        elif action == 4 and out:
            out[dice.randrange(len(out))] = dice.randrange(256)
        elif action == 5:
            out[at:to] = dice.choice(TOKENS)
        else:
            del out[at:]
    return bytes(out)


def run(path: str, data: bytes, kinds: tuple[str, ...]) -> None:
    """The whole way of one file; it keeps the readers of its seed, so that they see what no longer looks like theirs."""
    found = Discovery(ROOT, [Candidate(Source(path, data), kinds)], [])
    result = judge_files(found, Policy(), Options(strict=True, today="2026-01-01"))
    for one in result.findings:
        for at in one.locations:
            assert at.line >= 1, one
            assert at.column >= 1, one
            assert (at.end_line, at.end_column) >= (at.line, at.column), one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    start = seeds(options.corpus)
    kinds = {kind for path, data in start for kind in kinds_of(path, data)}
    end, number, slowest = time.monotonic() + options.seconds, 0, 0.0
    while time.monotonic() < end:
        dice = random.Random(options.seed + number)  # noqa: S311  repeatable, not secret
        path, data = dice.choice(start)
        changed = mutate(data, dice.choice(start)[1], dice)
        clock = time.process_time()
        try:
            run(path, changed, kinds_of(path, data))
            took = time.process_time() - clock
            slowest = max(slowest, took)
            assert took < SLOW, f"took {took:.1f} CPU-s"
        except Exception:  # noqa: BLE001  that is what is looked for
            Path("fuzz-failure.bin").write_bytes(changed)
            print(f"input {number} (seed {options.seed + number}), from {path}: fuzz-failure.bin")
            traceback.print_exc()
            sys.exit(1)
        number += 1
    print(f"{number} inputs from {len(start)} seeds over {len(kinds)} kinds, 0 faults, slowest {slowest:.2f} CPU-s")


if __name__ == "__main__":
    main()
