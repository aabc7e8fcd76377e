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
COMPILE = (
    *("-std=gnu11", "-Oz", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror"),
    *("-ffreestanding", "-fno-builtin", "-fno-sanitize=all", "-fno-stack-protector", "-fno-ident", "-fno-pie"),
    *("-fno-asynchronous-unwind-tables", "-fno-unwind-tables"),
)
LINK = ("-static", "--strip-all", "--build-id=none", "-z", "noexecstack")


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
    sources = sorted(SOURCES.glob("*.c"))
    for architecture, kernel in ARCHITECTURES.items():
        compile_ = ["cc", "-c", "-target", f"{architecture}-linux-musl", *COMPILE]
        for each in (f"{kernel}-linux-any", "any-linux-any"):
            compile_ += ["-isystem", str(headers / each)]
        with tempfile.TemporaryDirectory() as scratch:
            for source in sources:
                _zig([*compile_, "-o", f"{source.stem}.o", str(source)], scratch)
            objects = [f"{source.stem}.o" for source in sources]
            _zig(["ld.lld", *LINK, "-o", str(folder.resolve() / name(architecture)), *objects], scratch)


def _zig(words: list[str], scratch: str) -> None:
    """Runs the compiler or the linker in a folder, with its caches there."""
    caches = {"ZIG_GLOBAL_CACHE_DIR": scratch, "ZIG_LOCAL_CACHE_DIR": scratch}
    subprocess.run([sys.executable, "-m", "ziglang", *words], cwd=scratch, env={**os.environ, **caches}, check=True)


if __name__ == "__main__":
    build(SOURCES)
