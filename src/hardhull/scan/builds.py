"""What scripts, workflows and Makefiles build: the context and the Dockerfile of every build command."""

from __future__ import annotations

import posixpath
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from hardhull.facts.deeds import deeds
from hardhull.facts.parts import Build
from hardhull.facts.pipeline import Run
from hardhull.model.field import Field
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.facts.pipeline import Pipeline, Step
    from hardhull.model.source import Place
    from hardhull.scan.tree import Tree

SWITCHES = frozenset(
    ("--no-cache", "--pull", "--push", "--load", "-q", "--quiet", "--rm", "--force-rm", "--squash", "--compress",
     "--check", "-D", "--debug", "--stream", "--layers", "--squash-all", "--tls-verify", "--all-platforms")
)  # fmt: skip
"""Options of build commands that take no word behind them."""


class Command(NamedTuple):
    """One build command whose context and Dockerfile are known.

    Attributes:
        build: paths relative to where the pipeline's relative paths begin.
        folder: that place.
        images: the names it gives.
        place: the command, or the step.
    """

    build: Build
    folder: str
    images: tuple[Field[str], ...]
    place: Place

    def beneath(self, folder: str) -> Build:
        """The build, if its relative paths begin at a folder."""
        assert self.build.context is not None  # noqa: S101  it is known
        return self.build._replace(context=posixpath.normpath(posixpath.join(folder, self.build.context)))


def build_commands(pipelines: Iterable[Pipeline]) -> Iterator[Command]:
    """Every build command whose words are known as far as they say what is built."""
    for pipeline in pipelines:
        for deed in deeds(pipeline):
            if deed.kind != "build":
                continue
            build = _of_command(deed.source) if isinstance(deed.source, Run) else _of_action(deed.source)
            if build is not None:
                yield Command(build, pipeline.folder, deed.images, deed.place)


def built_names(pipelines: Iterable[Pipeline], tree: Tree) -> Iterator[tuple[str, Build]]:
    """Names of images that this tree builds, and how."""
    for command in build_commands(pipelines):
        build = command.beneath(command.folder)
        yield from ((name, build) for image in command.images for name in _names(image))
    yield from _of_skaffold(tree)


def _names(image: Field[str]) -> list[str]:
    """The names in the value of an option or of an input, which may hold several lines; none where it is unknown."""
    return image.get("").replace(",", " ").split()


def _of_skaffold(tree: Tree) -> Iterator[tuple[str, Build]]:
    for source in tree.of_kind("kubernetes"):
        if source.path.endswith(("skaffold.yaml", "skaffold.yml")):
            from hardhull.formats.skaffold import is_skaffold, read

            if is_skaffold(source):
                with suppress(UnreadableError):  # the reader of manifests complains about it
                    yield from read(source)


def _of_command(run: Run) -> Build | None:
    """The context and Dockerfile of ``docker build``; None where a variable hides them."""
    context = _context(run)
    if context is None:
        return None
    return _build(context, run.option("-f", "--file"), run.option("--target"))


def _of_action(step: Step) -> Build | None:
    """Of docker/build-push-action; without ``context`` it builds the root of the repository."""
    if step.action != "docker/build-push-action":
        return None
    context = step.input("context")
    if context is None:
        context = Field("context", ".", step.place, written=False)
    return _build(context, step.input("file"), step.input("target"))


def _context(run: Run) -> Field[str] | None:
    """The word that is the context: the one behind the verbs that is neither option nor an option's value."""
    verbs = 0
    skip = False
    for text, word in zip(run.texts[1:], run.words[1:], strict=True):
        if skip:
            skip = False
        elif text.startswith("-") and text != "-":
            skip = "=" not in text and text not in SWITCHES and (text.startswith("--") or len(text) == 2)
        elif not verbs and text in {"buildx", "image", "builder"}:
            continue
        elif not verbs and text in {"build", "b", "bud"}:
            verbs = 1
        else:
            return word if verbs else None
    return None


def _build(context: Field[str], file: Field[str] | None, target: Field[str] | None) -> Build | None:
    """A build of a local folder; paths stay relative to the place the command is given."""
    if not context.known or context.value in {"", "-"} or "://" in context.value or context.value.startswith("git@"):
        return None
    if (target is not None and not target.known) or (file is not None and not file.known):
        return None
    folder = posixpath.normpath(context.value)
    if posixpath.isabs(folder):
        return None
    dockerfile = "Dockerfile" if file is None or not file.value else posixpath.relpath(file.value, folder)
    return Build(folder, dockerfile, target=target.value if target is not None else None)
