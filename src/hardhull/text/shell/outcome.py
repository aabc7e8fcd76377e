"""Whether a failing command fails the script it stands in, and what makes it not count."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.lazy import lazy

if TYPE_CHECKING:
    from hardhull.model.source import Place
    from hardhull.text.shell.tree import Block, Command, Script


class Mode(NamedTuple):
    """How a shell is started: ``-e`` stops at the first failure, ``pipefail`` lets every part of a pipe count."""

    errexit: bool = False
    pipefail: bool = False


class Ignored(NamedTuple):
    """Why a failure does not count, and where that is written."""

    why: str
    place: Place


MAX_STEPS = 300
"""How far around a command the script is looked at."""

_SHEBANG = lazy(r"#![^\n]*\bsh\b[^\n]* -\w*e")
_FAILS = lazy(
    r"(?:exit|return)(?:\s+(?!0\b)\S+)?|false|die\b.*|fail\w*\b.*|error\w*\b.*|abort\w*\b.*|fatal\b.*|panic\b.*|kill\b.*",
    re.DOTALL,
)
_TRUE = frozenset(("true", ":", "/bin/true", "exit 0", "return 0"))
_STATUS = lazy(r"\$\{?\?|PIPESTATUS")


class Outcomes:
    """Answers for the commands of one script.

    Args:
        script: whose.
        mode: how its shell is started; a ``-e`` in its first line and ``set`` in it change that.
    """

    def __init__(self, script: Script, mode: Mode) -> None:
        self.script = script
        self._starts = [command.start for command in script.commands]
        if _SHEBANG.match(script.text):
            mode = mode._replace(errexit=True)
        self._modes = list(_modes(script, mode))
        self._mode_starts = [start for start, _ in self._modes]

    def ignored(self, command: Command) -> Ignored | None:
        """Why a failure of a command does not fail the script; None where it does (or may: a plain condition)."""
        mode = self._modes[bisect_left(self._mode_starts, command.start + 1) - 1][1]
        own = self._at(command, mode)
        if own is not None:
            return own
        block: Block | None = command.block
        while block is not None:
            found = self._around(block, command, mode)
            if found is not None:
                return found
            block = block.parent
        return None if mode.errexit else self._goes_on(command)

    def _place(self, start: int, end: int) -> Place:
        return self.script.fragment.place(start, end)

    def _at(self, command: Command, mode: Mode) -> Ignored | None:
        if command.after in {"|", "|&"} and not mode.pipefail:
            return Ignored("only the last command of the pipe counts", self._place(command.end, self._until(command)))
        if command.after == "&":
            return Ignored("it runs in the background", self._place(command.start, command.end))
        return self._alternative(self._index(command) + 1, command.block, command.after)

    def _index(self, command: Command) -> int:
        return bisect_left(self._starts, command.start)

    def _until(self, command: Command) -> int:
        """Where the command behind a pipe ends."""
        index = self._index(command) + 1
        following = self.script.commands[index : index + 1]
        return following[0].end if following else command.end

    def _alternative(self, index: int, block: Block, after: str) -> Ignored | None:
        """What follows behind ``||`` in the same list, unless it fails on its own."""
        level = _level(block)
        commands = self.script.commands
        stop = min(len(commands), index + MAX_STEPS)
        while after in {"&&", "|", "|&", "||"} and index < stop:
            following = commands[index]
            if _level(following.block) is not level:
                if not following.block.within(level):
                    return None
                index += 1
                continue
            if after == "||":
                text = following.raw.strip()
                if _FAILS.fullmatch(text):
                    return None
                shown = text if text in _TRUE else (following.name or "a command")
                if following.head is None or following.after in {"||", "&&"}:
                    return None
                start = max(self.script.text.rfind("||", 0, following.start), 0)
                return Ignored(f"`|| {shown}` takes its place", self._place(start, following.end))
            after = following.after
            index += 1
        return None

    def _around(self, block: Block, command: Command, mode: Mode) -> Ignored | None:
        """What the blocks around a command make of its failure."""
        kind = block.kind
        if kind == "condition":
            return self._condition(block, command)
        if kind == "substitution":
            return self._substitution(block, command)
        if kind in {"group", "subshell", "loop", "if", "case"}:
            if block.after in {"|", "|&"} and not mode.pipefail:
                return Ignored("only the last command of the pipe counts", self._place(command.start, command.end))
            if block.after in {"&&", "||"}:
                index = self._index(command)
                commands = self.script.commands
                stop = min(len(commands), index + MAX_STEPS)
                while index < stop and commands[index].block.within(block):
                    index += 1
                outer = block.parent
                return self._alternative(index, outer, block.after) if outer is not None else None
        return None

    def _condition(self, block: Block, command: Command) -> Ignored | None:
        """``if command; then``: counts where a branch exits or fails."""
        whole = block.parent
        if whole is None or whole.kind != "if":
            return None
        index = self._index(command) + 1
        commands = self.script.commands
        stop = min(len(commands), index + MAX_STEPS)
        while index < stop and commands[index].block.within(whole):
            if _FAILS.fullmatch(commands[index].raw.strip()):
                return None
            index += 1
        return Ignored("it is only asked for by if, and no branch fails", self._place(command.start, command.end))

    def _substitution(self, block: Block, command: Command) -> Ignored | None:
        """``$(command)``: counts only where it is all that an assignment consists of."""
        index = self._index(command) - 1
        stop = max(index - MAX_STEPS, -1)
        while index > stop:
            outer = self.script.commands[index]
            if outer.start < block.start <= outer.end and not outer.block.within(block):
                if outer.head is not None and not _STATUS.search(outer.raw):
                    return Ignored(f"{outer.name or 'the command'} only takes its output", outer.place)
                return None
            index -= 1
        return None

    def _goes_on(self, command: Command) -> Ignored | None:
        """Without ``set -e``: only the last command counts, or one whose status is asked for."""
        index = self._index(command) + 1
        commands = self.script.commands
        stop = min(len(commands), index + MAX_STEPS)
        while index < stop and (_inside(commands[index], command) or _other_branch(commands[index], command)):
            index += 1
        following = commands[index] if index < stop else None
        if following is None or command.after in {"&&", "||"}:
            return None
        if _STATUS.search(following.raw) or _FAILS.fullmatch(following.raw.strip()):
            return None
        return Ignored("the script goes on after a failure (no `set -e`)", self._place(command.start, command.end))


def _inside(later: Command, command: Command) -> bool:
    return command.start <= later.start < command.end


def _other_branch(later: Command, command: Command) -> bool:
    """Whether two commands stand in different branches of one ``if`` or ``case``."""
    block: Block | None = later.block
    while block is not None and not command.block.within(block):
        block = block.parent
    return block is not None and block.kind in {"if", "case"}


def _level(block: Block) -> Block:
    while block.kind == "chain" and block.parent is not None:
        block = block.parent
    return block


def _modes(script: Script, mode: Mode) -> list[tuple[int, Mode]]:
    """The modes from position to position, as ``set`` changes them."""
    modes = [(-1, mode)]
    for command in script.commands:
        if command.head is None or command.head.raw != "set" or command.block.nearest("substitution", "subshell"):
            continue
        words = [word.raw for word in command.words[1:]]
        for index, word in enumerate(words):
            if word[:1] not in {"-", "+"} or word == "--":
                break
            on = word[0] == "-"
            named = words[index + 1] if word.endswith("o") and index + 1 < len(words) else ""
            if "e" in word[1:] or named == "errexit":
                mode = mode._replace(errexit=on)
            if named == "pipefail" or "pipefail" in words[index + 1 : index + 2]:
                mode = mode._replace(pipefail=on)
        modes.append((command.start, mode))
    return modes
