"""``hardhull db import --from-archive``: the fixes that a distribution's own archive tells of, for one image.

Debian and Ubuntu write the CVEs that an upload fixes into its changelog. The index of the archive says which packages
of an image have a later version; the changelog inside the package says what that version fixes. apt fetches both, by
the machine's own configuration (mirrors, proxies, keys), in folders of its own: nothing of the machine is changed.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.advisories.changelog import fixes_of, text_of
from hardhull.advisories.importing import Outcome, Trouble
from hardhull.advisories.ranges import encoded
from hardhull.advisories.records import Affected, Record
from hardhull.advisories.releases import of_distribution
from hardhull.advisories.severity import UNKNOWN
from hardhull.advisories.store import ARCHIVE, Store
from hardhull.advisories.versions import InvalidVersionError, order

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from hardhull.advisories.apt import Apt, Listed
    from hardhull.model.package import Distribution, Package

MAX_DEB: Final = 64 << 20
"""Bytes; larger ones are not fetched for their changelog, and their sources are told as not read."""
KINDS: Final = {"debian": "DEBIAN", "ubuntu": "UBUNTU"}


class Source(NamedTuple):
    """A source package of the image that has a later version: the packages that carry its changelog, smallest first."""

    name: str
    version: str
    packages: tuple[Listed, ...]


def import_archive(
    database: sqlite3.Connection, packages: Sequence[Package], distribution: Distribution, apt: Apt, scratch: Path
) -> Outcome:
    """Writes what later versions of an image's packages fix.

    Args:
        database: open for writing.
        packages: of the image.
        distribution: of the image.
        apt: fetches, for the release of that distribution.
        scratch: an empty folder for what is fetched.

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
    for source in later:
        why, found = _fixes(source, apt, scratch)
        if why:
            outcome.troubles.append(Trouble(f"{source.name} {source.version}", why))
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


def _fixes(source: Source, apt: Apt, scratch: Path) -> tuple[str, dict[str, str]]:
    """Why the changelog could not be read (else empty), and the version that fixed each CVE first."""
    small = [one for one in source.packages if one.size <= MAX_DEB]
    if not small:
        return f"its smallest package has {source.packages[0].size >> 20} MB", {}
    why = ""
    for one in small[:TRIES]:
        try:
            file = apt.fetch(one, scratch)
        except (OSError, subprocess.SubprocessError) as error:
            why = f"{one.name} could not be fetched ({error})"
            continue
        try:
            text = text_of(file)
        except (OSError, ValueError, EOFError, subprocess.SubprocessError) as error:
            why = f"{one.name} cannot be read ({error})"
            continue
        finally:
            file.unlink(missing_ok=True)
        if text:
            return "", fixes_of(text, source.name)
        why = "none of its packages has a changelog"
    return why, {}


TRIES: Final = 4
"""Packages of one source that are looked into: many have their documents in another's folder."""


def _record(kind: str, ecosystem: str, source: str, cve: str, version: str) -> Record:
    ranges = encoded([{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": version}]}])
    affected = (Affected(ecosystem, source, ranges),)
    name = f"{kind}-{ecosystem.partition(':')[2].replace(':', '-')}-{source}-{cve}"
    return Record(name, "", (), (cve,), withdrawn=False, rating=UNKNOWN, summary="", affected=affected, left_out=0)
