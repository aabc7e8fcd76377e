"""What a command does to variables: lasting assignments, ``read``, loop variables, files read in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.text.shell.tokens import DECLARE
from hardhull.text.shell.tree import Assignment, Part, Word

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.text.shell.tree import Command


def settle(command: Command) -> None:
    """Keeps in the script what the command changes for the commands after it."""
    if command.head is None:
        for assignment in command.assignments:
            _keep(command, assignment)
        return
    effect = _EFFECTS.get(command.head.raw)
    if effect is not None:
        effect(command)


def _keep(command: Command, assignment: Assignment) -> None:
    command.script.assignments.setdefault(assignment.name, []).append(assignment)


def _unknown(command: Command, word: Word, why: str) -> None:
    name = word.literal
    if name and name.isidentifier():
        _keep(command, Assignment(name, command.start, command.block, why=why))


def _declare(command: Command) -> None:
    builtin = command.words[0].raw
    options = "".join([word.raw for word in command.words[1:] if word.raw.startswith("-")])
    local = builtin == "local" or (
        builtin in {"declare", "typeset"} and "g" not in options and command.block.nearest("function") is not None
    )
    exported = builtin == "export" or "x" in options
    for assignment in command.assignments:
        assignment.local = local
        assignment.exported = exported
        _keep(command, assignment)
    if exported:
        command.script.exported.update(word.raw for word in command.words[1:])


def _read(command: Command) -> None:
    for word in command.words[1:]:
        _unknown(command, word, "it is read while the script runs")


def _for(command: Command) -> None:
    if len(command.words) > 1:
        _unknown(command, command.words[1], "it is a loop variable")


def _unset(command: Command) -> None:
    for word in command.words[1:]:
        _unknown(command, word, "it is unset here")


def _printf(command: Command) -> None:
    if len(command.words) > 2 and command.words[1].raw == "-v":
        _unknown(command, command.words[2], "it is printed while the script runs")


def _source(command: Command) -> None:
    if len(command.words) > 1:
        command.script.sourced.append((command.start, command.words[1].raw))


def _default(command: Command) -> None:
    """``: "${X:=value}"`` gives a value to a variable that has none."""
    for word in command.words[1:]:
        for part in word.parts:
            if part.op in {":=", "="} and part.text not in command.script.assignments:
                value = Word(command.script, part.start, part.end, _as_value(part))
                _keep(command, Assignment(part.text, command.start, command.block, value=value))


def _as_value(part: Part) -> tuple[Part, ...]:
    return tuple(piece._replace(quoted=True) for piece in part.operand)


_EFFECTS: dict[str, Callable[[Command], None]] = {
    **dict.fromkeys(DECLARE, _declare),
    **dict.fromkeys(("read", "mapfile", "readarray", "getopts"), _read),
    **dict.fromkeys(("for", "select"), _for),
    **dict.fromkeys((".", "source"), _source),
    "unset": _unset,
    "printf": _printf,
    ":": _default,
}
