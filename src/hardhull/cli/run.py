"""The verbs, imported when they are used, and what becomes of every error."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from hardhull import __version__
from hardhull.cli.errors import FAILED, USAGE, UserError, told
from hardhull.cli.main import INTERRUPTED
from hardhull.cli.output import write

VERBS = ("scan", "fix", "undo", "learn", "prove", "explain", "report", "db")
DEFAULT = "scan"
OWN_OPTIONS = frozenset({"--help", "-h", "--version"})


def _version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        write([f"hardhull {__version__}\n"], "-")
        context.exit()


class Verbs(click.Group):
    """One module of this package for each verb; its ``command`` is the verb."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The verbs, in the order of their use."""
        return list(VERBS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The verb, imported now."""
        if name not in VERBS:
            return None
        command = import_module(f"hardhull.cli.{name}").command
        assert isinstance(command, click.Command)  # noqa: S101  every verb's module has one
        return command


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def hardhull() -> None:
    """Makes a Docker deployment as locked-down as it can be while it still works.

    Without a verb it scans: `hardhull` is `hardhull scan .`, and `hardhull PATH` is `hardhull scan PATH`.

    Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage, 3 nothing to look at, 4 something that should
    have been checked was not, 5 refused.
    """


def run(words: list[str]) -> int:
    """Runs the verb that the words name and returns its exit code."""
    try:
        return _run(words)
    except UserError as error:
        sys.stderr.write(told(error))
        return error.code
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        sys.stderr.write(told(_usage(error, words)))
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.stderr.write(told(_refused(error)))
        return FAILED
    except Exception as error:
        if os.environ.get("HARDHULL_TRACEBACK"):
            raise
        sys.stderr.write(told(_fault(error)))
        return FAILED


def _run(words: list[str]) -> int:
    if not words or (words[0] not in VERBS and words[0] not in OWN_OPTIONS):
        words = [DEFAULT, *words]
    with hardhull.make_context("hardhull", list(words)) as context:
        code = hardhull.invoke(context)
    return int(code or 0)


def _usage(error: click.ClickException, words: list[str]) -> UserError:
    verb = words[0] if words and words[0] in VERBS else DEFAULT
    message = error.format_message().rstrip(".")
    return UserError("the command line cannot be understood", message, f"see `hardhull {verb} --help`")


def _refused(error: OSError) -> UserError:
    """Something of the system that no verb expected: a disk without room, a device that fails."""
    where = f" ({error.filename})" if error.filename else ""
    how = "look at the permissions and the room there, then try again"
    return UserError("the system refused to read or write", f"{error.strerror or error}{where}", how, FAILED)


def _fault(error: Exception) -> UserError:
    """A fault of ours. The message may quote a scanned file, so only its kind and place are told."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    why = f"{type(error).__name__} at {place}"
    return UserError("hardhull itself failed", why, "report it; HARDHULL_TRACEBACK=1 shows where it happened", FAILED)
