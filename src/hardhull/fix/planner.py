"""The plan of all fixes: choose, write, read again, judge again; what did not do what it should is left out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from hardhull.facts.digest import digest
from hardhull.facts.recipe_changes import ImageIs
from hardhull.facts.workload import Workload
from hardhull.fix.choose import Ask, Choices, choose, home_of, key_of
from hardhull.fix.drafting import draft
from hardhull.fix.hidden import without
from hardhull.fix.kustomize import Laid, laid
from hardhull.fix.page import diff, page_of
from hardhull.fix.patch import file_edit
from hardhull.fix.remarks import remarks
from hardhull.fix.rollout import rollout
from hardhull.fix.verdict import complaints
from hardhull.model.change import Instruct, SetTo
from hardhull.model.plan import FileEdit, Plan, Planned, Status
from hardhull.model.source import Source
from hardhull.scan import Examination, examine
from hardhull.scan.discover import Candidate, Discovery
from hardhull.scan.kinds import kinds_of
from hardhull.text.draft import UnwritableError
from hardhull.text.redaction import without_formats

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hardhull.fix.drafting import Made
    from hardhull.fix.overlay import Overlay
    from hardhull.fix.verdict import Complaint
    from hardhull.model.change import Change, Pin
    from hardhull.rules.policy import Policy
    from hardhull.scan import Options

NOT_ASKED = "nobody has looked up the digest: ask an engine (--engine) or the registry (--online)"
NO_OVERRIDE = ", with the override too: somebody names the files with -f, and then Compose loads none"
MAX_PASSES = 4
"""How often what fixes lay bare is fixed as well."""
MAX_ROUNDS = 6
"""How often everything is planned anew without what did not do what it should."""
MAX_TRIALS = 40
"""How many groups of suspects are tried in all; where that is not enough, all that are left are left out."""


class _Attempt(NamedTuple):
    """One way through all passes.

    Attributes:
        made: what was written, in the order of the passes.
        early: how many of them the first pass wrote, into the files as they are.
        refused: what was not.
        found: the files as they would be.
        last: the scan of them.
    """

    made: list[Made]
    early: int
    refused: list[Planned]
    found: Discovery
    last: Examination


class Planner:
    """Makes one plan.

    Args:
        found: the files.
        policy: what the team decided.
        options: of the scans before and after.
        choices: which fixes are wanted.
        resolve: gives an image reference its digest; raises UnwritableError where none is known.
    """

    def __init__(
        self,
        found: Discovery,
        policy: Policy,
        options: Options,
        choices: Choices,
        resolve: Callable[[Pin], str] | None = None,
    ) -> None:
        self._found = found
        self._policy = policy
        self._options = options
        self._choices = choices
        self._resolve = resolve
        self._before: dict[str, bytes | None] = {one.source.path: one.source.data for one in found.files}
        self._trials = 0

    def plan(self) -> Plan:
        """The plan."""
        first = examine(self._found, self._policy, self._options)
        asks, others = choose(first.offers, self._choices)
        dropped: dict[str, Planned] = {}
        attempt = self._attempt(first, asks, dropped)
        for _ in range(MAX_ROUNDS):
            wrong = complaints(first, attempt.last.result, [one.ask for one in attempt.made])
            if not wrong or not attempt.made:
                break
            self._drop(first, attempt, wrong, dropped)
            attempt = self._attempt(first, asks, dropped)
        else:
            for one in attempt.made:
                dropped[one.ask.found.id] = _refused(one.ask, "the fixes of this tree get in each other's way")
            attempt = self._attempt(first, asks, dropped)
        attempt = self._remarked(attempt)
        written = self._written(attempt)
        if written.refused:
            for one in attempt.made:
                if one.ask.key[1] in written.refused:
                    dropped[one.ask.found.id] = _refused(one.ask, written.refused[one.ask.key[1]])
            attempt = self._remarked(self._attempt(first, asks, dropped))
            written = self._written(attempt)
        return self._told(first, attempt, written, [*others, *dropped.values()])

    def _attempt(self, first: Examination, asks: list[Ask], dropped: dict[str, Planned]) -> _Attempt:
        """Writes everything that is not dropped, then what that lays bare or makes possible."""
        made: list[Made] = []
        early = 0
        refused: dict[tuple[str, ...], Planned] = {}
        found, last = self._found, first
        before = Counter(key_of(offer.found) for offer in first.offers)
        marks = _marks(first)
        known = {marks(ask) for ask in asks}
        wanted = [ask for ask in asks if ask.found.id not in dropped]
        for _ in range(MAX_PASSES):
            drafting = draft(wanted, _sources(found), self._pinned, self._overlay(found)) if wanted else None
            if drafting is None:
                break
            early = early if made else len(drafting.made)
            made += drafting.made
            refused |= {(*key_of(each.found), each.found.message): each for each in drafting.refused}
            if not drafting.files:
                break
            self._before.update((file.path, file.before) for file in drafting.files if file.path not in self._before)
            found = rewritten(found, drafting.files)
            last = examine(found, self._policy, self._options, earlier=last)
            marks = _marks(last)
            again = {key_of(each.found) for each in drafting.refused} | _only_others(before, last, made, dropped)
            offered = choose(last.offers, self._choices)[0]
            known &= {marks(ask) for ask in offered}  # what was gone and comes back was undone by a later pass
            wanted = [
                ask for ask in offered if (marks(ask) not in known or ask.key in again) and ask.found.id not in dropped
            ]
            keys = {ask.key for ask in wanted}
            refused = {key: each for key, each in refused.items() if key[:3] not in keys}
            known |= {marks(ask) for ask in wanted}
        return _Attempt(made, early, list(refused.values()), found, last)

    def _remarked(self, attempt: _Attempt) -> _Attempt:
        """With a line of proof beside each setting that was proven; without, where that changes what is read."""
        files = remarks(attempt.last, attempt.made, self._before)
        if not files:
            return attempt
        found = rewritten(attempt.found, files)
        last = examine(found, self._policy, self._options, earlier=attempt.last)
        same = _digests(last) == _digests(attempt.last)
        return attempt._replace(found=found, last=last) if same else attempt

    def _overlay(self, found: Discovery) -> Overlay | None:
        """Where fixes go, where they are not to go into the files."""
        if not self._choices.override:
            return None
        from hardhull.fix.overlay import Overlay

        return Overlay(found)

    def _pinned(self, ask: Ask, pin: Pin) -> Change:
        """The Change that a Pin becomes once the digest is known."""
        if self._resolve is None:
            raise UnwritableError(NOT_ASKED)
        reference = self._resolve(pin)
        if ask.fact.kind == "workload":
            return SetTo(pin.field, reference)
        return Instruct(ImageIs(pin.place, pin.reference, reference))

    # ---- what did not do what it should ---------------------------------------------------------------------------

    def _drop(self, first: Examination, attempt: _Attempt, wrong: list[Complaint], dropped: dict[str, Planned]) -> None:
        """Leaves out the fixes that complaints are about."""
        made = [one.ask for one in attempt.made]
        early = {id(ask) for ask in made[: attempt.early]}
        searched: set[tuple[str, str]] = set()
        for complaint in wrong:
            here = [ask for ask in made if complaint.blames(ask)]
            guilty = [ask for ask in here if ask.rule.id == complaint.rule]
            if not guilty:
                about = (complaint.path, complaint.subject)
                if about in searched:  # what brought one new finding of a subject mostly brought the others
                    continue
                searched.add(about)
                file = [ask for ask in made if home_of(complaint.path) == ask.key[1]]
                guilty = self._guilty(first, here or file or made, early, complaint)
            for ask in guilty:
                unread = self._choices.override and ask.fact.syntax == "compose" and ask.rule.id == complaint.rule
                dropped[ask.found.id] = _refused(ask, complaint.why + (NO_OVERRIDE if unread else ""))

    def _guilty(self, first: Examination, suspects: list[Ask], early: set[int], complaint: Complaint) -> list[Ask]:
        """The fewest of the suspects that bring the complaint without the others, found by halving.

        Those of later passes edit what the first one wrote. They cannot be tried without it, and are guilty together
        where those of the first pass are not.
        """
        trial = [ask for ask in suspects if id(ask) in early]
        if len(trial) < len(suspects):
            if not trial or not self._brings(first, trial, complaint):
                return [ask for ask in suspects if id(ask) not in early]
            suspects = trial
        while len(suspects) > 1 and self._trials < MAX_TRIALS:
            half = len(suspects) // 2
            for part in (suspects[:half], suspects[half:]):
                if self._brings(first, part, complaint):
                    suspects = part
                    break
            else:
                return suspects
        return suspects

    def _brings(self, first: Examination, asks: list[Ask], complaint: Complaint) -> bool:
        """Whether these fixes alone bring a complaint."""
        self._trials += 1
        drafting = draft(asks, _sources(self._found), self._pinned, self._overlay(self._found))
        if not drafting.files:
            return False
        files = rewritten(self._found, drafting.files)
        after = examine(files, self._policy, self._options, earlier=first).result
        trial = complaints(first, after, [one.ask for one in drafting.made])
        return any(one[:3] == complaint[:3] for one in trial)

    # ---- what is told ---------------------------------------------------------------------------------------------

    def _told(self, first: Examination, attempt: _Attempt, written: Laid, others: list[Planned]) -> Plan:
        """The plan; what a fix takes away beside its own finding is left to nobody any more."""
        stays = {key_of(found) for found in attempt.last.result.shown}
        fixes = [each for each in others if key_of(each.found) in stays or not attempt.made]
        fixes += attempt.refused
        for one in attempt.made:
            fix = one.ask.found.fixes[0]._replace(diff=diff(one.edits))
            fixes.append(Planned(one.ask.found, fix, Status.PLANNED, notes=one.notes))
        fixes.sort(key=lambda each: (-each.found.severity, each.found.locations[0].path, each.found.locations[0].line))
        told = [self._without_secrets(each) for each in fixes]
        steps = rollout(written.files, attempt.last.tree)
        return Plan(first.result, attempt.last.result, tuple(told), written.files, steps, written.manifests)

    def _written(self, attempt: _Attempt) -> Laid:
        """The files to write, and manifests that stay as they are, because patches are laid over them."""
        files = changed_files(self._before, attempt.found)
        if not self._choices.override:
            return Laid(files, frozenset(), {})
        return laid(files, attempt.last.tree.read)

    def _without_secrets(self, each: Planned) -> Planned:
        """What writers say may quote a file."""
        if not each.snippet and not each.why and not each.notes:
            return each
        paths = {place.path for place in each.found.locations}
        secrets = {value for path in paths for value in page_of(path, self._before.get(path) or b"").secrets}
        notes = tuple(without(note, secrets) for note in each.notes)
        return each._replace(why=without(each.why, secrets), snippet=without(each.snippet, secrets), notes=notes)


def _sources(found: Discovery) -> dict[str, Source]:
    return {one.source.path: one.source for one in found.files}


def _digests(examination: Examination) -> list[str]:
    """How every workload is started."""
    return [digest(fact) for fact in examination.facts if isinstance(fact, Workload)]


def _marks(examination: Examination) -> Callable[[Ask], tuple[str, str, str, int, str]]:
    """What tells asks of a scan from each other, and is the same in the next one: key, fact among equals, title.

    Two calls of ``docker run nginx`` in a script have one subject; what is found of one may be laid bare by a fix of it
    when it was fixed in the other already. Subjects are compared as findings tell them, without secrets. And one rule
    may find several things of a subject, such as lines of audit rules, one of them only after another fix.
    """
    count: Counter[tuple[str, str, str]] = Counter()
    numbers: dict[int, int] = {}
    for fact in examination.facts:
        equal = (fact.kind, fact.place.source.path, without_formats(fact.subject))
        numbers[id(fact)] = count[equal]
        count[equal] += 1
    return lambda ask: (*ask.key, numbers.get(id(ask.fact), 0), ask.fix.title)


def _only_others(
    before: Counter[tuple[str, str, str]], last: Examination, made: list[Made], dropped: Mapping[str, Planned]
) -> set[tuple[str, str, str]]:
    """The keys of written fixes of which every finding is gone; what has such a key now was not fixed yet.

    Findings about a whole cluster share a key, and some can be fixed only once others are.
    """
    now = Counter(key_of(offer.found) for offer in last.offers)
    written = Counter(one.ask.key for one in made)
    out = {key_of(each.found) for each in dropped.values()}
    return {key for key, count in written.items() if key not in out and 0 < now[key] <= before[key] - count}


def _refused(ask: Ask, why: str) -> Planned:
    return Planned(ask.found, ask.found.fixes[0], Status.REFUSED, why)


def rewritten(found: Discovery, files: list[FileEdit]) -> Discovery:
    """The files after changes, as if they had been discovered so.

    What was not discovered but read because another file names it stays that: nobody judges it for itself.
    """
    new = {file.path: file for file in files}
    kept = [
        Candidate(Source(one.source.path, new.pop(one.source.path).after), one.kinds) if one.source.path in new else one
        for one in found.files
    ]
    for path, file in new.items():
        kinds = kinds_of(path, file.after) if file.before is None else ()
        kept.append(Candidate(Source(path, file.after), kinds or ("other",)))
    return found._replace(files=sorted(kept, key=lambda one: one.source.path))


def changed_files(before: Mapping[str, bytes | None], after: Discovery) -> tuple[FileEdit, ...]:
    """What differs between two states of the files; None stands for a file that was not there."""
    found = []
    for one in after.files:
        path, data = one.source.path, one.source.data
        if before.get(path) != data:
            found.append(file_edit(path, before.get(path), data))
    return tuple(found)
