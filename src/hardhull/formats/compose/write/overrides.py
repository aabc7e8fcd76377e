"""Changes of a project as a file that is laid over its own ones: ``compose.override.yaml``.

Nothing of the project's files changes. Lists are added to; what has to go is taken back with ``!override`` and
``!reset``, which Docker Compose knows since 2.24.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.formats.compose.write import write_over
from hardhull.model.source import Source
from hardhull.text.draft import Draft, Drafts, UnwritableError
from hardhull.text.errors import UnreadableError
from hardhull.text.nodes import Mapping
from hardhull.text.tree.draft import TreeDraft

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change

_EMPTY = b"services:\n"


class Override:
    """An override file that is being written.

    Args:
        path: of the file, seen from the root.
        before: the file as it is; None for a new one. It has to be among the files that the project was read from.
    """

    def __init__(self, path: str, before: Source | None = None) -> None:
        source = before or Source(path, _EMPTY)
        self._drafts = Drafts()
        self._draft = Draft(source, self._drafts.log)
        self._tree = _tree_of(self._draft)

    def write(self, workload: Workload, changes: Iterable[Change]) -> None:
        """Writes Changes of a service: all of them, or none.

        Raises:
            UnwritableError: one of them cannot be written without a guess.
        """
        mark = self._drafts.log.mark()
        try:
            for change in changes:
                write_over(workload, change, self._drafts, self._tree)
        except UnwritableError:
            self._drafts.log.back_to(mark)
            raise

    def text(self) -> str:
        """The file; empty where nothing is written and there was none."""
        result = self._draft.result()
        return "" if result == _EMPTY else result.decode()


def _tree_of(draft: Draft) -> TreeDraft:
    try:
        tree = TreeDraft.of_yaml(draft)
    except UnreadableError as error:
        raise UnwritableError(f"{draft.source.path} cannot be read: {error.why}") from error
    if len(tree.layout.roots) != 1 or not isinstance(tree.layout.roots[0], Mapping):
        raise UnwritableError(f"{draft.source.path} is not one mapping")
    return tree


def override(wanted: Iterable[tuple[Workload, Iterable[Change]]], path: str, before: Source | None = None) -> str:
    """The text of an override file for Changes of several services of one project.

    Args:
        wanted: the services with their Changes.
        path: of the file, seen from the root.
        before: the file as it is, where there is one.

    Raises:
        UnwritableError: one of them cannot be written without a guess.
    """
    made = Override(path, before)
    for workload, changes in wanted:
        made.write(workload, changes)
    return made.text()
