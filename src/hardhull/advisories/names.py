"""Names of packages as the databases look them up."""

from __future__ import annotations

import re
from typing import Final

RUNS: Final = re.compile(r"[-_.]+")
IGNORE_CASE: Final = frozenset({"NuGet", "Packagist", "Hex", "Pub", "GitHub Actions"})


def base(ecosystem: str) -> str:
    """The ecosystem without its release: ``Debian`` for ``Debian:12``."""
    return ecosystem.partition(":")[0]


def normalised(ecosystem: str, name: str) -> str:
    """The one spelling of a name: PEP 503 for Python, lower case where case does not count."""
    kind = base(ecosystem)
    if kind == "PyPI":
        return RUNS.sub("-", name).lower()
    return name.lower() if kind in IGNORE_CASE else name
