"""RUN, COPY and ADD as facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.recipe_parts import BuildMount, Copy, CopyFrom, Run, Script
from hardhull.formats.dockerfile.problems import problem
from hardhull.formats.dockerfile.variables import UnresolvedError
from hardhull.model.field import Field
from hardhull.model.source import Place
from hardhull.text.dockerfile.heredoc import parse as parse_heredoc
from hardhull.text.dockerfile.lexer import LexError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.problem import Problem
    from hardhull.formats.dockerfile.variables import Scope
    from hardhull.text.dockerfile import Flag, Heredoc, Statement

_SHEBANG = r"#!\s*(\S+)(?:[ \t]+(?:-\S+[ \t]+)*(\S+))?"
_COMMAND_START = r"[|;&({]|\b(?:then|do|else)\b"
_PREFIX_WORDS = frozenset({"exec", "sudo", "env", "command", "nohup", "time"})
_ABSENT: tuple[Script, ...] = ()


def fill_run(
    run: Run, statement: Statement, scope: Scope, origin: Callable[[str, Place], CopyFrom]
) -> list[Field[Problem]]:
    """Fills a Run from its statement.

    Returns:
        What BuildKit refuses it for.
    """
    problems: list[Field[Problem]] = []
    source, head = statement.source, statement.keyword_span
    run.exec_form = statement.exec_form
    run.command = statement.command
    run.words = tuple([word.text for word in statement.words]) if statement.exec_form else ()
    run.scripts = tuple(_scripts(statement)) if statement.heredocs else _ABSENT
    run.network = run.security = Field("network", None, Place(source, head), written=False)
    if not statement.flags:
        run.mounts = ()
        return problems
    mounts: list[Field[BuildMount]] = []
    for flag in statement.flags:
        place = Place(source, flag.value_span)
        if flag.name == "mount":
            mounts.append(_mount(flag, place, scope, origin, problems))
        elif flag.name in {"network", "security"}:
            setattr(run, flag.name, Field(flag.name, flag.value, place))
    run.mounts = tuple(mounts)
    return problems


def _mount(
    flag: Flag, place: Place, scope: Scope, origin: Callable[[str, Place], CopyFrom], problems: list[Field[Problem]]
) -> Field[BuildMount]:
    from hardhull.formats.dockerfile.mounts import MountError, read_mount

    try:
        return Field("mount", read_mount(flag.value or "", scope.expand, lambda text: origin(text, place)), place)
    except UnresolvedError as error:
        return Field.unknown("mount", place, str(error), written=True)
    except (MountError, LexError) as error:
        problems.append(problem(place.source, place.span, "value", "--mount", str(error)))
        return Field.unknown("mount", place, str(error), written=True)


def fill_copy(copy: Copy, statement: Statement, scope: Scope, origin: Callable[[str, Place], CopyFrom]) -> None:
    """Fills a Copy from its statement."""
    source = statement.source
    docs = {heredoc.span for heredoc in statement.heredocs}
    fields = [
        scope.field("source", word.text, Place(source, word.span)) for word in statement.words if word.span not in docs
    ]
    head = Place(source, statement.keyword_span)
    copy.exec_form = statement.exec_form
    copy.target = fields.pop() if fields else Field.unknown("target", head, "it has no target")
    copy.target.name = "target"
    copy.sources = tuple(fields)
    copy.files = tuple([_file(statement, heredoc) for heredoc in statement.heredocs]) if docs else _ABSENT
    nothing: Field[str | None] = Field("flag", None, head, written=False)
    copy.chown = copy.chmod = copy.checksum = nothing
    copy.origin = Field("from", None, head, written=False)
    copy.link = False
    copy.excludes = ()
    for flag in statement.flags:
        place = Place(source, flag.value_span)
        if flag.name in {"chown", "chmod", "checksum"}:
            setattr(copy, flag.name, scope.field(flag.name, flag.value or "", place))
        elif flag.name == "from":
            copy.origin = _origin(flag.value or "", place, origin)
        elif flag.name == "link":
            copy.link = (flag.value or "true").lower() == "true"
        elif flag.name == "exclude":
            copy.excludes += (flag.value or "",)


def _origin(text: str, place: Place, origin: Callable[[str, Place], CopyFrom]) -> Field[CopyFrom | None]:
    if "$" in text:
        return Field.unknown("from", place, "--from takes no variables", written=True)
    return Field("from", origin(text, place), place)


def _file(statement: Statement, heredoc: Heredoc) -> Script:
    body = statement.body(heredoc)
    return Script(heredoc.name, body, _from_shebang(body.text) or "?", heredoc.expand)


def _scripts(statement: Statement) -> list[Script]:
    """The here-documents of a RUN, each with the program that reads it."""
    line = statement.text[slice(*statement.args)]
    alone = _is_heredoc(line)
    scripts = []
    for heredoc in statement.heredocs:
        body = statement.body(heredoc)
        reader = _from_shebang(body.text) if alone else _reader(statement, line, heredoc)
        scripts.append(Script(heredoc.name, body, reader, heredoc.expand))
    return scripts


def _is_heredoc(line: str) -> bool:
    """Whether a whole command is nothing but one ``<<EOF``: BuildKit then runs the body itself."""
    try:
        return parse_heredoc(line) is not None
    except LexError:
        return False


def _from_shebang(text: str) -> str:
    match = re.match(_SHEBANG, text)
    if not match:
        return ""
    program = match.group(1).rpartition("/")[2]
    return (match.group(2) or "").rpartition("/")[2] if program == "env" else program


def _reader(statement: Statement, line: str, heredoc: Heredoc) -> str:
    """The command that a here-document is redirected to, ``?`` where there is none to be seen."""
    token = statement.source.text(heredoc.span)
    before, _token, after = line.partition(token)
    start = max((match.end() for match in re.finditer(_COMMAND_START, before)), default=0)
    words = before[start:].split() or after.split()
    for word in words:
        if "=" in word or word in _PREFIX_WORDS or word.startswith(("-", "<", ">")):
            continue
        return word.strip("\"'").rpartition("/")[2]
    return "?"
