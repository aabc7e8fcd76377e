"""The programs a script really runs: behind ``sudo`` and ``env``, in ``sh -c "..."``, over ``ssh``, in heredocs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.lazy import lazy
from hardhull.text.shell.interest import Interest
from hardhull.text.shell.nested import heredoc, nested_text
from hardhull.text.shell.tokens import ASSIGN, DECLARE
from hardhull.text.shell.wrappers import PASS_ON, PRINTS, RUNS_NOTHING, WRAPPERS, Wrapper

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from hardhull.text.shell.scope import Scope
    from hardhull.text.shell.tree import Command
    from hardhull.text.shell.values import Arg

MAX_LEVELS = 4
"""Deepest nesting of shell text in shell text."""

_ALL_ARGUMENTS = lazy(r'"?\$(?:[@*]|\{[@*](?::[0-9]+)?\})"?')
MAX_WRAPPERS = 16
"""Longest row of wrappers (``sudo env nice ...``) that is looked through."""

MAX_LEADING = 9
"""How far behind an unknown command a program is looked for."""

_SSH = lazy(r"\$\{?\w*SSH\w*\}?")
_VERBS = frozenset(("run", "create", "container", "service", "build", "buildx", "push", "login", "compose", "exec"))
_SHORT_BUNDLE = lazy(r"-[A-Za-z]*c")


class Invocation(NamedTuple):
    """A program that is run.

    Attributes:
        command: the command that runs it, in the script it stands in (a nested one for ``sh -c``).
        scope: that script's variables.
        args: the program and its arguments, wrappers removed.
        wrappers: the programs in front of it, the outermost first.
        env: assignments in front of it (``A=1 docker``, ``env A=1``, ``sudo A=1``): name and value.
        around: the commands of the outer scripts, the outermost first; empty for a command of the script itself.
    """

    command: Command
    scope: Scope
    args: list[Arg]
    wrappers: tuple[str, ...] = ()
    env: tuple[tuple[str, Arg], ...] = ()
    around: tuple[Command, ...] = ()

    @property
    def name(self) -> str:
        """The program without its folder; its source text where it cannot be known."""
        return program_name(self.args[0])


def program_name(arg: Arg) -> str:
    """The last part of a program's path, without ``.exe``."""
    text = arg.text
    return (text.rpartition("/")[2] if arg.known else text).removesuffix(".exe")


class Wanted(NamedTuple):
    """What to look for, so that the rest of a script costs nothing.

    Attributes:
        programs: names of programs; unknown commands in front of one of them are taken for wrappers if named so.
        text: what must occur in a command, or in a variable it uses, for it to be looked at.
    """

    programs: frozenset[str]
    text: re.Pattern[str]


def invocations(scope: Scope, wanted: Wanted | None = None) -> Iterator[Invocation]:
    """Every program that a script runs, in the order of the text.

    Args:
        scope: the script and its variables.
        wanted: only commands that can have to do with this; None for all.
    """
    seen: set[int] = set()
    for invocation in _of_script(scope, wanted, (), ()):
        command = invocation.command
        at = command.script.fragment.offset(command.start)
        if at not in seen:  # $(...) in the text of sh -c or of a heredoc was read with the outer script too
            seen.add(at)
            yield invocation


def _of_script(
    scope: Scope, wanted: Wanted | None, around: tuple[Command, ...], wrappers: tuple[str, ...]
) -> Iterator[Invocation]:
    interest = None if wanted is None else Interest(scope, wanted.text)
    previous: Command | None = None
    mentioned = False
    for command in scope.script.commands:
        piped = mentioned and command.before in {"|", "|&"}
        mentioned = interest is None or interest.has(command)
        if piped or (mentioned and not _only_mentions(command, wanted)):
            yield from _Unwrapping(scope, command, previous, wanted, around).run(wrappers)
        previous = command


def _only_mentions(command: Command, wanted: Wanted | None) -> bool:
    """Whether a command is one of those that run nothing: a quick look before its words are worked out."""
    if wanted is None:
        return False
    head = command.head
    if head is None:
        return True
    name = head.raw
    return name in RUNS_NOTHING and name not in wanted.programs


