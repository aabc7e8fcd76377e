"""Runs a composite action of GitHub's as its runner does: step by step, by bash, in an environment of its own.

Known are expressions that name one value, and conditions that compare one with a text; any other fails the test.
https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
NAME = re.compile(r"[\w-]+(?:\.[\w-]+)+")
CONDITION = re.compile(r"(?P<name>[\w.-]+)\s*(?P<how>==|!=)\s*'(?P<text>[^']*)'")
SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}
"""As the runner starts them (workflow syntax, `shell`)."""
FILES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_STATE")
OF_THE_MACHINE = re.compile(r"(?:PIP_|UV_)\w+|\w*_PROXY|\w*_proxy|SSL_CERT_\w+|REQUESTS_CA_BUNDLE")
"""Variables that say how this machine reaches package indexes."""


class Ran(NamedTuple):
    """What became of an action: the code of the step that failed, else 0; outputs; names of the steps that ran."""

    code: int
    outputs: dict[str, str]
    steps: list[str]
    said: str


class Job:
    """A job on a machine of its own: one home, one temporary folder and one workspace for all its steps.

    Args:
        folder: an empty one.
    """

    def __init__(self, folder: Path) -> None:
        self.workspace, self._folder = folder / "work", folder
        for name in ("work", "home", "temp", "files"):
            (folder / name).mkdir()
        self._kept = {name: value for name, value in os.environ.items() if OF_THE_MACHINE.fullmatch(name)}
        self._kept.setdefault("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip"))  # what others downloaded before
        self._added: dict[str, str] = {}
        self._paths: list[str] = []

    def uses(self, action: Path, given: Mapping[str, Any]) -> Ran:
        """A step that uses an action.

        Args:
            action: its folder.
            given: what stands under ``with``.
        """
        told = yaml.safe_load((action / "action.yml").read_text())
        assert told["runs"]["using"] == "composite"
        inputs = {name: str(one.get("default", "")) for name, one in told["inputs"].items()}
        unknown = set(given) - set(inputs)
        assert not unknown, f"the runner warns of unknown inputs: {unknown}"
        inputs |= {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()}
        known = {f"inputs.{name}": value for name, value in inputs.items()}
        known |= {"github.action_path": str(action), "runner.temp": str(self._folder / "temp")}
        ran, said, code = [], "", 0
        for number, step in enumerate(told["runs"]["steps"]):
            assert "uses" not in step, "no step of the action uses another one: that would have to be fetched"
            if not _holds(step.get("if", ""), known):
                continue
            done, outputs = self._run(step, known, number)
            ran.append(step.get("name", ""))
            said += done.stdout
            known |= {f"steps.{step['id']}.outputs.{name}": value for name, value in outputs.items() if "id" in step}
            code = done.returncode
            if code:
                break  # outputs are set all the same
        outputs = {name: _filled(one["value"], known) for name, one in told.get("outputs", {}).items()}
        return Ran(code, outputs, ran, said)

    def _run(
        self, step: Mapping[str, Any], known: Mapping[str, str], number: int
    ) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
        assert set(step) <= {"name", "id", "if", "shell", "env", "run"}, "a key that this does not know"
        files = {name: self._folder / "files" / f"{number}-{name}" for name in FILES}
        for path in files.values():
            path.write_text("")
        script = self._folder / "temp" / f"step-{number}.sh"
        script.write_text(_filled(step["run"], known))
        environment = {
            **self._kept, "HOME": str(self._folder / "home"), "LANG": "C.UTF-8", "CI": "true", "GITHUB_ACTIONS": "true",
            "PATH": ":".join([*reversed(self._paths), os.defpath.strip(":"), "/usr/local/bin"]),
            "GITHUB_WORKSPACE": str(self.workspace), "RUNNER_TEMP": known["runner.temp"], **self._added,
            **{name: str(path) for name, path in files.items()},
            **{name: _filled(str(value), known) for name, value in step.get("env", {}).items()},
        }  # fmt: skip
        done = subprocess.run(
            [*SHELLS[step["shell"]], str(script)], cwd=self.workspace, env=environment, check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        self._added |= _pairs(files["GITHUB_ENV"])
        self._paths += files["GITHUB_PATH"].read_text().splitlines()
        return done, _pairs(files["GITHUB_OUTPUT"])


def _pairs(path: Path) -> dict[str, str]:
    """``NAME=VALUE`` lines; heredocs are not known here."""
    lines = path.read_text().splitlines()
    assert all("=" in line for line in lines)
    return dict(line.split("=", 1) for line in lines)


def _filled(text: str, known: Mapping[str, str]) -> str:
    return EXPRESSION.sub(lambda found: _value(found[1], known), text)


def _value(name: str, known: Mapping[str, str]) -> str:
    assert NAME.fullmatch(name), f"an expression that this does not know: {name}"
    return known.get(name, "")  # as the runner: what is not there is empty


def _holds(condition: str, known: Mapping[str, str]) -> bool:
    if not condition:
        return True
    found = CONDITION.fullmatch(condition.strip())
    assert found, f"a condition that this does not know: {condition}"
    return (_value(found["name"], known) == found["text"]) is (found["how"] == "==")


def checkout(folder: Path) -> Path:
    """The files of the working tree as they are now, without what git ignores."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in told.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder
