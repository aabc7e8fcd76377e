"""Writes what fixes want of a pipeline: words of commands, what makes a failure count, inputs and variables."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from hardhull.facts import pipeline_changes as wants
from hardhull.facts.pipeline import Pipeline, Run
from hardhull.facts.workload import Workload
from hardhull.formats.docker_run.write import options_for
from hardhull.formats.script.counting import counted
from hardhull.model.change import Add, Drop, Instruct, SetTo, Swap
from hardhull.model.source import Place, Span
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Node, Scalar, Sequence
from hardhull.text.shell.wordline import Row
from hardhull.text.shell.wordtext import is_simple
from hardhull.text.tree.draft import TreeDraft

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.fact import Fact
    from hardhull.model.change import Change
    from hardhull.text.draft import Draft, Drafts

_YAML = frozenset(("workflow", "gitlab"))
_EXPORT = re.compile(rb"[ \t]*(?:export[ \t]+)?")


def write(fact: Fact, change: Change, drafts: Drafts) -> None:
    """Writes one Change of a pipeline, or of a container that a workflow declares.

    Raises:
        UnwritableError: it cannot be written without a guess.
    """
    if isinstance(fact, Workload) and isinstance(change, SetTo | Add | Drop | Swap):
        raise UnwritableError("the options of a container in a workflow are one text", options_for(fact, change))
    assert isinstance(fact, Pipeline)  # noqa: S101  the syntax says so
    if not isinstance(change, Instruct):
        raise UnwritableError("a pipeline has no such field")
    if fact.from_docs:
        raise UnwritableError("documentation is left to its authors")
    want: wants.Want = change.want
    if isinstance(want, wants.WithoutWords):
        _draft(drafts, want.run).replace(*_row(want.run).removal(want.first, want.last))
    elif isinstance(want, wants.WithWords):
        bound = want.behind + 1
        (edit,) = _row(want.run).edits((), [want.text.encode()], want.behind, bound)
        _draft(drafts, want.run).insert(edit.span.start, edit.text)
    elif isinstance(want, wants.Reworded):
        _reword(want, drafts)
    elif isinstance(want, wants.OnInput):
        _on_input(fact, want, drafts)
    elif isinstance(want, wants.Counted):
        _count(fact, want, drafts)
    elif isinstance(want, wants.InputGiven):
        _give(want, drafts)
    else:
        _unset(fact, want, drafts)


def _draft(drafts: Drafts, run: Run) -> Draft:
    return drafts.of(run.place.source)


def _row(run: Run) -> Row:
    """The words of a command in the file.

    Raises:
        UnwritableError: some come from variables.
    """
    spans = [word.place.span for word in run.words]
    source, whole = run.place.source, run.place.span
    end = whole.start
    for word, span in zip(run.words, spans, strict=True):
        if word.place.source is not source or span.start < end or span.end > whole.end or span.start == span.end:
            raise UnwritableError(f"{word.place.text or 'a word'} is not written where the command is")
        end = span.end
    return Row(source.data, spans)


def _reword(want: wants.Reworded, drafts: Drafts) -> None:
    _row(want.run)
    place = want.run.words[want.at].place
    text = place.text
    quote = text[:1] if text[:1] in {"'", '"'} and text[-1:] == text[:1] else ""
    if text.strip("'\"") != want.run.texts[want.at] or not is_simple(want.text):
        raise UnwritableError(f"{text} is not written as it is read", want.text)
    drafts.of(place.source).replace(place.span, f"{quote}{want.text}{quote}")


def _on_input(pipeline: Pipeline, want: wants.OnInput, drafts: Drafts) -> None:
    """``printf %s "$PASSWORD" | docker login --password-stdin``: a builtin's words are in no list of processes."""
    run = want.run
    row = _row(run)
    if pipeline.syntax == "systemd":
        raise UnwritableError("a unit has no pipes")
    if run.pipe_from is not None or b"<" in run.place.source.data[row.words[-1].end : run.place.span.end]:
        raise UnwritableError("the command reads something else already")
    raw = run.words[want.last].place.text
    if want.first == want.last:
        raw = raw.partition("=")[2]
    if not raw.strip("'\"") or not _is_word(raw):
        raise UnwritableError("the password is not a word of its own")
    draft = drafts.of(run.place.source)
    draft.insert(run.place.span.start, f"printf %s {raw} | ")
    draft.replace(Span(row.words[want.first].start, row.words[want.last].end), "--password-stdin")


