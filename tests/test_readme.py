"""What the README shows is run: its commands work, its configuration loads, its ignore is understood."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hardhull.model.source import Source
from hardhull.scan.config import load_policy
from hardhull.scan.ignore import ignores_in

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [
    line.removeprefix("$ hardhull ") for kind, block in BLOCKS if kind == "console" for line in block.splitlines()
    if line.startswith("$ hardhull ")
]  # fmt: skip


def test_the_readme_shows_commands() -> None:
    assert len(COMMANDS) >= 6


def test_the_commands_of_the_readme_work(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for command in COMMANDS:
        words, _, stdin = command.partition(" < ")
        data = (tmp_path / stdin.strip()).read_bytes() if stdin else b""
        ran = subprocess.run(
            [sys.executable, "-m", "hardhull", *shlex.split(words)],
            cwd=tmp_path,
            input=data,
            capture_output=True,
            check=False,
        )
        assert ran.returncode in {0, 1}, (command, ran.stderr.decode())
        assert ran.stdout or "--output" in command


def test_the_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^\$ make (\w+)", TEXT, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", TEXT))
def test_the_links_of_the_readme_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_configuration_of_the_readme_loads(tmp_path: Path) -> None:
    (tmp_path / "hardhull.toml").write_text(next(block for kind, block in BLOCKS if kind == "toml"))
    policy = load_policy(tmp_path)
    assert policy.trusted_registries
    assert policy.ignores


def test_the_ignore_of_the_readme_is_understood() -> None:
    block = next(block for kind, block in BLOCKS if kind == "yaml" and "ignore[" in block)
    good, bad = ignores_in(Source("compose.yaml", block.encode()))
    assert len(good) == 1
    assert not bad
