"""Whether files of logs really rotate: a throwaway container writes more than one may hold, and they are looked at."""

from __future__ import annotations

import os
import re
import secrets
import select
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}
MOST: Final = 32 << 20
"""Bytes that a test may write; a shadow's files are in memory."""
SMALL: Final = "64k"
"""The size that is tried in the place of one that is too large for that."""
SECONDS: Final = 60.0
LINE: Final = b"hardhull: a line that makes log files rotate " + b"." * 954 + b"\n"
ENVELOPE: Final = 4096
"""What one record may be longer than its line."""
DEFAULTS: Final = {"local": ("20m", 5), "json-file": ("", 1)}
"""Size and number of files where the options say none (daemon/logger of moby)."""
DROPPED: Final = 8
"""How many times as much is written where it does not come into the files."""


class Rotation(NamedTuple):
    """What log files may be.

    Attributes:
        size: bytes of one; 0 for no bound.
        files: how many of them.
        word: the size as the options have it.
    """

    size: int
    files: int
    word: str

    @property
    def whole(self) -> bool:
        """Whether all files can be filled here."""
        return 0 < self.size * (self.files + 1) <= MOST


def rotation(driver: str, options: Mapping[str, str]) -> Rotation:
    """What a driver's options say."""
    size, files = DEFAULTS[driver]
    word = options.get("max-size", size)
    return Rotation(bytes_of(word), int(options.get("max-file", files)), word)


def bytes_of(text: str) -> int:
    """A size of Docker's, at its largest reading; 0 for none."""
    match = re.fullmatch(r"([\d.]+) ?([a-z]?)i?b?", text.lower())
    return int(float(match[1]) * UNITS.get(match[2], 1)) if match else 0


def write(proc: str, data: bytes, seconds: float = SECONDS) -> bool:
    """Writes to the standard output of a container's first process, as the process itself would.

    Args:
        proc: its folder in ``/proc``.
        data: the bytes.
        seconds: for the engine to take them.

    Returns:
        Whether the engine took all of it.
    """
    pipe = os.open(f"{proc}/fd/1", os.O_WRONLY | os.O_NONBLOCK)
    end = time.monotonic() + seconds
    try:
        while data:
            left = end - time.monotonic()
            if left <= 0 or not select.select([], [pipe], [], left)[1]:
                return False
            data = data[os.write(pipe, data[:65536]) :]
    finally:
        os.close(pipe)
    return True


def log_files(folder: Path) -> dict[str, int]:
    """The log files of a container and their bytes; one that is being packed counts once."""
    found: dict[str, int] = {}
    for path in (*folder.glob("*-json.log*"), *folder.glob("local-logs/container.log*")):
        name = path.name.removesuffix(".gz")
        try:
            found[name] = max(found.get(name, 0), path.stat().st_size)
        except OSError:  # it was renamed at this moment
            continue
    return found


def shown(proc: str, folder: Path, bound: Rotation) -> tuple[bool, str]:
    """Writes until the files have rotated, and looks whether they stay within their bound.

    Args:
        proc: the folder of the container's first process in ``/proc``.
        folder: of the container's files.
        bound: what they may be.

    Returns:
        Whether they did, and what was seen.
    """
    wanted = bound.files if bound.whole else min(bound.files, 2)
    rounds = bound.files + 1 if bound.whole else 2
    written, most, count = 0, 0, 0
    end = time.monotonic() + SECONDS
    block = LINE * 64
    # An engine that may drop messages (mode non-blocking) writes less than it gets
    while written < rounds * bound.size or (count < wanted and written < DROPPED * rounds * bound.size):
        if time.monotonic() > end:
            break
        if not write(proc, block):
            return False, f"the engine takes no more than {written} bytes"
        written += len(block)
        files = log_files(folder)
        most, count = max(most, *files.values(), 0), max(count, len(files))
    if not _caught_up(proc, folder):
        return False, f"of {written} bytes that were written the last did not come into the log"
    files = log_files(folder)
    most, count = max(most, *files.values(), 0), max(count, len(files))
    # With max-file=1 engine 20.10 keeps the file before too (measured)
    kept = wanted <= count <= max(bound.files, 2) and most <= bound.size + ENVELOPE
    what = f"{written} bytes were written: {count} files (max-file {bound.files}), the largest with {most} bytes"
    return kept, what


def _caught_up(proc: str, folder: Path) -> bool:
    """Whether the engine, which writes behind us, has come to the end; it may drop lines that come too fast."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        last = f"hardhull: the last line {secrets.token_hex(8)}".encode()
        if not write(proc, last + b"\n"):
            return False
        again = time.monotonic() + 2.0
        while time.monotonic() < again:
            if any(
                _holds(path, last) for path in (*folder.glob("*-json.log"), *folder.glob("local-logs/container.log"))
            ):
                return True
            time.sleep(0.02)
    return False


def _holds(path: Path, line: bytes) -> bool:
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - ENVELOPE))
            return line in stream.read()
    except OSError:
        return False


def folder_of(root: str, info: Mapping[str, Any], ident: str) -> Path:
    """The folder of a container's files, as it is seen from here."""
    return Path(f"{root}{info['DockerRootDir']}/containers/{ident}")
