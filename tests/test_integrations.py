"""The files that other programs read of us: the pre-commit hook and the GitHub action."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from hardhull.cli.scan import command

ROOT = Path(__file__).parent.parent
HOOK = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())


@pytest.mark.parametrize(
    ("path", "runs"),
    [
        ("Dockerfile", True), ("api/prod.Dockerfile", True), ("compose.override.yaml", True), ("docker-compose.yml", True),
        ("k8s/web.yaml", True), ("etc/docker/daemon.json", True), ("app.container", True),
        ("mkdocs.yml", False), ("README.md", False), ("src/main.py", False),
    ],
)  # fmt: skip
def test_the_hook_runs_for_our_files_only(path: str, runs: bool) -> None:
    assert bool(re.search(HOOK["files"], path)) is runs


def test_the_hook_scans_the_whole_tree() -> None:
    assert HOOK["entry"].split() == ["hardhull", "scan", "."]
    assert HOOK["pass_filenames"] is False


def test_the_action_uses_only_options_that_exist_and_inputs_that_it_has() -> None:
    known = {option for parameter in command.params for option in parameter.opts}
    script = "\n".join(step["run"] for step in ACTION["runs"]["steps"])
    scan = next(line for line in script.splitlines() if " scan " in line)
    assert set(re.findall(r" (--[a-z-]+)", scan)) <= known
    used = {
        name for step in ACTION["runs"]["steps"] for name in re.findall(r"inputs\.([\w-]+)", str(step.get("env", {})))
    }
    assert used == set(ACTION["inputs"])


def test_no_input_is_put_into_a_script_text() -> None:
    assert not any("${{" in step["run"] for step in ACTION["runs"]["steps"])
