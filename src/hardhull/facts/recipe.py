"""How an image is built, and how its containers start: read from a Dockerfile or Containerfile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from hardhull.facts.fact import Fact, Items, Slot
from hardhull.facts.recipe_parts import Copy, Define, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.bases import KnownBase
    from hardhull.facts.build_context import BuildContext
    from hardhull.facts.parts import EnvVar, Healthcheck
    from hardhull.facts.problem import Problem
    from hardhull.facts.recipe_parts import Base, BuildMount, Command, Instruction
    from hardhull.facts.reference import Reference
    from hardhull.model.field import Field
    from hardhull.model.source import Place

_ROOT = re.compile(r"[+-]?0+")


def is_root(user: str) -> bool:
    """Whether a ``USER`` value is root: ``root``, ``0``, ``0:0``, ``root:staff``; an empty user name is root as well.

    A name that the image's /etc/passwd gives the number 0 is not seen here.
    """
    name = user.partition(":")[0].strip()
    return name in {"", "root"} or bool(_ROOT.fullmatch(name))


class ImageConfig(Fact):
    """What an image says about its containers, as far as this file says it.

    A field nobody wrote, neither here nor in a stage this one goes on from, has ``written`` False and stands at the
    image name of the FROM line, below which a fix would insert it. Only of the user it is known what the base image
    brings; of the other fields an unwritten one means "what the base image has, which nobody looked at".
    """

    __slots__ = ()

    user: Slot[str] = Slot("root")
    """The user the container starts as, as USER writes it (``1000:1000``, ``app``); never empty: ``root`` then."""
    workdir: Slot[str | None] = Slot(None)
    entrypoint: Slot[Command | None] = Slot(None)
    command: Slot[Command | None] = Slot(None)
    healthcheck: Slot[Healthcheck | None] = Slot(None)
    """``disabled`` where it is HEALTHCHECK NONE."""
    env: Slot[Items[EnvVar]] = Slot(())
    """ENV only: what containers see. The last value of a name."""
    labels: Slot[Items[tuple[str, str]]] = Slot(())
    expose: Slot[Items[str]] = Slot(())
    """``80`` or ``80/tcp`` or a range, as written."""
    volumes: Slot[Items[str]] = Slot(())
    stop_signal: Slot[str | None] = Slot(None)
    shell: Slot[tuple[str, ...] | None] = Slot(None)
    onbuild: Slot[Items[str]] = Slot(())
    """Instructions that wait for a build on top of the image."""


class Stage(ImageConfig):
    """One FROM and the instructions below it.

    Attributes:
        name: its alias in lower case; empty where it has none.
        index: its number, from 0.
        parent: the stage it goes on from, None for an image or ``scratch``.
        image: the base image as far as it is known: where only the tag could not be resolved, a reference without it.
        known: what the table of well-known bases says about that image.
        instructions: in order; triggered ONBUILDs of the parent first.
        runs: of these the RUN instructions, without those behind ONBUILD.
        copies: likewise COPY and ADD.
        definitions: likewise ARG and ENV.
    """

    __slots__ = (
        "copies",
        "definitions",
        "image",
        "index",
        "instructions",
        "is_final",
        "known",
        "name",
        "parent",
        "runs",
    )
    kind: ClassVar[str] = "stage"

    base: Slot[Base | None] = Slot(None)
    """What it begins with; None only where FROM names nothing."""
    platform: Slot[str | None] = Slot(None)

    def __init__(self, name: str, index: int, syntax: str, place: Place) -> None:
        super().__init__(f"stage {name or index}", syntax, place)
        self.name = name
        self.index = index
        self.parent: Stage | None = None
        self.image: Reference | None = None
        self.known: KnownBase | None = None
        self.is_final = False
        self.hold(())

    def hold(self, instructions: tuple[Instruction, ...]) -> None:
        """Takes its instructions, sorted once: thirty rules ask for those of a kind."""
        now = [each for each in instructions if not each.onbuild]
        self.instructions = instructions
        self.runs = [each for each in now if isinstance(each, Run)]
        self.copies = [each for each in now if isinstance(each, Copy)]
        self.definitions = [each for each in now if isinstance(each, Define)]

    @property
    def mounts(self) -> list[Field[BuildMount]]:
        """The mounts of all RUN instructions."""
        return [mount for run in self.runs for mount in run.mounts]

    @property
    def lineage(self) -> Iterator[Stage]:
        """The stage itself, the one it goes on from, and so on."""
        stage: Stage | None = self
        while stage:
            yield stage
            stage = stage.parent

    def of(self, keyword: str) -> list[Instruction]:
        """The instructions with this keyword, without those behind ONBUILD."""
        return [each for each in self.instructions if each.keyword == keyword and not each.onbuild]


class ImageRecipe(ImageConfig):
    """One Dockerfile. Its own fields are those of the stage that is built.

    Attributes:
        stages: in order.
        final: the stage that is built: the last one, or the wanted target; None where there is none.
        global_args: the ARGs before the first FROM.
        directives: parser directives by name (``syntax``, ``escape``, ``check``).
        problems: what the builder refuses, and what it takes otherwise than it was meant.
    """

    context: Slot[BuildContext | None] = Slot(None)
    """Link: where COPY takes files from; set for recipes that take all of it."""

    __slots__ = ("directives", "final", "global_args", "problems", "stages")
    kind: ClassVar[str] = "recipe"

    def __init__(self, syntax: str, place: Place, stages: tuple[Stage, ...], final: Stage | None, why: str) -> None:
        super().__init__("image", syntax, place, absent_unknown=None if final else why)
        self.stages = stages
        self.final = final
        self.global_args: Items[EnvVar] = ()
        self.directives: dict[str, Field[str]] = {}
        self.problems: Items[Problem] = ()
        if final:
            self.fields = final.fields
            self.absent_unknown = final.absent_unknown
            final.is_final = True
            final.subject = "final stage"

    @property
    def base(self) -> Field[Base | None]:
        """What the final stage begins with."""
        return self.final.base if self.final else self.absent(Stage.base)

    @property
    def whole_copies(self) -> list[tuple[Stage, Copy]]:
        """The COPYs that take all of the build context, with their stages."""
        return [(stage, copy) for stage in self.stages for copy in stage.copies if copy.whole_context is not None]

    @property
    def root_stage(self) -> Stage | None:
        """The stage whose base image the built image rests on."""
        stage = self.final
        while stage and stage.parent:
            stage = stage.parent
        return stage

    @property
    def used_stages(self) -> list[Stage]:
        """The stages that the built one needs, itself included, in the order of the file."""
        wanted: list[Stage] = [self.final] if self.final else []
        used: set[int] = set()
        while wanted:
            stage = wanted.pop()
            if stage.index in used:
                continue
            used.add(stage.index)
            wanted += _needed(stage)
        return [stage for stage in self.stages if stage.index in used]


def _needed(stage: Stage) -> Iterator[Stage]:
    if stage.parent:
        yield stage.parent
    for copy in stage.copies:
        origin = copy.origin.get(None)
        if origin and origin.stage:
            yield origin.stage
    for mount in stage.mounts:
        origin = mount.value.origin if mount.known else None
        if origin and origin.stage:
            yield origin.stage
