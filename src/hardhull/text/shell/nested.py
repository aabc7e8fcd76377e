"""Shell text inside shell text: ``sh -c "..."``, ``eval``, heredocs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.fragment import Fragment, Run
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Outer, Scope
from hardhull.text.shell.tokens import NAME, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.text.shell.tree import Command, Redirect
    from hardhull.text.shell.values import Arg, Piece


_ESCAPED = re.compile(rf"\\\$\{{?({NAME})")
"""A variable that is left to the shell that reads a heredoc."""


def nested_text(scope: Scope, command: Command, args: Sequence[Arg], *, remote: bool = False) -> Scope:
    """The scope of the script that arguments make up when they are joined by blanks.

    Args:
        scope: of the script around it.
        command: the command that runs it.
        args: its text; what the outer shell cannot expand stays ``$X`` and stays unknown inside.
        remote: whether it runs where the outer variables do not exist.
    """
    fragment = joined(args)
    expanded = any(piece.why for arg in args for piece in arg.pieces)
    script = read_script(fragment, scope.script.escape)
    if remote and not expanded:
        return Scope(script)
    return Scope(script, outer=Outer(scope, command.start, command.block, exported=not expanded))


def joined(args: Sequence[Arg]) -> Fragment:
    """The text of arguments with blanks in between, each character with its place in the file."""
    pieces = [piece for arg in args for piece in arg.pieces]
    source = (pieces[0].fragment if pieces else args[0].site[0]).source
    texts: list[str] = []
    runs: list[Run] = []
    at = 0
    for number, arg in enumerate(args):
        if number:
            runs.append(Run(at, runs[-1].offset if runs else 0))
            texts.append(" ")
            at += 1
        together = arg.together
        here = arg.site[0].offset(arg.site[1])
        for piece in arg.pieces:
            own = piece.fragment is arg.site[0] and arg.site[1] <= piece.start <= arg.site[2]
            if piece.fragment.source is source and (together or own):
                runs += _piece_runs(piece, at)
                here = piece.fragment.offset(piece.end)
            elif piece.text:  # a value from elsewhere inside a text: it is where the text is, not where it is assigned
                runs += [Run(at, here), Run(at + len(piece.text) - 1, here)]
            texts.append(piece.text)
            at += len(piece.text)
    plain = len(pieces) == 1 and pieces[0].fragment.literal
    return Fragment(source, "".join(texts), runs or [Run(0, args[0].site_place.span.start)], literal=plain)


def _piece_runs(piece: Piece, at: int) -> list[Run]:
    if len(piece.text) != piece.end - piece.start:
        return [Run(at, piece.fragment.offset(piece.start))]
    return piece.fragment.runs(piece.start, piece.end, at)


def heredoc(scope: Scope, command: Command, redirect: Redirect, *, remote: bool = False) -> Scope:
    """The scope of the script in the body of a heredoc."""
    start, end = redirect.body or (0, 0)
    fragment = heredoc_fragment(scope, redirect.quoted, start, end, tabs=redirect.op.endswith("-"))
    script = read_script(fragment, scope.script.escape)
    if remote and redirect.quoted:
        return Scope(script)
    hidden = frozenset(_ESCAPED.findall(scope.script.text, start, end)) if remote else frozenset()
    return Scope(script, outer=Outer(scope, command.start, command.block, exported=redirect.quoted, hidden=hidden))


def heredoc_fragment(scope: Scope, quoted: bool, start: int, end: int, *, tabs: bool) -> Fragment:
    """A heredoc's lines: leading tabs removed for ``<<-``, escapes where the outer shell removes them."""
    outer = scope.script.fragment
    text = outer.text
    chunks: list[tuple[int, int]] = []
    at = start
    escaped = tokens(scope.script.escape).quoted
    while at < end:
        line_end = text.find("\n", at, end)
        line_end = end if line_end == -1 else line_end + 1
        if tabs:
            while at < line_end and text[at] == "\t":
                at += 1
        if quoted or scope.script.escape not in text[at:line_end]:
            chunks.append((at, line_end))
        else:
            here = at
            for found in escaped.finditer(text, at, line_end):
                if found.lastindex == 2 and found[2] != '"':
                    chunks.append((here, found.start()))
                    here = found.start(2)
            chunks.append((here, line_end))
        at = line_end
    runs: list[Run] = []
    texts: list[str] = []
    length = 0
    for lo, hi in chunks:
        runs += outer.runs(lo, hi, length)
        texts.append(text[lo:hi])
        length += hi - lo
    return Fragment(outer.source, "".join(texts), runs or [Run(0, outer.offset(start))], literal=outer.literal)
