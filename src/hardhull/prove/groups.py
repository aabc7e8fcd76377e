"""Group testing: which of many things are needed, with few tries where few of them are.

Dorfman, "The Detection of Defective Members of Large Populations" (1943), with Hwang's repeated halving of a group that
fails (1972): about ``k log2(n)`` tries for ``k`` that are needed among ``n``, instead of ``n``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence


def needed(names: Sequence[str], works_without: Callable[[Collection[str]], Collection[str] | None]) -> list[str]:
    """Takes away all that can be done without; what is left was each missed when it alone was taken from the rest.

    Args:
        names: what may be taken away.
        works_without: tries to do without these, and without all that it took before. It answers None where that works,
            and takes them; else with those of them that were seen to be missed, as far as that shows: they are tried
            one by one then, and the others together.
    """
    return _needed(list(names), works_without, failed=None)


def needed_of(
    names: Sequence[str], works_without: Callable[[Collection[str]], Collection[str] | None], failed: Collection[str]
) -> list[str]:
    """The same where it was seen already that it does not work without all of them, and what was missed then."""
    return _needed(list(names), works_without, failed)


def _needed(
    group: list[str],
    works_without: Callable[[Collection[str]], Collection[str] | None],
    failed: Collection[str] | None,
) -> list[str]:
    """The same for one group.

    Args:
        group: which.
        works_without: see above.
        failed: what was seen to be missed when this group, on top of all that was taken until now, was tried already;
            None where it was not.
    """
    if not group:
        return []
    if failed is None:
        failed = works_without(group)
        if failed is None:
            return []
    if len(group) == 1:
        return group
    missed = [name for name in group if name in failed]
    rest = [name for name in group if name not in failed]
    if missed and rest:
        first, others = _needed(rest, works_without, None), [[name] for name in missed]
    elif missed:
        first, others = [], [[name] for name in missed]
        failed = None
    else:
        half = len(group) // 2
        first, others = _needed(group[:half], works_without, None), [group[half:]]
    # Where all of the first part could go, the try of the whole was one of the other part on top of it.
    known = failed if not first and len(others) == 1 else None
    return [*first, *(name for each in others for name in _needed(each, works_without, known))]
