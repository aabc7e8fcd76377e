"""Twice the text takes about twice the time, whatever it holds."""

from __future__ import annotations

import gc
import re
import time

import pytest

from hardhull.model.fragment import Fragment
from hardhull.model.source import Source
from hardhull.text.shell.invocations import Wanted, invocations
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope

WANTED = Wanted(frozenset({"docker"}), re.compile("docker"))

TEXTS = {
    "parentheses": lambda n: "(" * n,
    "substitutions": lambda n: "docker $(" * n,
    "quotes": lambda n: 'docker "$(' * n,
    "backticks": lambda n: "docker " + "`" * n,
    "escaped backticks": lambda n: "docker `" + "\\`" * n,
    "braces": lambda n: "docker ${a:-" * n,
    "heredocs": lambda n: "docker <<A " * n + "\n",
    "heredoc lines": lambda n: "docker <<A\n" + "A \n" * n,
    "assignments": lambda n: "A=docker " * n,
    "exports": lambda n: "export " + "A=docker " * n,
    "same variable": lambda n: "A=docker\n" * n + "$A run\n" * n,
    "branches": lambda n: "if x; then A=docker; fi\n" * n + "$A run\n" * n,
    "arguments": lambda n: "docker run " + "-e A=b " * n,
    "chains": lambda n: "docker a && " * n + "b",
    "alternatives": lambda n: "docker a || " * n + "b",
    "wrappers": lambda n: "sudo " * n + "docker run",
    "nested shells": lambda n: "eval " * n + "docker run",
    "calls": lambda n: "f() {\n" + "echo x\n" * n + "}\n" + "f docker run\n" * n,
    "array": lambda n: "A=(" + "docker " * n + ")\n" + "$A run ${A[@]}\n" * 50,
    "one long line": lambda n: "é docker run x;" * n,
    "comments": lambda n: "#" * n + "docker",
    "blanks": lambda n: "docker" + " " * n + "run" + " \\\n" * n,
}


def cpu_seconds(text: str) -> float:
    """Without the garbage collector, as a scan runs: one walk over all that the tests hold costs more than the text."""
    gc.disable()
    try:
        started = time.process_time()
        for _ in invocations(Scope(read_script(Fragment.of(Source("x.sh", text.encode())))), WANTED):
            pass
        return time.process_time() - started
    finally:
        gc.enable()


@pytest.mark.parametrize("name", TEXTS)
def test_time_grows_with_the_text(name: str) -> None:
    small, large = TEXTS[name](1500), TEXTS[name](6000)
    first = min(cpu_seconds(small) for _ in range(2))
    assert cpu_seconds(large) < 8 * first + 0.3


def test_names_are_bounded() -> None:
    assert cpu_seconds("".join(f"A{i}=docker; $A{i} run\n" for i in range(2000))) < 5