def _is_word(raw: str) -> bool:
    """Whether a text is one word as it stands: inside a quoted scalar its quotes may be escaped, and its end cut."""
    try:
        return "\n" not in raw and len(shlex.split(raw)) == 1
    except ValueError:
        return False


def _count(pipeline: Pipeline, want: wants.Counted, drafts: Drafts) -> None:
    source = want.source
    reason = source.not_counted
    if reason is None:
        return
    if pipeline.syntax in _YAML and not reason.place.text.startswith("||"):
        tree = drafts.keep(source.place.source, TreeDraft, TreeDraft.of_yaml)
        found = _entry(tree, reason.place.span)
        if found is not None:
            tree.take_entry(*found)
            return
    if not isinstance(source, Run):
        raise UnwritableError(reason.value)
    edit = counted(pipeline, source, reason)
    drafts.of(source.place.source).replace(*edit)


def _give(want: wants.InputGiven, drafts: Drafts) -> None:
    uses = want.step.uses
    if uses is None:
        raise UnwritableError("the step uses no action")
    tree = drafts.keep(uses.place.source, TreeDraft, TreeDraft.of_yaml)
    found = _entry(tree, uses.place.span)
    if found is None:
        raise UnwritableError("the step is written elsewhere")
    mapping = found[0]
    given = mapping.get("with")
    names = [entry.name for entry in given.entries if entry.name] if isinstance(given, Mapping) else []
    name = next((one for one in names if one.lower() == want.name), want.name)
    tree.set(mapping, ("with", name), want.value)


def _unset(pipeline: Pipeline, want: wants.VariableGone, drafts: Drafts) -> None:
    place = want.field.place
    if pipeline.syntax in _YAML:
        tree = drafts.keep(place.source, TreeDraft, TreeDraft.of_yaml)
        found = _entry(tree, place.span)
        if found is not None:
            _take_variable(tree, found)
            return
    drafts.of(place.source).replace(_assignment(want.name, place), "")


def _take_variable(tree: TreeDraft, found: tuple[Mapping, int]) -> None:
    """The entry goes; an ``env:`` that held nothing else goes with it."""
    mapping, index = found
    holder = next((one for one in _mappings(tree) for entry in one.entries if entry.value is mapping), None)
    if len(mapping.entries) == 1 and holder is not None:
        tree.take_entry(holder, next(at for at, entry in enumerate(holder.entries) if entry.value is mapping))
    else:
        tree.take_entry(mapping, index)


def _assignment(name: str, place: Place) -> Span:
    """The bytes of ``NAME=value``: with its line where it is all of that, else with the blanks behind it."""
    data = place.source.data
    start, end = place.span
    head = f"{name}=".encode()
    while not data.startswith(head, start):
        start -= 1
        if place.span.start - start > len(head) + 1:
            raise UnwritableError(f"{name} is set in another way")
    line = place.source.line_span(place.source.position(start).line)
    rest = data[end : line.end].strip()
    if _EXPORT.fullmatch(data[line.start : start]) and not rest:
        stop = data.find(b"\n", end)
        return Span(line.start, len(data) if stop == -1 else stop + 1)
    before = data[line.start : start].rstrip()
    if before.endswith((b"export", b"declare", b"local", b"readonly")) or not rest or rest[:1] in b";&|)#":
        raise UnwritableError(f"{name} is set together with something else")
    while data[end : end + 1] in {b" ", b"\t"}:
        end += 1
    return Span(start, end)


def _entry(tree: TreeDraft, span: Span) -> tuple[Mapping, int] | None:
    """The entry whose key or value begins there."""
    for mapping in _mappings(tree):
        for index, entry in enumerate(mapping.entries):
            value = entry.value.start if isinstance(entry.value, Scalar) else -1
            if span.start in {entry.key.start, value} and entry.alias is None:
                return mapping, index
    return None


def _mappings(tree: TreeDraft) -> Iterator[Mapping]:
    """Every mapping of the file, the outer ones first."""
    waiting: list[Node] = list(tree.layout.roots)
    seen: set[int] = set()
    while waiting:
        node = waiting.pop(0)
        if id(node) in seen or isinstance(node, Scalar):
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            yield node
            waiting += [entry.value for entry in node.entries]
        elif isinstance(node, Sequence):
            waiting += node.items
