"""Asking the programs that will read the files, where they are installed: what they took before they must still take.

Each only reads: ``docker compose config``, ``bash -n``, ``dockerd --validate``, ``kubectl`` without a server. What a
program refused before the change is not held against it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from hardhull.fix.hidden import without
from hardhull.fix.page import page_of
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from hardhull.model.plan import FileEdit
    from hardhull.scan.discover import Candidate

_REQUIRED = re.compile(rb"\$\{([A-Za-z_]\w*):?\?")
TIMEOUT = 30
"""Seconds that a program may take for one file."""


class Consumer(NamedTuple):
    """A program that reads one kind of file.

    Attributes:
        kind: of file, as discovery names it.
        name: what to call it.
        command: its command line for a path; None where it is not installed.
    """

    kind: str
    name: str
    command: Callable[[Path], list[str] | None]


def _compose(path: Path) -> list[str] | None:
    docker = shutil.which("docker")
    if docker is not None and _works([docker, "compose", "version"]):
        return [docker, "compose", "-f", str(path), "config", "--quiet"]
    alone = shutil.which("docker-compose")
    return None if alone is None else [alone, "-f", str(path), "config", "--quiet"]


def _bash(path: Path) -> list[str] | None:
    bash = shutil.which("bash")
    return None if bash is None else [bash, "-n", str(path)]


def _dockerd(path: Path) -> list[str] | None:
    dockerd = shutil.which("dockerd")
    if dockerd is None or "--validate" not in _output([dockerd, "--help"]):
        return None
    return [dockerd, "--validate", "--config-file", str(path)]


def _kubectl(path: Path) -> list[str] | None:
    kubectl = shutil.which("kubectl")
    return None if kubectl is None else [kubectl, "apply", "--dry-run=client", "--validate=false", "-f", str(path)]


CONSUMERS = (
    Consumer("compose", "docker compose config", _compose),
    Consumer("shell", "bash -n", _bash),
    Consumer("daemon.json", "dockerd --validate", _dockerd),
    Consumer("kubernetes", "kubectl apply --dry-run=client", _kubectl),
)


class Checks:
    """The consumers' verdicts of the files of a plan, before and after.

    Args:
        root: the folder that paths are relative to.
        files: what changes.
        candidates: the files with their kinds.
    """

    def __init__(self, root: Path, files: Sequence[FileEdit], candidates: Iterable[Candidate]) -> None:
        kinds = {one.source.path: one.kinds for one in candidates}
        self._root = root
        self._texts = {file.path: file.after for file in files}
        self._todo = [
            (consumer, file.path)
            for file in files
            for consumer in CONSUMERS
            if consumer.kind in kinds.get(file.path, ()) and file.before is not None
        ]
        self._took: list[tuple[Consumer, str, list[str]]] = []
        self._environment = with_required(file.after for file in files)

    def before(self) -> list[str]:
        """Asks about the files as they are; returns the names of the programs that were asked."""
        for consumer, path in self._todo:
            command = consumer.command(self._root / path)
            if command is not None and _refusal(command, self._root, self._environment) is None:
                self._took.append((consumer, path, command))
        return sorted({consumer.name for consumer, _, _ in self._took})

    def after(self) -> list[str]:
        """What they now refuse, as complaints."""
        found = []
        for consumer, path, command in self._took:
            refusal = _refusal(command, self._root, self._environment)
            if refusal is not None:
                found.append(f"{consumer.name} no longer takes {path}: {self._safe(path, refusal)}")
        return found

    def _safe(self, path: str, text: str) -> str:
        """What a program said, which may quote the file."""
        return redact(without(text, page_of(path, self._texts[path]).secrets))


def with_required(texts: Iterable[bytes]) -> dict[str, str]:
    """The environment, with a value for every variable that Compose demands (``${NAME:?why}``).

    A secret that leaves a file has to be set before Compose starts anything. That is said with the fix, and is no fault
    of the file.
    """
    names = {name.decode() for text in texts for name in _REQUIRED.findall(text)}
    return {**dict.fromkeys(names, "x"), **os.environ}


def _refusal(command: list[str], folder: Path, environment: Mapping[str, str]) -> str | None:
    """The last line of what a program says against a file; None where it takes it."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"it could not be asked ({type(error).__name__})"
    if done.returncode == 0:
        return None
    lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else f"exit code {done.returncode}"


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")
