"""Changes of a seccomp profile after which it lets some calls through, or stops them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.capabilities import DOCKER_DEFAULT
from hardhull.facts.seccomp import ALLOWING, SyscallRule
from hardhull.rules.fix import Add, Drop, Swap

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from hardhull.facts.seccomp import SeccompProfile
    from hardhull.model.change import Change
    from hardhull.model.field import Field

KERNEL = (6, 1)


def letting_through(profile: SeccompProfile, names: Collection[str]) -> tuple[Change, ...]:
    """Changes after which an ordinary container may make these calls.

    Raises:
        NotKnownError: the profile could not be read whole.
    """
    return tuple(_changes(profile, names, wanted="allow"))


def stopping(profile: SeccompProfile, names: Collection[str]) -> tuple[Change, ...]:
    """Changes after which an ordinary container may not make these calls; rules for capabilities stay.

    Raises:
        NotKnownError: the profile could not be read whole.
    """
    return tuple(_changes(profile, names, wanted="errno"))


def _changes(profile: SeccompProfile, names: Collection[str], wanted: str) -> Iterator[Change]:
    """Calls leave the groups that do something else with them; where the default does, they join one that is right."""
    default = profile.default_action.value
    for item in profile.rules.value:
        rule = item.value
        if rule.action == default or _same(rule.action, wanted) or not _holds(rule) or not {*names} & {*rule.names}:
            continue
        rest = tuple(name for name in rule.names if name not in names)
        yield Swap("rules", item, rule._replace(names=rest)) if rest else Drop("rules", item)
    if not _same(default, wanted):
        group = next((item for item in profile.rules.value if _is_plain(item, wanted)), None)
        if group is None:
            yield Add("rules", SyscallRule(tuple(sorted(names)), wanted))
        else:
            known: tuple[str, ...] = group.value.names
            more = sorted({*names} - {*known})
            yield Swap("rules", group, group.value._replace(names=(*known, *more)))


def _same(action: str, wanted: str) -> bool:
    return (action in ALLOWING) == (wanted in ALLOWING)


def _holds(rule: SyscallRule) -> bool:
    return rule.holds(DOCKER_DEFAULT, "amd64", KERNEL)


def _is_plain(item: Field[Any], action: str) -> bool:
    """Whether it is a group of several calls without any condition; old profiles have a group for each call."""
    rule: SyscallRule = item.value
    return len(rule.names) > 1 and rule == SyscallRule(rule.names, action)
