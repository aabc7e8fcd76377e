"""``hardhull db import --from-archive``: the fixes that a distribution's own archive tells of, for one image.

Debian and Ubuntu write the CVEs that an upload fixes into its changelog. The index of the archive says which packages
of an image have a later version; the changelog inside the package says what that version fixes. apt fetches both, by
the machine's own configuration (mirrors, proxies, keys), in folders of its own: nothing of the machine is changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.advisories.changelogs import Nothing, Source, read_all
from hardhull.advisories.importing import Outcome, Trouble
from hardhull.advisories.ranges import encoded
from hardhull.advisories.records import Affected, Record
from hardhull.advisories.releases import of_distribution
from hardhull.advisories.severity import UNKNOWN
from hardhull.advisories.store import ARCHIVE, Store
from hardhull.advisories.versions import InvalidVersionError, order

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from hardhull.advisories.apt import Apt, Listed
    from hardhull.advisories.changelogs import Kept, Progress
    from hardhull.model.package import Distribution, Package

KINDS: Final = {"debian": "DEBIAN", "ubuntu": "UBUNTU"}


def import_archive(
    database: sqlite3.Connection,
    packages: Sequence[Package],
    distribution: Distribution,
    apt: Apt,
    scratch: Path,
    *,
    kept: Kept | None = None,
    told: Callable[[Progress], None] = lambda _progress: None,
) -> Outcome:
    """Writes what later versions of an image's packages fix.

    Args:
        database: open for writing.
        packages: of the image.
        distribution: of the image.
        apt: fetches, for the release of that distribution.
        scratch: an empty folder for what is fetched.
        kept: what was read before; an import that was cut off goes on where it was.
        told: gets how far it is.

    Returns:
        The counts, by source; a trouble for each source package whose changelog could not be read.
    """
    outcome = Outcome()
    ecosystem = of_distribution(distribution)[0]
    debs = [one for one in packages if one.ecosystem == "deb"]
    later = upgradable(debs, apt.listed())
    name = f"archive {ecosystem}"
    store = Store(database, f"{distribution.codename}: {', '.join(apt.addresses)}", kind=ARCHIVE, as_of=apt.as_of)
    store.source(name, afresh=False)
    known = {one.source or one.name for one in debs} - {one.name for one in later}
    for source, found in read_all(later, apt, scratch, kept or Nothing(), told):
        if isinstance(found, str):
            outcome.troubles.append(Trouble(f"{source.name} {source.version}", found))
            continue
        known.add(source.name)
        for cve, version in found.items():
            store.put(_record(KINDS[distribution.id], ecosystem, source.name, cve, version), name, afresh=False)
    store.looked_at(name, ecosystem, sorted(known))
    store.finish()
    outcome.add(store.counts)
    return outcome


def upgradable(debs: Iterable[Package], listed: Iterable[Listed]) -> list[Source]:
    """The source packages of which the archive has a later version than the image."""
    key = order("Debian")
    assert key is not None  # noqa: S101  it is in the table
    best: dict[tuple[str, str], Listed] = {}
    by_source: dict[tuple[str, str], list[Listed]] = {}
    for one in listed:
        by_source.setdefault((one.source, one.source_version), []).append(one)
        at = (one.name, one.arch)
        if at not in best or key(best[at].version) < key(one.version):
            best[at] = one
    wanted: dict[str, str] = {}
    for deb in debs:
        candidate = best.get((deb.name, deb.arch)) or best.get((deb.name, "all"))
        try:
            is_later = candidate is not None and key(deb.version) < key(candidate.version)
        except InvalidVersionError:
            continue
        if candidate is not None and is_later:
            known = wanted.get(candidate.source)
            if known is None or key(known) < key(candidate.source_version):
                wanted[candidate.source] = candidate.source_version
    return [
        Source(name, version, tuple(sorted(by_source[(name, version)], key=lambda one: one.size)))
        for name, version in sorted(wanted.items())
    ]


def _record(kind: str, ecosystem: str, source: str, cve: str, version: str) -> Record:
    ranges = encoded([{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": version}]}])
    affected = (Affected(ecosystem, source, ranges),)
    name = f"{kind}-{ecosystem.partition(':')[2].replace(':', '-')}-{source}-{cve}"
    return Record(name, "", (), (cve,), withdrawn=False, rating=UNKNOWN, summary="", affected=affected, left_out=0)
