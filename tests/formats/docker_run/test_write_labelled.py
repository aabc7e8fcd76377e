"""Every change of every labelled command line: what is read afterwards is what was wanted, and nothing else changed."""

from __future__ import annotations

import sys
from collections import Counter

import pytest
from changing import changes, fields, wanted, written
from test_labelled import READERS, Case, cases

from hardhull.model.source import Source
from hardhull.text.draft import UnwritableError

COUNTS: Counter[str] = Counter()


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.title)
def test_the_law_of_the_lens(case: Case) -> None:
    path, read = READERS[case.style]
    before = read(Source(path, case.text.encode())).workloads
    for number, workload in enumerate(before):
        for change in changes(workload):
            try:
                data = written(workload, [change])
            except UnwritableError:
                COUNTS[f"refused, {case.style}"] += 1
                continue
            COUNTS["written"] += 1
            after = read(Source(path, data)).workloads
            assert len(after) == len(before), data
            for at, (old, new) in enumerate(zip(before, after, strict=True)):
                want = wanted(old, change) if at == number else fields(old)
                assert fields(new) == want, (change, data.decode())
            again = written(after[number], [change]) if type(change).__name__ in {"SetTo", "Add"} else data
            assert again == data, change


def test_counts(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\nchanges of labelled lines: {dict(COUNTS)}\n")
