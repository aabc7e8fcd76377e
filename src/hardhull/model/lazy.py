"""Regular expressions that are compiled when they are first used.

Compiling is slow: the 140 patterns behind the scan of one Dockerfile took a tenth of its time, and it uses 40 of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, AnyStr, cast

if TYPE_CHECKING:
    from re import Pattern

METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")


class _Lazy:
    """Stands for a pattern; from the first use on it has the methods of the compiled one, so that none costs more."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._made_of: tuple[Any, int] = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._made_of)
        vars(self).update({method: getattr(compiled, method) for method in METHODS})
        return getattr(compiled, name)


def lazy(pattern: AnyStr, flags: int = 0) -> Pattern[AnyStr]:
    """The pattern as ``re.compile`` gives it, for a module that is imported more often than the pattern is used.

    Raises:
        re.error: at its first use, where ``re.compile`` would have raised it.
    """
    return cast("Pattern[AnyStr]", _Lazy(pattern, flags))
