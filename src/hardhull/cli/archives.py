"""``hardhull db import --from-archive``: what the archive of their distribution says of the packages of images."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hardhull.cli.databases import opened
from hardhull.cli.errors import FAILED, UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.advisories.changelogs import Progress, Source
    from hardhull.advisories.importing import Outcome
    from hardhull.images.cache import Cache
    from hardhull.images.inventory import Inventory


class Read:
    """What changelogs said before, in the cache of the layers.

    Args:
        cache: where it is kept.
        distribution: whose changelogs they are.
    """

    def __init__(self, cache: Cache, distribution: str) -> None:
        from hardhull.advisories import changelog

        self._cache = cache
        self._distribution = distribution
        self._reader = hashlib.sha256(Path(changelog.__file__).read_bytes()).hexdigest()

    def get(self, source: Source) -> dict[str, str] | None:
        """The CVEs with their versions; None where it is not known."""
        found = self._cache.derived(self._key(source), self._reader)
        return found if isinstance(found, dict) else None

    def put(self, source: Source, fixes: dict[str, str]) -> None:
        """Keeps them."""
        self._cache.keep_derived(self._key(source), self._reader, fixes)

    def _key(self, source: Source) -> str:
        return f"changelog\0{self._distribution}\0{source.name}\0{source.version}"


def import_archives(targets: tuple[str, ...], path: Path | None, told: Callable[[str], None]) -> Outcome:
    """Asks the archives for each image.

    Args:
        targets: the images.
        path: the database; None for the usual one.
        told: gets how far it is, a sentence part.

    Raises:
        UserError: an image cannot be read, is of no such distribution, or the archive does not answer.
    """
    from hardhull.advisories.apt import Apt, AptError
    from hardhull.advisories.archive import import_archive
    from hardhull.advisories.importing import Outcome
    from hardhull.images.cache import Cache, default_folder

    def say(progress: Progress) -> None:
        rest = f"fetching packages of {progress.size / 1e6:.1f} MB for their changelogs"
        told(f"{progress.done} of {progress.all} source packages are looked into; {rest}")

    done = Outcome()
    cache = Cache(default_folder())
    for target in targets:
        held = _inventory(target, cache)
        read = Read(cache, held.distribution.id)
        with TemporaryDirectory() as folder:
            place = Path(folder)
            (place / "apt").mkdir()
            (place / "debs").mkdir()
            try:
                told(f"asking the archive of {held.distribution.codename or 'its distribution'} for its lists")
                apt = Apt(held.distribution, _arch(held), place / "apt")
                with opened(path) as database:
                    one = import_archive(
                        database, held.packages, held.distribution, apt, place / "debs", kept=read, told=say
                    )
            except AptError as error:
                raise UserError(f"cannot ask the archive for {target}", error.why, error.how, FAILED) from None
        done.add(one.counts)
        done.troubles += one.troubles
    cache.close()
    return done


def _inventory(target: str, cache: Cache) -> Inventory:
    from hardhull.images.errors import ImageError
    from hardhull.images.inventory import inventory
    from hardhull.images.packages import Packages
    from hardhull.images.targets import parsed, read_target

    try:
        named = parsed(target)
        if named is None:
            how = "write image:NAME, docker-archive:FILE, oci:FOLDER, registry:NAME or rootfs:FOLDER"
            raise UserError(f"cannot import from the archive of {target}", "it is no image", how)
        image = read_target(named, [Packages()], cache)
    except ImageError as error:
        raise UserError(f"cannot read {target}", error.why, error.how, FAILED) from None
    return inventory(image)


def _arch(held: Inventory) -> str:
    """The architecture of most packages, as dpkg names it."""
    arches = Counter(one.arch for one in held.packages if one.ecosystem == "deb" and one.arch not in {"", "all"})
    return arches.most_common(1)[0][0] if arches else "amd64"
