"""A command inside a quoted YAML scalar: its quotes are escaped in the file, so its words are not the file's."""

from __future__ import annotations

import pytest
from plans import chosen, one_of, planned

from hardhull.model.plan import Status

HEAD = "on: push\njobs:\n  push:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: "
RULE = "registry-password-in-command"


@pytest.mark.parametrize(
    "command",
    [
        r'"docker login -u me -p \"$TOKEN\" r.example.com"',
        "'docker login -u me -p ''$TOKEN'' r.example.com'",
        '"docker\\\n          \\ login -u me -p\\\n          \\ \\"$TOKEN\\"\\\n          \\ r.example.com"',
    ],
)
def test_a_password_in_escaped_quotes_is_left_to_a_person(command: str) -> None:
    plan = planned({".github/workflows/push.yml": f"{HEAD}{command}\n"}, chosen(RULE))
    assert (one_of(plan, RULE).status, one_of(plan, RULE).why) == (
        Status.REFUSED,
        "the password is not a word of its own",
    )
    assert not plan.files


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"docker login -u me -p $TOKEN x.io"', '"printf %s $TOKEN | docker login -u me --password-stdin x.io"'),
        ('docker login -u me -p "$TOKEN" x.io', 'printf %s "$TOKEN" | docker login -u me --password-stdin x.io'),
    ],
)
def test_a_password_that_stands_as_it_is_read_moves(before: str, after: str) -> None:
    (file,) = planned({".github/workflows/push.yml": f"{HEAD}{before}\n"}, chosen(RULE)).files
    assert file.after.decode() == f"{HEAD}{after}\n"
