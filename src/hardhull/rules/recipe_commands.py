"""The programs that the RUN instructions of a recipe run. Every RUN is read at most once, and only if a rule asks."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.facts.recipe_parts import SHELLS
from hardhull.model.finding import Finding, SourceSpan
from hardhull.model.fragment import Fragment
from hardhull.model.fragment import Run as Stretch
from hardhull.model.lazy import lazy
from hardhull.text.shell.invocations import Wanted, invocations
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.facts.recipe import ImageRecipe, Stage
    from hardhull.facts.recipe_parts import Run
    from hardhull.model.change import Fix
    from hardhull.model.finding import Confidence, Severity
    from hardhull.model.source import Place
    from hardhull.text.shell.invocations import Invocation
    from hardhull.text.shell.tree import Command
    from hardhull.text.shell.tree import Script as ShellScript
    from hardhull.text.shell.values import Arg

_PROGRAMS: Final = frozenset(
    """
    addgroup adduser apk apt apt-get aptitude cargo chmod curl dnf dotnet export gem git go gradle gradlew groupadd
    microdnf mvn mvnw npm npx passwd pip pip2 pip3 pnpm python python3 rpm sudo tdnf useradd usermod uv wget yarn yum
    zypper
    """.split()  # noqa: SIM905  a list reads better as text
)
"""The programs that rules ask for."""
_WANTED: Final = Wanted(
    _PROGRAMS,
    lazy(rf"(?<![\w.-])(?:{'|'.join(sorted(_PROGRAMS, key=len, reverse=True))})(?![\w-])"),
)
_SHELL_TEXT: Final = lazy(r"-[A-Za-z]*c")
ESCAPES: Final = frozenset("\\`")
_RUN_FILES: Final = SHELLS - {""} | {"source", ".", "python", "python3", "perl", "node", "ruby"}
_WHOLE: Final = lazy(r"\"?(?:\$\(.*\)|`.*`)\"?", re.DOTALL)
"""A word that is nothing but the output of a command."""


class Call(NamedTuple):
    """One program that a RUN runs.

    Attributes:
        stage: the stage.
        run: the instruction.
        program: its name without folder and ``.exe``; the text as written where it cannot be known.
        texts: program and arguments; what cannot be known stands there as it is written (``$VERSION``).
        args: the same words with their places; none for the exec form, which stands at the instruction.
        wrappers: programs in front of it (``sudo``).
        front: what is written in front of it in its command, and the commands of the scripts around it.
        piped_to: the program that reads its output, with its arguments.
        piped_from: the arguments of the program whose output it reads.
        inside: the program that runs its output (``sh -c "$(curl ...)"``, ``bash <(curl ...)``), else empty.
        env: variables set in front of it, by name.
    """

    stage: Stage
    run: Run
    program: str
    texts: tuple[str, ...]
    args: tuple[Arg, ...] = ()
    wrappers: tuple[str, ...] = ()
    front: str = ""
    piped_to: tuple[str, ...] = ()
    piped_from: tuple[str, ...] = ()
    inside: str = ""
    env: tuple[tuple[str, Arg], ...] = ()

    def sure(self, at: int) -> bool:
        """Whether all of a word is known."""
        return not self.args or self.args[at].known

    def place(self, at: int = 0) -> Place:
        """Where a word stands."""
        return self.args[at].place if self.args else self.run.head

    def finding(
        self,
        message: str,
        *,
        at: int = 0,
        label: str = "",
        value: str = "",
        also: tuple[SourceSpan, ...] = (),
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        fix: Fix | None = None,
    ) -> Finding:
        """A finding at one of its words; ``value`` is part of the finding's id and never a secret."""
        evidence = (SourceSpan(self.place(at), label), *also)
        fixes = () if fix is None else (fix,)
        return Finding(
            message, evidence, "run", value or self.program, severity=severity, confidence=confidence, fixes=fixes
        )

    def literal(self, at: int) -> bool:
        """Whether a word stands in the command as it is, so that an edit of its place is an edit of this command."""
        if not self.args:
            return False
        arg = self.args[at]
        return arg.known and arg.whole and arg.site[0].literal

    @property
    def where(self) -> str:
        """The stage, for a message."""
        return self.stage.subject


def calls(
    recipe: ImageRecipe,
    words: tuple[str | re.Pattern[str], ...],
    stages: Iterable[Stage] | None = None,
    unless: re.Pattern[str] | None = None,
) -> Iterator[Call]:
    """What the RUN instructions run.

    Args:
        recipe: whose.
        words: only RUNs in which one of these texts or patterns occurs are read.
        stages: only these; all by default.
        unless: RUNs in which this occurs are passed over.
    """
    if not _occurs(all_text(recipe), words):
        return
    escape = recipe.directives.get("escape")
    character = escape.get("\\") if escape else "\\"
    for stage in recipe.stages if stages is None else stages:
        for run in stage.runs:
            text = text_of(run)
            if _occurs(text, words) and not (unless and unless.search(text)):
                yield from _calls(stage, run, character if character in ESCAPES else "\\")


