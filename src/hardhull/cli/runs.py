"""What the verbs that run workloads share: refusals as people are told them, and their exit codes."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hardhull.cli.errors import FAILED, REFUSED, USAGE, UserError, told
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hardhull.run.refusal import Refusal
    from hardhull.run.target import Target


@contextmanager
def running(code: int = FAILED) -> Iterator[None]:
    """Turns what a run refuses into what people are told: every reason, and 5 where all of them can be allowed.

    Args:
        code: of the exit otherwise.

    Raises:
        UserError: the last reason; the others are on standard error by then.
    """
    from hardhull.learn.errors import RecordingError
    from hardhull.run.refusal import CannotRunError

    try:
        yield
    except CannotRunError as error:
        code = REFUSED if all(each.consent for each in error.refusals) else code
        *others, last = [_told(each, code) for each in error.refusals]
        sys.stderr.writelines(told(each) for each in others)
        raise last from None
    except RecordingError as error:
        raise UserError(error.what, redact(error.why), error.how, FAILED) from None


def _told(refusal: Refusal, code: int) -> UserError:
    consent = f" (--allow {refusal.consent})" if refusal.consent else ""
    return UserError(refusal.what, redact(refusal.why), redact(refusal.how) + consent, code)


def teller(*, quiet: bool) -> Callable[[str], None]:
    """What says on standard error what is being run; nothing where it shall be quiet."""
    from hardhull.cli.output import view_for

    def tell(what: str) -> None:
        sys.stderr.write(f"hardhull: {view_for('-').clean(what)}\n")
        sys.stderr.flush()

    return (lambda _: None) if quiet else tell


def found(named: str, service: str, use: Iterable[str] = ()) -> Target:
    """What the person named, and beside it the workloads at which its checks and loads are asked.

    Args:
        named: what a person named.
        service: the name of the workload, where it is given by itself.
        use: checks, URLs and loads as they were given.

    Raises:
        UserError: it is not there, or not clear.
    """
    from hardhull.cli.inputs import stdin
    from hardhull.run.exercise import asked_at
    from hardhull.run.target import STDIN, target

    beside = tuple(dict.fromkeys(name for name, _ in map(asked_at, use) if name))
    with running(USAGE):
        return target(named, service, stdin() if named == STDIN else b"", beside)
