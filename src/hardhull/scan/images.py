"""Which recipe builds the image of a workload, and whom the first process therefore runs as."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from hardhull.facts import bases
from hardhull.facts.local_image import nothing, unseen
from hardhull.facts.recipe import ImageRecipe
from hardhull.facts.reference import InvalidReferenceError, parse
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hardhull.facts.fact import Fact
    from hardhull.facts.local_image import Lookup
    from hardhull.facts.parts import Build
    from hardhull.facts.workload import Workload
    from hardhull.scan.record import Afresh
    from hardhull.scan.tree import Tree

ENFORCED = "a user that is not root"
"""The effective user where only the kubelet's check is known."""


class Images:
    """The recipes of a scan, by the file they stand in and by the name their image gets.

    Args:
        facts: everything that was read.
        tree: where Dockerfiles are read again for another target or other build arguments.
        names: image names and how they are built, from build commands.
        lookup: where images are looked up that no recipe builds.
        record: what an earlier scan read.
    """

    def __init__(
        self,
        facts: Sequence[Fact],
        tree: Tree,
        names: Iterable[tuple[str, Build]] = (),
        lookup: Lookup = nothing,
        *,
        record: Afresh,
    ) -> None:
        self._tree = tree
        self._record = record
        self._lookup = lookup
        self._recipes = {fact.place.source.path: fact for fact in facts if isinstance(fact, ImageRecipe)}
        self._variants: dict[Build, ImageRecipe | None] = {}
        self._builds: dict[str, Build | None] = {}
        for name, build in names:
            self._learn(name, build)

    def learn_from(self, workload: Workload) -> None:
        """A service with ``build`` says which recipe makes an image of its name."""
        build = workload.build.get(None)
        if build:
            for name in (workload.image.get(None), *workload.built_as.get(())):
                if name:
                    self._learn(name, build)

    def _learn(self, name: str, build: Build) -> None:
        key = _name(name)
        if key:
            known = self._builds.setdefault(key, build)
            if known != build:
                self._builds[key] = None  # built from two places: nobody can say which one is meant

    def link(self, workload: Workload) -> None:
        """Sets ``recipe``, ``local_image``, ``effective_image`` and ``effective_user`` of a workload."""
        workload.recipe = self._recipe(workload)
        self._look_up(workload)
        workload.effective_user = _user(workload, unseen(self._lookup))
        workload.effective_image = _image(workload)

    def _recipe(self, workload: Workload) -> Field[ImageRecipe | None]:
        name = "recipe"
        if workload.build.why is not None:
            return Field.unknown(name, workload.build.place, workload.build.why, written=True)
        build, origin, place = workload.build.get(None), "its build", workload.build.place
        if build is None:
            if workload.image.why is not None:
                return Field.unknown(name, workload.image.place, workload.image.why, written=True)
            image = _name(workload.image.value or "")
            build = self._builds.get(image) if image else None
            origin, place = "an image of this name is built in this tree", workload.image.place
        if build is None:
            return Field(name, None, workload.image.place, written=False, origin="no recipe in this tree builds it")
        recipe = self._built(build)
        if recipe is None:
            why = f"the Dockerfile of its build ({_path(build) or 'in another place'}) is not in this tree"
            return Field.unknown(name, place, why, written=True)
        return Field(name, recipe, place, origin=origin)

    def _look_up(self, workload: Workload) -> None:
        """What an engine has of an image that no recipe of this tree builds."""
        name = workload.image.get(None)
        if not name or workload.recipe.get(None) is not None or workload.build.get(None) is not None:
            return
        try:
            found = self._lookup(parse(name))
        except InvalidReferenceError:
            return
        if found is not None:
            workload.local_image = Field("local_image", found, workload.image.place, origin=found.origin)

    def _built(self, build: Build) -> ImageRecipe | None:
        """The recipe as this build makes it: its target and arguments count."""
        if build not in self._variants:
            self._variants[build] = self._read(build)
        return self._variants[build]

    def _read(self, build: Build) -> ImageRecipe | None:
        from hardhull.formats.dockerfile import read
        from hardhull.model.source import Source
        from hardhull.text.errors import UnreadableError

        args = {key: value for key, value in build.args if value is not None}
        if build.inline is not None:
            source: Source | None = Source("inline Dockerfile", build.inline.encode())
        else:
            path = _path(build)
            if path is None:
                return None
            if not args and build.target is None and path in self._recipes:
                return self._recipes[path]
            source = self._tree.read(path)
        if source is None:
            return None
        what = (read, source, build.target, tuple(args.items()))
        try:
            return self._record.read(what, lambda: read(source, build.target, args, self._lookup))
        except UnreadableError:
            return None


def _path(build: Build) -> str | None:
    """Path of a build's Dockerfile, relative to the root."""
    if build.context is None:
        return None
    return posixpath.normpath(posixpath.join(build.context, build.dockerfile))


def _name(image: str) -> str:
    """What two references to the same repository share; empty where the text is no reference."""
    try:
        return parse(image).name
    except InvalidReferenceError:
        return ""


def _user(workload: Workload, unseen_too: str) -> Field[str]:
    name, own = "effective_user", workload.user
    if own.why is not None:
        return Field.unknown(name, own.place, own.why, written=own.written)
    if own.value:
        return Field(name, own.value, own.place, origin="its own user")
    enforced = workload.run_as_non_root
    if enforced.written and enforced.get(None):
        return Field(name, ENFORCED, enforced.place, origin="runAsNonRoot: the kubelet refuses root")
    return _from_image(workload, name, unseen_too)


def _from_image(workload: Workload, name: str, unseen_too: str) -> Field[str]:
    """The user that the image brings."""
    recipe = workload.recipe
    if recipe.why is not None:
        return Field.unknown(name, workload.user.place, recipe.why)
    if recipe.value is not None:
        user = recipe.value.user
        path = recipe.value.place.source.path
        if user.why is not None:
            return Field.unknown(name, user.place, user.why)
        origin = user.origin or f"USER in {path}"
        return Field(name, user.value, workload.user.place, written=False, origin=f"{origin} ({path})")
    image = workload.image
    if not image.known or not image.value:
        why = image.why or "no image is named"
        return Field.unknown(name, workload.user.place, why)
    seen = workload.local_image.get(None)
    if seen is not None:
        return Field(name, seen.user or "root", workload.user.place, written=False, origin=seen.origin)
    try:
        base = bases.find(parse(image.value))
    except InvalidReferenceError as error:
        return Field.unknown(name, image.place, f"{image.value!r} is no image reference: {error}", written=True)
    if base is None:
        why = f"the default user of the image {image.value} is not known{unseen_too}"
        return Field.unknown(name, workload.user.place, why)
    origin = f"default user of the image {image.value}, as documented"
    return Field(name, base.user, workload.user.place, written=False, origin=origin)


def _image(workload: Workload) -> Field[str]:
    """The image that is pulled, if one is: a built one is judged by its recipe."""
    name, image = "effective_image", workload.image
    if image.why is not None:
        return Field.unknown(name, image.place, image.why, written=image.written)
    return Field(name, image.value or "", image.place, written=image.written)