def mentions(run: Run, *words: str | re.Pattern[str]) -> bool:
    """Whether one of these texts or patterns occurs in what a RUN runs."""
    return _occurs(text_of(run), words)


def _occurs(text: str, words: tuple[str | re.Pattern[str], ...]) -> bool:
    for word in words:  # noqa: SIM110  any() of a generator takes twice as long, and this is asked 100,000 times
        if word in text if isinstance(word, str) else word.search(text):
            return True
    return False


@lru_cache(maxsize=16)
def all_text(recipe: ImageRecipe) -> str:
    """The shell text of all RUNs, for a first quick look."""
    return "\n".join([text_of(run) for stage in recipe.stages for run in stage.runs])


@lru_cache(maxsize=512)
def text_of(run: Run) -> str:
    """All shell text of a RUN; a quick look at it decides whether it is read."""
    texts = [run.command.text if run.command else " ".join(run.words)]
    texts += [script.text.text for script in run.scripts if script.is_shell]
    return "\n".join(texts)


@lru_cache(maxsize=512)
def _calls(stage: Stage, run: Run, escape: str) -> tuple[Call, ...]:
    return tuple(_read(stage, run, escape))


def _read(stage: Stage, run: Run, escape: str) -> Iterator[Call]:
    if not _posix(stage, run):
        return
    if run.command is not None:
        yield from _of_text(stage, run, run.command, escape)
    elif run.words:
        yield from _of_words(stage, run, escape)
    for script in run.scripts:
        if script.is_shell:
            yield from _of_text(stage, run, script.text, "\\")


def _posix(stage: Stage, run: Run) -> bool:
    """Whether a shell that we can read reads it: not PowerShell, not Windows' own."""
    if run.shell:
        return run.shell[0].rpartition("/")[2] in SHELLS
    root = stage
    while root.parent:
        root = root.parent
    return root.known is None or root.known.family != "windows"


def _of_words(stage: Stage, run: Run, escape: str) -> Iterator[Call]:
    """The exec form: the words themselves, or the text behind ``sh -c``. Everything stands at the instruction."""
    words = run.words
    if len(words) > 2 and words[0].rpartition("/")[2] in SHELLS and _SHELL_TEXT.fullmatch(words[1]):
        fragment = Fragment(run.source, words[2], [Stretch(0, run.span.start)], literal=False)
        for call in _of_text(stage, run, fragment, escape):
            yield call._replace(args=(), env=())
        return
    yield Call(stage, run, words[0].rpartition("/")[2], words)


def _of_text(stage: Stage, run: Run, fragment: Fragment, escape: str) -> Iterator[Call]:
    scope = Scope(read_script(fragment, escape))
    found = [(each, _call(stage, run, each)) for each in invocations(scope, _WANTED)]
    for index, (invocation, call) in enumerate(found):
        command = invocation.command
        before = found[index - 1] if index and command.before in {"|", "|&"} else None
        after = found[index + 1] if index + 1 < len(found) and command.after in {"|", "|&"} else None
        yield call._replace(
            piped_from=before[1].texts if before and _joined(before[0], invocation) else (),
            piped_to=after[1].texts if after and _joined(invocation, after[0]) else (),
            inside=_around(invocation),
        )


def _joined(left: Invocation, right: Invocation) -> bool:
    """Whether two neighbours are joined by a pipe."""
    same = left.command.script is right.command.script and left.command.end <= right.command.start
    return same and not left.command.script.text[left.command.end : right.command.start].strip("| &\t\r\n\\`")


def _call(stage: Stage, run: Run, invocation: Invocation) -> Call:
    args = invocation.args
    return Call(
        stage,
        run,
        invocation.name,
        tuple([arg.text for arg in args]),
        tuple(args),
        invocation.wrappers,
        _front(invocation) if invocation.wrappers else "",
        env=invocation.env,
    )


def _front(invocation: Invocation) -> str:
    """The text of the command up to the program, and the commands around it."""
    command, (fragment, start, _end) = invocation.command, invocation.args[0].site
    own = command.script.text[command.start : start] if fragment is command.script.fragment else ""
    return "; ".join((*(outer.raw for outer in invocation.around), own))


def _around(invocation: Invocation) -> str:
    """The shell that runs its output: as a command of its own, or as the file that ``bash <(...)`` names."""
    command = invocation.command
    block = command.block.nearest("substitution")
    if block is None:
        return ""
    from_file = command.script.text[max(block.start - 2, 0) : block.start] == "<("
    for outer in _reversed_from(command):
        if outer.start <= block.start <= outer.end and outer.words:
            if _WHOLE.fullmatch(outer.words[0].raw):
                return "sh"
            names = [(word.literal or "").rpartition("/")[2] for word in outer.words[:4]]
            return next((name for name in names if from_file and name in _RUN_FILES), "")
    return ""


def _reversed_from(command: Command) -> Iterator[Command]:
    """The commands that begin a little before this one, the nearest first."""
    commands = command.script.commands
    end = bisect_right(_starts(command.script), command.start)
    return (each for each in reversed(commands[max(0, end - 30) : end]) if each is not command)


@lru_cache(maxsize=8)
def _starts(script: ShellScript) -> list[int]:
    return [command.start for command in script.commands]
