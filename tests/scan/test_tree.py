"""What files name is looked for, whatever the name is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.scan.tree import Tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["9" * 400, "a/" * 3000, "\0", "\ud800", "../up", "/etc/passwd"], ids=range(6))
def test_a_name_that_no_file_can_have_is_not_there(tmp_path: Path, name: str) -> None:
    tree = Tree(tmp_path, [])
    assert not tree.has(name)
    assert not tree.exists(name)
    assert tree.read(name) is None
    assert tree.names(name) == []
