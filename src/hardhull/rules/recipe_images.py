"""The images that a recipe takes from registries: bases, and what files are copied or mounted from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.bases import find
from hardhull.rules.fix import SAFE, Pin, change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe, Stage
    from hardhull.facts.reference import Reference
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import SourceSpan


class Taken(NamedTuple):
    """An image that is taken.

    Attributes:
        field: at its name.
        image: which.
        stage: the stage that takes it.
        verb: what the stage does with it, for a message.
        text: the name as written, variables replaced.
        variables: ARGs in its name.
    """

    field: Field[Any]
    image: Reference
    stage: Stage
    verb: str
    text: str
    variables: tuple[str, ...] = ()


def taken(recipe: ImageRecipe) -> Iterator[Taken]:
    """Every image, in the order of the file; names of build contexts, which look like images, are left out."""
    for stage in recipe.stages:
        base = stage.base.get(None)
        if base is not None and base.reference is not None:
            yield Taken(stage.base, base.reference, stage, "begins with", base.text, base.variables)
        for copy in stage.copies:
            origin = copy.origin.get(None)
            if origin is not None and origin.reference is not None and _is_image(origin.reference):
                yield Taken(copy.origin, origin.reference, stage, "copies from", origin.text)
        for mount in stage.mounts:
            source = mount.value.origin if mount.known else None
            if source is not None and source.reference is not None and _is_image(source.reference):
                yield Taken(mount, source.reference, stage, "mounts", source.text)


def unknown_bases(recipe: ImageRecipe) -> None:
    """Ends a rule about bases where one of them cannot be known.

    Raises:
        NotKnownError: with the reason of the first.
    """
    for stage in recipe.stages:
        _ = stage.base.value


def argument(recipe: ImageRecipe, one: Taken) -> tuple[SourceSpan, ...]:
    """Where the ARGs in its name get their defaults, as evidence."""
    return tuple(item.mark("its default") for item in recipe.global_args if item.value.name in one.variables)


def pin(one: Taken) -> Fix:
    """The fix that adds the digest its tag has now."""
    where = f"the default of {one.variables[-1]}" if one.variables else "the name"
    return change(
        f"add the digest to {where}",
        Pin(one.field.name, one.text, one.field.place),
        risk=SAFE,
        mitigation="let a bot (Renovate, Dependabot) renew the digest, otherwise fixes stop arriving",
        basis="the digest that the tag has when it is looked up",
    )


def _is_image(reference: Reference) -> bool:
    """Whether a ``--from`` can only be an image: ``--from=binaries`` may name a context of the build."""
    if "/" in reference.familiar_name or reference.tag or reference.digest:
        return True
    return find(reference) is not None
