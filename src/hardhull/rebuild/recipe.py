"""The instructions that upgrade packages: as a Dockerfile of their own, and as lines of the image's Dockerfile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hardhull.rebuild.tools import command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.rebuild.tools import Order

USER: Final = re.compile(r"[\w.-]+(?::[\w.-]+)?")
"""A user of a configuration that is one word of a Dockerfile."""
ROOT: Final = frozenset({"", "0", "root"})


def instructions(orders: Sequence[Order], user: str) -> tuple[str, ...]:
    """Lines that upgrade packages, whoever the image's user is.

    Args:
        orders: what package managers are told.
        user: whom the instructions before and after are run as.

    Raises:
        ValueError: one of the words is none.
    """
    if not orders or (user and not USER.fullmatch(user)):
        raise ValueError(user)
    runs = tuple(f"RUN {command(one)}" for one in orders)
    if user.partition(":")[0] in ROOT:
        return runs
    return ("USER root", *runs, f"USER {user}")


def derived(identifier: str, orders: Sequence[Order], user: str) -> str:
    """A Dockerfile of an image on top of this one; what it starts, its check and its user stay as they are.

    Args:
        identifier: of the image, ``sha256:...``: what a tag means may change meanwhile.
        orders: what package managers are told.
        user: whom its containers start as; it comes from the image, so it is only taken as one word.
    """
    return "\n".join((f"FROM {identifier}", *instructions(orders, user), ""))
