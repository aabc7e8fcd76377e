"""Writes Changes of audit rules into their files: a rule becomes another one, or one more stands below the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.host import AuditRule, Host
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from hardhull.facts.fact import Fact
    from hardhull.model.change import Change
    from hardhull.model.field import Field
    from hardhull.model.source import Place
    from hardhull.text.draft import Draft, Drafts


def write(fact: Fact, change: Change, drafts: Drafts) -> None:
    """Writes one Change of audit rules.

    Raises:
        UnwritableError: it cannot be written without a guess.
    """
    assert isinstance(fact, Host)  # noqa: S101  the syntax says so
    if isinstance(change, SetTo) and change.field == "audit_enabled" and fact.audit_enabled.written:
        if fact.audit_enabled.value != change.value:
            _enable(fact.audit_enabled.place, str(change.value), drafts)
        return
    if not isinstance(change, Add | Drop | Swap) or change.field != "audit_rules":
        raise UnwritableError("the files say nothing about it")
    rules = drafts.keep(fact.place.source, _Rules, _Rules)
    if isinstance(change, Add):
        _add(fact, change.item, drafts, rules)
    elif isinstance(change, Swap):
        _swap(fact, change.item, change.value, drafts, rules)
    else:
        drafts.of(change.item.place.source).replace(_line(change.item.place), "")


class _Rules:
    """The rules that a folder gets. The kernel refuses one that it has, and auditctl then loads none that follow."""

    def __init__(self, draft: Draft) -> None:
        self._log = draft.log
        self._gone: list[Place] = []
        self._come: list[AuditRule] = []

    def has(self, host: Host, rule: AuditRule, *, beside: Place | None = None) -> bool:
        """Whether an equal rule is there or wanted, other than the one at a place."""
        there = [item for item in host.audit_rules.value if item.place not in self._gone and item.place != beside]
        return _bare(rule) in {_bare(one) for one in (*(item.value for item in there), *self._come)}

    def change(self, gone: Place | None, come: AuditRule | None) -> None:
        """Notes what goes and what comes."""
        before = self._gone, self._come
        self._gone = [*self._gone, *([gone] if gone else [])]
        self._come = [*self._come, *([come] if come else [])]
        self._log.did(lambda: self._restore(*before))

    def _restore(self, gone: list[Place], come: list[AuditRule]) -> None:
        self._gone, self._come = gone, come


def _bare(rule: AuditRule) -> AuditRule:
    """The rule as the kernel compares it: permissions are a set."""
    return rule._replace(perms="".join(sorted(rule.perms)))


def _swap(host: Host, item: Field[AuditRule], rule: AuditRule, drafts: Drafts, rules: _Rules) -> None:
    """Another rule in the place of one; where it is there already, the line goes."""
    place = item.place
    if _bare(item.value) == _bare(rule):
        return
    twice = rules.has(host, rule, beside=place)
    draft = drafts.of(place.source)
    if twice:
        draft.replace(_line(place), "")
    else:
        draft.replace(place.span, text_of(rule))
    rules.change(place, None if twice else rule)


def _enable(place: Place, value: str, drafts: Drafts) -> None:
    """The value of ``-e``; what is no comment behind it, but was meant as one, becomes a line of its own."""
    draft = drafts.of(place.source)
    _old, mark, comment = place.text.partition("#")
    if mark:
        draft.insert(_line(place).start, f"#{comment}{draft.newline}")
    draft.replace(place.span, value)


def _add(host: Host, rule: AuditRule, drafts: Drafts, rules: _Rules) -> None:
    """Below the last rule of the file whose rules come first, so above a ``-e 2`` that locks them."""
    if rules.has(host, rule):
        return
    source = host.place.source
    last = [item.place for item in host.audit_rules.value if item.place.source is source][-1:]
    if not last:
        raise UnwritableError("the file has no rule to stand below", text_of(rule))
    draft = drafts.of(source)
    end = last[0].span.end
    draft.insert(end, f"{draft.newline}{text_of(rule)}")
    rules.change(None, rule)


def _line(place: Place) -> Span:
    """A line with its end."""
    stop = place.source.data.find(b"\n", place.span.end)
    start = place.source.line_span(place.start.line).start
    return Span(start, len(place.source.data) if stop == -1 else stop + 1)


def text_of(rule: AuditRule, *, watch: bool = True) -> str:
    """A rule as auditctl takes it.

    Args:
        rule: the rule.
        watch: whether ``-w`` is written where that says all of it.

    Raises:
        UnwritableError: a path or a key has blanks in it, which auditctl's files cannot quote.
    """
    plain = rule.action == "always" and rule.filter == "exit" and not rule.tree
    if watch and rule.path and rule.perms and plain and not rule.syscalls and not rule.fields:
        words = ["-w", rule.path, "-p", rule.perms]
    else:
        words = ["-a", f"{rule.action},{rule.filter}"]
        early = [field for field in rule.fields if field[0] == "arch"]
        words += [word for name, operator, value in early for word in ("-F", f"{name}{operator}{value}")]
        words += ["-S", ",".join(rule.syscalls)] if rule.syscalls else []
        words += ["-F", f"{'dir' if rule.tree else 'path'}={rule.path}"] if rule.path else []
        words += ["-F", f"perm={rule.perms}"] if rule.perms else []
        rest = [field for field in rule.fields if field[0] != "arch"]
        words += [word for name, operator, value in rest for word in ("-F", f"{name}{operator}{value}")]
    words += ["-k", rule.key] if rule.key else []
    if any(word.split() != [word] for word in words):
        raise UnwritableError("a path or a key has blanks in it")
    return " ".join(words)
