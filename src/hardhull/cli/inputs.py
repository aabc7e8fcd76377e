"""What the verbs that look at files share: standard input, what the scan refuses, words of a command line."""

from __future__ import annotations

import re
import sys

from hardhull.cli.errors import FAILED, USAGE, UserError

MAX_STDIN = 32 * 1024 * 1024
"""Bytes; the same as for a file."""
PLAIN_WORD = re.compile(r"[\w@%+=:,./-]+", re.ASCII)


def stdin() -> bytes:
    """All of standard input.

    Raises:
        UserError: it is closed, or larger than a file may be.
    """
    if sys.stdin is None:
        raise UserError("cannot read standard input", "it is closed", "pipe a file into the command", FAILED)
    if sys.stdin.isatty():
        sys.stderr.write("hardhull: reading standard input until its end (Ctrl-D)\n")
    data = sys.stdin.buffer.read(MAX_STDIN + 1)
    if len(data) > MAX_STDIN:
        why = f"it is larger than {MAX_STDIN // 1024**2} MB"
        raise UserError("standard input was not read", why, "save it in parts and scan those", FAILED)
    return data


class Refusals:
    """Turns what the scan refuses into what a person is told."""

    def __init__(self, targets: tuple[str, ...]) -> None:
        self.targets = targets

    def __enter__(self) -> None:
        """Nothing to do before."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None:
            return
        from hardhull.scan.config import ConfigError
        from hardhull.scan.discover import NoSuchTargetError

        if isinstance(error, ConfigError):
            raise UserError(f"the configuration {error.path} cannot be used", error.what, error.how) from None
        if isinstance(error, NoSuchTargetError):
            raise _no_target(str(error)) from None


def _no_target(name: str) -> UserError:
    from difflib import get_close_matches

    from hardhull.cli.live import IMAGES, ONE
    from hardhull.cli.run import VERBS

    if name.startswith((*IMAGES, ONE, "cluster:")):
        how = "name a file, an image or what runs: see `hardhull scan --help`; a cluster's manifests are files"
        return UserError(f"cannot scan {name}", "this verb does not read targets of this kind", how, USAGE)
    close = get_close_matches(name, VERBS, 1)
    how = f"did you mean `hardhull {close[0]}`?" if close else "check the path; - is standard input"
    return UserError(f"cannot scan {name}", "there is no such file or folder, and no such verb", how, USAGE)


def quoted(word: str) -> str:
    """A word as a shell takes it."""
    return word if PLAIN_WORD.fullmatch(word) else "'" + word.replace("'", "'\"'\"'") + "'"
