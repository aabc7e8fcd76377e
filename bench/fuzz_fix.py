"""Random and mutated input for the whole way of fixing: whatever the files are, every plan keeps the laws.

    python bench/fuzz_fix.py --seconds 60 [--corpus DIR] [--most N] [--seed N] [--out DIR]

Seeds are the bundled examples and every example of every rule; with --corpus also N of its real files, each with up to
three others of its folder. Each input is mutated, gets secrets, and is planned with every risk and a made-up registry.
Faults are told once for each kind of them; their files are written to --out. The laws are those of ``fix_laws.py``;
programs that read the files (Docker Compose, dockerd, bash) are asked where they are on the PATH.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
import traceback
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, NamedTuple

from fix_laws import always, git_applies, programs_take, second_is_empty, secrets_hidden, taken_back
from fuzz import ROOT, mutate
from fuzz_styles import combined, restyled

from fix import CHOICES, OPTIONS, pinned
from hardhull.fix.choose import Choices
from hardhull.fix.planner import Planner
from hardhull.model.source import Source
from hardhull.rules.policy import Policy
from hardhull.rules.rule import all_rules
from hardhull.scan.discover import Candidate, Discovery
from hardhull.scan.kinds import kinds_of
from hardhull.text.redaction import redact
from hardhull.text.secret_formats import checksum62

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.model.plan import Plan

SLOW = 20.0
"""CPU seconds after which one input counts as a hang: a plan is some tens of scans at the most."""
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
WORD = re.compile(rb"[\w./@-]{4,40}")
LAYOUT = (b"\r\n", b"\n\n", b"\n# kept 0123\n", b"  # kept 4567\n", b" \n", b"\t\n", b"\n", b"\n---\n", b" \\\n")


class Input(NamedTuple):
    """Files by path; the first is the one that is mutated, and keeps the readers of its seed."""

    texts: dict[str, bytes]
    main: str
    kinds: tuple[str, ...]


def seeds(corpus: Path | None, most: int, dice: random.Random) -> list[Input]:
    """Everything to start from."""
    found = [
        {str(path.relative_to(ROOT)): path.read_bytes()} for path in (ROOT / "examples").rglob("*") if path.is_file()
    ]
    sys.path.insert(0, str(ROOT / "tests" / "rules"))
    from texts import PATHS, marks_of

    for rule in all_rules():
        for example in rule.examples:
            for text in (example.bad, example.good):
                plain, _ = marks_of(text, example.path or PATHS[example.syntax], rule.id)
                found.append({path: body.encode() for path, body in plain.items()})
    if corpus:
        found += islice(real(corpus, dice), most)
    inputs = [_input(texts) for texts in found if texts]
    return [each for each in inputs if each.kinds]


def _input(texts: dict[str, bytes]) -> Input:
    main = next((path for path, data in texts.items() if kinds_of(path, data)), next(iter(texts)))
    return Input(texts, main, kinds_of(main, texts[main]))


def real(corpus: Path, dice: random.Random) -> Iterator[dict[str, bytes]]:
    """Real files in a random order, each with some others of its folder that have a reader."""
    paths = sorted(path for path in corpus.rglob("*") if path.is_file() and ".git" not in path.parts)
    dice.shuffle(paths)
    for path in paths:
        data = _small(path)
        name = path.relative_to(corpus).as_posix()
        if not data or not kinds_of(name, data):
            continue
        beside = sorted(other for other in path.parent.iterdir() if other.is_file() and other != path)[:40]
        texts = {
            other.relative_to(corpus).as_posix(): _small(other) for other in dice.sample(beside, min(3, len(beside)))
        }
        yield {name: data} | {other: body for other, body in texts.items() if body and kinds_of(other, body)}


def _small(path: Path) -> bytes:
    return path.read_bytes() if path.stat().st_size < 20_000 else b""


# -- changing


def gentle(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """A few changes that mostly leave a text readable: lines doubled, gone, swapped, borrowed, laid out anew."""
    lines = data.split(b"\n")
    for _ in range(dice.randint(1, 5)):
        at = dice.randrange(len(lines))
        action = dice.randrange(9)
        if action == 0:
            lines.insert(at, lines[at])
        elif action == 1 and len(lines) > 1:
            del lines[at]
        elif action == 2:
            to = dice.randrange(len(lines))
            lines[at], lines[to] = lines[to], lines[at]
        elif action == 3:
            lines.insert(at, dice.choice(other.split(b"\n")))
        elif action == 4:
            lines[at : at + 1] = (lines[at] + dice.choice(LAYOUT)).split(b"\n")
        elif action == 5:
            lines[at] = _swap_word(lines[at], other, dice)
        elif action == 6:
            lines[at] = dice.choice((b"  ", b"\t", b" ")) + lines[at]
        elif action == 7:
            key, colon, value = lines[at].partition(b": ")
            lines[at] = (
                key + colon + dice.choice((b"'%s'", b'"%s"', b"&a %s", b"[%s]", b"!!str %s", b"%s # kept 89")) % value
            )
        else:
            lines[at] = lines[at].rstrip()
    text = b"\n".join(lines)
    ends = dice.randrange(12)
    if ends == 0:
        text = text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    elif ends == 1:
        text = text.rstrip(b"\n")
    elif ends == 2:
        text = b"\xef\xbb\xbf" + text
    return text


def _swap_word(line: bytes, other: bytes, dice: random.Random) -> bytes:
    words, theirs = list(WORD.finditer(line)), WORD.findall(other)
    if not words or not theirs:
        return line
    one = dice.choice(words)
    return line[: one.start()] + dice.choice(theirs) + line[one.end() :]


def with_secrets(data: bytes, dice: random.Random) -> tuple[bytes, list[str]]:
    """The text with one or two secrets, of a known form anywhere, or as the value of a name that says so."""
    secrets = []
    for _ in range(dice.randint(1, 2)):
        body = "".join(dice.choices(DIGITS, k=30))
        if dice.random() < 0.6:
            words = list(WORD.finditer(data))
            if not words:
                continue
            one = dice.choice(words)
            secret = f"ghp_{body}{checksum62(body)}"
            data = data[: one.start()] + secret.encode() + data[one.end() :]
        else:
            secret = body[:20]
            lines = data.split(b"\n")
            at = dice.randrange(len(lines))
            lead = lines[at][: len(lines[at]) - len(lines[at].lstrip())].decode("latin-1")
            line = dice.choice(
                (
                    "password: {}",
                    "- DB_PASSWORD={}",
                    "ENV DB_PASSWORD={}",
                    "export DB_PASSWORD='{}'",
                    "# DB_PASSWORD={}",
                )
            )
            lines.insert(at, (lead + line.format(secret)).encode("latin-1"))
            data = b"\n".join(lines)
        secrets.append(secret)
    return data, secrets


def changed(seed: Input, alike: list[Input], other: bytes, dice: random.Random) -> tuple[Input, list[str]]:
    """An input made of a seed, and the secrets in it that a redaction of the whole file takes out.

    Args:
        seed: what to begin with.
        alike: inputs of the same kind.
        other: any text, to borrow from.
        dice: what decides.
    """
    data = seed.texts[seed.main]
    if dice.random() < 0.3:
        parts = [data, *(each.texts[each.main] for each in dice.choices(alike, k=dice.randint(1, 4)))]
        data = combined(parts, seed.kinds[0], dice)
    if dice.random() < 0.3:
        data = restyled(data, seed.kinds, dice)
    way = dice.random()
    if way < 0.6:
        data = gentle(data, other, dice)
    elif way < 0.8:
        data = mutate(data, other, dice)
    secrets: list[str] = []
    if dice.random() < 0.5:
        data, secrets = with_secrets(data, dice)
        safe = redact(data.decode("utf-8", "surrogateescape"))
        secrets = [each for each in secrets if each not in safe]
    return seed._replace(texts={**seed.texts, seed.main: data}), secrets


# -- running


class Tally:
    def __init__(self, out: Path) -> None:
        self.inputs: Counter[str] = Counter()
        self.files: Counter[str] = Counter()
        self.status: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.slowest = 0.0
        self.out = out

    def fault(self, law: str, why: str, number: int, one: Input) -> None:
        """Counts a fault; the first three of a kind are told and kept."""
        rule = re.search(r"HH-\w+-\d+", why)
        name = f"{law} {rule[0] if rule else ''} {one.kinds[0]}"
        self.faults[name] += 1
        if self.faults[name] > 3:
            return
        folder = self.out / f"{number}-{re.sub(r'[^a-z]+', '-', law)}"
        for path, data in one.texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        print(f"{name}: {why}\n    {folder} ({one.main})", flush=True)


def discovery(one: Input) -> Discovery:
    kinds = {path: one.kinds if path == one.main else kinds_of(path, data) for path, data in one.texts.items()}
    files = [Candidate(Source(path, data), kinds[path] or ("other",)) for path, data in sorted(one.texts.items())]
    return Discovery(Path("/nonexistent"), files, [])


def wishes(dice: random.Random) -> Callable[[Discovery], Plan]:
    """Mostly all fixes with digests; else without digests, only safe ones, or those of a few rules."""
    resolve = pinned if dice.random() < 0.8 else None
    choices = CHOICES
    way = dice.randrange(10)
    if way == 0:
        choices = Choices()
    elif way == 1:
        choices = CHOICES._replace(only=frozenset(rule.id for rule in dice.sample(all_rules(), 20)))

    def planned(found: Discovery) -> Plan:
        return Planner(found, Policy(), OPTIONS._replace(strict=True), choices, resolve).plan()

    return planned


def run(one: Input, secrets: list[str], number: int, planned: Callable[[Discovery], Plan], tally: Tally) -> None:
    """One input the whole way, with the laws that are cheap; the others now and then."""
    found = discovery(one)
    plan = planned(found)
    tally.inputs[one.kinds[0]] += 1
    tally.status.update(each.status.value for each in plan.fixes)
    tally.files["written"] += len(plan.files)
    laws = [always(plan, found)]
    if secrets:
        tally.asked["secrets"] += 1
        laws.append(secrets_hidden(plan, secrets))
    if plan.files:
        tally.asked["second plan"] += 1
        laws.append(second_is_empty(planned, plan, found))
    if plan.files and number % 4 == 0:
        tally.asked["git apply"] += 1
        laws.append(git_applies(plan, one.texts, tally.out))
    if plan.files and number % 4 == 1:
        tally.asked["journal"] += 1
        laws.append(taken_back(plan, one.texts, tally.out))
    if plan.files and number % 4 == 2:
        tally.asked["programs"] += 1
        laws.append(programs_take(plan, found, one.texts, tally.out))
    for law in laws:
        for name, why in law:
            tally.fault(name, why, number, one)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--most", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--out", type=Path, default=Path(gettempdir()) / "hardhull-fuzz-fix")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    start = seeds(options.corpus, options.most, random.Random(options.seed))  # noqa: S311  repeatable, not secret
    alike: defaultdict[str, list[Input]] = defaultdict(list)
    for each in start:
        alike[each.kinds[0]].append(each)
    tally, number = Tally(options.out), 0
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        dice = random.Random(options.seed + number)  # noqa: S311  repeatable, not secret
        other = dice.choice(start)
        seed = dice.choice(start)
        one, secrets = changed(seed, alike[seed.kinds[0]], other.texts[other.main], dice)
        clock = time.process_time()
        try:
            run(one, secrets, number, wishes(dice), tally)
        except Exception as error:  # noqa: BLE001  that is what is looked for
            at = traceback.extract_tb(error.__traceback__)[-1]
            name = f"{type(error).__name__} at {Path(at.filename).name}:{at.lineno}"
            if not tally.faults[f"{name}  {one.kinds[0]}"]:
                traceback.print_exc()
            tally.fault(name, str(error)[:200], number, one)
        took = time.process_time() - clock
        tally.slowest = max(tally.slowest, took)
        if took > SLOW:
            tally.fault("hang", f"took {took:.0f} CPU-s", number, one)
        number += 1
    print(f"{number} inputs from {len(start)} seeds, slowest {tally.slowest:.2f} CPU-s, first seed {options.seed}")
    for title in ("inputs", "files", "status", "asked", "faults"):
        print(title, dict(getattr(tally, title).most_common()))
    sys.exit(bool(tally.faults))


if __name__ == "__main__":
    main()
