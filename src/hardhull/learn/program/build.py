"""Builds the program, the same bytes everywhere: the compiler is one exact release from PyPI (``make recorder``).

One file serves every kernel and architecture: the loader puts in the places of fields from the kernel's own BTF.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).parent
NAME: Final = "recorder.o"
COMPILE: Final = (
    *("-target", "bpfel-freestanding", "-mcpu=v3", "-std=gnu11", "-O2", "-g", "-Wall", "-Wextra", "-Werror"),
    *("-fno-ident", "-fno-sanitize=all", "-fno-stack-protector", "-fno-asynchronous-unwind-tables"),
    "-fno-unwind-tables",
)


def build(folder: Path) -> None:
    """Writes the program into a folder.

    Raises:
        CalledProcessError: it does not compile.
    """
    with tempfile.TemporaryDirectory() as scratch:
        caches = {"ZIG_GLOBAL_CACHE_DIR": scratch, "ZIG_LOCAL_CACHE_DIR": scratch}
        out = str(folder.resolve() / NAME)
        words = ["cc", "-c", *COMPILE, f"-ffile-prefix-map={SOURCES}=.", "-o", out, "recorder.c"]
        environment = {**os.environ, **caches}
        subprocess.run([sys.executable, "-m", "ziglang", *words], cwd=SOURCES, env=environment, check=True)


if __name__ == "__main__":
    build(SOURCES)
