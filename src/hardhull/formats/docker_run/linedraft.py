"""One command line while it is changed: its options with the bytes they stand in, and the edits that come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.docker_run.line import Option
from hardhull.formats.docker_run.view import table_of
from hardhull.model.edit import Edit
from hardhull.model.fragment import Fragment, Run
from hardhull.model.source import Source, Span
from hardhull.text.draft import UnwritableError
from hardhull.text.shell.values import Arg
from hardhull.text.shell.wordtext import quoted, replaced, revalued

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.formats.docker_run.line import RunLine
    from hardhull.text.shell.wordline import Row
    from hardhull.text.shell.wordtext import Quoting

_SHORT = {"publish": "-p", "volume": "-v", "env": "-e"}
"""What everybody writes short."""


class Opt(NamedTuple):
    """One option.

    Attributes:
        option: what it says now; its place is that of what was read.
        own: the bytes that go where it leaves a bundle; None where these cannot be told.
        edit: of its value.
        gone: whether it is taken out.
    """

    option: Option
    own: Span | None = None
    edit: Edit | None = None
    gone: bool = False


class Item(NamedTuple):
    """Options that share words: one, or those of a bundle (``-it``).

    Attributes:
        first: its first word in the row; -1 for a new one.
        last: its last word.
        opts: in order.
        fixed: why it cannot be changed, else empty.
        text: of a new one.
    """

    first: int
    last: int
    opts: tuple[Opt, ...]
    fixed: str = ""
    text: str = ""

    @property
    def gone(self) -> bool:
        """Whether nothing of it is left."""
        return all(opt.gone for opt in self.opts)


class LineDraft:
    """A command line with the changes that are wanted so far.

    Attributes:
        line: as it was read; its image and command may be others by now.
        items: its options, the new ones at the end.
        row: the words from the verb to the image.
        bound: the word of the row that new options stand in front of.
        why: why no option can be put in, else empty.
        quoting: how words are quoted here.
        beyond: edits of the image and of the command behind it.
    """

    def __init__(self, line: RunLine, items: Sequence[Item], row: Row, bound: int, why: str, quoting: Quoting) -> None:
        self.line = line
        self.items = list(items)
        self.row = row
        self.bound = bound
        self.why = why
        self.quoting = quoting
        self.beyond: tuple[Edit, ...] = ()

    def options(self) -> list[Option]:
        """The options as they are now."""
        return [opt.option for item in self.items for opt in item.opts if not opt.gone]

    def state(self) -> tuple[RunLine, list[Item], tuple[Edit, ...]]:
        """For ``restore``."""
        return self.line, list(self.items), self.beyond

    def restore(self, state: tuple[RunLine, list[Item], tuple[Edit, ...]]) -> None:
        """Back to a state that ``state`` gave."""
        self.line, items, self.beyond = state
        self.items = list(items)

    def remove(self, option: Option) -> None:
        """Takes an option out.

        Raises:
            UnwritableError: it stands in a variable.
        """
        at, index = self._find(option)
        item = self.items[at]
        _not_fixed(item)
        self._put(at, index, item.opts[index]._replace(gone=True))

    def revalue(self, option: Option, value: str) -> None:
        """Gives an option another value, where it stands.

        Raises:
            UnwritableError: it stands in a variable, or its value does.
        """
        at, index = self._find(option)
        item = self.items[at]
        _not_fixed(item)
        opt = item.opts[index]
        if item.first == -1:
            self.items.pop(at)
            self.insert(option.name, value)
            return
        original = _original(self.line, opt.option)
        if original.value is None:
            raise UnwritableError(f"--{option.name} has no value here")
        edit = None if original.value.text == value else replaced(original.value, value, self.quoting)
        self._put(at, index, opt._replace(option=option._replace(value=revalued(original.value, value)), edit=edit))

    def insert(self, name: str, value: str | None) -> None:
        """Puts an option in, behind all others.

        Raises:
            UnwritableError: it cannot be told where the options end, or its value needs quotes that cannot be written.
        """
        if self.why:
            raise UnwritableError(self.why)
        text = self.spelled(name, value, self.quoting)
        option = Option(name, None if value is None else _arg(value), self.line.place)
        self.items.append(Item(-1, -1, (Opt(option),), text=text))

    def spelled(self, name: str, value: str | None, quoting: Quoting) -> str:
        """An option as this line would write it."""
        flag, apart = self._style(name)
        if value is None:
            return flag
        if name in table_of(self.line).flags:
            return f"{flag}={value}"
        return f"{flag} {quoted(value, quoting)}" if apart else quoted(value, quoting, f"{flag}=")

    def _style(self, name: str) -> tuple[str, bool]:
        """How the line spells an option: the option's own text, and whether the value is a word of its own."""
        args = self.line.args
        written = [opt.option for item in self.items if not item.fixed for opt in item.opts if opt.option.at >= 0]
        for option in reversed(written):
            if option.name == name and option.value is not None:
                text = args[option.at].text
                apart = option.to - option.at > 1
                if not option.letter:
                    return text.partition("=")[0], apart
                return f"-{text[option.letter]}", True
        if name in _SHORT:
            return _SHORT[name], True
        valued = [option for option in written if option.value is not None]
        long = [option for option in valued if not option.letter]
        votes = [option.to - option.at > 1 for option in (long or valued)]
        apart = bool(votes) and (votes.count(True), votes[-1]) > (votes.count(False), False)
        return f"--{name}", apart

    def _find(self, option: Option) -> tuple[int, int]:
        for at, item in enumerate(self.items):
            for index, opt in enumerate(item.opts):
                if opt.option is option:
                    return at, index
        msg = f"--{option.name} is no option of this line"
        raise ValueError(msg)

    def _put(self, at: int, index: int, opt: Opt) -> None:
        item = self.items[at]
        opts = (*item.opts[:index], opt, *item.opts[index + 1 :])
        self.items[at] = item._replace(opts=opts)

    def edits(self) -> list[Edit]:
        """All edits of the line.

        Raises:
            UnwritableError: something else stands between the words, or in the bundle. ``changed`` has asked before.
        """
        gone: list[tuple[int, int]] = []
        inner: list[Edit] = []
        start = self.bound - 1
        for item in self.items:
            if item.first == -1:
                continue
            if item.last == self.bound - 1:
                start = item.first
            if item.gone:
                gone.append((item.first, item.last))
                continue
            inner += self._inner(item)
        new = [item.text.encode() for item in self.items if item.first == -1 and not item.gone]
        return [*inner, *self.row.edits(gone, new, start, self.bound), *self.beyond]

    def words(self) -> list[Arg]:
        """The program and its arguments as they are now, to be read again."""
        line = self.line
        out: dict[int, Arg | None] = dict(enumerate(line.args[: line.image_at]))
        new: list[Arg] = []
        for item in self.items:
            if item.first == -1:
                new += [] if item.gone else [_arg(word) for word in _plain_words(item.opts[0].option)]
                continue
            for opt in item.opts:
                for at in range(opt.option.at, opt.option.to):
                    out[at] = self._word(item, at)
        end = line.image_at - (1 if line.args[line.image_at - 1].text == "--" else 0)
        given = [arg for at, arg in out.items() if arg is not None and at < end]
        rest = [arg for at, arg in out.items() if arg is not None and at >= end]
        image = [] if line.image is None else [line.image]
        return [*given, *new, *rest, *image, *line.command]

    def _word(self, item: Item, at: int) -> Arg | None:
        """One word of an item as it is now; None where it is gone."""
        arg = self.line.args[at]
        if item.gone:
            return None
        gone = [opt.option for opt in item.opts if opt.gone]
        if any(option.at < at < option.to for option in gone):
            return None
        letters = {option.letter for option in gone if option.at == at}
        if letters:
            ends = [option.letter for option in gone if option.at == at and option.value is not None]
            stop = min(ends, default=len(arg.text))
            return _arg("".join([char for index, char in enumerate(arg.text[:stop]) if index not in letters]))
        for opt in item.opts:
            value = opt.option.value
            if opt.edit is not None and value is not None and opt.option.to - 1 == at:
                old = _original(self.line, opt.option).value
                size = len(old.text) if old is not None else 0
                return Arg((*arg.cut(0, len(arg.text) - size).pieces, *value.pieces), arg.site)
        return arg

    def _inner(self, item: Item) -> list[Edit]:
        """The edits inside of an option or a bundle that stays."""
        out = [opt.edit for opt in item.opts if opt.edit is not None and not opt.gone]
        for opt in item.opts:
            if opt.gone:
                if opt.own is None:
                    raise UnwritableError("the bundle of options is not written as it is read")
                for at in range(item.first, item.last):
                    self.row.gap(at)
                out.append(Edit(opt.own, b""))
        return out


def _not_fixed(item: Item) -> None:
    if item.fixed:
        raise UnwritableError(item.fixed)


def _original(line: RunLine, option: Option) -> Option:
    return next(one for one in line.options if (one.at, one.letter) == (option.at, option.letter))


def _plain_words(option: Option) -> list[str]:
    name = f"--{option.name}"
    return [name] if option.value is None else [f"{name}={option.value.text}"]


def _arg(text: str) -> Arg:
    return Arg.of(Fragment(Source("", b""), text, [Run(0, 0)]), 0, len(text))
