"""Fixes whose values come from recorded runs."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from hardhull.facts.parts import Mount
from hardhull.model.change import Add, SetTo
from hardhull.model.field import Inexpressible
from hardhull.rules.fix import NEEDS_PROOF, advise, change
from hardhull.rules.observed import (
    PROVE,
    executed,
    folders_of,
    is_scratch,
    low_ports,
    names,
    own_network,
    written,
)
from hardhull.rules.questions import MIB, is_within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change, Fix
    from hardhull.rules.observed import Learned

MOST_FOLDERS: Final = 8
"""A program that writes to more than that is better told where to write."""
NOBODY: Final = 65534
"""The user and group that own nothing."""
SPARE: Final = 2
"""Times what was needed at most: one recording of a quiet server is half of another one."""
STEPS: Final = frozenset({"CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETPCAP", "SETUID"})
"""What root uses to give files to another user and to become that one."""


def room_for(peak: int) -> int:
    """A memory limit for a peak in bytes: twice as much, in steps of 16 MiB, at least 32 MiB."""
    return max(32, ceil(SPARE * peak / MIB / 16) * 16) * MIB


def places_for(peak: int) -> int:
    """A limit for processes and threads: twice the peak and some, in steps of 8."""
    return ceil((SPARE * peak + 4) / 8) * 8


def processors_for(found: Learned) -> float | None:
    """A limit for processors: four times the average, because starts and bursts need more; None where not known."""
    used = average(found)
    return None if used is None else max(0.5, ceil(4 * used * 2) / 2)


def average(found: Learned) -> float | None:
    """The processors that were used on average in the busiest run; None where no run could tell."""
    shares = [
        run.peaks.cpu_seconds / run.seconds
        for run in found.profile.runs
        if run.peaks.cpu_seconds is not None and run.seconds > 0
    ]
    return max(shares, default=None)


def memory(workload: Workload, size: int, basis: str) -> Fix:
    """A limit for memory, and the same for memory and swap together where the syntax has a word for that."""
    changes: list[Change] = [SetTo("memory", size)]
    swap = workload.memory_swap
    tied = swap.get(None) in {None, workload.memory.get(None)} or 0 < (swap.get(None) or 0) < size
    if not isinstance(swap, Inexpressible) and (not swap.written or (swap.known and tied)):
        changes.append(SetTo("memory_swap", size))
    return change(
        f"limit its memory to {shown(size)}",
        *changes,
        risk=NEEDS_PROOF,
        basis=basis,
        mitigation="load-test it: past the limit the kernel kills it (OOM); the peak stands in `docker stats`",
    )


def shown(size: int) -> str:
    """Bytes as people say them."""
    mib = size / MIB
    if mib >= 1024 and mib % 1024 == 0:
        return f"{mib / 1024:.0f} GiB"
    return f"{mib:.0f} MiB" if mib >= 10 or mib == int(mib) else f"{mib:.1f} MiB"


def read_only(workload: Workload, found: Learned) -> Fix:
    """A read-only root filesystem, with room for exactly what was written."""
    folders = folders_of(written(found, workload))
    if "/" in folders or len(folders) > MOST_FOLDERS:
        return advise(
            f"let it write to fewer folders, then make the root filesystem read-only: it writes to {names(folders)}",
            "programs can be told where to keep temporary files, logs and caches; `TMPDIR` is where most of them look",
        )
    mounts = room(workload, found, folders)
    if mounts is None:
        full = names([folder for folder in folders if not is_scratch(folder)])
        return advise(
            f"give {full} a volume with the files of the image, then make the root filesystem read-only",
            "an emptyDir begins empty: an init container of the same image copies what is there",
        )
    with_ = f", with room for {names(folders)}" if folders else ", nothing was written there"
    return change(
        f"make the root filesystem read-only{with_}",
        SetTo("read_only", True),
        *mounts,
        risk=NEEDS_PROOF,
        mitigation=PROVE,
        basis=found.basis,
    )


def room(workload: Workload, found: Learned, folders: Iterable[str]) -> list[Add] | None:
    """Mounts for folders; None where one needs what the image has there, and nothing would put it there."""
    folders = list(folders)
    if "/" in folders:
        return None
    if workload.runtime == "kubernetes" and not all(map(is_scratch, folders)):
        return None
    started = executed(found)
    return [Add("mounts", _room(folder, started)) for folder in folders]


def _room(folder: str, started: frozenset[str]) -> Mount:
    """Memory for what is fleeting, else a volume: that begins with what the image has there."""
    if not is_scratch(folder):
        return Mount("volume", None, folder)
    runs = any(is_within(program, folder) for program in started)
    return Mount("tmpfs", None, folder, options=("exec",) if runs else ())


def user(workload: Workload, found: Learned) -> Fix | None:
    """The user that it can start as, because it becomes that one or never needed to be root; None if neither."""
    if workload.runtime == "podman" or workload.userns.get(None) not in {None, "host"} or not found.sees("users"):
        return None  # ids are the host's, and there they are other numbers
    others = sorted({(one.euid, one.egid) for one in found.seen("users") if 0 < one.euid <= NOBODY})
    used = found.profile.capabilities_used
    if low_ports(found) and not own_network(workload):
        return None
    if len({uid for uid, _ in others}) == 1 and used <= STEPS:
        uid, gid = others[-1]
        title = f"start it as {uid}:{gid}, which it becomes by itself"
    elif not others and not used and _leaves_nothing(found):
        uid = gid = NOBODY
        title = "start it as a user without any rights: nothing that it did took root"
    else:
        return None
    return change(
        title,
        SetTo("user", f"{uid}:{gid}"),
        risk=NEEDS_PROOF,
        mitigation=f"{PROVE}; what it writes to has to belong to that user",
        basis=found.basis,
    )


def _leaves_nothing(found: Learned) -> bool:
    """Whether all that root wrote is fleeting: files that stay would belong to root, and to nobody else."""
    return all(is_scratch(path) for path in _all_written(found))


def _all_written(found: Learned) -> list[str]:
    return [
        use.path
        for use in found.seen("files")
        if use.use != "execute" and use.placed and not use.path.startswith(("/proc/", "/sys/", "/dev/"))
    ]
