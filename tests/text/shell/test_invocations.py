"""The programs a script really runs; the labelled command lines hold many more."""

from __future__ import annotations

import re

import pytest

from hardhull.model.fragment import Fragment
from hardhull.model.source import Source
from hardhull.text.shell.invocations import Invocation, Wanted, invocations
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope

WANTED = Wanted(frozenset({"tool"}), re.compile("tool"))


def found(text: str, wanted: Wanted | None = WANTED) -> list[Invocation]:
    return list(invocations(Scope(read_script(Fragment.of(Source("run.sh", text.encode())))), wanted))


def test_wrappers_and_environment() -> None:
    (one,) = found("A=1 sudo -u root env B=2 nice -n 5 /usr/bin/tool x")
    assert [arg.text for arg in one.args] == ["/usr/bin/tool", "x"]
    assert one.name == "tool"
    assert one.wrappers == ("sudo", "env", "nice")
    assert [(name, value.text) for name, value in one.env] == [("A", "1"), ("B", "2")]


def test_places_in_nested_text() -> None:
    text = "X=val\nssh host \"tool -a '$X' \\\"b c\\\"\"\ncat <<E | sudo sh\n  tool \\$Y 'd'\nE\n"
    first, second = [one for one in found(text) if one.name == "tool"]
    assert [arg.text for arg in first.args] == ["tool", "-a", "val", "b c"]
    assert [arg.place.start.line for arg in first.args] == [2, 2, 2, 2]
    assert [arg.place.text for arg in second.args] == ["tool", "$Y", "'d'"]
    assert second.args[0].place.start == (4, 3)
    assert [command.raw for command in second.around] == ["sudo sh"]


def test_a_value_from_elsewhere_inside_nested_text() -> None:
    (one,) = found('f() { local n=$C-x; sh -c "tool --name=$n end"; }\nC=a\n')
    name, end = one.args[1:]
    assert name.text == "--name=a-x"
    assert (name.place.start.line, end.place.text) == (1, "end")
    assert name.place.text.startswith("--name=")


def test_each_command_once() -> None:
    """What stands in ``$(...)`` inside ``sh -c "..."`` is part of both texts."""
    assert [one.args[0].text for one in found('sh -c "tool $(tool inner)"')] == ["tool", "tool"]
    assert len(found("bash <<E\n$(tool x)\nE\n")) == 2


def test_only_what_is_wanted_is_looked_at() -> None:
    text = "other x\ntool a\nT=tool\n$T b\necho tool\n"
    assert [one.args[-1].text for one in found(text)] == ["a", "b"]
    assert [one.name for one in found(text, None)] == ["other", "tool", "tool", "echo"]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ('f() { "$@"; }; f tool run', True),
        ('f() { echo "$@"; }; f tool run', False),
        ('f() { local c="$@"; $c; }; f tool run', True),
        ("retry 3 tool run", True),
        ("log tool run", False),
        ("$SUDO tool run", True),
        ("unknown tool word", False),
    ],
)
def test_arguments_of_unknown_commands(text: str, *, runs: bool) -> None:
    assert any(one.name == "tool" for one in found(text)) is runs


def test_nesting_ends() -> None:
    text = "tool"
    for _ in range(6):
        text = "sh -c '" + text.replace("'", "'\\''") + "'"
    assert found(text) == []
