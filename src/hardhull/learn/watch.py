"""Two ways to watch the lives of one container: in the kernel from before it exists, or by strace from its start."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol, Self

from hardhull.learn import bpf, trace
from hardhull.learn.cgroup import Meter, groups
from hardhull.learn.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from hardhull.facts.profile import Peaks
    from hardhull.learn.namespace import Namespace


class Watch(Protocol):
    """Watches a container while it is used.

    Attributes:
        slower: why it is the slower way; empty where it is not.
    """

    slower: str

    def __enter__(self) -> Self:
        """From here on a container that starts can be watched."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, t: TracebackType | None) -> None:
        """Ends all that is still running."""

    def life(self, pids: Sequence[int]) -> None:
        """The container has just started, with these processes, the first one first; again for its next life."""

    def lives(self) -> list[dict[str, Any]]:
        """The fields of a Run for each life, ``incomplete`` among them; asked once, when the last one is over."""


class KernelWatch:
    """In the kernel: everything, from the first call on."""

    slower = ""

    def __init__(self) -> None:
        self._recorder = bpf.Recorder()
        self._lives: list[Namespace] = []

    def __enter__(self) -> Self:
        self._recorder.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, t: TracebackType | None) -> None:
        self._recorder.close()

    def life(self, pids: Sequence[int]) -> None:
        """The container's mount namespace in this life."""
        self._lives.append(self._recorder.watch(pids[0]))

    def lives(self) -> list[dict[str, Any]]:
        """The fields of a Run for each life."""
        recording = self._recorder.stop()
        return [recording.of(where) for where in self._lives]


class TracingWatch:
    """By strace, where nothing can be recorded in the kernel.

    Args:
        slower: why that is so, and what helps.
    """

    def __init__(self, slower: str) -> None:
        self.slower = slower
        self._tracer: trace.Tracer | None = None
        self._lives: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, t: TracebackType | None) -> None:
        if self._tracer is not None:
            self._tracer.close()

    def life(self, pids: Sequence[int]) -> None:
        """Attaches to the processes; the life before is over."""
        self._end()
        self._tracer = trace.Tracer(pids[0], others=pids[1:])
        self._tracer.start()

    def _end(self) -> None:
        if self._tracer is not None:
            self._lives.append(self._tracer.stop())
            self._tracer = None

    def lives(self) -> list[dict[str, Any]]:
        """The fields of a Run for each life."""
        self._end()
        return self._lives


def watch() -> Watch:
    """The best way that there is here.

    Raises:
        RecordingError: there is none.
    """
    why = bpf.why_not()
    if not why:
        return KernelWatch()
    other = trace.why_not()
    if not other:
        return TracingWatch(why)
    reason, _, advice = why.partition(": ")
    second, _, install = other.partition(": ")
    how = "; or ".join(each for each in (advice, install) if each) or "record on Linux, on x86-64 or 64-bit Arm"
    raise RecordingError("nothing can be recorded here", f"{reason}, and {second}", how)


class Meters:
    """Peaks of each life of a container."""

    def __init__(self) -> None:
        self._meters: list[Meter] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, t: TracebackType | None) -> None:
        self._stack.close()

    def life(self, pid: int) -> None:
        """Reads the control groups of this process from now on, and no longer those of the life before."""
        self._stack.close()
        self._meters.append(self._stack.enter_context(Meter(groups(pid))))

    @property
    def peaks(self) -> list[Peaks]:
        """The most of each life until now."""
        return [meter.peaks for meter in self._meters]
