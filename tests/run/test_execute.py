"""Commands on this machine: nothing that they say is lost."""

from __future__ import annotations

import select
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from hardhull.run.execute import on_host

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from hardhull.run.world import World

Ready = tuple[list[Any], list[Any], list[Any]]


def test_what_a_command_says_just_before_it_ends_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine it speaks and ends between the look at its output and the look at itself."""
    real, looks = select.select, list[float]()

    def late(readers: list[int], writers: list[int], others: list[int], seconds: float) -> Ready:
        looks.append(seconds)
        if len(looks) > 1:
            return real(readers, writers, others, seconds)
        real(readers, writers, others, 60)
        while real(readers, writers, others, 0.05)[0] and not _ended(readers[0]):
            pass
        return [], [], []

    monkeypatch.setattr("hardhull.run.execute.select.select", late)
    guard = SimpleNamespace(watch=lambda _: None, release=lambda _: None)
    ran = on_host(cast("World", SimpleNamespace(guard=guard)), "echo done", {}, 60)
    assert (ran.code, ran.output) == (0, b"done\n")


def test_commands_run_one_after_the_other(tmp_path: Path) -> None:
    """They may use the same file; whoever waits is not blamed for the time."""
    guard = SimpleNamespace(watch=lambda _: None, release=lambda _: None)
    one = cast("World", SimpleNamespace(guard=guard))
    command = f"mkdir {tmp_path}/turn && sleep 0.3 && rmdir {tmp_path}/turn"
    with ThreadPoolExecutor(3) as pool:
        found = [each.result() for each in [pool.submit(on_host, one, command, {}, 60) for _ in range(3)]]
    assert [each.code for each in found] == [0, 0, 0]


def _ended(handle: int) -> bool:
    """Whether nobody can write to a pipe any more (poll tells that beside what is left to be read)."""
    poll = select.poll()
    poll.register(handle)
    return any(event & select.POLLHUP for _, event in poll.poll(0))
