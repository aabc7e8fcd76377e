"""What a fix can want of a pipeline; each is the ``want`` of an :class:`~hardhull.model.change.Instruct`.

Words are counted as in :attr:`hardhull.facts.pipeline.Run.words`: the program is 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from hardhull.facts.pipeline import Run, Step
    from hardhull.model.field import Field


class WithoutWords(NamedTuple):
    """Words of a command go.

    Attributes:
        run: whose.
        first: the first of them; never the program.
        last: the last of them.
    """

    run: Run
    first: int
    last: int


class WithWords(NamedTuple):
    """A command gets more words.

    Attributes:
        run: which.
        behind: the word that they stand behind.
        text: the words as the command has them, which need no quotes.
    """

    run: Run
    behind: int
    text: str


class Reworded(NamedTuple):
    """A word of a command becomes another one.

    Attributes:
        run: whose.
        at: which.
        text: what it says then; it needs no quotes.
    """

    run: Run
    at: int
    text: str


class Counted(NamedTuple):
    """The failure of a command or step fails the pipeline, whatever kept it from that (``|| true``)."""

    source: Run | Step


class OnInput(NamedTuple):
    """A password of a ``login`` comes from the standard input instead of the command line.

    Attributes:
        run: the command.
        first: its option.
        last: the word with the password; the same one for ``--password=X``.
    """

    run: Run
    first: int
    last: int


class InputGiven(NamedTuple):
    """An action is given an input (``with:``).

    Attributes:
        step: which.
        name: of the input.
        value: as text.
    """

    step: Step
    name: str
    value: str


class VariableGone(NamedTuple):
    """A variable is not set any more: an ``env:`` entry, an ``export``, or what stands in front of a command.

    Attributes:
        name: the variable.
        field: where it is set.
    """

    name: str
    field: Field[str]


Want: TypeAlias = WithoutWords | WithWords | Reworded | Counted | OnInput | InputGiven | VariableGone
