"""The entry: ``--version`` at once, everything else through the verbs; no error ever shows a traceback.

Only what the interpreter has imported already is imported here: ``hardhull --version`` must cost no more than it.
"""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130
PIPE_CLOSED = 141
"""128 + SIGPIPE: what a shell reports for a program whose reader went away."""


def entry() -> None:
    """The command as a process of its own: :func:`main`, then an end at once; never returns.

    The ordinary end of an interpreter takes all objects apart one by one: a tenth of the CPU time of a scan, be it of
    one file or of a thousand. Nothing here waits for that, but a profiler or debugger does; and what could not be
    written to the last is told by the ordinary end.
    """
    code = main()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        sys.exit(code)
    if sys.getprofile() or sys.gettrace():
        sys.exit(code)
    os._exit(code)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and returns the exit code.

    Args:
        arguments: without the program's name; those of the process by default.
    """
    words = sys.argv[1:] if arguments is None else arguments
    try:
        if words[:1] == ["--version"] and _version():
            return 0
        from hardhull.cli.run import run

        return run(words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_gone()


def _version() -> bool:
    """Whether the version could be written; if not, the ordinary way tells why."""
    from hardhull import __version__

    try:
        sys.stdout.write(f"hardhull {__version__}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except (OSError, AttributeError):  # no room, or closed
        return False
    return True


def _reader_gone() -> int:
    """Keeps the interpreter from complaining at its end that it cannot flush what nobody reads."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return PIPE_CLOSED
