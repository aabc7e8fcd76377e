"""Signals while files are being replaced: they wait until a moment at which everything can be taken back."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class InterruptedBySignalError(BaseException):
    """Somebody wants the process to end; like KeyboardInterrupt no ordinary handler may swallow it."""


class Signals:
    """Holds back the signals that end a process, from entering to leaving; then the first that came is raised again.

    In a thread other than the main one nothing is held back: Python delivers signals to the main one only.
    """

    def __init__(self) -> None:
        self.came: list[int] = []
        self._before: dict[int, Any] = {}
        self._interruptible = False

    def __enter__(self) -> Self:
        """Takes over."""
        if threading.current_thread() is threading.main_thread():
            for number in STOPPING:
                handler = signal.getsignal(number)
                if handler not in {signal.SIG_IGN, None}:  # ignored under nohup; None: not Python's
                    self._before[number] = handler
                    signal.signal(number, self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        """Gives back, and lets what came have its effect."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        for number in self.came[:1]:
            signal.raise_signal(number)

    def _note(self, number: int, _frame: object) -> None:
        self.came.append(number)
        if self._interruptible:
            self._interruptible = False
            raise InterruptedBySignalError

    def check(self) -> None:
        """A moment at which stopping is safe.

        Raises:
            InterruptedBySignalError: a signal came.
        """
        if self.came:
            raise InterruptedBySignalError

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Somebody else's code, that may take long: a signal ends it at once."""
        self.check()
        self._interruptible = True
        try:
            yield
        finally:
            self._interruptible = False
        self.check()
