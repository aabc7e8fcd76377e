"""What a seccomp profile really allows.

The evaluation follows ``profiles/seccomp/seccomp_linux.go`` of moby (which rules hold for an architecture, a kernel and
a set of capabilities) and ``libcontainer/seccomp/seccomp_linux.go`` of runc (a rule with the default action is skipped,
an unknown call is ignored, an unknown action stops the container), both Apache-2.0.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from hardhull.facts.capabilities import DOCKER_DEFAULT
from hardhull.facts.fact import Fact, Items, Slot
from hardhull.facts.syscalls import DANGEROUS, START, START_NEW, START_WITH_PRIVILEGES, known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.facts.problem import Problem


ALLOWING: Final = frozenset({"allow", "log"})
"""Actions that let the call through; ``log`` also writes a line."""

ACTIONS: Final = frozenset({"allow", "log", "errno", "kill", "kill_process", "kill_thread", "trap", "trace", "notify"})
"""Without ``SCMP_ACT_``, in lower case; those that runc knows."""


class Condition(NamedTuple):
    """A comparison of one argument (counted from 0); ``mask`` only for ``&==``."""

    argument: int
    operator: str
    value: int
    mask: int = 0


class SyscallRule(NamedTuple):
    """What happens at some system calls, and under which conditions the rule is in the filter at all.

    Attributes:
        names: the calls.
        action: one of :data:`ACTIONS`.
        conditions: on the call's arguments; none means always.
        caps: without ``CAP_``; the rule holds only with all of them. Likewise ``arches`` (any of them).
        no_caps: the rule does not hold with any of them. Likewise ``no_arches``.
        kernel: the rule holds from this version on; ``before_kernel``: only before it.
    """

    names: tuple[str, ...]
    action: str
    conditions: tuple[Condition, ...] = ()
    caps: frozenset[str] = frozenset()
    no_caps: frozenset[str] = frozenset()
    arches: frozenset[str] = frozenset()
    no_arches: frozenset[str] = frozenset()
    kernel: tuple[int, int] | None = None
    before_kernel: tuple[int, int] | None = None

    def holds(self, caps: frozenset[str], arch: str, kernel: tuple[int, int]) -> bool:
        """Whether the rule is in the filter of such a container."""
        return (
            self.caps <= caps
            and not (self.no_caps & caps)
            and (not self.arches or arch in self.arches)
            and arch not in self.no_arches
            and (self.kernel is None or kernel >= self.kernel)
            and (self.before_kernel is None or kernel < self.before_kernel)
        )


class Evaluation(NamedTuple):
    """What a filter does with the calls of one architecture: lets through, lets through by arguments, stops."""

    allowed: frozenset[str]
    partly: frozenset[str]
    stopped: frozenset[str]


class SeccompProfile(Fact):
    """One seccomp profile: of Docker or Podman, or the ``linux.seccomp`` of an OCI configuration.

    The rules are in ``rules`` as they stand in the file; :func:`evaluate` says what they amount to.
    """

    __slots__ = ()
    kind: ClassVar[str] = "seccomp"

    default_action: Slot[str] = Slot("")
    """One of :data:`ACTIONS`; empty where none is written."""
    architectures: Slot[Items[str]] = Slot(())
    """Words as written (``SCMP_ARCH_X86_64``), with sub-architectures; empty is the host's own."""
    rules: Slot[Items[SyscallRule]] = Slot(())
    problems: Slot[Items[Problem]] = Slot(())

    @property
    def allows_all(self) -> bool:
        """Whether it is worth no more than no profile: nothing that Docker's default profile stops is stopped.

        Raises:
            NotKnownError: the default action or a rule could not be read.
        """
        return not (docker_default().stopped & evaluate(self).stopped)


def is_off(profile: SeccompProfile) -> bool:
    """Whether the profile switches seccomp off: neither a default action nor calls (moby then sets no filter)."""
    return not profile.default_action.value and not profile.rules.value


def evaluate(
    profile: SeccompProfile,
    caps: frozenset[str] = DOCKER_DEFAULT,
    arch: str = "amd64",
    kernel: tuple[int, int] = (6, 1),
) -> Evaluation:
    """What the filter does with every system call of amd64.

    Args:
        profile: the profile.
        caps: the container's capabilities without ``CAP_``.
        arch: Go's name of the architecture, for the conditions in the profile.
        kernel: the host's kernel.

    Raises:
        NotKnownError: the default action or a rule could not be read.
    """
    if is_off(profile):
        return Evaluation(known(amd64_only=True), frozenset(), frozenset())
    rules = [item.value for item in profile.rules.value]
    return _evaluate(profile.default_action.value, (r for r in rules if r.holds(caps, arch, kernel)))


