"""What words amount to: values, splitting, places, and why something cannot be known."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.model.fragment import Fragment
from hardhull.model.source import Source
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope, Value

if TYPE_CHECKING:
    from hardhull.text.shell.values import Arg


def arguments(text: str) -> list[Arg]:
    """The arguments of the last ``show`` of a script."""
    script = read_script(Fragment.of(Source("run.sh", text.encode())))
    command = next(command for command in reversed(script.commands) if command.name == "show")
    return Scope(script).args(command)[1:]


def texts(text: str) -> list[str]:
    return [arg.text for arg in arguments(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X=a; show $X", ["a"]),
        ("X='a b'; show $X \"$X\"", ["a", "b", "a b"]),
        ("X='a b'; show -$X-", ["-a", "b-"]),
        ('X=; show $X "$X" end', ["", "end"]),
        ("X=a; Y=$X/b; show ${Y}c", ["a/bc"]),
        ('show ${X:-d} ${X-e} ${X:-a b} "${X:-a b}"', ["d", "e", "a", "b", "a b"]),
        ("X=v; show ${X:-d} ${X:+alt} ${X:?no}", ["v", "alt", "v"]),
        ('A=(a \'b c\'); show "${A[@]}" ${A[@]} $A "${A[*]}"', ["a", "b c", "a", "b", "c", "a", "a b c"]),
        ("A=(a); A+=(b); X=c; X+=d; show ${A[@]} $X", ["a", "b", "cd"]),
        ('A=(); show "${A[@]}" end', ["end"]),
        ("export X=a; readonly Y=b; declare -r Z=c; show $X$Y$Z", ["abc"]),
        (": ${X:=a}; show $X", ["a"]),
        ("X=a; X=b; show $X", ["b"]),
        ("X=a; (X=b); show $X", ["a"]),
        ("if c; then X=a; show $X; fi", ["a"]),
        ("f() { local X=a; show $X; }", ["a"]),
        ("f() { show $X; }; X=a; f", ["a"]),
        ("while c; do X=a; show $X; done", ["a"]),
        ("show $'a\\tb' 'a'\"b\"c a\\ b", ["a\tb", "abc", "a b"]),
        ("show '$X' \\$X \"\\$X\"", ["$X", "$X", "$X"]),
    ],
)
def test_known(text: str, expected: list[str]) -> None:
    found = arguments(text)
    assert [arg.text for arg in found] == expected
    assert all(arg.known for arg in found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("show $X", "the variable X has no value here"),
        ("show $1", "$1 is what the script is called with"),
        ("f() { show $1; }", "$1 is what the function is called with"),
        ("show $(date)", "the output of a command is only worked out when it runs"),
        ("show $((1 + 1))", "a calculation is only worked out when it runs"),
        ("if c; then X=a; fi; show $X", "X is set in a branch (line 1)"),
        ("c && X=a; show $X", "X is set in a branch (line 1)"),
        ("\nfor i in a b; do X=$i; done; show $X", "X is set in a loop (line 2)"),
        ("f() { X=a; }; f; show $X", "X is set in a function (line 1)"),
        ("for i in a b; do show $i; done", "i: it is a loop variable"),
        ("read X; show $X", "X: it is read while the script runs"),
        ("X=a; unset X; show $X", "X: it is unset here"),
        ("X=a\nwhile c; do show $X; X=b; done", "X is also set at line 2"),
        ("f() { show $X; }; X=a; f; X=b; f", "X is also set at line 1"),
        ("X=a; . ./env; show $X", "X may be changed by ./env"),
        (". ./env; show ${X:-d}", "X may be set by ./env"),
        ("X=a:b; show ${X%:*}", "${X%...} is not worked out"),
        ("A[1]=x; show ${A[1]}", "A[1] is not worked out"),
        ("X=$Y; show $X", "the variable Y has no value here"),
    ],
)
def test_unknown(text: str, why: str) -> None:
    found = arguments(text)
    assert [arg.why for arg in found] == [why]


def test_a_part_may_be_known() -> None:
    (arg,) = arguments("T=1; show repo/$NAME:$T")
    assert (arg.text, arg.why) == ("repo/$NAME:1", "the variable NAME has no value here")
    assert [(part.text, part.known) for part in arg.split(":")] == [("repo/$NAME", False), ("1", True)]
    assert arg.find("N") == -1, "a separator inside what is not known does not count"


@pytest.mark.parametrize(
    ("text", "many"),
    [("show $X", True), ('show "$X"', False), ('show "$@"', True), ('show "${A[@]}"', True), ("show a$X", False)],
)
def test_how_many_words_it_may_be(text: str, *, many: bool) -> None:
    assert [arg.many for arg in arguments(text)] == [many]


def test_places() -> None:
    text = 'ARGS=(--a \'--b c\')\nX="img:${T:-1}"\nshow "${ARGS[@]}" "$X" pre$X \'q\'\n'
    found = arguments(text)
    assert [arg.place.text for arg in found] == ["--a", "--b c", "img:${T:-1", "pre$X", "'q'"]
    assert [arg.place.start.line for arg in found] == [1, 1, 2, 3, 3]
    assert found[0].site_place.text == '"${ARGS[@]}"'
    assert found[2].default
    assert not found[0].default


def test_values_from_outside() -> None:
    script = read_script(Fragment.of(Source("run.sh", b"show $X $Y")))
    given: dict[str, Value | str] = {"X": Value((arguments("show a")[0],)), "Y": "it depends"}
    found = Scope(script, given).args(script.commands[0])
    assert [(arg.text, arg.why) for arg in found[1:]] == [("a", ""), ("$Y", "it depends")]


def test_doubling_values_stay_small() -> None:
    lines = ["A=x", *(["A=$A$A$A$A"] * 60), "show $A"]
    (arg,) = arguments("\n".join(lines))
    assert arg.why == "its value is too long to be worked out"
    assert len(arg.text) < 100_000


VALUES = st.text("ab c*$\"'\\\n", max_size=6)


@settings(max_examples=40, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=3))
def test_bash_sees_the_same_words(values: list[str]) -> None:
    """Assignments, quotes, escapes and splitting, compared with bash itself."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    quoted = ["'" + value.replace("'", "'\\''") + "'" for value in values]
    lines = [f"X{number}={value}" for number, value in enumerate(quoted)]
    names = " ".join(f'"$X{number}" $X{number} p"${{X{number}}}"s' for number in range(len(values)))
    text = "\n".join(lines) + f"\nset -f\nshow {names} {' '.join(quoted)} ${{Z:-{quoted[0]}}}\n"
    printed = subprocess.run(
        [bash, "--norc", "-c", 'show() { printf "%s\\0" "$@"; }\n' + text], capture_output=True, check=True, env={}
    ).stdout.decode()
    assert texts(text) == printed.split("\0")[:-1]
