"""What is wrong with a configuration that can be said without starting anything."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.formats.daemon_json import read
from hardhull.model.field import NotKnownError
from hardhull.model.source import Source
from hardhull.rules.engine.default_ulimit_breaks_starts import check as ulimits
from hardhull.rules.engine.engine_log_options_refused import check as log_options
from hardhull.rules.policy import Policy
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.engines.candidate import Candidate

SCHEMA: Final = "schema"
COMMAND_LINE: Final = "command line"
HOST: Final = "host"
SHADOW: Final = "shadow"


class Refusal(NamedTuple):
    """Why a configuration is not applied.

    Attributes:
        stage: which check found it: one of the words above.
        key: of daemon.json; empty where it is about all of it.
        why: the reason as a sentence part, without secrets.
    """

    stage: str
    key: str
    why: str


def refusals(wanted: Candidate, version: str) -> Iterator[Refusal]:
    """What this version of the engine refuses or ignores, and what no container could start with.

    Settings without effect that stand in the file already are the person's own and no reason to stop.
    """
    had = _ignored_before(wanted, version)
    for item in wanted.engine.problems.get(()):
        problem = item.value
        if problem.stops:
            stage = COMMAND_LINE if problem.kind == "conflict" else SCHEMA
            yield Refusal(stage, problem.key, f"the engine would not start: {problem.why}")
        elif (problem.kind, problem.key) not in had:
            yield Refusal(SCHEMA, problem.key, f"it would not do what it says: {problem.why}")
    policy = Policy()
    for key, check in (("log-opts", log_options), ("default-ulimits", ulimits)):
        with suppress(NotKnownError):  # it has another type, and that was told
            yield from (Refusal(SCHEMA, key, finding.message) for finding in check(wanted.engine, policy))


def _ignored_before(wanted: Candidate, version: str) -> frozenset[tuple[str, str]]:
    try:
        old = read(Source(wanted.path, wanted.before or b""), version)
    except UnreadableError:
        return frozenset()
    return frozenset((item.value.kind, item.value.key) for item in old.problems.get(()) if not item.value.stops)
