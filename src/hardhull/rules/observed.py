"""What recorded runs of a workload showed, in the words and with the certainty that rules speak of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.model.finding import Confidence, Observation
from hardhull.rules.questions import MIB, is_within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.facts.profile import Profile
    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding

PROVE: Final = "prove it first: `hardhull prove`; what no run exercised, none has seen"
SCRATCH: Final = ("/tmp", "/run", "/var/run", "/var/tmp", "/var/cache", "/var/lock")
"""Folders for what nobody misses after a restart (file-hierarchy(7)): memory will do."""
_NOT_ROOT: Final = ("/proc", "/sys", "/dev")
"""File systems of their own in every container."""
_FILES_OF_THE_ENGINE: Final = frozenset({"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"})
"""Mounted by it into every container."""
_NETWORK: Final = frozenset({"tcp", "udp"})
MOST_SAID: Final = 60
"""Characters of what somebody wrote down about a run."""
MOST_DEEDS: Final = 8
SHOWN: Final = 5


class Learned(NamedTuple):
    """A profile, and where it is kept.

    Attributes:
        profile: all recorded runs.
        origin: the files that they are kept in.
    """

    profile: Profile
    origin: str

    def sees(self, dimension: str) -> bool:
        """Whether every run could see this dimension (the name of a field of a Run)."""
        return all(dimension not in run.unseen for run in self.profile.runs)

    def seen(self, dimension: str) -> list[Any]:
        """What any run saw of a dimension (the name of a field of a Run that is a set), sorted."""
        return sorted(frozenset[Any]().union(*(getattr(run, dimension) for run in self.profile.runs)))

    @property
    def confidence(self) -> Confidence:
        """High for complete recordings: what runs needed is certain then, though what they did not is never all."""
        return Confidence.MEDIUM if self.profile.incomplete else Confidence.HIGH

    @property
    def runs(self) -> str:
        """``in 3 recorded runs (start, check, stop)``; says as well where something may be missing."""
        count = len(self.profile.runs)
        said = [one[:MOST_SAID] for one in self.profile.exercised]
        done = (
            ", ".join([*said[:MOST_DEEDS], *(["..."] if len(said) > MOST_DEEDS else [])])
            or "nobody wrote down what was done"
        )
        partly = "; incomplete" if self.profile.incomplete else ""
        return f"in {count} recorded run{'s' if count != 1 else ''} ({done}{partly})"

    def saw(self, what: str, items: Iterable[object]) -> Observation:
        """Evidence: what was seen."""
        shown = [str(item) for item in items]
        value = ", ".join(shown[: 4 * SHOWN]) or "none"
        more = f" and {len(shown) - 4 * SHOWN} more" if len(shown) > 4 * SHOWN else ""
        return Observation(what, f"{value}{more} {self.runs}", self.origin)

    @property
    def basis(self) -> str:
        """Where a proposed value comes from."""
        return f"what was needed {self.runs}"

    @property
    def ports(self) -> frozenset[tuple[str, int]]:
        """Protocol and number of the sockets that others could reach, if they may."""
        return frozenset(
            (one.protocol, one.port)
            for one in self.seen("listens")
            if one.protocol in _NETWORK and one.port and not is_loopback(one.address)
        )

    @property
    def peers(self) -> tuple[str, ...]:
        """What was connected to outside of the container, as ``tcp 10.0.0.2:5432``; sorted."""
        return tuple(
            f"{one.protocol} {one.address}:{one.port}"
            for one in self.seen("connects")
            if one.protocol in _NETWORK and one.port and not is_loopback(one.address)
        )


def learned(workload: Workload) -> Learned | None:
    """What is known of the workload; None where nothing was recorded.

    Raises:
        NotKnownError: something is kept, but of which workload it is nobody can tell.
    """
    field = workload.profile
    profile = field.value
    return Learned(profile, field.origin) if profile is not None and profile.runs else None


def with_peak(workload: Workload, finding: Finding, peak: str) -> Finding:
    """The finding with what recorded runs needed at most as evidence, where something was recorded.

    Args:
        workload: what it is about.
        finding: about a limit.
        peak: the name of a field of :class:`hardhull.facts.profile.Peaks`.
    """
    found = glimpsed(workload)
    most = getattr(found.profile.peaks, peak) if found is not None else None
    if found is None or not most:
        return finding
    said = f"{most / MIB:.1f} MiB" if peak.endswith("_bytes") else f"{most:g}"
    return finding.with_evidence(found.saw(f"the most of {peak.removesuffix('_bytes')}", [said]))


def glimpsed(workload: Workload) -> Learned | None:
    """The same for whoever only proposes a value: None as well where nobody can tell."""
    return learned(workload) if workload.profile.known else None


def is_loopback(address: str) -> bool:
    """Whether only the container itself is there; so is the name server of the engine's networks (127.0.0.11)."""
    return address.startswith("127.") or address in {"::1", "::ffff:127.0.0.1", "localhost"}


