"""What is imported to start: a module outside of these lists is a decision, because everybody pays for it each time."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """
import sys
before = set(sys.modules)
from hardhull.cli.main import main
out, sys.stdout = sys.stdout, open({sink!r}, "w")
main({words!r})
out.write(" ".join(set(sys.modules) - before))
"""

VERSION = {"__future__", "hardhull", "hardhull.cli", "hardhull.cli.main"}

# What click (28 ms) brings: gettext, inspect with ast and dis, uuid with platform, datetime, difflib, threading.
OF_CLICK = {
    "ast", "click", "contextlib", "copyreg", "datetime", "difflib", "dis", "errno", "gettext", "heapq", "inspect",
    "keyword", "linecache", "locale", "opcode", "platform", "reprlib", "struct", "textwrap", "threading", "token",
    "tokenize", "types", "uuid", "weakref",
}  # fmt: skip
OF_PATHLIB = {"fnmatch", "glob", "grp", "ipaddress", "math", "ntpath", "pwd", "urllib"}
OURS = {
    "__future__", "binascii", "bisect", "collections", "encodings", "enum", "functools", "gc", "hardhull", "hashlib",
    "importlib", "itertools", "json", "keyword", "operator", "pathlib", "pkgutil", "re", "typing", "unicodedata", "warnings", "zipimport", "zlib",
}  # fmt: skip
ONE_FILE = OURS | OF_CLICK | OF_PATHLIB


def imported(words: list[str], folder: Path) -> set[str]:
    """The modules that a run of these words imports, beyond those of the interpreter itself."""
    script = SCRIPT.format(words=words, sink=str(folder / "out"))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


def packages(modules: set[str]) -> set[str]:
    """Top-level packages, without the private halves of standard ones."""
    return {
        top for top in (name.partition(".")[0] for name in modules) if top == "__future__" or not top.startswith("_")
    }


def dockerfile(folder: Path) -> Path:
    path = folder / "Dockerfile"
    path.write_text("FROM nginx:1.27\nRUN apt-get update\nUSER 101\nHEALTHCHECK CMD true\n")
    return path


def test_the_version(tmp_path: Path) -> None:
    assert imported(["--version"], tmp_path) <= VERSION | {"encodings.utf_8"}


def test_one_dockerfile_as_json(tmp_path: Path) -> None:
    modules = imported([str(dockerfile(tmp_path)), "-f", "json"], tmp_path)
    assert "hardhull.formats.dockerfile" in modules
    assert packages(modules) <= ONE_FILE
    formats = {name.split(".")[2] for name in modules if name.startswith("hardhull.formats.")}
    assert formats == {"dockerfile"}
    assert not modules & {
        "hardhull.report.terminal",
        "hardhull.report.sarif",
        "hardhull.cli.explain",
        "hardhull.cli.report",
    }


def test_the_screen_needs_no_library_of_others(tmp_path: Path) -> None:
    modules = imported([str(dockerfile(tmp_path))], tmp_path)
    assert packages(modules) <= ONE_FILE
