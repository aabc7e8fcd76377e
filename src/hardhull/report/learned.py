"""What a recorded run has shown, on one screen."""

from __future__ import annotations

from collections import Counter, defaultdict
from posixpath import dirname
from typing import TYPE_CHECKING

from hardhull.report.words import count
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.facts.profile import Address, Peaks, Profile
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
    run = learned.profile.runs[0]
    title = f"{run.subject}" + (f" ({run.path})" if run.path else "")
    seconds = sum(each.seconds for each in learned.profile.runs)
    yield view.paint("bold", view.clean(f"Recorded: {title}")) + view.clean(f", {seconds:.0f} s, {run.engine}") + "\n"
    for head, text in _rows(learned.profile, view):
        lines = view.fold(redact(text), max(view.width - HEAD - 2, 20))
        for index, line in enumerate(lines):
            yield f"  {(head if not index else ''):<{HEAD}}{line}\n"
    yield from _end(learned, kept, where, view)


def _rows(profile: Profile, view: View) -> Iterator[tuple[str, str]]:
    """Names and texts, those that have something to say."""
    most = 10_000 if view.everything else MOST
    rows = {
        "system calls": _syscalls(profile),
        "capabilities": "" if "capabilities" in profile.runs[0].unseen else _capabilities(profile) or "none",
        "users": _users(profile),
        "writes": _files(profile, ("write", "change"), most),
        "runs": _listed((use.path for use in profile.seen("files") if use.use == "execute"), most),
        "listens": _addresses(profile.seen("listens"), most),
        "connects": _addresses(profile.seen("connects"), most),
        "denied": _listed((f"{each.name} ({_error(each.errno)})" for each in profile.seen("denied")), most),
        "refused": _listed(
            (f"{each.name} {each.path} ({_error(each.errno)})" for each in profile.seen("failed")), most
        ),
        "peaks": _peaks(profile.peaks),
    }
    yield from ((name, text) for name, text in rows.items() if text)


def _syscalls(profile: Profile) -> str:
    """How many; what later lives and the runtime add is told apart."""
    first = {call.name for call in profile.runs[0].syscalls}
    later = {call.name for call in profile.seen("syscalls")} - first
    behind = {call.name for call in profile.seen("filtered_syscalls")} - first - later
    parts = [f"{len(first)} observed"]
    parts += [f"{len(later)} more after the restart"] if later else []
    parts += [f"{len(behind)} more by the runtime behind the seccomp filter"] if behind else []
    if profile.passes:
        could = len({call.name for call in profile.syscalls_static})
        parts.append(f"{could} together with what the code of its programs can call")
    return ", ".join(parts)


def _capabilities(profile: Profile) -> str:
    """Those that were used, each with the calls that asked for it."""
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for check in profile.seen("capabilities"):
        if check.granted and check.certain:
            asked[check.capability].add(check.syscall or "a page fault")
    return ", ".join(f"{name} ({' '.join(sorted(calls))})" for name, calls in sorted(asked.items()))


def _users(profile: Profile) -> str:
    pairs = sorted({(user.euid, user.egid) for user in profile.seen("users")})
    groups = ", ".join(map(str, profile.seen("groups")))
    return ", ".join(f"{uid}:{gid}" for uid, gid in pairs) + (f"; groups {groups}" if groups else "")


def _files(profile: Profile, uses: tuple[str, ...], most: int) -> str:
    """How many files in which folder."""
    paths = {use.path for use in profile.seen("files") if use.use in uses}
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
        ("Exercised", ", ".join(learned.profile.exercised)),
        ("Not exercised", ", ".join((*learned.left_out, "what no check and no load asks for"))),
        ("Slower way", learned.slower and f"recorded by strace, because {learned.slower}"),
        ("Not seen", ", ".join(learned.profile.runs[0].unseen)),
        ("Incomplete", "; ".join(learned.profile.incomplete)),
        ("Code not read", "; ".join(dict.fromkeys(why for each in learned.profile.passes for why in each.incomplete))),
        ("Another way", "; ".join(f"{each.what} ({each.why})" for each in learned.adapted)),
    ]
    yield "\n"
    for head, text in parts:
        lines = view.fold(redact(text), max(view.width - HEAD - 2, 20)) if text else []
        for index, line in enumerate(lines):
            yield f"{(head if not index else ''):<{HEAD + 2}}{line}\n"
    if where:
        total = len({call.name for call in kept.seen("syscalls")})
        text = f"{where}: {count(len(kept.runs), 'run')}, {count(total, 'system call')} in all"
        yield "\n" + "".join(f"{line}\n" for line in view.fold(text, view.width))


def brief(learned: Learned, where: str) -> str:
    """One line."""
    assert learned.profile is not None  # noqa: S101  only what worked is shown
    calls = count(len({call.name for call in learned.profile.seen("syscalls")}), "system call")
    used = ", ".join(sorted(learned.profile.capabilities_used)) or "none"
    return f"{learned.profile.runs[0].subject}: {calls}, capabilities: {used}" + (f"; {where}\n" if where else "\n")
