"""Who works is seen at work, in a container or as a command that uses it; who only waits is not."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from hardhull.run.idle import Idle
from worlds import left, world

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine

pytestmark = pytest.mark.engine
TEXT = """services:
  waiting: {image: IMAGE, command: sleep 600}
  working: {image: IMAGE, command: ["sh", "-c", "while :; do :; done"]}
"""


def test_who_only_waits_is_idle_and_who_works_is_not(engine: Engine, tmp_path: Path) -> None:
    with world(tmp_path, TEXT, subject="waiting") as one:
        one.start()
        idle, end = Idle(one), time.monotonic() + 60
        assert idle.seconds() == 0
        while not idle.seconds():
            assert time.monotonic() < end
            time.sleep(0.1)
        with subprocess.Popen(["sh", "-c", "while :; do :; done"], start_new_session=True) as load:
            while idle.seconds(load.pid):
                time.sleep(0.1)
            assert [idle.seconds(load.pid) for _ in range(3)] == [0, 0, 0]
            load.kill()
    with world(tmp_path, TEXT, subject="working") as one:
        one.start()
        idle = Idle(one)
        assert [idle.seconds() for _ in range(3)] == [0, 0, 0]
        one.client.kill(one.ids["working"])
        assert not idle.seconds(), "of processes that are not seen nothing is said"
    assert left(engine) == []
