"""Audit rules are changed line by line, and none is there twice: the kernel refuses the second one."""

from __future__ import annotations

import pytest

from hardhull.facts.host import AuditRule, Host
from hardhull.formats.auditd import read
from hardhull.formats.writing import write
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.model.source import Source
from hardhull.text.draft import Drafts, UnwritableError

WILD = "-w /etc/docker/*.json -p wa -k docker\n"
FOLDER = AuditRule("/etc/docker", perms="wa", key="docker")
LINE = "-w /etc/docker -p wa -k docker\n"


def host(text: str) -> Host:
    (found,) = read([Source("docker.rules", text.encode())])
    return found


def written(fact: Host, *changes: Add | Drop | SetTo | Swap) -> str:
    drafts = Drafts()
    write(fact, changes, drafts)
    return drafts.of(fact.place.source).result().decode()


def swapped(fact: Host, *numbers: int) -> list[Swap]:
    """Wishes that rules watch the folder."""
    return [Swap("audit_rules", fact.audit_rules.value[number], FOLDER) for number in numbers]


@pytest.mark.parametrize(
    ("before", "numbers", "after"),
    [
        (WILD, [0], LINE),
        (WILD + f"# {WILD}" + WILD, [1], WILD + f"# {WILD}" + LINE),
        (WILD + f"# {WILD}" + WILD, [0, 1], LINE + f"# {WILD}"),
        (WILD + LINE, [0], LINE),
        (WILD + "-w /etc/docker -p aw -k docker\n", [0], "-w /etc/docker -p aw -k docker\n"),
        (WILD + "-w /etc/docker -p wa -k other\n", [0], LINE + "-w /etc/docker -p wa -k other\n"),
        (LINE, [0], LINE),
        ("-w /etc/docker -p aw -k docker\n", [0], "-w /etc/docker -p aw -k docker\n"),
    ],
)
def test_a_rule_that_is_there_already_takes_the_place_of_the_line(before: str, numbers: list[int], after: str) -> None:
    fact = host(before)
    assert written(fact, *swapped(fact, *numbers)) == after


def test_what_is_wanted_counts_as_there() -> None:
    fact = host("-w /a -p wa\n" + WILD.strip())
    assert written(fact, *swapped(fact, 1), Add("audit_rules", FOLDER)) == "-w /a -p wa\n" + LINE.strip()
    fact = host(WILD + "-w /a -p wa\n")
    assert written(fact, Add("audit_rules", FOLDER), *swapped(fact, 0)) == "-w /a -p wa\n" + LINE


def test_a_refused_wish_leaves_no_trace() -> None:
    fact, drafts = host(WILD + "-w /a -p wa\n"), Drafts()
    with pytest.raises(UnwritableError, match="blanks"):
        write(fact, [*swapped(fact, 0), Add("audit_rules", AuditRule("/a b", perms="r"))], drafts)
    write(fact, swapped(fact, 0), drafts)
    assert drafts.of(fact.place.source).result().decode() == LINE + "-w /a -p wa\n"


def test_other_wishes() -> None:
    fact = host("-w /a -p wa\n-e 1 # more\n-w /b -p r")
    assert written(fact, Drop("audit_rules", fact.audit_rules.value[0])) == "-e 1 # more\n-w /b -p r"
    assert written(fact, SetTo("audit_enabled", 2)) == "-w /a -p wa\n# more\n-e 2\n-w /b -p r"
    with pytest.raises(UnwritableError, match="say nothing"):
        written(fact, SetTo("audit_backlog", 5))
