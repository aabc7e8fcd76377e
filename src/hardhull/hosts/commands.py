"""Programs of this machine that only tell something: run without a shell and bounded in time."""

from __future__ import annotations

import os
import shutil
import subprocess

SECONDS = 10
MAX_OUTPUT = 1 << 20
PLACES = "/usr/sbin:/usr/bin:/sbin:/bin"
"""Where a system's own programs are; a PATH that somebody else wrote decides nothing."""


def output(*words: str, net_of: int = 0) -> list[str] | None:
    """The lines that a program writes; None where it is missing, fails or takes too long.

    Args:
        words: the program and its arguments.
        net_of: a process in whose network namespace it runs; ours where it is 0.
    """
    program = shutil.which(words[0], path=PLACES)
    if program is None:
        return None
    command = [program, *words[1:]]
    if net_of and not _same_net(net_of):
        enter = shutil.which("nsenter", path=PLACES)
        if enter is None:
            return None
        command = [enter, f"--net=/proc/{net_of}/ns/net", *command]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL, env={"PATH": PLACES}
        )
    except (OSError, subprocess.SubprocessError):
        return None
    if done.returncode:
        return None
    return done.stdout[:MAX_OUTPUT].decode("utf-8", "replace").splitlines()


def _same_net(pid: int) -> bool:
    try:
        return os.readlink(f"/proc/{pid}/ns/net") == os.readlink("/proc/self/ns/net")  # noqa: PTH115
    except OSError:
        return False