class _Unwrapping:
    """Looks through the wrappers of one command."""

    def __init__(
        self,
        scope: Scope,
        command: Command,
        previous: Command | None,
        wanted: Wanted | None,
        around: tuple[Command, ...],
    ) -> None:
        self.scope = scope
        self.command = command
        self.previous = previous
        self.wanted = wanted
        self.around = around
        self.env: list[tuple[str, Arg]] = []
        self.wrappers: list[str] = []

    def run(self, wrappers: tuple[str, ...]) -> Iterator[Invocation]:
        command, scope = self.command, self.scope
        self.wrappers = list(wrappers)
        for assignment in command.assignments:
            if command.words and assignment.value is not None:
                value = scope.single(assignment.value, command.start, command.block)
                self.env.append((assignment.name, value))
        args = scope.args(command)
        while args and len(self.wrappers) < MAX_WRAPPERS:
            name = program_name(args[0])
            wrapper = WRAPPERS.get(name) if args[0].known else _named_ssh(name)
            if wrapper is None:
                rest = self._passed_on(name, args)
                if rest is None:
                    yield Invocation(command, scope, args, tuple(self.wrappers), tuple(self.env), self.around)
                    return
                args = rest
                self.wrappers.append(name)
                continue
            self.wrappers.append(name)
            if wrapper.text or wrapper.joined or wrapper.stdin:
                inner = self._inner(wrapper, args[1:])
                if inner is not None:
                    if len(self.around) < MAX_LEVELS:
                        yield from _of_script(inner, self.wanted, (*self.around, command), tuple(self.wrappers))
                    return
            rest = self._after(wrapper, args[1:])
            if wrapper.stdin or not rest:
                yield Invocation(command, scope, args, tuple(self.wrappers[:-1]), tuple(self.env), self.around)
                return
            args = rest

    def _after(self, wrapper: Wrapper, args: list[Arg]) -> list[Arg]:
        """The arguments behind the wrapper's own."""
        at = 0
        skip = wrapper.skip
        while at < len(args):
            arg = args[at]
            text = arg.text
            if text == "--":
                return args[at + 1 :]
            if text.startswith("-") and len(text) > 1:
                at += 2 if text in wrapper.values else 1
            elif wrapper.env and (head := ASSIGN.match(text)):
                self.env.append((head[1], arg.cut(head.end())))
                at += 1
            elif wrapper.dashes:
                at += 1
            elif skip:
                skip -= 1
                at += 1
            else:
                break
        return args[at:]

    def _inner(self, wrapper: Wrapper, args: list[Arg]) -> Scope | None:
        """The script that a wrapper runs as text, if it does."""
        command, scope = self.command, self.scope
        text = _text_argument(wrapper, args)
        if text is not None:
            return nested_text(scope, command, [text], remote=wrapper.remote)
        rest = self._after(wrapper, args)
        if wrapper.joined and rest and not _is_shell(rest):
            return nested_text(scope, command, rest, remote=wrapper.remote)
        if not wrapper.stdin or (rest and rest[0].text not in {"-", "-s", "/dev/stdin"} and not _is_shell(rest)):
            return None
        for redirect in command.redirects:
            if redirect.body:
                return heredoc(scope, command, redirect, remote=wrapper.remote)
            if redirect.op == "<<<":
                word = scope.single(redirect.target, command.start, command.block)
                return nested_text(scope, command, [word], remote=wrapper.remote)
        return self._piped(remote=wrapper.remote)

    def _piped(self, *, remote: bool) -> Scope | None:
        """What the command in front of the pipe prints, where that stands in the text."""
        before, scope = self.previous, self.scope
        if before is None or self.command.before not in {"|", "|&"}:
            return None
        for redirect in before.redirects:
            if redirect.body and before.name in {"cat", "tee", "envsubst"}:
                return heredoc(scope, before, redirect, remote=remote)
        if before.name in {"echo", "printf"} and len(before.words) > 1:
            return nested_text(scope, before, scope.args(before)[-1:], remote=remote)
        return None

    def _passed_on(self, name: str, args: Sequence[Arg]) -> list[Arg] | None:
        """The arguments that an unknown command runs: ``retry 3 docker run``, ``$SUDO docker run``.

        A function of the script has to use its arguments for more than printing them; of other names those that print
        are left out.
        """
        if self.wanted is None or len(args) < 3 or name in self.wanted.programs:
            return None
        function = self.scope.script.functions.get(name)
        if function is not None:
            if name not in self.scope.passing:
                inside = (command for command in self.scope.script.commands if command.block.within(function))
                self.scope.passing[name] = any(map(_runs_arguments, inside))
            if not self.scope.passing[name]:
                return None
        elif PRINTS.fullmatch(name):
            return None
        for at in range(1, min(len(args) - 1, MAX_LEADING)):
            if program_name(args[at]) in self.wanted.programs and args[at].known and args[at + 1].text in _VERBS:
                return list(args[at:])
            if args[at].known and args[at].text in WRAPPERS and name in PASS_ON:
                return list(args[at:])
        return None


def _named_ssh(name: str) -> Wrapper | None:
    """``$SSH $HOST docker run``: a variable that is named for what it holds."""
    return WRAPPERS["ssh"] if _SSH.fullmatch(name) else None


def _is_shell(args: Sequence[Arg]) -> bool:
    """Whether ``ssh host bash -s`` or ``su user -`` just starts a shell that reads its input."""
    wrapper = WRAPPERS.get(program_name(args[0]))
    return wrapper is not None and wrapper.stdin and all(arg.text.startswith("-") for arg in args[1:])


def _text_argument(wrapper: Wrapper, args: Sequence[Arg]) -> Arg | None:
    """The argument that is shell text: behind ``-c`` (``-lc``, ``-xec``), or ``--command=...``."""
    option = wrapper.text
    if not option:
        return None
    if option == "0":
        return args[0] if args else None
    for at, arg in enumerate(args):
        if arg.text == option or (option == "-c" and _SHORT_BUNDLE.fullmatch(arg.text)):
            following = args[at + 1 : at + 2]
            return following[0] if following else None
        if arg.text.startswith(f"{option}="):
            return arg.cut(len(option) + 1)
        if (
            wrapper.stdin
            and wrapper.skip == 0
            and not arg.text.startswith(("-", "+"))
            and args[at - 1].text not in wrapper.values
        ):
            return None
    return None


def _runs_arguments(command: Command) -> bool:
    """Whether a command of a function uses the function's arguments otherwise than to print them."""
    name = command.name or ""
    if PRINTS.fullmatch(name) and name not in DECLARE:
        return False
    words = [*command.words, *(word for assignment in command.assignments for word in assignment.words)]
    return any(_ALL_ARGUMENTS.fullmatch(word.raw) for word in words)
