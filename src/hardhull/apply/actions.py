"""Commands that the journal can do and undo: kinds that this program knows by name, never commands that are stored.

A record of the journal holds the name of a kind and its arguments. What is run for them is code of this program, so
whoever could write a record could still not choose a command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.apply.refusal import FAILED, NotDoneError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hardhull.model.receipt import Plain

    Arguments = Mapping[str, Plain]


class ActionError(Exception):
    """An action could not be done or undone; the message says why, without secrets."""


class ActionKind(NamedTuple):
    """One kind of action.

    Everything that the undo needs is in the arguments: a process that is killed inside ``do`` can note nothing down.

    Attributes:
        do: brings it about. Raises ActionError.
        undo: takes it back; harmless where it was never done, or only half. Raises ActionError.
        probe: whether it is in effect now; None where nobody can tell: then it is undone wherever it may have been
            done. Raises ActionError.
        describe: a few words for listings, without secrets.
    """

    do: Callable[[Arguments], None]
    undo: Callable[[Arguments], None]
    probe: Callable[[Arguments], bool | None]
    describe: Callable[[Arguments], str]


KINDS: dict[str, ActionKind] = {}
"""The kinds that this version knows, by name."""


def kind_of(name: str, kinds: Mapping[str, ActionKind]) -> ActionKind:
    """The kind of this name.

    Raises:
        NotDoneError: there is none.
    """
    kind = kinds.get(name)
    if kind is None:
        why = f"this version of hardhull knows no action {name!r}"
        raise NotDoneError("the action is left alone", why, "use the version that wrote the receipt", FAILED)
    return kind


def bring(kind: ActionKind, arguments: Arguments, *, about: bool) -> None:
    """Does the action, or undoes it, unless the probe says that this is how things are.

    Raises:
        ActionError: it failed, or the probe says afterwards that it had no effect.
    """
    if kind.probe(arguments) is about:
        return
    (kind.do if about else kind.undo)(arguments)
    if kind.probe(arguments) is (not about):
        raise ActionError(f"{kind.describe(arguments)}: it had no effect")
