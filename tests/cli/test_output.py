"""Where a report goes: whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardhull.cli.errors import UserError
from hardhull.cli.output import write

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    write(["a", "b\n"], "-")
    assert capsys.readouterr().out == "ab\n"


def test_a_new_file_and_nothing_beside_it(tmp_path: Path) -> None:
    write(["ü\n"], str(tmp_path / "r.json"))
    assert (tmp_path / "r.json").read_bytes() == "ü\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]


def test_an_old_file_stays_whole_when_the_report_fails(tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    target.write_text("old")

    def pieces() -> Iterator[str]:
        yield "new"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(pieces(), str(target))
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]


def test_mode_and_link_of_an_old_file_are_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "r.json", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write(["new"], str(link))
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_device_is_written_to_and_not_replaced() -> None:
    write(["x"], os.devnull)
    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize("name", ["no/such/folder/r.json", "."])
def test_what_cannot_be_written_is_told_in_three_parts(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as told:
        write(["x"], name)
    assert told.value.code == 4
    assert told.value.what.startswith("cannot write ")
    assert told.value.why


def test_a_full_disk_is_told() -> None:
    with pytest.raises(UserError, match="No space left"):
        write(["x"], "/dev/full")
