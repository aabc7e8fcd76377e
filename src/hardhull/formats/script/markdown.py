"""Command lines in the code blocks of Markdown. They are read as documentation: weaker evidence than a script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.pipeline import Job, Pipeline, Step
from hardhull.formats.script.commands import WANTED, Given, collect
from hardhull.formats.script.result import ScriptRead
from hardhull.formats.script.rewrite import Rewriter
from hardhull.formats.script.text import fragment_of, looks_like
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.fragment import Fragment
    from hardhull.model.source import Source
    from hardhull.text.shell.scope import Value
    from hardhull.text.shell.tree import Script

_FENCE = re.compile(
    r"^([ \t>]{0,40}(?:[-*+][ \t]{1,8}|[0-9]{1,9}[.)][ \t]{1,8})?)(`{3,}|~{3,})[ \t]{0,8}\{?\.?([\w+-]{0,40})[^\n`]*$",
    re.MULTILINE,
)
_LANGUAGES = frozenset(
    (
        *("", "sh", "bash", "shell", "zsh", "console", "shell-session", "shellsession", "terminal", "bash-session"),
        *("sh-session", "text", "txt", "plain", "plaintext", "cmd", "docker", "none", "ksh", "ash", "commandline"),
        *("command", "cli", "linux", "shellscript"),
    )
)
_ENGINE = r"(?:sudo[ \t]++)?(?:docker|podman|nerdctl)[ \t]"
_PROMPT = re.compile(
    rf"""[ \t]*+ (?: \([\w.-]{{1,40}}\) [ \t]*+ )?             # (venv)
        (?: (?: \[? [\w.-]{{1,40}} (?: @ [\w.-]{{1,60}} [^$#%\n]{{0,60}} )? )? [$%]   # $, host$, user@host:~$
          | \[? \w{{1,40}} @ [\w.-]{{1,60}} [^$#%\n]{{0,60}} \#    # root@host:~#
          | (?: PS [^>\n]{{0,60}} )? > (?= [ \t]++ {_ENGINE} )   # > only in front of an engine
        ) [ \t]++""",
    re.VERBOSE,
)
_ROOT = re.compile(rf"[ \t]*+#[ \t]++(?={_ENGINE})")
"""A bare ``#`` in front of an engine: root's prompt, but a comment where commands stand beside it."""
_PLAIN = re.compile(rf"[ \t]*+{_ENGINE}")
_PLACEHOLDER = re.compile(r"<([A-Za-z][\w .:/|-]{0,60})>")
_INDENTED = re.compile(
    r"^(?: {4,24}|\t)[ \t]{0,24}((?:[$#%][ \t]+)?(?:sudo[ \t]+)?(?:docker|podman|nerdctl)[ \t][^\n]*)", re.MULTILINE
)
_NOT_WORD = re.compile(r"\W+", re.ASCII)
MAX_BLOCKS = 2000
"""Most code blocks of one file that are read."""


class _Placeholders(dict[str, "Value | str"]):
    """What ``<image>`` in a text is: something that the reader fills in."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.startswith("your_")

    def __missing__(self, name: str) -> Value | str:
        return "a placeholder that the reader fills in"


_PLACEHOLDERS = _Placeholders()


def read(source: Source) -> ScriptRead:
    """Reads a Markdown file. What its blocks hold that is no shell text is passed over.

    Raises:
        UnreadableError: too large, UTF-16, or binary.
    """
    if not looks_like(source.data):
        return ScriptRead.nothing()
    fragment = fragment_of(source)
    name = source.path.rpartition("/")[2]
    pipeline = Pipeline(name, "markdown", fragment.place(0, len(fragment.text.partition("\n")[0])), from_docs=True)
    found = ScriptRead.nothing()
    given = Given(from_docs=True, within="markdown")
    for number, (start, lines) in enumerate(_blocks(fragment)):
        if number >= MAX_BLOCKS:
            break
        job = Job("", fragment.place(start, start))
        step = Step(job, f"code block at line {job.place.start.line}", job.place)
        for script in _scripts(fragment, lines):
            collect(Scope(script, given=_PLACEHOLDERS), step, given, found)
        if step.runs:
            job.steps.append(step)
            pipeline.jobs.append(job)
    if pipeline.jobs:
        found.pipelines.append(pipeline)
    return found


def _blocks(fragment: Fragment) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Code blocks that mention something of ours: where they begin, and their lines without indentation."""
    text = fragment.text
    at = 0
    while found := _FENCE.search(text, at):
        yield from _indented(text, at, found.start())
        close = re.compile(
            rf"^[ \t>]{{0,40}}{re.escape(found[2][0])}{{{len(found[2])},}}[ \t]*\r?$", re.MULTILINE
        ).search(text, found.end())
        stop = close.start() if close else len(text)
        if found[3].lower() in _LANGUAGES and WANTED.text.search(text, found.end(), stop):
            yield found.start(), list(_lines(text, found.end() + 1, stop, len(found[1].expandtabs(4))))
        at = close.end() if close else len(text)
    yield from _indented(text, at, len(text))


def _indented(text: str, start: int, end: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Blocks by indentation: a command line at their beginning, with its continuations."""
    at = start
    while found := _INDENTED.search(text, at, end):
        lines = []
        line, stop = found.start(1), found.end()
        while True:
            lines.append((line, stop))
            if not text[line:stop].rstrip("\r").endswith("\\"):
                break
            line = stop + 1
            stop = text.find("\n", line, end)
            stop = end if stop == -1 else stop
            if line >= end:
                break
        before = text.rfind("\n", 0, max(found.start() - 1, 0))
        above = text[before + 1 : max(found.start() - 1, 0)]
        if not above.strip() or above.startswith(("    ", "\t")):
            yield found.start(), lines
        at = min(stop + 1, end)


def _lines(text: str, start: int, stop: int, indent: int) -> Iterator[tuple[int, int]]:
    """The lines of a block without as much indentation as its fence has."""
    at = start
    while at < stop:
        end = text.find("\n", at, stop)
        end = stop if end == -1 else end
        begin = at
        width = 0
        while begin < end and width < indent and text[begin] in " \t>":
            width += 4 if text[begin] == "\t" else 1
            begin += 1
        yield begin, end
        at = end + 1


def _scripts(fragment: Fragment, lines: list[tuple[int, int]]) -> Iterator[Script]:
    """What a shell would be given: the lines behind prompts where there are any, else all lines."""
    text = fragment.text
    prompt = _PROMPT if any(_PROMPT.match(text, *line) for line in lines) else None
    if prompt is None and not any(_PLAIN.match(text, *line) for line in lines):
        prompt = _ROOT if any(_ROOT.match(text, *line) for line in lines) else None
    groups = [_commands(text, lines)] if prompt is None else [[group] for group in _prompted(text, lines, prompt)]
    for group in groups:
        script = read_script(_text(fragment, [line for command in group for line in command]))
        if script.problems and len(group) > 1:  # prose, output or an apostrophe: each command on its own
            for command in group:
                if WANTED.text.search(text, command[0][0], command[-1][1]):
                    yield read_script(_text(fragment, command))
        else:
            yield script


def _commands(text: str, lines: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Lines put together where they end in a backslash."""
    commands: list[list[tuple[int, int]]] = []
    goes_on = False
    for start, end in lines:
        if goes_on:
            commands[-1].append((start, end))
        else:
            commands.append([(start, end)])
        goes_on = text[start:end].rstrip().endswith("\\")
    return commands


def _prompted(text: str, lines: list[tuple[int, int]], prompt: re.Pattern[str]) -> Iterator[list[tuple[int, int]]]:
    """The commands behind prompts, and those of an engine; everything else is output."""
    for command in _commands(text, lines):
        start, end = command[0]
        found = prompt.match(text, start, end)
        if found is not None or _PLAIN.match(text, start, end):
            yield [
                (found.end() if found else start, end),
                *((_behind_secondary(text, lo), hi) for lo, hi in command[1:]),
            ]


def _behind_secondary(text: str, start: int) -> int:
    """The position behind the ``>`` that a shell prints in front of a continued line."""
    found = _SECONDARY.match(text, start)
    return found.end() if found else start


_SECONDARY = re.compile(r"[ \t]*>[ \t]+(?=-|[\w./])")


def _text(fragment: Fragment, lines: list[tuple[int, int]]) -> Fragment:
    """Lines as one text; ``<name>`` is a variable that has no value, blanks behind a backslash do not count."""
    out = Rewriter(fragment.source)
    text = fragment.text
    for start, end in lines:
        stripped = start + len(text[start:end].rstrip())
        stop = stripped if text[stripped - 1 : stripped] == "\\" else end
        at = start
        for found in _PLACEHOLDER.finditer(text, start, stop):
            out.copy(fragment, at, found.start())
            at = found.end()
            name = _NOT_WORD.sub("_", found[1])
            out.put("${your_" + name + "}", fragment.offset(found.start()), fragment.offset(at))
        out.copy(fragment, at, stop)
        out.put("\n", fragment.offset(stop))
    return out.fragment()
