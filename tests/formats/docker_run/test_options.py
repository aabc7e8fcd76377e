"""The tables of options against the help texts of the Docker CLI 28.2.2 (Apache-2.0), recorded beside this file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hardhull.formats.docker_run.options import Table, global_table, run_table, service_table

HERE = Path(__file__).parent
OPTION = re.compile(r"^ {2,}(?:-(\w), )?--([\w-]+)(?: (\w[\w-]*))?(?:  |$)", re.MULTILINE)


def written(name: str) -> tuple[set[str], set[str], dict[str, str]]:
    """Options with a value, switches, and short names in a help text."""
    values: set[str] = set()
    flags: set[str] = set()
    short: dict[str, str] = {}
    text = (HERE / name).read_text("utf-8")
    for letter, option, kind in OPTION.findall(text):
        (values if kind else flags).add(option)
        if letter:
            short[letter] = option
    return values, flags, short


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("docker-28.2.2-run.txt", run_table("docker")),
        ("docker-28.2.2-service-create.txt", service_table()),
        ("docker-28.2.2.txt", global_table("docker")),
    ],
)
def test_every_option_of_the_cli(name: str, table: Table) -> None:
    values, flags, short = written(name)
    assert len(values | flags) >= 8
    assert values <= table.values
    assert flags <= table.flags
    assert {letter: option for letter, option in table.short.items() if letter != "h"}.items() >= {
        (letter, option) for letter, option in short.items() if letter != "h"
    }


def test_only_hidden_names_are_added() -> None:
    values, flags, _ = written("docker-28.2.2-run.txt")
    table = run_table("docker")
    assert table.values - values == {"net", "net-alias", "dns-opt"}
    assert table.flags == flags


@pytest.mark.parametrize("program", ["docker", "podman", "nerdctl"])
def test_nothing_is_both(program: str) -> None:
    table = run_table(program)
    assert not table.values & table.flags
    assert set(table.short.values()) <= table.values | table.flags
