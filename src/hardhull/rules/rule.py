"""The decorator that turns a check function into a rule, and the loading of rules by the kind of fact they judge."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from hardhull.model.finding import Confidence, Dimension, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

BUILD, SOURCE, PRIVILEGE = Dimension.BUILD, Dimension.SOURCE, Dimension.PRIVILEGE
LIMITS, NETWORK, MONITORING = Dimension.LIMITS, Dimension.NETWORK, Dimension.MONITORING
CRITICAL, HIGH, MEDIUM, LOW, INFO = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO

KINDS = (
    "workload", "recipe", "engine", "host", "cluster", "pipeline", "seccomp", "store", "network", "leak", "image",
    "contents",
)  # fmt: skip
"""The kinds of fact that have rules; each is a folder here, imported only when such a fact was read."""

F_contra = TypeVar("F_contra", contravariant=True)
F = TypeVar("F")


class Check(Protocol[F_contra]):
    """The shape of a rule's function: yields one Finding for each thing that is wrong with the fact."""

    __module__: str
    __doc__: str | None

    def __call__(self, fact: F_contra, policy: Policy, /) -> Iterator[Finding]:
        """Yields what is wrong with the fact."""
        ...


class Example(NamedTuple):
    """A bad and a good text of one syntax; also the rule's test and part of its manual page.

    Attributes:
        syntax: ``compose``, ``kubernetes``, ``docker-run``, ``dockerfile``, ``daemon.json``, ``workflow`` ...
        bad: a whole file; each line on which the finding must point ends with a comment ``#! HH-XXX-000`` (stripped
            before reading). Several files: ``--- name`` lines between them.
        good: the same file without the problem.
        path: the file's name where it matters.
    """

    syntax: str
    bad: str
    good: str
    path: str = ""


class Rule(NamedTuple):
    """One rule as everybody else sees it."""

    id: str
    name: str
    fact: str
    dimension: Dimension
    severity: Severity
    confidence: Confidence
    checklist: tuple[int, ...]
    cis: tuple[str, ...]
    tags: tuple[str, ...]
    also: tuple[str, ...]
    aliases: tuple[str, ...]
    by_hand: str
    about: frozenset[str]
    needs: frozenset[str]
    check: Check[Any]

    @property
    def manual(self) -> str:
        """The module's docstring: title line, then the sections of the manual page."""
        return import_module(self.check.__module__).__doc__ or ""

    @property
    def title(self) -> str:
        """First line of the manual, without a full stop."""
        return self.manual.strip().splitlines()[0].rstrip(".")

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples that stand below the check."""
        return tuple(import_module(self.check.__module__).EXAMPLES)


def rule(
    rule_id: str,
    name: str,
    *,
    dimension: Dimension,
    severity: Severity,
    confidence: Confidence = Confidence.HIGH,
    checklist: Iterable[int] = (),
    cis: Iterable[str] = (),
    tags: Iterable[str] = (),
    also: Iterable[str] = (),
    aliases: Iterable[str] = (),
    by_hand: str = "",
    about: Iterable[str] = (),
    needs: Iterable[str] = (),
) -> Callable[[Check[F]], Check[F]]:
    """Makes a check function the rule of its module.

    Args:
        rule_id: ``HH-<group>-<number>``.
        name: readable name in kebab case; accepted wherever the id is.
        dimension: which of the six bars it counts in.
        severity: of an ordinary case.
        confidence: of an ordinary case.
        checklist: points of the 16-point production checklist it is evidence for.
        cis: ids of the CIS benchmarks (``docker-1.6:5.4``), only where checked against their source.
        tags: ``hollow``, ``cis``, ``pss-baseline``, ``pss-restricted``, ``advice``.
        also: ids of other tools for the same thing (``hadolint:DL3007``), only where checked.
        aliases: retired ids.
        by_hand: why none of its findings has a fix that a program can make, as a sentence part; empty where some have.
        about: fields of the fact, where it has nothing to say unless one of them is written (or derived): the check is
            not run without. Most containers have most things not, so this spares a large scan half of its checks.
        needs: fields of the fact without which it is no subject of the rule: links (``profile``, ``proof``), or what an
            engine tells of its swarm. That nobody recorded a run, or that there is no swarm, is neither good nor bad.
    """

    def register(check: Check[F]) -> Check[F]:
        fact = check.__module__.split(".")[-2]
        made = Rule(
            rule_id, name, fact, dimension, severity, confidence, tuple(checklist), tuple(cis), tuple(tags),
            tuple(also), tuple(aliases), by_hand, frozenset(about), frozenset(needs), check,
        )  # fmt: skip
        _FOUND.setdefault(fact, {})[rule_id] = made
        return check

    return register


_FOUND: dict[str, dict[str, Rule]] = {}
_FURTHER: dict[str, dict[str, Rule]] = {}
SHARED = {
    "contents": (
        "recipe.build_tools_in_final_image", "recipe.image_healthcheck_cannot_fail", "recipe.image_healthcheck_missing",
        "recipe.image_runs_as_root", "recipe.setuid_bit_set", "recipe.ssh_exposed", "recipe.world_writable_path",
    )
}  # fmt: skip
"""Rules about Dockerfiles that judge what was built from one as well: one id, one page, two checks."""


def judges(fact: str, *, needs: Iterable[str]) -> Callable[[Check[F]], Check[F]]:
    """Makes a function the check of its module's rule for another kind of fact as well.

    Args:
        fact: the kind; the module stands in :data:`SHARED`.
        needs: as for :func:`rule`.
    """

    def register(check: Check[F]) -> Check[F]:
        own = next(
            one for found in _FOUND.values() for one in found.values() if one.check.__module__ == check.__module__
        )
        made = own._replace(fact=fact, check=check, about=frozenset(), needs=frozenset(needs))
        _FURTHER.setdefault(fact, {})[own.id] = made
        return check

    return register


@cache
def rules_for(fact: str) -> tuple[Rule, ...]:
    """The rules for one kind of fact, in the order of their ids. Imports their modules at the first call."""
    own = _own(fact)
    for module in SHARED.get(fact, ()):
        import_module(f"hardhull.rules.{module}")
    return tuple(sorted((*own, *_FURTHER.get(fact, {}).values())))


def _own(fact: str) -> tuple[Rule, ...]:
    package = import_module(f"hardhull.rules.{fact}")
    for module in pkgutil.iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
    return tuple(_FOUND.get(fact, {}).values())


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, each once, whatever kinds of facts it judges."""
    return tuple(sorted(found for kind in KINDS for found in _own(kind)))


def facts_of(one: Rule) -> tuple[str, ...]:
    """The kinds of fact that a rule judges, the first one first."""
    return (
        one.fact,
        *(kind for kind in SHARED for found in rules_for(kind) if found.id == one.id and kind != one.fact),
    )


def find_rule(name: str) -> Rule | None:
    """The rule with this id, readable name or retired id; None where there is none."""
    wanted = name.lower()
    for found in all_rules():
        if wanted in {found.id.lower(), found.name, *(alias.lower() for alias in found.aliases)}:
            return found
    return None
