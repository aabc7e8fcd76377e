"""Which fixes are wanted."""

from __future__ import annotations

import posixpath
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.change import Risk
from hardhull.model.finding import Confidence
from hardhull.model.plan import Planned, Status
from hardhull.scan.projects import DEFAULTS, OVERRIDES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.facts.fact import Fact
    from hardhull.model.change import Fix
    from hardhull.model.result import Found
    from hardhull.rules.rule import Rule
    from hardhull.scan.judge import Offer

CLUSTER = "cluster"
"""The kind of the fact that all manifests make up together."""


class Choices(NamedTuple):
    """What the person asked for.

    Attributes:
        only: ids of rules; empty means all.
        risk: the highest risk that is taken.
        unsure: whether findings of low confidence are fixed too.
        override: whether fixes are laid over the files instead of being written into them.
        about: path and subject of the facts that are fixed; empty means all.
    """

    only: frozenset[str] = frozenset()
    risk: Risk = Risk.PROVEN
    unsure: bool = False
    override: bool = False
    about: frozenset[tuple[str, str]] = frozenset()


class Ask(NamedTuple):
    """One fix that is wanted.

    Attributes:
        fact: what is changed.
        rule: whose finding it is for.
        found: the finding.
        fix: what is done.
        key: what tells findings of one kind from others, also when the file has changed: rule, path, subject.
    """

    fact: Fact
    rule: Rule
    found: Found
    fix: Fix
    key: tuple[str, str, str]


def key_of(found: Found) -> tuple[str, str, str]:
    """Rule, path and subject of a finding; the path is the same for files that are laid over each other.

    What is about all manifests together has no subject that tells one object from another; its id does, and no fix
    changes that: the values in it are names.
    """
    return (found.rule, home_of(found.locations[0].path), found.id if found.fact == CLUSTER else found.subject)


@cache
def home_of(path: str) -> str:
    """The file that another one is laid over by itself: a unit for its drop-ins, Compose's default file for overrides.

    What a service or unit is found to do may be said in the one before a fix and in the other one after it.
    """
    folder, name = posixpath.split(path)
    if name in DEFAULTS or name in OVERRIDES:
        return posixpath.join(folder, DEFAULTS[0])
    return folder.removesuffix(".d") if folder.endswith(".d") and name.endswith(".conf") else path


def choose(offers: Iterable[Offer], choices: Choices) -> tuple[list[Ask], list[Planned]]:
    """The fixes to make, worst finding first, and what becomes of the other findings that have one."""
    asks: list[Ask] = []
    others: list[Planned] = []
    for offer in offers:
        found = offer.found
        if found.suppressed is not None or (choices.only and offer.rule.id not in choices.only) or not offer.fixes:
            continue
        if choices.about and (offer.fact.place.source.path, found.subject) not in choices.about:
            continue
        fix, told = offer.fixes[0], found.fixes[0]
        if not fix.changes:
            others.append(Planned(found, told, Status.BY_HAND, "only a person can decide it", fix.advice))
        elif fix.risk > choices.risk:
            others.append(Planned(found, told, Status.LEFT, "its risk is above the limit"))
        elif found.confidence is Confidence.LOW and not choices.unsure:
            others.append(
                Planned(found, told, Status.LEFT, "the finding is of low confidence: --risk all fixes it too")
            )
        else:
            asks.append(Ask(offer.fact, offer.rule, found, fix, key_of(found)))
    asks.sort(key=lambda ask: (ask.found.locations[0].path, -ask.found.severity, ask.found.rule))
    return asks, others
