"""Runs the rules over the facts, and turns their Findings into the plain data of a result."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.change import Interrupts
from hardhull.model.field import InexpressibleError, NotKnownError
from hardhull.model.finding import Advisory, Confidence, Observation, Reading, Severity, SourceSpan
from hardhull.model.result import CheckCount, FixInfo, Found, NotChecked, RuleInfo, Suppression
from hardhull.rules.rule import find_rule, rules_for
from hardhull.scan.quote import Places, Quotes
from hardhull.scan.record import Afresh, Said, Unknown, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.facts.fact import Fact
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.model.result import Location
    from hardhull.rules.policy import Policy
    from hardhull.rules.proven import Standing
    from hardhull.rules.rule import Rule
    from hardhull.scan.ignore import Ignores


USUAL_INTERRUPTS = {
    "workload": Interrupts.RECREATE,
    "recipe": Interrupts.RECREATE,
    "engine": Interrupts.RESTART,
    "seccomp": Interrupts.RECREATE,
    "host": Interrupts.RELOAD,
}
"""What has to happen before a change of a kind of fact counts, where its fix does not say otherwise."""

NOTHING: frozenset[str] = frozenset()


OF_THE_IMAGE = frozenset({"effective_user", "user"})
"""Fields that an image decides where nobody writes them."""
ASK = "scan with --engine where the image is, or name the user in the file"
RENDER = "give the value a default in the file, or scan what it is rendered to"
ON_IT = "scan the machine itself as root, after a restart of what was changed since it started"
MAKE_AGAIN = "give each its own name, and make it again: it then says in which file its subject stands"


class Offer(NamedTuple):
    """A finding with the fact it is about and the ways to make it go away."""

    fact: Fact
    rule: Rule
    found: Found
    fixes: tuple[Fix, ...]


class Judgement(NamedTuple):
    """What the rules said.

    Attributes:
        findings: worst first.
        by_fact: the findings of each fact, by ``id(fact)``.
        checks: subjects judged and skipped, by rule.
        rules: metadata of the rules that ran.
        not_checked: what rules could not know, one line for each fact and reason.
        unknown: path and subject of the facts of which they could not know something.
        offers: every finding with its fixes, in the order of the facts.
    """

    findings: list[Found]
    by_fact: dict[int, list[Found]]
    checks: list[CheckCount]
    rules: dict[str, RuleInfo]
    not_checked: list[NotChecked]
    unknown: frozenset[tuple[str, str]]
    offers: list[Offer]


class Judge:
    """One judging: keeps the counts and the ordinals that make equal findings distinct."""

    def __init__(
        self,
        policy: Policy,
        ignores: Ignores | None,
        record: Afresh | None = None,
        *,
        line_hashes: bool = False,
        quotes: bool = True,
        offers: bool = True,
    ) -> None:
        self.policy = policy
        self.record = record or Afresh()
        self.quotes = Quotes() if quotes else Places()
        self.line_hashes = line_hashes
        self.ignores = ignores
        self.by_fact: dict[int, list[Found]] = {}
        self.subjects: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.rules: dict[str, Rule] = {}
        self.unknown: dict[tuple[int, str], NotChecked] = {}
        self._not_known: set[tuple[str, str]] = set()
        self._rules: dict[tuple[str, frozenset[str], bool], list[tuple[Rule, frozenset[str]]]] = {}
        self._ordinals: defaultdict[tuple[str, ...], int] = defaultdict(int)
        self._seen: set[tuple[object, ...]] = set()
        self._names: dict[str, frozenset[str]] = {}
        self._disabled = _canonical(policy.disabled)
        self._keeps_offers = offers
        self._held: dict[int, Standing | None] = {}
        self._offers: list[Offer] = []
        self._urgency: dict[str, int] = {}

    def judge(self, facts: Iterable[Fact]) -> Judgement:
        """Every rule over every fact of its kind."""
        for fact in facts:
            rules = self._rules_of(fact)
            verdict = self.record.verdict(fact, lambda: self._verdict(fact, rules))  # noqa: B023
            self.by_fact[id(fact)] = [found for said in verdict.said for found in self._take(fact, said)]
            self.subjects.update(verdict.passed)
        findings = [found for group in self.by_fact.values() for found in group]
        findings.sort(key=self._order)
        notes = list(self.unknown.values())
        unknown = frozenset(self._not_known)
        return Judgement(findings, self.by_fact, self._checks(), self._infos(), notes, unknown, self._offers)

    def _verdict(self, fact: Fact, rules: Iterable[tuple[Rule, frozenset[str]]]) -> Verdict:
        """What rules say of a fact."""
        passed: list[str] = []
        told: list[Said] = []
        written = fact.fields.keys()
        for rule, about in rules:
            if rule.needs and written.isdisjoint(rule.needs):
                continue
            if about and written.isdisjoint(about):
                passed.append(rule.id)
                continue
            said = self._said(rule, fact)
            if said is None:
                passed.append(rule.id)
            else:
                told.append(said)
        return Verdict(fact, passed, told)

    def _rules_of(self, fact: Fact) -> Iterable[tuple[Rule, frozenset[str]]]:
        """The rules for a fact that the policy leaves on, each with the fields of which it needs one written.

        These are none where an unwritten field has a meaning that the check must find out.
        """
        key = (fact.kind, fact.cannot, fact.absent_unknown is None)
        rules = self._rules.get(key)
        if rules is None:
            left = [rule for rule in rules_for(fact.kind) if rule.id not in self._disabled]
            self.rules.update({rule.id: rule for rule in left})
            plain = fact.absent_unknown is None
            rules = [(rule, rule.about if plain and rule.about.isdisjoint(fact.cannot) else NOTHING) for rule in left]
            self._rules[key] = rules
        return rules

    def _said(self, rule: Rule, fact: Fact) -> Said | None:
        """What a rule says of a fact; None where it found nothing."""
        findings: list[Finding] = []
        try:
            for finding in rule.check(fact, self.policy):
                findings.append(finding)  # noqa: PERF402  what came before an Unknown stays
        except NotKnownError as error:
            return Said(rule, findings, Unknown(error.name, error.why))
        except InexpressibleError:
            return Said(rule, findings, judged=False)
        return Said(rule, findings) if findings else None

    def _take(self, fact: Fact, said: Said) -> Iterator[Found]:
        """Counts what a rule said, and gives what nobody has found before."""
        if said.unknown is not None:
            self.skipped[said.rule.id] += 1
            self._note(fact, said.unknown)
        elif said.judged:
            self.subjects[said.rule.id] += 1
        for finding in said.findings:
            if self._is_new(said.rule, fact, finding):
                yield self._found(said.rule, fact, finding)

    def _is_new(self, rule: Rule, fact: Fact, finding: Finding) -> bool:
        """Whether it was not found before: a compose file can belong to several projects."""
        place = finding.primary.place
        key = (rule.id, fact.subject, place.source.path, place.span, finding.field, finding.value)
        new = key not in self._seen
        self._seen.add(key)
        return new

    def _note(self, fact: Fact, unknown: Unknown) -> None:
        """Says it once for a subject and a reason, whatever rules ask; of documentation nobody expects verdicts."""
        key = (id(fact), unknown.why)
        if key not in self.unknown and not getattr(fact, "from_docs", False):
            what = f"{unknown.name} of {fact.subject} ({fact.place})"
            kept = unknown.name in {"profile", "proof"}
            by_image = unknown.name in OF_THE_IMAGE and "default user" in unknown.why
            how = ON_IT if fact.syntax == "live" else MAKE_AGAIN if kept else ASK if by_image else RENDER
            self.unknown[key] = NotChecked("out-of-scope", what, unknown.why, how)
            self._not_known.add((fact.place.source.path, fact.subject))

    def _found(self, rule: Rule, fact: Fact, finding: Finding) -> Found:
        spans = [item for item in finding.evidence if isinstance(item, SourceSpan)]
        readings = tuple((item.what, item.value, item.where) for item in finding.evidence if isinstance(item, Reading))
        readings += tuple(at for at in (self._read_at(span) for span in spans) if at is not None)
        seen = tuple((item.what, item.value, item.where) for item in finding.evidence if isinstance(item, Observation))
        told = tuple((item.what, item.value, item.where) for item in finding.evidence if isinstance(item, Advisory))
        locations = tuple(self.quotes.location(span) for span in spans)
        severity = rule.severity if finding.severity is None else finding.severity
        confidence = finding.confidence or rule.confidence
        if getattr(fact, "from_docs", False):
            severity, confidence = min(severity, Severity.LOW), Confidence.LOW
        fixes = self._weighed(fact, finding.fixes)
        content = (rule.id, fact.kind, finding.field, finding.value)
        named = (*content, locations[0].path, fact.subject)
        found = Found(
            self._id(named), _hash(content), rule.id, severity, confidence, fact.subject, fact.kind,
            finding.message, locations, readings, self._suppression(rule, fact, finding, locations),
            self.quotes.line_hash(spans[0]) if self.line_hashes else "",
            tuple([_told(fix, fact.kind) for fix in fixes]), seen, told,
        )  # fmt: skip
        if finding.urgency:
            self._urgency[found.id] = finding.urgency
        if self._keeps_offers:
            self._offers.append(Offer(fact, rule, found, fixes))
        return found

    def _read_at(self, span: SourceSpan) -> tuple[str, str, str] | None:
        """What stands at a place of a document of facts, as evidence by itself, secrets taken out."""
        source = span.place.source
        found = source.reading(span.place.span)
        return None if found is None else (found[0], self.quotes.value(source, found[1]), found[2])

    def _weighed(self, fact: Fact, fixes: tuple[Fix, ...]) -> tuple[Fix, ...]:
        """The fixes, with less risk where a proof of the workload shows just that."""
        if not fixes or "proof" not in fact.fields:
            return fixes
        from hardhull.rules import proven

        if id(fact) not in self._held:
            known = fact.fields["proof"].known
            self._held[id(fact)] = proven.standing(fact) if known else None  # type: ignore[arg-type]  # workloads have proofs
        held = self._held[id(fact)]
        return fixes if held is None else tuple(proven.weighed(held, fix) for fix in fixes)

    def _id(self, parts: tuple[str, ...]) -> str:
        """The hash of the parts and of how many equal ones came before."""
        ordinal = self._ordinals[parts]
        self._ordinals[parts] += 1
        return _hash((*parts, str(ordinal)))

    def _order(self, found: Found) -> tuple[int, int, int, str, str, int]:
        first = found.locations[0]
        urgency = self._urgency.get(found.id, 0)
        return (-found.severity, -urgency, -found.confidence, found.rule, first.path, first.line)

    def _suppression(
        self, rule: Rule, fact: Fact, finding: Finding, locations: tuple[Location, ...]
    ) -> Suppression | None:
        if self.ignores is None:
            return None
        names = self._names.get(rule.id)
        if names is None:
            names = frozenset(word.lower() for word in (rule.id, rule.name, *rule.aliases))
            self._names[rule.id] = names
        if finding.names:
            names |= {name.lower() for name in finding.names}
        for at in locations:
            hidden = self.ignores.for_place(names, at.path, at.line)
            if hidden:
                return hidden
        return self.ignores.for_fact(names, fact) or self.ignores.for_path(names, locations[0].path)

    def _checks(self) -> list[CheckCount]:
        return [CheckCount(rule, self.subjects[rule], self.skipped[rule]) for rule in sorted(self.rules)]

    def _infos(self) -> dict[str, RuleInfo]:
        return {
            rule.id: RuleInfo(
                rule.id, rule.name, rule.dimension, rule.severity, rule.confidence,
                rule.checklist, rule.cis, rule.tags, rule.title, rule.manual.strip(),
            )
            for rule in self.rules.values()
        }  # fmt: skip


def _told(fix: Fix, kind: str) -> FixInfo:
    """A fix in words."""
    interrupts = fix.interrupts or USUAL_INTERRUPTS.get(kind, Interrupts.NOTHING)
    return FixInfo(fix.title, fix.risk.word, interrupts.value, fix.mitigation, fix.basis, fix.advice)


def _hash(parts: tuple[str, ...]) -> str:
    """16 hex digits."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def _canonical(names: frozenset[str]) -> frozenset[str]:
    """The ids of rules given by id, name or retired id.

    Raises:
        ValueError: there is no such rule.
    """
    ids = set()
    for name in names:
        rule = find_rule(name)
        if rule is None:
            msg = f"there is no rule `{name}`; `hardhull explain --list` shows all"
            raise ValueError(msg)
        ids.add(rule.id)
    return frozenset(ids)
