"""The instructions that upgrade packages: as a Dockerfile of their own, and as lines of the image's Dockerfile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hardhull.rebuild.plan import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

USER: Final = re.compile(r"[\w.-]+(?::[\w.-]+)?")
"""A user of a configuration that is one word of a Dockerfile."""
ROOT: Final = frozenset({"", "0", "root"})
COMMAND: Final = (
    "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --only-upgrade {} &&"
    " apt-get clean && rm -rf /var/lib/apt/lists/*"
)
"""What is installed already gets newer; nothing new comes but what its newer version depends on."""


def instructions(packages: Sequence[str], user: str) -> tuple[str, ...]:
    """Lines that upgrade packages, whoever the image's user is.

    Args:
        packages: names that were checked to be some.
        user: whom the instructions before and after are run as.

    Raises:
        ValueError: one of the words is none.
    """
    words = [name for name in packages if not NAME.fullmatch(name)]
    if words or not packages or (user and not USER.fullmatch(user)):
        raise ValueError(words or user)
    run = f"RUN {COMMAND.format(' '.join(packages))}"
    if user.partition(":")[0] in ROOT:
        return (run,)
    return ("USER root", run, f"USER {user}")


def derived(identifier: str, packages: Sequence[str], user: str) -> str:
    """A Dockerfile of an image on top of this one; what it starts, its check and its user stay as they are.

    Args:
        identifier: of the image, ``sha256:...``: what a tag means may change meanwhile.
        packages: names that were checked to be some.
        user: whom its containers start as; it comes from the image, so it is only taken as one word.
    """
    return "\n".join((f"FROM {identifier}", *instructions(packages, user), ""))
