"""Kills the journal at random instants and looks whether anything is ever half done.

    python bench/kill.py [--kills 1000] [--dir DIR] [--seed N]

A child applies a plan to a tree and takes it back, again and again; SIGKILL comes at a random instant of an apply and of
an undo, half of each, and now and then of the recovery as well. Then the next run recovers, and every file must be
entirely as before or entirely as after, with no stray file, and the journal must be of the same opinion. DIR should be
on a real disk; by default it is the current folder's.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from apply_trees import bytes_of, changes, plant, refusal_of, snapshot
from hardhull.apply import Journal, pending
from hardhull.model.receipt import FileChange

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = 4
"""More files of some kilobytes, so that a run takes long enough to be hit everywhere."""


def plan() -> list[FileChange]:
    """What is applied."""
    old = b"".join(b"line %d\n" % number for number in range(2000))
    new = old.replace(b"line 7", b"LINE 7")
    return [*changes(), *(FileChange(f"more/{number}", old, new) for number in range(FILES))]


def make(root: Path) -> None:
    """A fresh tree."""
    plant(root)
    for change in plan():
        if change.path.startswith("more/") and change.before is not None:
            (root / change.path).parent.mkdir(exist_ok=True)
            (root / change.path).write_bytes(change.before)


def killed(work: Callable[[], object], delay: float) -> bool:
    """Whether the work was killed after so many seconds, rather than done before."""
    ready, go = os.pipe()
    child = os.fork()
    if not child:
        os.close(ready)
        os.write(go, b".")
        try:
            work()
        finally:
            os._exit(0)
    os.close(go)
    os.read(ready, 1)
    os.close(ready)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def seconds(work: Callable[[], object]) -> float:
    """Wall time of the work."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Tally:
    """The tree, and what became of the kills."""

    def __init__(self, folder: Path, dice: random.Random) -> None:
        self.root = folder / "tree"
        self.dice = dice
        self.counts: Counter[str] = Counter()
        make(self.root)
        self.before = snapshot(self.root, times=False)
        self.apply_takes = seconds(self.apply)
        self.after = snapshot(self.root, times=False)
        self.undo_takes = seconds(self.undo)
        assert snapshot(self.root, times=False) == self.before

    def apply(self) -> object:
        """Applies."""
        return Journal(self.root).apply("kill me", plan())

    def undo(self) -> object:
        """Undoes the newest."""
        return Journal(self.root).undo()

    def recover(self) -> object:
        """Recovers."""
        return Journal(self.root).recover()

    def hit(self, name: str, work: Callable[[], object], takes: float) -> None:
        """One kill, the recovery, and the judgement."""
        if not killed(work, self.dice.uniform(0, takes * 1.1)):
            self.counts[f"{name}: done before the kill"] += 1
        else:
            self.counts[f"{name}: killed"] += 1
            self.counts[f"{name}: killed with something pending"] += pending(self.root) is not None
        while self.dice.random() < 0.25:
            if killed(self.recover, self.dice.uniform(0, takes / 2)):
                self.counts["recovery: killed"] += 1
        self.recover()
        assert pending(self.root) is None
        seen = snapshot(self.root, times=False)
        state = "before" if seen == self.before else "after"
        assert bytes_of(seen) == bytes_of(self.after if state == "after" else self.before), "half done"
        applied = [
            receipt
            for receipt in Journal(self.root).receipts()
            if receipt.state == "applied" and receipt.kind == "apply"
        ]
        assert bool(applied) is (state == "after"), "the journal is of another opinion"
        self.counts[f"{name}: found entirely {state}"] += 1

    def both(self) -> None:
        """A kill of an apply, and one of an undo."""
        self.reset(applied=False)
        self.hit("apply", self.apply, self.apply_takes)
        self.reset(applied=True)
        self.hit("undo", self.undo, self.undo_takes)

    def reset(self, *, applied: bool) -> None:
        """Brings the tree to where the next run begins; a long journal is cut now and then."""
        refused = refusal_of(self.undo)
        assert refused is None or refused.code == 3, refused
        if len(list(self.root.glob(".hardhull/journal/*"))) > 60:
            shutil.rmtree(self.root / ".hardhull")
        if applied:
            self.apply()
        assert snapshot(self.root, times=False) == (self.after if applied else self.before)


def main() -> int:
    """Runs, and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000, help="of apply, and as many of undo")
    parser.add_argument("--dir", type=Path, default=Path())
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.dir) as folder:
        os.environ["XDG_STATE_HOME"] = f"{folder}/state"
        tally = Tally(Path(folder), random.Random(options.seed))  # noqa: S311  instants, not secrets
        print(f"apply of {len(plan())} files takes {tally.apply_takes:.3f} s, undo {tally.undo_takes:.3f} s")
        start, told = time.perf_counter(), 0
        while min(tally.counts["apply: killed"], tally.counts["undo: killed"]) < options.kills:
            tally.both()
            if sum(tally.counts.values()) // 500 != told:
                told = sum(tally.counts.values()) // 500
                print(dict(tally.counts), file=sys.stderr)
        print(f"{time.perf_counter() - start:.0f} s")
    for name, count in sorted(tally.counts.items()):
        print(f"{count:6} {name}")
    print("nothing was ever half done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
