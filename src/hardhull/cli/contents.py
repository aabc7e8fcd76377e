"""What built images hold, looked up in the database of advisories."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hardhull.advisories.lookup import Outcome
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.images.bases import Base
    from hardhull.images.inventory import Inventory
    from hardhull.images.reading import ReadImage
    from hardhull.model.measured import Measured
    from hardhull.model.source import Source
    from hardhull.rules.policy import Policy
    from hardhull.scan.built import Held
    from hardhull.scan.discover import Discovery

USUAL = ("Dockerfile", "Containerfile")
MAX_RECIPE = 1 << 20


class AddContents:
    """Looks the packages of images up, when the files of a scan are known.

    Args:
        held: what was read of each image.
        today: ISO date that the age of the advisories is counted to; empty for this day.
        ignore_unfixed: whether to leave out what has no fix.
        alone: whether no file is scanned: a Dockerfile of this folder then only tells which line made a layer.
    """

    def __init__(self, held: Sequence[Held], *, today: str, ignore_unfixed: bool, alone: bool) -> None:
        self._held = held
        self._today = today or datetime.now(UTC).date().isoformat()
        self._ignore_unfixed = ignore_unfixed
        self._alone = alone

    def __call__(self, found: Discovery, policy: Policy) -> Discovery:
        """What was discovered, with what the images hold."""
        from hardhull.scan.built import built

        beside = list(self._beside(found))
        recipes = list(_recipes([*(one.source for one in found.files if "dockerfile" in one.kinds), *beside]))
        made = []
        for one in self._held:
            outcome = self._looked_up(one, policy)
            made.append(built(one, outcome.found, outcome.not_checked, recipes, ignore_unfixed=self._ignore_unfixed))
        return found._replace(
            facts=(*found.facts, *(fact for one in made for fact in one.facts)),
            not_checked=[*found.not_checked, *(note for one in made for note in one.not_checked)],
            noted=(*found.noted, *beside),
        )

    def _beside(self, found: Discovery) -> Iterator[Source]:
        """A Dockerfile of this folder, where no file is scanned."""
        from hardhull.model.source import Source

        for path in map(Path, USUAL if self._alone else ()):
            if path.is_file() and path.stat().st_size <= MAX_RECIPE:
                yield Source(_shown(path, found.root), path.read_bytes())

    def _looked_up(self, held: Held, policy: Policy) -> Outcome:
        from hardhull.advisories.database import DatabaseError, reading, usual_path
        from hardhull.advisories.lookup import Outcome, look_up
        from hardhull.model.result import NotChecked

        try:
            with closing(reading(usual_path())) as database:
                return look_up(database, held.packages, held.distribution, self._today, policy.advisory_days)
        except DatabaseError as error:
            what = f"advisories for the {len(held.packages)} packages of {held.name}"
            return Outcome((), (NotChecked("failed", what, error.why, error.how),) if held.packages else (), {})


def _recipes(sources: Iterable[Source]) -> Iterator[ImageRecipe]:
    """The Dockerfiles that images may have been built from."""
    from hardhull.formats.dockerfile import read
    from hardhull.text.errors import UnreadableError

    for source in sources:
        try:
            yield read(source)
        except UnreadableError:
            continue


def held_of(
    name: str, image: ReadImage, held: Inventory, measured: Measured, instructions: Sequence[str], base: Base
) -> Held:
    """What is judged of an image."""
    from hardhull.scan.built import Held
    from hardhull.supply.engine import healthcheck_of

    config = image.image.config
    starts = [part for key in ("Entrypoint", "Cmd") for part in (config.get(key) or []) if isinstance(part, str)]
    user, ports = config.get("User"), config.get("ExposedPorts")
    named = name
    kind, _, where = name.partition(":")
    if kind in {"docker-archive", "oci"} and image.image.tags:
        named = f"image:{image.image.tags[0]}"
    elif kind in {"docker-archive", "oci", "rootfs"}:
        named = f"{kind}:{Path(where.partition('#')[0]).name}"
    return Held(
        named,
        user if isinstance(user, str) else "",
        tuple(starts),
        tuple(step.made_by for step in image.image.history),
        tuple((place.digest, place.step) for place in image.image.layers),
        held.packages,
        held.distribution,
        measured,
        tuple(sorted(port for port in ports if isinstance(port, str))) if isinstance(ports, dict) else (),
        healthcheck_of(config.get("Healthcheck")),
        base,
        tuple(instructions),
    )


def _shown(path: Path, root: Path) -> str:
    """The path as results have it: relative to the root of the scan."""
    try:
        return path.resolve().relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()
