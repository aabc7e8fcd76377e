"""The labelled command lines: precision and recall of what is read, counted in (line, option, value) triples."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from hardhull.formats import systemd
from hardhull.formats.docker_run.workload import workload_of
from hardhull.formats.script import commands, github, gitlab, makefile, markdown, shell
from hardhull.model.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.formats.docker_run.line import RunLine

FOLDER = Path(__file__).parent / "labelled"
READERS = {
    "shell": ("run.sh", shell.read),
    "makefile": ("Makefile", makefile.read),
    "workflow": (".github/workflows/ci.yml", github.read),
    "gitlab": (".gitlab-ci.yml", gitlab.read),
    "systemd": ("test.service", systemd.read),
    "markdown": ("README.md", markdown.read),
}


class Triple(NamedTuple):
    line: int
    option: str
    value: str


class Case(NamedTuple):
    style: str
    title: str
    text: str
    expected: Counter[Triple]


def cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.txt")):
        style = path.name.split(".")[1]
        for part in path.read_text("utf-8").split("### ")[1:]:
            title, _, rest = part.partition("\n")
            text, mark, labels = rest.partition("\n=> ")
            assert mark, f"{path.name}: {title} says nothing"
            yield Case(style, f"{path.name}: {title}", text + "\n", Counter(labelled("=> " + labels)))


def labelled(text: str) -> Iterator[Triple]:
    for label in text.strip().split("\n=> "):
        words = shlex.split(label.removeprefix("=> "))
        if words == ["-"]:
            continue
        yield Triple(int(words[0]), "run", "")
        for word in words[1:]:
            option, _, value = word.partition("=")
            yield Triple(int(words[0]), option, value)


def triples(line: RunLine) -> Iterator[Triple]:
    number = line.place.start.line
    yield Triple(number, "run", "")
    for option in line.options:
        yield Triple(number, option.name, option.value.text if option.value is not None else "")
    if line.image is not None:
        yield Triple(number, "image", line.image.text)
    if line.command:
        yield Triple(number, "command", " ".join(word.text for word in line.command))
    if line.open:
        yield Triple(number, "open", "")


class Reads:
    """Reads a text and gives the triples of the lines that became workloads."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: list[RunLine] = []
        real = workload_of

        def recording(line: RunLine, *, from_docs: bool) -> Workload:
            self.lines.append(line)
            return real(line, from_docs=from_docs)

        monkeypatch.setattr(commands, "workload_of", recording)

    def __call__(self, case: Case, text: str) -> Counter[Triple]:
        self.lines.clear()
        path, read = READERS[case.style]
        read(Source(path, text.encode()))
        return Counter(triple for line in self.lines for triple in triples(line))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(monkeypatch)


def test_there_are_enough() -> None:
    styles = Counter(case.style for case in cases())
    assert sum(styles.values()) >= 200
    assert set(styles) == set(READERS)


def test_precision_and_recall(reads: Reads, capsys: pytest.CaptureFixture[str]) -> None:
    right = wrong = missed = 0
    report = []
    for case in cases():
        found = reads(case, case.text)
        right += (found & case.expected).total()
        wrong += (found - case.expected).total()
        missed += (case.expected - found).total()
        if found != case.expected:
            report.append(
                f"{case.title}\n  wrong  {list(found - case.expected)}\n  missed {list(case.expected - found)}"
            )
    precision, recall = right / (right + wrong), right / (right + missed)
    summary = f"{right} triples right, {wrong} wrong, {missed} missed: precision {precision:.4f}, recall {recall:.4f}"
    with capsys.disabled():
        sys.stdout.write(f"\nlabelled command lines: {summary}\n")
    assert precision >= 0.98, "\n".join([summary, *report])
    assert recall >= 0.95, "\n".join([summary, *report])


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.title)
def test_line_ends_change_nothing(case: Case, reads: Reads) -> None:
    """With CRLF, or without the last line's end, the same is read."""
    plain = reads(case, case.text)
    windows = reads(case, case.text.replace("\n", "\r\n"))
    assert {triple._replace(value=triple.value.replace("\r", "")) for triple in windows} == set(plain)
    assert reads(case, case.text.removesuffix("\n")) == plain
