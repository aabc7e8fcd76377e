"""Generated command lines in all styles: the law of the lens, and bash sees exactly the words that were meant."""

from __future__ import annotations

import shutil
import subprocess
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

import pytest
from changing import changes, fields, wanted, written
from hypothesis import given, settings
from hypothesis import strategies as st
from test_labelled import READERS

from hardhull.model.change import Add, SetTo
from hardhull.model.source import Source
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

BASH = shutil.which("bash") or ""
OPTIONS = (
    "-d", "-it", "-itP", "--privileged", "--privileged=true", "--rm", "--read-only=false", "-p 80:80", "-p80:80",
    "-dp 8080:80/udp", "--publish=127.0.0.1::80", "-v /etc:/x", "-v /var/run/docker.sock:/s:ro,z", "--volume=data:/d",
    '-v "$PWD/a b":/c', "--mount type=bind,src=/a,dst=/b", "--mount=type=tmpfs,target=/t,readonly",
    "--tmpfs /run:size=1m", "-m 1g", "-m1g", "--memory=1g", '--memory "2g"', "--cpus 2", "--pids-limit=-1",
    "--cap-add NET_ADMIN", "--cap-add=CAP_SYS_ADMIN", "--cap-drop NET_RAW", "--net host", "--network=inner",
    "--pid=host", "--user 0", "-u root:root", "--security-opt seccomp=unconfined", "--security-opt=label=disable",
    "--security-opt no-new-privileges:false", "-e A=1", "-e 'B=x y'", "--env=C", "--name web", "--restart always",
    "--health-cmd 'true || false' --health-interval=5s", "--no-healthcheck", "--log-driver none",
    "--log-opt max-size=1m", "--ulimit nofile=1024", "--device /dev/null", "--label a='b c'", "--sysctl net.a=1",
    "-w /srv", "--init", '--label "x=${Y:-z}"', "--entrypoint=/bin/sh", "--device-read-bps /dev/a:1m",
)  # fmt: skip
"""Options as people write them; a blank outside quotes is a gap between two words."""


class Text(NamedTuple):
    style: str
    text: str


@st.composite
def texts(draw: st.DrawFn) -> Text:
    style = draw(st.sampled_from(sorted(set(READERS) - {"markdown"})))
    gaps = draw(st.sampled_from([[" "], [" ", "  "], [" \\\n  "], [" \\\n    ", " "], ["\t", " "]]))
    words = ["docker", draw(st.sampled_from(["run", "create", "container run"]))]
    line = " ".join(words)
    for option in draw(st.lists(st.sampled_from(OPTIONS), max_size=6)):
        line += draw(st.sampled_from(gaps)) + option
    line += draw(st.sampled_from(gaps)) + draw(st.sampled_from(["img", "'img:1'", "reg.example.com/a/b:2"]))
    line += draw(st.sampled_from(["", " sh -c 'a  b'", " \\\n  x --privileged", " >/dev/null", " && echo done"]))
    text = AROUND[style](line)
    return Text(style, text.replace("\n", "\r\n") if draw(st.booleans()) and style != "shell" else text)


def indented(line: str, by: str) -> str:
    return line.replace("\n", "\n" + by)


AROUND: dict[str, Callable[[str], str]] = {
    "shell": lambda line: f"set -e\n{line}\n",
    "makefile": lambda line: "up:\n\t" + indented(line.replace("$", "$$"), "\t") + "\n",
    "workflow": lambda line: (
        "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          true\n          "
        + indented(line, " " * 10)
        + "\n"
    ),
    "gitlab": lambda line: "a:\n  script:\n    - |\n      " + indented(line, " " * 6) + "\n",
    "systemd": lambda line: "[Service]\nExecStart=/usr/bin/" + line + "\n",
}


@settings(max_examples=60, deadline=None)
@given(texts(), st.integers(0, 1000))
def test_the_law_of_the_lens(text: Text, seed: int) -> None:
    path, read = READERS[text.style]
    (workload,) = read(Source(path, text.text.encode())).workloads
    wishes = list(changes(workload))
    for change in wishes[seed % 7 :: 7]:
        try:
            data = written(workload, [change])
        except UnwritableError:
            continue
        (after,) = read(Source(path, data)).workloads
        assert fields(after) == wanted(workload, change), (change, data.decode())


@settings(max_examples=40, deadline=None)
@given(texts(), st.integers(0, 1000), st.integers(0, 1000))
def test_two_changes_at_once(text: Text, one: int, other: int) -> None:
    """Together they come to the same as one after the other."""
    path, read = READERS[text.style]
    (workload,) = read(Source(path, text.text.encode())).workloads
    wishes = list(changes(workload))
    first, second = wishes[one % len(wishes)], wishes[other % len(wishes)]
    if first.field == second.field:
        return
    try:
        both = written(workload, [first, second])
        between = written(workload, [first])
    except UnwritableError:
        return
    (middle,) = read(Source(path, between)).workloads
    (after,) = read(Source(path, both)).workloads
    found = fields(after)
    if isinstance(second, SetTo | Add):  # the others name an item of the text as it was
        assert found == wanted(middle, second), (first, second, both.decode())


def words_in_bash(script: Sequence[str], folder: Path) -> list[list[bytes]]:
    """The words of ``docker`` in each script, as bash sees them."""
    out = []
    for number, text in enumerate(script):
        file = folder / f"{number}.sh"
        file.write_text('docker() { printf "%s\\0" "$@" >&3; }\n' + text, "utf-8")
        result = subprocess.run(
            [BASH, "-c", f"exec 3>&1 >/dev/null; . {file}"], capture_output=True, check=False, cwd=folder
        )
        assert not result.stderr, (text, result.stderr)
        out.append(result.stdout.split(b"\0")[:-1])
    return out


@pytest.mark.skipif(not BASH, reason="needs bash")
@settings(max_examples=12, deadline=None)
@given(texts().filter(lambda text: text.style == "shell"), st.integers(0, 1000))
def test_bash_sees_the_words_that_were_meant(tmp_path_factory: pytest.TempPathFactory, text: Text, seed: int) -> None:
    path, read = READERS["shell"]
    (workload,) = read(Source(path, text.text.encode())).workloads
    results = []
    for change in list(changes(workload))[seed % 19 :: 19]:
        try:
            results.append(written(workload, [change]).decode())
        except UnwritableError:
            continue
    before, *after = words_in_bash([text.text, *results], tmp_path_factory.mktemp("bash"))
    for words, result in zip(after, results, strict=True):
        (line,) = [started.line for started in read(Source(path, result.encode())).started]
        known = [arg.text if arg.known else None for arg in line.args[1:]]
        assert len(words) == len(known), result
        assert all(text in {None, word.decode()} for word, text in zip(words, known, strict=True)), result
        blocks = SequenceMatcher(None, before, words, autojunk=False).get_matching_blocks()
        same = sum(block.size for block in blocks)
        assert len(before) - same <= 6, "only the option that was meant is gone, the others are in their order"
        assert len(words) - same <= 8, "only the options that were meant have come"
