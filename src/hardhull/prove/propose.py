"""The first candidate: everything at once, as strict as what was seen of the workload allows."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from hardhull.facts.recipe import is_root
from hardhull.prove.candidate import Candidate
from hardhull.prove.folders import PASSING, below, folders, homes, writable, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.profile import Peaks, Run
    from hardhull.facts.workload import Workload
    from hardhull.prove.image import Account, ImageFiles
    from hardhull.run.observe import Identity

NOBODY = "65534:65534"
"""The overflow user and group of the kernel (fs/overflowuid), which owns nothing."""
MEBI = 1 << 20
LEAST_MEMORY, LEAST_PIDS = 32 * MEBI, 16
PRIVILEGED_PORTS = 1024
"""The first port that needs no NET_BIND_SERVICE (net.ipv4.ip_unprivileged_port_start of the kernel)."""
STEP = 16 * MEBI
MARGIN = 2.0
"""How much more than the most that was seen a limit allows: one short run shows a floor (measured: 6.8 and 13.9 MiB in
two runs of one server)."""


def user_of(declared: str, run: Run, processes: Sequence[Identity], files: ImageFiles, mounted: Sequence[str]) -> str:
    """Whom the workload is tried as: ``uid:gid``, empty where it is not root already.

    In this order: the owner of the data that it writes, whom its processes became, the account that is called like
    its program, nobody.

    Args:
        declared: whom it starts as, by the image or the file.
        run: what it did as it is declared.
        processes: who its processes were.
        files: of its image.
        mounted: where something is mounted in it.
    """
    if declared and not is_root(declared):
        return ""
    owner = _owner(run, files, mounted)
    if owner:
        return owner
    became = Counter((each.uids[1], each.gids[1]) for each in processes if each.uids[1])
    if became:
        uid, gid = became.most_common(1)[0][0]
        return f"{uid}:{gid}"
    named = _namesake(run, files.accounts())
    return f"{named.uid}:{named.gid}" if named is not None else NOBODY


def _owner(run: Run, files: ImageFiles, mounted: Sequence[str]) -> str:
    """Who owns the folders of lasting data in the image, if it is one and not root."""
    found, _ = folders(written(run.files, mounted), files.entry)
    owners = set()
    for folder in found:
        entry = files.entry(folder)
        if entry is not None and entry.uid and not below(folder, PASSING):
            owners.add((entry.uid, entry.gid))
    if len(owners) != 1:
        return ""
    uid, gid = owners.pop()
    account = next((each for each in files.accounts() if each.uid == uid), None)
    return f"{uid}:{account.gid if account is not None else gid}"


def _namesake(run: Run, accounts: Sequence[Account]) -> Account | None:
    """The account whose name a program's begins with (``redis`` for ``redis-server``)."""
    names = {use.path.rpartition("/")[2] for use in run.files if use.use == "execute"}
    for account in accounts:
        if account.uid and any(name == account.name or name.startswith(f"{account.name}-") for name in names):
            return account
    return None


def strictest(user: str, run: Run, files: ImageFiles, mounted: Sequence[str], workload: Workload) -> Candidate:
    """No capability, nothing to gain, nothing writable but what was written, and limits above what was used."""
    found, _ = folders(written(run.files, mounted), files.entry)
    into = written(run.files, ())
    return Candidate(
        owned=tuple(each for each in homes(workload, files, user) if any(below(path, (each.path,)) for path in into)),
        user=user,
        writable=tuple(writable(folder, files, user) for folder in found),
        memory=memory_for(run.peaks),
        pids=pids_for(run.peaks),
        cpus=cpus_for(run.peaks, run.seconds),
        low_ports=any(0 < each.port < PRIVILEGED_PORTS and each.protocol in {"tcp", "udp"} for each in run.listens),
    )


def memory_for(peaks: Peaks) -> int:
    """Bytes; 0 where nothing was measured."""
    if peaks.memory_bytes is None:
        return 0
    return max(LEAST_MEMORY, math.ceil(peaks.memory_bytes * MARGIN / STEP) * STEP)


def pids_for(peaks: Peaks) -> int:
    """Processes and threads; 0 where nothing was measured."""
    return 0 if peaks.pids is None else max(LEAST_PIDS, 2 ** math.ceil(math.log2(peaks.pids * MARGIN)))


def cpus_for(peaks: Peaks, seconds: float) -> float:
    """Cores, in halves: what it used on average with the same margin, at least one; 0 where nothing was measured."""
    if peaks.cpu_seconds is None or seconds <= 0:
        return 0.0
    return max(1.0, math.ceil(peaks.cpu_seconds / seconds * MARGIN * 2) / 2)
