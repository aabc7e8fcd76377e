"""Trying a configuration: everything that can be known of it before the real file is touched."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from hardhull.engines import probe
from hardhull.engines.log_servers import stand_ins
from hardhull.engines.schema import SHADOW, Refusal, refusals
from hardhull.engines.seen import Seen, View, seen
from hardhull.engines.shadow import Shadow, ShadowError
from hardhull.engines.surroundings import surroundings

if TYPE_CHECKING:
    from hardhull.engines.candidate import Candidate
    from hardhull.engines.daemon import Daemon
    from hardhull.engines.surroundings import Surroundings


class Trial(NamedTuple):
    """What a trial showed.

    Attributes:
        refusals: why the configuration is not applied; empty where nothing speaks against it.
        seen: what the shadow showed of each setting that changes.
        start: seconds that its start took; 0 where it did not come to that.
        untried: keys of which the shadow could show nothing, with the reason.
        seconds: how long all of it took.
    """

    refusals: tuple[Refusal, ...]
    seen: dict[str, Seen]
    start: float
    untried: tuple[tuple[str, str], ...]
    seconds: float


def trial(wanted: Candidate, engine: Daemon, version: str) -> Trial:
    """Tries a configuration: its words, what it needs of the machine, and a shadow that runs with it.

    Raises:
        ShadowError: no shadow could be made, whatever the configuration.
    """
    begun = time.monotonic()
    found = list(refusals(wanted, version))
    if found:
        return Trial(tuple(found), {}, 0.0, (), time.monotonic() - begun)
    around = surroundings(wanted, engine)
    if around.refusals:
        return Trial(around.refusals, {}, 0.0, (), time.monotonic() - begun)
    wrong, shown, start = _in_a_shadow(wanted, engine, around)
    return Trial(tuple(wrong), shown, start, around.untried, time.monotonic() - begun)


def _in_a_shadow(
    wanted: Candidate, engine: Daemon, around: Surroundings
) -> tuple[list[Refusal], dict[str, Seen], float]:
    shown: dict[str, Seen] = {}
    start = 0.0
    try:
        with Shadow(wanted, engine, around) as shadow, stand_ins(shadow.network, around.servers) as received:
            start = shadow.seconds
            probe.bring_image(shadow.client)
            view = View(shadow.client, shadow.root, 1, shadow.network, None, received)
            if not around.untried:
                shown = {"": Seen(None, f"a container ran: {view.probe.answer['Id'][:12]}")}
            shown |= seen(view, wanted) if not around.untried else {}
            shown.pop("", None)
    except ShadowError as error:
        if error.ours:
            raise
        return [Refusal(SHADOW, "", f"the engine does not start with it: {error}")], {}, 0.0
    except probe.ProbeError as error:
        return [Refusal(SHADOW, "", f"the engine starts, but a container does not: {error}")], {}, start
    where = frozenset({"data_root", "exec_root"})  # a shadow has its own
    wrong = [
        Refusal(SHADOW, each.key, f"it would not do what it says: {shown[each.field].text}")
        for each in wanted.changed
        if each.field in shown and shown[each.field].kept is False and each.field not in where
    ]
    return wrong, {name: one for name, one in shown.items() if name not in where}, start
