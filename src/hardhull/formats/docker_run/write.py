"""Writes Changes of a workload that a command line starts: options go, come, or get another value.

Edits are made wherever the words themselves stand: in scripts, recipes, workflows, units, and in texts inside of them.
What comes from a variable, an array or documentation is refused with the options to paste.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hardhull.facts.workload import Workload
from hardhull.formats.docker_run import say
from hardhull.formats.docker_run.beyond import set_command, set_image
from hardhull.formats.docker_run.line import RunLine, read_line
from hardhull.formats.docker_run.linedraft import LineDraft
from hardhull.formats.docker_run.lines import Lines
from hardhull.formats.docker_run.view import Unseen, field_names, fields_of, plain, values
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.text.draft import UnwritableError
from hardhull.text.shell.wordline import Row
from hardhull.text.shell.wordtext import Quoting

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.fact import Fact
    from hardhull.formats.docker_run.line import Option
    from hardhull.formats.docker_run.say import Words
    from hardhull.model.change import Change
    from hardhull.model.field import Field
    from hardhull.text.draft import Drafts

_REPEATED = frozenset(("dns", "expose"))


def write(fact: Fact, change: Change, drafts: Drafts) -> None:
    """Writes one Change of a command line.

    Raises:
        UnwritableError: it cannot be written without a guess.
    """
    assert isinstance(fact, Workload)  # noqa: S101  the syntax says so
    if not isinstance(change, SetTo | Add | Drop | Swap):
        raise UnwritableError("a command line has no instructions")
    if change.field in fact.cannot:
        raise UnwritableError(f"{fact.subject.partition(' ')[0]} has no option for {change.field}")
    if fact.from_docs or fact.within == "markdown":
        raise UnwritableError("documentation is left to its authors", options_for(fact, change))
    lines = drafts.keep(fact.place.source, Lines, lambda draft: Lines(draft, fact.within))
    draft = lines.at(fact.place.span)
    before = draft.state()
    drafts.log.did(lambda: draft.restore(before), fact.place.source.path)
    try:
        apply(draft, change)
        draft.edits()
    except UnwritableError as error:
        draft.restore(before)
        if error.snippet:
            raise
        raise UnwritableError(error.why, _snippet(change, draft)) from None


def apply(draft: LineDraft, change: SetTo | Add | Drop | Swap) -> None:
    """Changes the options, and looks whether they then say what they should.

    Raises:
        UnwritableError: they cannot.
    """
    old = values(draft.line, draft.options())
    if isinstance(change, SetTo):
        wanted = change.value
        _set(draft, change.field, wanted, old)
    else:
        items = old.get(change.field, [])
        if isinstance(items, Unseen):
            raise UnwritableError(items.why)
        wanted = list(items)
        if isinstance(change, Add):
            _add(draft, change, wanted)
        elif isinstance(change, Drop):
            _drop(draft, change, wanted)
        else:
            _swap(draft, change, wanted)
    new = values(draft.line, draft.options())
    _look(change.field, old, new, wanted)
    again = read_line(draft.words())
    options = draft.options()
    if again is None or len(again.options) != len(options) or values(again, again.options) != new:
        raise UnwritableError(draft.line.open or "what is left would be read in another way")


def _set(draft: LineDraft, field: str, value: Any, old: dict[str, Any]) -> None:
    default = getattr(Workload, field).default
    if old.get(field, default) == value:
        return
    if field == "image":
        set_image(draft, value)
        return
    if field == "command":
        set_command(draft, value)
        return
    written = [option for option in draft.options() if field in field_names(option, draft.line)]
    if value in (default, ()):
        for option in written:
            draft.remove(option)
        return
    words = say.scalar(field, value, draft.line)
    if field in _REPEATED:
        _repeated(draft, written, words)
        return
    by_name = {option.name: option for option in written}
    for option in written:
        if option.name not in dict(words):
            draft.remove(option)
    for name, text in words:
        _say(draft, by_name.get(name), name, text)


def _say(draft: LineDraft, option: Option | None, name: str, text: str | None) -> None:
    """One option says something, in the place of an older one where there is one."""
    if option is None:
        draft.insert(name, text)
    elif option.value is None or text is None:
        draft.remove(option)
        draft.insert(name, text)
    elif option.value.text != text:
        draft.revalue(option, text)


def _repeated(draft: LineDraft, written: list[Option], words: list[Words]) -> None:
    """Options that make one list between them."""
    texts = [text for _, text in words]
    for option in written:
        if option.value is None or option.value.text not in texts:
            draft.remove(option)
    there = [option.value.text for option in written if option.value is not None]
    for name, text in words:
        if text not in there:
            draft.insert(name, text)


def _add(draft: LineDraft, change: Add, wanted: list[Any]) -> None:
    if change.item in wanted:
        return
    wanted.append(change.item)
    draft.insert(*say.item(change.field, change.item, draft.line))


def _drop(draft: LineDraft, change: Drop, wanted: list[Any]) -> None:
    option = _option_of(draft, change.field, change.item)
    if option is None:
        if plain(change.item) in wanted:
            raise UnwritableError("it is written elsewhere")
        return
    wanted.remove(plain(change.item))
    rest = [one for one in _items(draft, option, change.field) if plain(one) != plain(change.item)]
    if rest:  # podman takes several capabilities at once
        draft.revalue(option, ",".join([str(one.value) for one in rest]))
    else:
        draft.remove(option)


def _swap(draft: LineDraft, change: Swap, wanted: list[Any]) -> None:
    option = _option_of(draft, change.field, change.item)
    if option is None:
        if change.value in wanted and plain(change.item) not in wanted:
            return
        raise UnwritableError("it is written elsewhere")
    wanted[wanted.index(plain(change.item))] = change.value
    others = _items(draft, option, change.field)
    try:
        name, text = say.item(change.field, change.value, draft.line, option)
    except UnwritableError:  # `-v` mounts no tmpfs, but another option does
        name, text = say.item(change.field, change.value, draft.line)
    if len(others) > 1:
        texts = [text if plain(one) == plain(change.item) else str(one.value) for one in others]
        draft.revalue(option, ",".join([one or "" for one in texts]))
    elif name != option.name or text is None or option.value is None:
        draft.remove(option)
        draft.insert(name, text)
    else:
        draft.revalue(option, text)


def _items(draft: LineDraft, option: Option, field: str) -> list[Field[Any]]:
    return [one for one in fields_of(option, draft.line) if one.name == field]


def _option_of(draft: LineDraft, field: str, item: Field[Any]) -> Option | None:
    """The option that an item was read from and that still says it; None where none does."""
    for option in draft.options():
        if option.place == item.place and any(plain(one) == plain(item) for one in _items(draft, option, field)):
            return option
    return None


def _look(field: str, old: dict[str, Any], new: dict[str, Any], wanted: Any) -> None:
    """Refuses a change after which the options say something else than they should.

    Raises:
        UnwritableError: they do.
    """
    for name in {*old, *new, field}:
        default = getattr(Workload, name).default
        was, now = old.get(name, default), new.get(name, default)
        want: Any = wanted if name == field else was
        same: Callable[[Any], Any] = Counter if isinstance(want, list) and isinstance(now, list) else _same
        if same(now or ([] if isinstance(want, list) else now)) != same(want):
            what = "the options have no words for it" if name == field else f"it would change {name} too"
            raise UnwritableError(what)


def _same(value: Any) -> Any:
    return value


def options_for(workload: Workload, change: SetTo | Add | Drop | Swap) -> str:
    """The options of ``docker run`` (or ``podman run``) that a change amounts to; empty where there are none."""
    return _snippet(change, _nowhere(workload))


def _nowhere(workload: Workload) -> LineDraft:
    """A command line without options, to spell some as its program would have them."""
    service = workload.runtime == "swarm"
    program = workload.runtime if workload.runtime == "podman" else "docker"
    line = RunLine(program, "service create" if service else "run", workload.place, (), None, (), None, ())
    return LineDraft(line, [], Row(b"", []), 0, "", Quoting.SHELL)


def _snippet(change: SetTo | Add | Drop | Swap, draft: LineDraft) -> str:
    """The options to paste; empty where there are none."""
    try:
        if isinstance(change, SetTo):
            words = say.scalar(change.field, change.value, draft.line)
        elif isinstance(change, Drop):
            words = []
        else:
            words = [say.item(change.field, change.item if isinstance(change, Add) else change.value, draft.line)]
        return " ".join([draft.spelled(name, text, Quoting.SHELL) for name, text in words])
    except UnwritableError:
        return ""
