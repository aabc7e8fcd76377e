"""A pass that was kept is taken again where all that it asked is answered as before, and nowhere else."""

from __future__ import annotations

import os
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from test_static_reach import library, program

from compiled import names
from hardhull.learn.static import kept
from hardhull.learn.static.analysis import analyse
from hardhull.learn.static.files import Folder

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.facts.profile import StaticPass

SOURCE = "long used(void); void _start(void) { used(); for (;;); }"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    library(tmp_path / "root", "liba.so", "long used(void) { return raw(39); }")
    program(tmp_path / "root", SOURCE, "-la")
    return tmp_path / "root"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the passes that are really made."""
    count: list[int] = []

    def counted(*words: object) -> StaticPass:
        count.append(1)
        return analyse(*words)  # type: ignore[arg-type]

    monkeypatch.setattr("hardhull.learn.static.kept.analyse", counted)
    return count


def looked_at(root: Path, image: str = "sha256:1") -> StaticPass:
    return kept.analysed(Folder(root), ["/app"], {"/app": ["/lib/ld.so"]}, image, root.parent / "cache")


def test_it_is_made_once_for_equal_files(root: Path, made: list[int]) -> None:
    first = looked_at(root)
    assert names(first) == {"getpid", "mmap"}
    assert looked_at(root) == first
    assert len(made) == 1
    looked_at(root, "sha256:2")
    assert len(made) == 2
    assert (root.parent / "cache").stat().st_mode & 0o777 == 0o700


def test_another_library_program_or_file_that_was_missing_makes_it_anew(root: Path, made: list[int]) -> None:
    looked_at(root)
    library(root, "liba.so", "long used(void) { return raw(102); }")
    assert names(looked_at(root)) == {"getuid", "mmap"}
    (root / "etc").mkdir()
    (root / "etc/ld.so.conf").write_text("/other\n")
    looked_at(root)
    assert len(made) == 3
    library(root / "other", "liba.so", "long used(void) { return raw(104); }")
    (root / "other/lib/liba.so").rename(root / "other/liba.so")
    assert names(looked_at(root)) == {"getgid", "mmap"}
    assert len(made) == 4
    assert names(looked_at(root)) == {"getgid", "mmap"}
    assert len(made) == 4


def test_one_that_was_cut_is_not_kept(root: Path, made: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardhull.learn.static.bounds.SECONDS", 0.0)
    assert "was ended" in looked_at(root).incomplete[0]
    looked_at(root)
    assert len(made) == 2


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"asked": 7}', None])
def test_what_is_damaged_or_anybody_may_write_is_not_used(root: Path, made: list[int], damage: bytes | None) -> None:
    import zlib

    first = looked_at(root)
    (file,) = (root.parent / "cache").iterdir()
    if damage is None:
        os.chmod(root.parent / "cache", 0o777)  # noqa: PTH101, S103  on purpose
    else:
        file.write_bytes(zlib.compress(damage) if damage else b"")
    assert looked_at(root)._replace(seconds=first.seconds) == first
    assert len(made) == 2


def test_runs_at_the_same_time_get_the_same(root: Path) -> None:
    found: list[StaticPass] = []
    threads = [Thread(target=lambda: found.append(looked_at(root))) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert {each.ident for each in found} == {looked_at(root).ident}
    assert len(found) == 6
