"""``hardhull db import --from-archive``: what the archive of their distribution says of the packages of images."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hardhull.cli.databases import opened
from hardhull.cli.errors import FAILED, UserError

if TYPE_CHECKING:
    from hardhull.advisories.importing import Outcome
    from hardhull.images.inventory import Inventory


def import_archives(targets: tuple[str, ...], path: Path | None) -> Outcome:
    """Asks the archives for each image.

    Raises:
        UserError: an image cannot be read, is of no such distribution, or the archive does not answer.
    """
    from hardhull.advisories.apt import Apt, AptError
    from hardhull.advisories.archive import import_archive
    from hardhull.advisories.importing import Outcome

    done = Outcome()
    for target in targets:
        held = _inventory(target)
        with TemporaryDirectory() as folder:
            place = Path(folder)
            (place / "apt").mkdir()
            (place / "debs").mkdir()
            try:
                apt = Apt(held.distribution, _arch(held), place / "apt")
                with opened(path) as database:
                    one = import_archive(database, held.packages, held.distribution, apt, place / "debs")
            except AptError as error:
                raise UserError(f"cannot ask the archive for {target}", error.why, error.how, FAILED) from None
        done.add(one.counts)
        done.troubles += one.troubles
    return done


def _inventory(target: str) -> Inventory:
    from hardhull.images.cache import Cache, default_folder
    from hardhull.images.errors import ImageError
    from hardhull.images.inventory import inventory
    from hardhull.images.packages import Packages
    from hardhull.images.targets import parsed, read_target

    try:
        named = parsed(target)
        if named is None:
            how = "write image:NAME, docker-archive:FILE, oci:FOLDER, registry:NAME or rootfs:FOLDER"
            raise UserError(f"cannot import from the archive of {target}", "it is no image", how)
        cache = Cache(default_folder())
        image = read_target(named, [Packages()], cache)
        cache.close()
    except ImageError as error:
        raise UserError(f"cannot read {target}", error.why, error.how, FAILED) from None
    return inventory(image)


def _arch(held: Inventory) -> str:
    """The architecture of most packages, as dpkg names it."""
    arches = Counter(one.arch for one in held.packages if one.ecosystem == "deb" and one.arch not in {"", "all"})
    return arches.most_common(1)[0][0] if arches else "amd64"