def own_network(workload: Workload) -> bool:
    """Whether it is in a network of Docker's own, where everybody may listen below 1024 (since 20.10)."""
    mode = workload.network_mode.get(None) or ""
    return workload.runtime in {"docker", "swarm"} and not mode.startswith(("host", "container:", "service:"))


def low_ports(found: Learned) -> tuple[int, ...]:
    """Ports below 1024 that it listens on."""
    return tuple(sorted({port for _, port in found.ports if port < 1024}))


def needed_here(found: Learned, workload: Workload) -> tuple[str, ...]:
    """The capabilities that it needs where it runs now, sorted.

    The kernel asks for NET_BIND_SERVICE only where ports below 1024 are kept for root. In Docker's own networks they
    are not, so a run there does not show the need; elsewhere it is there.
    """
    low = bool(low_ports(found)) and not own_network(workload)
    return tuple(sorted({*found.profile.capabilities_used, *(["NET_BIND_SERVICE"] if low else [])}))


def names(items: Iterable[str], most: int = SHOWN) -> str:
    """Some names, as a sentence has them: ``A, B and 3 more``."""
    found = list(items)
    if len(found) <= most:
        return " and ".join(filter(None, (", ".join(found[:-1]), *found[-1:])))
    return f"{', '.join(found[:most])} and {len(found) - most} more"


def mounted(workload: Workload) -> dict[str, bool]:
    """The folders that have a mount of their own, and whether they can be written to."""
    return {item.value.target.rstrip("/"): not item.value.read_only for item in workload.mounts.value}


def in_root(mounts: dict[str, bool], path: str) -> bool:
    """Whether a path lies in no mount of its own."""
    return not any(is_within(path, target) for target in mounts)


def written(found: Learned, workload: Workload) -> list[str]:
    """The paths in the root filesystem that were written, made, removed or changed; sorted."""
    mounts = mounted(workload)
    return sorted(
        {
            use.path
            for use in found.seen("files")
            if use.placed
            and use.use != "execute"
            and use.path not in _FILES_OF_THE_ENGINE
            and not any(is_within(use.path, top) for top in _NOT_ROOT)
            and in_root(mounts, use.path)
        }
    )


def executed(found: Learned) -> frozenset[str]:
    """Programs that were started."""
    return frozenset(use.path for use in found.seen("files") if use.use == "execute")


def folders_of(paths: Iterable[str]) -> list[str]:
    """The fewest folders that hold the paths, none in another; ``/`` where a file stands at the very top.

    What lies in a folder for what is fleeting gets that folder's next one: ``/run/app/x/y.pid`` gives ``/run/app``, and
    ``/run/app.pid`` gives ``/run``. Elsewhere each folder is named by itself, because what else its parent holds nobody
    has seen; from four neighbours on it is their parent. A folder that was made or changed itself stands for itself.
    """
    found: set[str] = set()
    every = list(paths)
    holding = {"/".join(parts[:end]) for parts in (path.split("/") for path in every) for end in range(2, len(parts))}
    for path in every:
        folder = path if path in holding or path in SCRATCH else path.rpartition("/")[0] or "/"
        scratch = next((top for top in SCRATCH if is_within(folder, top)), "")
        if scratch:
            rest = folder.removeprefix(scratch).strip("/")
            folder = f"{scratch}/{rest.partition('/')[0]}" if rest else scratch
        found.add(folder)
    parents: dict[str, set[str]] = {}
    for folder in found:
        parents.setdefault(folder.rpartition("/")[0], set()).add(folder)
    for parent, inside in parents.items():
        if len(inside) >= 4 and parent.count("/") > 1:
            found.difference_update(inside)
            found.add(parent)
    fewest: list[str] = []
    for folder in sorted(found, key=lambda one: one.split("/")):  # what lies in a folder comes right behind it
        if not fewest or not is_within(folder, fewest[-1]):
            fewest.append(folder)
    return fewest


def is_scratch(folder: str) -> bool:
    """Whether memory will do for a folder."""
    return any(is_within(folder, top) for top in SCRATCH)
