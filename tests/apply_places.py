"""Fixtures: places in which trees are changed.

    pytest_plugins = ("apply_places",)

    def test_something(root: Path) -> None: ...

``root`` is a tree with a bit of everything, ``place`` the folder it is in; the journal's key is kept there as well.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from apply_trees import plant
from hardhull.apply import disk

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMORY = Path("/dev/shm")
"""A file system in memory, if there is one: hundreds of killed runs each sync dozens of files."""


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that everybody may enter, in memory where that is possible, without links in its path."""
    memory = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(dir=memory)).resolve()
    folder.chmod(0o755)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    yield folder
    disk.hook = None
    shutil.rmtree(folder)


@pytest.fixture
def state(place: Path) -> Path:
    """Where the key is kept."""
    return place / "state" / "hardhull"


@pytest.fixture
def root(place: Path) -> Path:
    """What :func:`plant` makes."""
    plant(place / "tree")
    return place / "tree"
