"""What the programs of a running container can call by their code, read when they are known."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Self

from hardhull.learn.static.mapped import Mapped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from hardhull.facts.profile import FileUse, StaticPass


class Code:
    """The root file system and the libraries of a container, kept so that they can be read when it has ended."""

    def __init__(self) -> None:
        self._root = ""
        self._stack = ExitStack()
        self._libraries = Mapped()

    def __enter__(self) -> Self:
        self._stack.enter_context(self._libraries)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, t: TracebackType | None) -> None:
        self._stack.close()

    def life(self, pid: int) -> None:
        """The container has just started, with this process. Where this user may not read its root, nothing is read.

        Raises:
            RecordingError: there is no such process.
        """
        if not self._root:
            with suppress(OSError):
                handle = os.open(f"/proc/{pid}/root", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
                self._stack.callback(os.close, handle)
                self._root = f"/proc/self/fd/{handle}"
        self._libraries.life(pid)

    def passes(self, files: Iterable[FileUse], image: str) -> tuple[StaticPass, ...]:
        """What the programs that were run can call at all; empty where none is known or none can be read.

        Args:
            files: that were used.
            image: its digest.
        """
        programs = {use.path for use in files if use.use == "execute" and use.placed}
        if not self._root or not programs:
            return ()
        from hardhull.learn.static.files import Folder
        from hardhull.learn.static.kept import analysed

        return (analysed(Folder(self._root), sorted(programs), self._libraries.loaded, image),)