def _evaluate(default: str, rules: Iterable[SyscallRule]) -> Evaluation:
    """The first rule without conditions decides; rules with the default's action change nothing (runc skips them)."""
    calls = known(amd64_only=True)
    always: dict[str, str] = {}
    sometimes: dict[str, set[str]] = {}
    for rule in rules:
        if rule.action == default:
            continue
        for name in rule.names:
            if rule.conditions:
                sometimes.setdefault(name, set()).add(rule.action)
            else:
                always.setdefault(name, rule.action)
    fixed = {name: always.get(name, default) in ALLOWING for name in calls}
    partly = {
        name
        for name, actions in sometimes.items()
        if name in calls and any((action in ALLOWING) != fixed[name] for action in actions)
    }
    allowed = frozenset(name for name in calls - partly if fixed[name])
    return Evaluation(allowed, frozenset(partly), calls - partly - allowed)


def beyond_default(profile: SeccompProfile, caps: frozenset[str] = DOCKER_DEFAULT) -> frozenset[str]:
    """Calls that the profile lets through and Docker's default profile, with the same capabilities, does not."""
    mine, default = evaluate(profile, caps), docker_default(caps)
    return (mine.allowed - default.allowed) | (mine.partly & default.stopped)


def dangerous(profile: SeccompProfile, caps: frozenset[str] = DOCKER_DEFAULT) -> tuple[str, ...]:
    """The dangerous ones among :func:`beyond_default`, sorted."""
    return tuple(sorted(beyond_default(profile, caps) & DANGEROUS.keys()))


def missing_to_start(profile: SeccompProfile, *, no_new_privileges: bool) -> tuple[str, ...]:
    """Calls without which no container starts, and which the profile stops; sorted.

    See :data:`hardhull.facts.syscalls.START` for how that was measured.
    """
    need = START if no_new_privileges else START | START_WITH_PRIVILEGES
    return tuple(sorted(evaluate(profile).stopped & need))


def missing_to_start_now(profile: SeccompProfile) -> tuple[str, ...]:
    """Calls without which runc 1.3.3 and later start no container, older ones do, and which the profile stops."""
    return tuple(sorted(evaluate(profile).stopped & START_NEW))


@cache
def docker_default(caps: frozenset[str] = DOCKER_DEFAULT) -> Evaluation:
    """What Docker's own default profile does (moby 29.7.2; see ``data/docker-default-seccomp.txt``)."""
    rules = [rule for rule in _docker_rules() if rule.holds(caps, "amd64", (6, 1))]
    return _evaluate("errno", rules)


def docker_conditions(name: str, caps: frozenset[str] = DOCKER_DEFAULT) -> list[tuple[Condition, ...]]:
    """The conditions under which Docker's default profile lets a call through; any of them will do."""
    return [
        rule.conditions
        for rule in _docker_rules()
        if name in rule.names and rule.conditions and rule.action in ALLOWING and rule.holds(caps, "amd64", (6, 1))
    ]


@cache
def _docker_rules() -> tuple[SyscallRule, ...]:
    text = (Path(__file__).parent / "data" / "docker-default-seccomp.txt").read_text("utf-8")
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("  "):
            lines[-1] += line
        elif not line.startswith(("#", "default")):
            lines.append(line)
    return tuple(map(_docker_rule, lines))


def _docker_rule(line: str) -> SyscallRule:
    head, _, names = line.partition(" :")
    action, *words = head.split()
    sets: dict[str, frozenset[str]] = {}
    conditions: list[Condition] = []
    kernel: tuple[int, int] | None = None
    for word in words:
        if word.startswith("arg"):
            conditions.append(_docker_condition(word))
            continue
        key, _, value = word.partition("=")
        if key == "kernel":
            major, _, minor = value.partition(".")
            kernel = (int(major), int(minor))
        else:
            sets[key] = frozenset(value.split(","))
    nothing: frozenset[str] = frozenset()
    return SyscallRule(
        tuple(names.split()),
        action,
        tuple(conditions),
        caps=sets.get("caps", nothing),
        no_caps=sets.get("!caps", nothing),
        arches=sets.get("arches", nothing),
        no_arches=sets.get("!arches", nothing),
        kernel=kernel,
    )


def _docker_condition(word: str) -> Condition:
    index = int(word[3])
    operator = word[4:].rstrip("0123456789:")
    value, _, other = word[4 + len(operator) :].partition(":")
    return Condition(index, operator, int(other), int(value)) if other else Condition(index, operator, int(value))
