"""Our reading beside what Docker Compose 5.5 printed for the same files (``docker-compose config``, recorded).

``python bench/oracle_compose.py --record`` renews the record.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from oracle_model import ROOT, differences, theirs

from hardhull.formats.compose.project import ComposeProject, read_project
from hardhull.model.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

FIXTURES = Path(__file__).parent / "fixtures"
FOLDERS = sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())


def reader(folder: Path) -> Callable[[str], Source | None]:
    def read(path: str) -> Source | None:
        file = folder / path
        inside = file.resolve().is_relative_to(folder.resolve())
        return Source(path, file.read_bytes()) if inside and file.is_file() else None

    return read


def project(name: str) -> tuple[ComposeProject, dict[str, Any]]:
    folder = FIXTURES / name
    read = reader(folder)
    sources = [source for path in ("compose.yml", "over.yml") if (source := read(path)) is not None]
    verdict = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return read_project(sources, read, name="project"), verdict


@pytest.mark.parametrize("name", FOLDERS)
def test_the_same_model(name: str) -> None:
    found, verdict = project(name)
    if verdict["model"] is None:
        return
    different, unknown = differences(found.workloads, verdict["model"], ROOT, ROOT)
    assert different == []
    if not name.startswith("refused_"):
        assert not unknown


@pytest.mark.parametrize("name", FOLDERS)
def test_the_same_files_are_refused(name: str) -> None:
    found, verdict = project(name)
    refused = [problem.why for problem in found.problems if problem.refused]
    assert bool(refused) == bool(verdict["complaint"]), refused or verdict["complaint"]
    assert name.startswith("refused_") == bool(refused)


def test_the_comparison_can_fail() -> None:
    found, verdict = project("security")
    verdict["model"]["services"]["a"]["security_opt"] = []
    verdict["model"]["services"]["c"]["cap_add"] = ["ALL"]
    del verdict["model"]["services"]["d"]
    different, _ = differences(found.workloads, verdict["model"], ROOT, ROOT)
    slots = [line.split(":")[0] for line in different]
    assert slots == [
        "d",
        "a.apparmor",
        "a.no_new_privileges",
        "a.seccomp",
        "a.selinux",
        "a.unmasked_paths",
        "c.cap_add",
    ]
    assert theirs({"image": "x"}, {}, ROOT)["image"] == "x"
