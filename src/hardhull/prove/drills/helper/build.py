"""Builds the helper for each architecture, the same bytes everywhere: the compiler is one exact release from PyPI.

`make drill-helper` runs it. The wheel `ziglang` is Clang with the kernel's headers of every architecture.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

SOURCES = Path(__file__).parent
ARCHITECTURES = {"x86_64": "x86", "aarch64": "aarch64"}
"""As the engine and Clang call them, to the folder of the kernel's headers."""
FLAGS = (
    *("-std=gnu11", "-Oz", "-Wall", "-Wextra", "-Werror", "-s", "-ffreestanding", "-fno-builtin", "-fno-sanitize=all"),
    *("-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-fno-ident"),
    *("-nostdlib", "-static", "-fno-pie", "-no-pie", "-Wl,--build-id=none", "-Wl,-z,noexecstack"),
)


def name(architecture: str) -> str:
    """The file's name."""
    return f"helper-{architecture}"


def build(folder: Path) -> None:
    """Writes the helper of each architecture into a folder.

    Raises:
        CalledProcessError: it does not compile.
    """
    found = find_spec("ziglang")
    if found is None or found.origin is None:
        sys.exit("the compiler is missing; install the development dependencies: pip install --group dev")
    headers = Path(found.origin).parent / "lib" / "libc" / "include"
    sources = sorted(each.name for each in SOURCES.glob("*.c"))
    with tempfile.TemporaryDirectory() as cache:
        caches = {"ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache}
        for architecture, kernel in ARCHITECTURES.items():
            command = [sys.executable, "-m", "ziglang", "cc", "-target", f"{architecture}-linux-musl", *FLAGS]
            for each in (f"{kernel}-linux-any", "any-linux-any"):
                command += ["-isystem", str(headers / each)]
            out = folder.resolve() / name(architecture)
            subprocess.run([*command, "-o", str(out), *sources], cwd=SOURCES, env={**os.environ, **caches}, check=True)


if __name__ == "__main__":
    build(SOURCES)
