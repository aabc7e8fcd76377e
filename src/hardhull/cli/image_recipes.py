"""The Dockerfile that an image was built from, and what an upgrade changes in it: its base, or lines of its own."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.cli.errors import USAGE, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.images.reading import ReadImage
    from hardhull.model.advisory import Vulnerability
    from hardhull.model.receipt import FileChange, Splice
    from hardhull.model.source import Place
    from hardhull.rebuild.pins import Pin
    from hardhull.rebuild.plan import Rebuild


class Newer(NamedTuple):
    """How to ask for a newer base image.

    Attributes:
        look: what is known to be wrong with an image of this name; None where it cannot be read.
        engine: whether the engine's digests count.
        online: whether registries are asked.
    """

    look: Callable[[str], tuple[Vulnerability, ...] | None]
    engine: bool
    online: bool


class Written(NamedTuple):
    """The edit of a Dockerfile.

    Attributes:
        root: the tree whose journal takes it.
        changes: the files: the Dockerfile, and those in which the project names versions.
        text: the lines that come; empty where the newer base is enough.
        line: where they go, from 1; else that of the base.
        base: the name of the newer base, with its digest; empty where it stays.
        path: of the Dockerfile.
        pins: versions that change where the project names them.
        plan: with what only these change.
    """

    root: Path
    changes: tuple[FileChange, ...]
    text: str
    line: int
    base: str
    path: str
    pins: tuple[Pin, ...]
    plan: Rebuild


class _Bump(NamedTuple):
    """A newer base: what FROM becomes, and which (package, vulnerability) it still has."""

    splice: Splice
    name: str
    still: frozenset[tuple[str, str]]


def in_dockerfile(plan: Rebuild, image: ReadImage, paths: Sequence[str], newer: Newer | None) -> Written | None:
    """The edit; None where no Dockerfile is known that the image was built from.

    Args:
        plan: what is upgraded.
        image: the image.
        paths: Dockerfiles, or folders with one; this folder where none was named.
        newer: how to ask for a newer base; None where nobody may be asked.

    Raises:
        UserError: one was named, and it is not that.
    """
    from hardhull.scan.layers import steps_of

    history = [step.made_by for step in image.image.history]
    made = {place.digest: place.step for place in image.image.layers}
    known = False
    for path, recipe in _recipes(paths):
        places = steps_of(recipe, history)
        known |= bool(places)
        found = _written(path, recipe, plan, places, history, made, newer) if places else None
        if found is not None:
            return found
    if paths and (plan.upgrades or not known):
        why = "its instructions are not those of the image's history"
        how = "name the one that it was built from as it is now, or leave it out to get an image on top of this one"
        raise UserError(f"{plan.name} was not built from {', '.join(paths)}", why, how, USAGE)
    return None


def _written(
    path: Path,
    recipe: ImageRecipe,
    plan: Rebuild,
    places: Mapping[int, Place],
    history: Sequence[str],
    made: Mapping[str, int],
    newer: Newer | None,
) -> Written | None:
    from hardhull.rebuild.edit import edit
    from hardhull.rebuild.pins import pins
    from hardhull.rebuild.plan import with_pins
    from hardhull.rebuild.tools import together
    from hardhull.scan.discover import find_root

    base = recipe.root_stage.place if recipe.root_stage else None
    bump = _bump(recipe, newer) if newer is not None else None
    left = [
        one
        for one in plan.upgrades
        if bump is None
        or places.get(made.get(one.package.layer, -1)) is not base
        or any((one.package.name, name) in bump.still for name in one.names)
    ]
    if bump is not None and len(left) == len(plan.upgrades):
        bump = None  # it ends nothing
    found = [(one, pins(path, recipe, one)) for one in left]
    rest = [one for one in plan.left if one.fixed]
    only = [(one, pins(path, recipe, one.by_hand)) for one in rest]
    named = [pin for _one, places_of in (*found, *only) for pin in places_of]
    left = [one for one, places_of in found if not places_of]
    before = {path: recipe.place.source.data, **{pin.file: pin.data for pin in named}}
    edits = {file: [pin.at for pin in named if pin.file == file] for file in before}
    edits[path] += [bump.splice] if bump else []
    if not any((left, bump, named)):
        return None
    lines = None
    if left:
        steps = sorted({made.get(one.package.layer, -1) for one in left})
        orders = together(order for one in left for order in one.orders)
        lines = edit(recipe, places, steps, orders, _base_user(history, recipe, places))
        if lines is None:
            return None
        edits[path].append(lines)
    root = find_root([path.parent]).resolve()
    changes = tuple(_change(root, file, before[file], splices) for file, splices in edits.items() if splices)
    data = recipe.place.source.data
    at = lines.start if lines else min(edits[path]).start if edits[path] else 0
    text = lines.replacement.decode() if lines else ""
    whole = with_pins(plan, [one for one, places_of in only if places_of])
    where = path.resolve().relative_to(root).as_posix()
    line = data[:at].count(b"\n") + 1
    return Written(root, changes, text, line, bump.name if bump else "", where, tuple(named), whole)


def _change(root: Path, file: Path, data: bytes, splices: Sequence[Splice]) -> FileChange:
    from hardhull.model.receipt import FileChange

    after = data
    ordered = tuple(sorted(set(splices)))
    for one in reversed(ordered):
        after = after[: one.start] + one.replacement + after[one.end :]
    return FileChange(file.resolve().relative_to(root).as_posix(), data, after, ordered)


def _bump(recipe: ImageRecipe, newer: Newer) -> _Bump | None:
    """The image that the tag of a pinned base means now, if it is another one and what is in it can be read."""
    from hardhull.fix.pinning import written
    from hardhull.model.receipt import Splice
    from hardhull.supply.ask import resolvers
    from hardhull.supply.engine import EngineImages
    from hardhull.supply.resolution import Unresolved

    root = recipe.root_stage
    base = root.base.get(None) if root else None
    if root is None or base is None or base.reference is None or base.variables:
        return None
    reference, place = base.reference, root.base.place
    if not reference.digest or not reference.tag or place.text != base.text:
        return None
    with ExitStack() as stack:
        images = stack.enter_context(EngineImages()) if newer.engine else None
        who = stack.enter_context(resolvers(images, online=newer.online))
        answer = who.resolve(reference._replace(digest=None))
    if isinstance(answer, Unresolved) or answer.digest == reference.digest:
        return None
    name = written(base.text, reference.tag, answer.digest)
    found = newer.look(f"{written(base.text, None, answer.digest)}")
    if found is None:
        return None
    still = frozenset((one.package.name, one.name) for one in found)
    return _Bump(Splice(*place.span, name.encode()), name, still)


def _recipes(paths: Sequence[str]) -> Iterator[tuple[Path, ImageRecipe]]:
    """The Dockerfiles that were named, in a folder that was; else those of this folder."""
    from hardhull.cli.contents import MAX_RECIPE, USUAL
    from hardhull.formats.dockerfile import read
    from hardhull.model.source import Source
    from hardhull.text.errors import UnreadableError

    named = [Path(path) for path in paths] or [Path()]
    for path in [each for one in named for each in ([one / name for name in USUAL] if one.is_dir() else [one])]:
        try:
            if path.is_file() and path.stat().st_size <= MAX_RECIPE:
                yield path, read(Source(path.as_posix(), path.read_bytes()))
        except (OSError, UnreadableError):
            continue


def _base_user(history: Sequence[str], recipe: ImageRecipe, places: Mapping[int, Place]) -> str:
    """Whom the base image's containers start as: by the last USER before the file's own instructions."""
    from hardhull.rebuild.recipe import USER
    from hardhull.scan.layers import spoken

    base = recipe.root_stage.place if recipe.root_stage else None
    said = [spoken(text).split() for step, text in enumerate(history) if places.get(step) is base]
    users = [words[1] for words in said if words[:1] == ["USER"] and len(words) > 1 and USER.fullmatch(words[1])]
    return users[-1] if users else ""
