"""Whom to ask what a reference stands for, as the options of a command say it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hardhull.supply.resolution import Resolvers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.supply.engine import EngineImages
    from hardhull.supply.resolution import Resolver


@contextmanager
def resolvers(engine: EngineImages | None = None, *, online: bool = False) -> Iterator[Resolvers]:
    """The engine first, then the registries; what is not asked for is not even imported.

    Args:
        engine: the engine's images, where ``--engine`` was given; whoever opened them closes them.
        online: whether registries are asked (``--online``).
    """
    asked: list[Resolver] = []
    if engine is not None:
        from hardhull.supply.engine_digests import EngineResolver

        asked.append(EngineResolver(engine))
    if not online:
        yield Resolvers(asked)
        return
    from hardhull.supply.registry.resolver import RegistryResolver

    with RegistryResolver() as registries:
        yield Resolvers([*asked, registries])
