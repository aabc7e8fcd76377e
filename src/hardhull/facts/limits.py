"""What a limit was seen to do on a machine, and where that is kept."""

from __future__ import annotations

from typing import Final, NamedTuple

KEPT, PARTLY, NOTHING = "kept", "partly", "nothing"
SET, UNSEEN, REFUSED = "set", "not shown", "refused"
VERDICTS: Final = {
    KEPT: "a load was held to it",
    PARTLY: "a load was held to it, and went around it",
    NOTHING: "it changes nothing here",
    SET: "the kernel has it; no load shows it",
    UNSEEN: "nothing could be said",
    REFUSED: "the engine does not take it",
}
"""The verdicts, and what each means."""


class ShownLimit(NamedTuple):
    """One setting.

    Attributes:
        setting: the field of a workload that it is (``memory``, ``pids``, ``cpus``); of block I/O what it limits.
        given: the value that was tried, for people.
        verdict: one of :data:`VERDICTS`.
        seen: what the load did with it and without it; empty where there was none.
        kernel: the kernel's file and value; empty where there is none.
        why: the reason, as a sentence part; empty where the load says it all.
    """

    setting: str
    given: str
    verdict: str
    seen: str
    kernel: str
    why: str = ""
