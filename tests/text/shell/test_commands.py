"""What commands a shell text holds, and that every word is where it says."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.model.fragment import Fragment
from hardhull.model.source import Source
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.tree import BROKEN, Script


def script(text: str, escape: str = "\\") -> Script:
    return read_script(Fragment.of(Source("run.sh", text.encode())), escape)


def words(text: str) -> list[list[str]]:
    return [[word.raw for word in command.words] for command in script(text).commands]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b c", [["a", "b", "c"]]),
        ("a 'b c' \"d e\" f\\ g", [["a", "'b c'", '"d e"', "f\\ g"]]),
        ("a | b && c || d; e & f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
        ("a # b c\nd", [["a"], ["d"]]),
        ("a#b", [["a#b"]]),
        ("a \\\n  b\\\n  c", [["a", "b", "c"]]),
        ("a \\\r\n  b\r\nc", [["a", "b"], ["c"]]),
        ("a > x 2>&1 < y b", [["a", "b"]]),
        ("X=1 Y=2 a", [["a"]]),
        ("if a; then b; elif c; then d; else e; fi", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("while a; do b; done < c", [["a"], ["b"]]),
        ("for x in 1 2; do a; done", [["for", "x", "in", "1", "2"], ["a"]]),
        ("for x; do a; done", [["for", "x"], ["a"]]),
        ("for x do a; done", [["for", "x"], ["a"]]),
        ("for ((i=0;i<3;i++)); do a; done", [["a"]]),
        ("case $x in a|b) c ;; (d) e;; *) f\nesac", [["c"], ["e"], ["f"]]),
        ("f() { a; }; function g { b; }; h () ( c )", [["a"], ["b"], ["c"]]),
        ("(a; b) | { c; }", [["a"], ["b"], ["c"]]),
        (
            "[[ $x =~ ^(a|b)$ && -f y ]] && a",
            [["[[", "$x", "=~", "^", "(", "a", "|", "b", ")", "$", "&&", "-f", "y", "]]"], ["a"]],
        ),
        ("((x = 1 << 2)); a", [["((x = 1 << 2))"], ["a"]]),
        ("a $(b $(c)) `d`", [["a", "$(b $(c))", "`d`"], ["b", "$(c)"], ["c"], ["d"]]),
        ('a "x $(b "y") z"', [["a", '"x $(b "y") z"'], ["b", '"y"']]),
        ("a <(b) >(c)", [["a", "<(b)", ">(c)"], ["b"], ["c"]]),
        ("a $((1 + 2)) ${x:-$(b)} ${#x} ${x//a/b}", [["a", "$((1 + 2))", "${x:-$(b)}", "${#x}", "${x//a/b}"], ["b"]]),
        ("a <<E\nb $(c)\nE\nd", [["a"], ["c"], ["d"]]),
        ("a <<'E'\nb $(c)\nE\nd", [["a"], ["d"]]),
        ("a <<-E\n\tb\n\tE\nd", [["a"], ["d"]]),
        ("a <<E <<F\nb\nE\nc\nF\nd", [["a"], ["d"]]),
        ('a <<< "b" c', [["a", "c"]]),
        ("! a", [["a"]]),
        ("a=(b\n # c\n d) e", [["e"]]),
        ("export A=1 B", [["export", "B"]]),
        ("a @(b|c) !(d)", [["a", "@(b|c)", "!(d)"]]),
        ("a $'b\\'c' $\"d\"", [["a", "$'b\\'c'", '$"d"']]),
        ("a {b,c} ~/d *.e", [["a", "{b,c}", "~/d", "*.e"]]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[list[str]]) -> None:
    assert words(text) == expected
    assert not script(text).problems


@pytest.mark.parametrize(
    ("text", "why", "kept"),
    [
        ("a\nb 'c", "cannot stand here", [["a"], ["b"]]),
        ('a\nb "c', "a double quote", [["a"], ["b"]]),
        ("a\nb $(c", "a substitution", [["a"], ["b"], ["c"]]),
        ("a\nb `c", "a backtick", [["a"], ["b"]]),
        ("a ${b", "an expansion", [["a"]]),
        ("a=(b", "an array", [[]]),
        ("[[ a", "[[", [["[[", "a"]]),
        ("case x", "a case", []),
    ],
)
def test_the_rest_is_a_problem(text: str, why: str, kept: list[list[str]]) -> None:
    found = script(text)
    assert [problem.fatal for problem in found.problems] == [True]
    assert why in found.problems[0].why
    assert [[word.raw for word in command.words] for command in found.commands] == kept
    if found.commands:
        assert found.commands[-1].after == BROKEN


@pytest.mark.parametrize("text", ["a <<E\nb", "if a; then b", "a )", "fi", "a; done", "a (b)", "> "])
def test_a_slip_loses_nothing(text: str) -> None:
    found = script(text)
    assert found.problems
    assert not any(problem.fatal for problem in found.problems)
    assert any(command.name == "a" for command in found.commands) or "a" not in text


def test_another_escape_character() -> None:
    found = script("a `\n b c\\d", "`")
    assert [word.literal for word in found.commands[0].words] == ["a", "b", "c\\d"]


def test_blocks() -> None:
    found = script("f() { if a; then for x in y; do b; done; fi; }")
    kinds = []
    block = found.commands[-1].block
    while block.parent is not None:
        kinds.append(block.kind)
        block = block.parent
    assert kinds == ["loop", "branch", "if", "group", "function"]
    assert found.functions["f"].name == "f"


def test_heredoc_body() -> None:
    found = script("cat <<-'E' | x\n\ta\n\tE\nb")
    redirect = found.commands[0].redirects[0]
    assert redirect.quoted
    assert redirect.body is not None
    assert found.text[slice(*redirect.body)] == "\ta\n"
    assert [command.before for command in found.commands] == ["", "|", "\n"]


@pytest.mark.parametrize(
    "text",
    [
        "a | b; c & { d; } && (e) || f\n",
        'for i in $(seq 3); do echo "$i" \'x\' > "/tmp/$i"; done\n',
        'case "$1" in\n  -h|--help) usage;;\n  *) break;;\nesac\n',
        'x=${y:-"a b"} z=$(( 1 << 2 )) cmd <<EOF\n$(date) `id` \\$x\nEOF\n',
        "until [ -f x ]; do sleep 1; done; select a in b c; do echo $a; done\n",
        'f () { local -a a=(1 2 "3 4"); a+=(5); echo "${a[@]:1:2}" ${#a[@]}; }\n',
        'if [[ $a == b* || ! -z "$c" ]]; then :; fi 2>/dev/null\n',
        'cat <<\'A\' - <<"B"\n$(\nA\n"\nB\n',
        "coproc x { y; }\ntime -p ls\n",
    ],
)
def test_bash_agrees(text: str) -> None:
    """What bash takes is read without a problem."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    assert subprocess.run([bash, "-n"], input=text.encode(), capture_output=True, check=False).returncode == 0
    assert script(text).problems == []


PIECES = st.sampled_from(
    [
        *(
            "a",
            " ",
            "\n",
            ";",
            "|",
            "&",
            "&&",
            "||",
            "(",
            ")",
            "{",
            "}",
            "$(",
            "`",
            '"',
            "'",
            "\\",
            "$x",
            "${y",
            "<<E",
            "E",
        ),
        *(
            "if",
            "then",
            "fi",
            "do",
            "done",
            "case",
            "in",
            "esac",
            "for",
            "x=(",
            "#",
            "<",
            ">",
            "é",
            "\r",
            "\t",
            "[[",
            "]]",
        ),
        *("$((", "))"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_anything_is_read_and_every_place_is_true(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = script(text)
    for command in found.commands:
        for word in command.words:
            assert word.place.text == word.raw == found.text[word.start : word.end]
            assert word.literal is None or isinstance(word.literal, str)
        assert command.start <= command.end <= len(text)
    for problem in found.problems:
        assert 0 <= problem.start <= len(text)
