"""What a recorded run has shown, on one screen."""

from __future__ import annotations

from collections import Counter, defaultdict
from posixpath import dirname
from typing import TYPE_CHECKING

from hardhull.report.words import count
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.facts.profile import Address, Peaks, Profile, Run
    from hardhull.learn.workload import Learned
    from hardhull.report.view import View

HEAD = 16
"""Columns of the names on the left."""
MIB = 1 << 20
ERRORS = {1: "EPERM", 11: "EAGAIN", 13: "EACCES", 30: "EROFS", 38: "ENOSYS"}
MOST = 8
"""Entries of one kind that are named where not everything is wanted."""


def render(learned: Learned, kept: Profile, where: str, view: View) -> Iterator[str]:
    """The summary.

    Args:
        learned: a run that worked.
        kept: its profile together with what was kept before.
        where: the file that it was written to; empty for none.
        view: how it is shown.
    """
    assert learned.profile is not None  # noqa: S101  only what worked is shown
    (run,) = learned.profile.runs
    title = f"{run.subject}" + (f" ({run.path})" if run.path else "")
    yield view.paint("bold", view.clean(f"Recorded: {title}")) + view.clean(f", {run.seconds:.0f} s, {run.engine}\n")
    for head, text in _rows(run, learned, view):
        lines = view.fold(redact(text), max(view.width - HEAD - 2, 20))
        for index, line in enumerate(lines):
            yield f"  {(head if not index else ''):<{HEAD}}{line}\n"
    yield from _end(learned, kept, where, view)


def _rows(run: Run, learned: Learned, view: View) -> Iterator[tuple[str, str]]:
    """Names and texts, those that have something to say."""
    most = 10_000 if view.everything else MOST
    yield "system calls", _syscalls(run)
    unseen = set(run.unseen)
    if "capabilities" not in unseen:
        yield "capabilities", _capabilities(run, learned.profile) or "none"
    rows = {
        "users": _users(run),
        "writes": _files(run, ("write", "change"), most),
        "runs": _listed((use.path for use in run.files if use.use == "execute"), most),
        "listens": _addresses(run.listens, most),
        "connects": _addresses(run.connects, most),
        "denied": _listed((f"{each.name} ({_error(each.errno)})" for each in run.denied), most),
        "refused": _listed((f"{each.name} {each.path} ({_error(each.errno)})" for each in run.failed), most),
        "peaks": _peaks(run.peaks),
    }
    yield from ((name, text) for name, text in rows.items() if text)


def _syscalls(run: Run) -> str:
    """How many, of which the runtime's own are told apart."""
    names = {call.name for call in run.syscalls}
    behind = {call.name for call in run.filtered_syscalls} - names
    more = f", and {len(behind)} that the runtime makes behind its seccomp filter" if behind else ""
    return f"{len(names)} observed{more}"


def _capabilities(run: Run, profile: Profile | None) -> str:
    """Those that were used, each with the calls that asked for it."""
    used = profile.capabilities_used if profile else frozenset()
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for check in run.capabilities:
        if check.granted and check.certain:
            asked[check.capability].add(check.syscall or "a page fault")
    return ", ".join(f"{name} ({' '.join(sorted(asked[name]))})" for name in sorted(used))


def _users(run: Run) -> str:
    pairs = sorted({(user.euid, user.egid) for user in run.users})
    groups = f"; groups {', '.join(map(str, sorted(run.groups)))}" if run.groups else ""
    return ", ".join(f"{uid}:{gid}" for uid, gid in pairs) + groups if pairs else ""


def _files(run: Run, uses: tuple[str, ...], most: int) -> str:
    """How many files in which folder."""
    paths = {use.path for use in run.files if use.use in uses}
    folders = Counter(dirname(path) for path in paths)
    return _listed((f"{folder} ({count(number, 'file')})" for folder, number in folders.items()), most)


def _addresses(addresses: Iterable[Address], most: int) -> str:
    return _listed(
        (f"{each.protocol} {each.address}" + (f":{each.port}" if each.port else "") for each in addresses), most
    )


def _listed(several: Iterable[str], most: int) -> str:
    found = sorted(set(several))
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def _error(number: int) -> str:
    return ERRORS.get(number, f"error {number}")


def _peaks(peaks: Peaks) -> str:
    parts = []
    if peaks.memory_bytes is not None:
        parts.append(f"{peaks.memory_bytes / MIB:.1f} MiB of memory")
    if peaks.pids is not None:
        parts.append("1 process" if peaks.pids == 1 else f"{peaks.pids} processes and threads")
    if peaks.cpu_seconds is not None:
        parts.append(f"{peaks.cpu_seconds:.1f} s of processor time")
    if peaks.written_bytes:
        parts.append(f"{peaks.written_bytes / MIB:.1f} MiB written to disk")
    return ", ".join(parts)


def _end(learned: Learned, kept: Profile, where: str, view: View) -> Iterator[str]:
    """How far it can be trusted, and where it is."""
    assert learned.profile is not None  # noqa: S101  only what worked is shown
    parts = [
        ("Exercised", ", ".join(learned.deeds)),
        ("Not exercised", ", ".join((*learned.left_out, "what no check and no load asks for"))),
        ("Slower way", learned.slower and f"recorded by strace, because {learned.slower}"),
        ("Not seen", ", ".join(learned.profile.runs[0].unseen)),
        ("Incomplete", "; ".join(learned.profile.incomplete)),
        ("Another way", "; ".join(f"{each.what} ({each.why})" for each in learned.adapted)),
    ]
    yield "\n"
    for head, text in parts:
        lines = view.fold(redact(text), max(view.width - HEAD - 2, 20)) if text else []
        for index, line in enumerate(lines):
            yield f"{(head if not index else ''):<{HEAD + 2}}{line}\n"
    if where:
        total = len({call.name for run in kept.runs for call in run.syscalls})
        text = f"{where}: {count(len(kept.runs), 'run')}, {count(total, 'system call')} in all"
        yield "\n" + "".join(f"{line}\n" for line in view.fold(text, view.width))


def brief(learned: Learned, where: str) -> str:
    """One line."""
    assert learned.profile is not None  # noqa: S101  only what worked is shown
    (run,) = learned.profile.runs
    calls = count(len({call.name for call in run.syscalls}), "system call")
    used = ", ".join(sorted(learned.profile.capabilities_used)) or "none"
    return f"{run.subject}: {calls}, capabilities: {used}" + (f"; {where}\n" if where else "\n")
