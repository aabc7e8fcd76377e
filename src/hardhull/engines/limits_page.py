"""What limits do here, on a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hardhull.facts.limits import KEPT, NOTHING, PARTLY, REFUSED, SET, UNSEEN, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hardhull.facts.limits import ShownLimit
    from hardhull.report.view import View

STYLES: Final = {KEPT: "good", PARTLY: "fair", NOTHING: "poor", REFUSED: "poor", SET: "dim", UNSEEN: "dim"}
NAMES: Final = {
    "memory_swap": "memory and swap", "memory_reservation": "memory reservation", "kernel_memory": "kernel memory",
    "memory_swappiness": "swappiness", "oom_kill_disable": "OOM killer off", "cpu_shares": "processor shares",
    "cpus": "processors", "cpuset": "set of processors", "pids": "processes", "read_bps": "bytes read",
    "write_bps": "bytes written", "write_bps_buffered": "... through the cache", "read_iops": "reads",
    "write_iops": "writes", "weight": "disk weight",
}  # fmt: skip
WIDTH: Final = max(map(len, NAMES.values()))
VERDICT_WIDTH: Final = max(map(len, VERDICTS))


def render(document: Mapping[str, Any], found: Sequence[ShownLimit], view: View, path: str) -> Iterator[str]:
    """The screen.

    Args:
        document: what was found, with the kernel and the engine.
        found: the limits.
        view: how it is shown.
        path: where it is kept.
    """
    head = f"Limits of engine {document['engine']} on kernel {document['kernel']}: {summary(found)}"
    yield f"{view.paint('bold', view.clean(head))}\n\n"
    for one in found:
        name, verdict = NAMES.get(one.setting, one.setting), one.verdict.ljust(VERDICT_WIDTH)
        said = "; ".join(part for part in (one.given, one.seen, one.why) if part)
        room = view.width - WIDTH - VERDICT_WIDTH - 6
        first, *others = view.fold(said, room) or [""]
        yield f"  {name.ljust(WIDTH)}  {view.paint(STYLES[one.verdict], verdict)}  {first}\n"
        for each in others:
            yield f"  {'':{WIDTH + VERDICT_WIDTH + 2}}  {each}\n"
        if view.everything and one.kernel:
            yield f"  {'':{WIDTH + VERDICT_WIDTH + 2}}  {view.clean(one.kernel)}\n"
    yield "\n"
    for verdict in dict.fromkeys(one.verdict for one in found):
        yield f"  {verdict}: {VERDICTS[verdict]}\n"
    yield f"\nKept in {view.clean(path)}: `hardhull scan engine` and `scan containers` know it now\n"


def summary(found: Sequence[ShownLimit]) -> str:
    """One line."""
    counts = {verdict: sum(one.verdict == verdict for one in found) for verdict in VERDICTS}
    return ", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number)
