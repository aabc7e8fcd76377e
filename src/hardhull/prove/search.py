"""The search: everything at once, then back by evidence what the kernel refused, then each privilege away once more."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from hardhull.prove.candidate import (
    CAPABILITIES,
    CAPABILITY,
    CPUS,
    DEVICE,
    HOST,
    MEMORY,
    NETWORK,
    NEW_PRIVILEGES,
    PIDS,
    PRIVILEGED,
    SECCOMP,
    SYSCALL,
    USER,
    WRITABLE_ROOT,
    Candidate,
    Privilege,
)
from hardhull.prove.evidence import refused, shown_of
from hardhull.prove.folders import PASSING, below
from hardhull.prove.giving import Giving, filtered, names, together, widened, without_consequences
from hardhull.prove.groups import needed, needed_of
from hardhull.prove.network import networked, stays
from hardhull.prove.propose import strictest, user_of
from hardhull.prove.trial import no_look
from hardhull.prove.tried import Tried

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from hardhull.prove.evidence import Refused
    from hardhull.prove.image import ImageFiles
    from hardhull.prove.trial import Look, Stage, Trial

ROUNDS = 16
"""How often privileges are given back by evidence before the measures are tried one by one."""
ROUNDS_EACH = 4
"""How often that is done while a single measure is added."""
LOOK = 0.05
"""Seconds between two looks how far the run beside this one is."""
RUNS = 3
"""How often the last candidate has to work."""
MOST_REPEATS = 4
"""How many times as often it is run before that is given up."""
ORDER = (
    MEMORY,
    PIDS,
    CPUS,
    DEVICE,
    HOST,
    NETWORK,
    PRIVILEGED,
    NEW_PRIVILEGES,
    CAPABILITIES,
    WRITABLE_ROOT,
    USER,
    SECCOMP,
)
"""In which order measures are added where nothing tells which is in the way: what rarely is comes first."""


class Kept(NamedTuple):
    """A privilege that stays, or a measure that is not taken, and what broke without it or with it.

    Attributes:
        privilege: which.
        why: what failed, as a sentence part.
        evidence: what the kernel showed then; empty where it showed nothing.
    """

    privilege: Privilege
    why: str
    evidence: str = ""


class Proven(NamedTuple):
    """The outcome of a search.

    Attributes:
        candidate: the strictest that works.
        wide: the same, which may make the system calls as well that its programs could make.
        before: the workload as it is declared.
        last: the run of ``wide``.
        runs: how often it worked in a row, with everything that is done.
        passed: how many checks and loads passed in them, of how many (``checks``).
        kept: privileges that it needs, each taken away once more.
        given_back: system calls that it made only under the candidate's filter, which denied them first.
        flaky: what failed once and worked when it was repeated.
        tries: how many runs there were in all.
    """

    candidate: Candidate
    wide: Candidate
    before: Trial
    last: Trial
    runs: int
    passed: int
    checks: int
    kept: tuple[Kept, ...]
    given_back: tuple[Kept, ...]
    flaky: tuple[str, ...]
    tries: int

    @property
    def complete(self) -> bool:
        """Whether it worked as often as it has to."""
        return self.runs >= RUNS


class Search:
    """One search.

    Args:
        stage: where candidates are tried.
        before: the workload as it is declared, which works.
        files: of its image.
        declared_user: whom the image or the file starts it as.
        mounted: where something is mounted in it.
        tell: is told what is being tried.
        look: is shown the world of the run with the wider filter, behind the others.
    """

    def __init__(
        self,
        stage: Stage,
        before: Trial,
        files: ImageFiles,
        declared_user: str,
        mounted: tuple[str, ...],
        tell: Callable[[str], None] = lambda _: None,
        look: Look = no_look,
    ) -> None:
        self._stage, self._before, self._tell, self._look = stage, before, tell, look
        used = before.used.observation if before.used else None
        run = before.seen.first._replace(files=before.seen.of("files"), peaks=before.seen.profile.peaks)
        user = user_of(declared_user, run, (used.processes if used else None) or (), files, mounted)
        first = strictest(user, run, files, mounted, stage.subject)
        self._first = first if stage.target.joined else networked(first, stage.subject, before.seen, stage.wanted)
        self._giving = Giving(before, files, stage.subject, user)
        self._kept: dict[Privilege, Kept] = {}
        self._pinned = {Privilege(HOST, name) for name in self._first.host}
        for privilege in self._pinned:
            self._keep(privilege, stays(before.seen))
        self._flaky: list[str] = []
        self._causes: set[str] = set()
        self._tried = Tried()
        self._whole: Trial | None = None

    def run(self) -> Proven:
        """The strictest candidate that works."""
        self._tell("everything at once")
        first = self._working(self._first)
        candidate = first.candidate or self._first
        if candidate.syscalls is None:
            self._tell("the system calls that it made, and no other")
            strict = filtered(candidate, first, self._stage.runtime[candidate.no_new_privileges])
            first = self._working(strict)
            works = without_consequences(first, strict, self._causes)
        else:
            works = first
        candidate, passing, last = self._confirmed(self._less(self._in_memory(works)), first)
        flaky = tuple(dict.fromkeys([*self._flaky, *self._stage.varies]))
        used = [trial.used for trial in passing if trial.used is not None]
        passed, checks = sum(each.passed for each in used), sum(len(each.outcomes) for each in used)
        calls = tuple(each for each in self._kept.values() if each.privilege.name in (candidate.syscalls or ()))
        has = set(self._giving.privileges(candidate)) | set(self._giving.loose(candidate, self._first))
        kept = tuple(each for each in self._kept.values() if each.privilege in has)
        self._before = self._stage.whole(self._before)
        return Proven(
            candidate, last.candidate or candidate, self._before, last, len(passing), passed, checks, kept, calls,
            flaky, self._stage.tries,
        )  # fmt: skip

    # ---- by evidence, else one by one -----------------------------------------------------------------------------

    def _working(self, candidate: Candidate) -> Trial:
        """A try that works, of this candidate or of one with what it was refused."""
        for _ in range(ROUNDS):
            trial = self._try(candidate)
            if trial.works:
                self._whole = trial
                return trial
            weaker = self._given_back(candidate, trial)
            if weaker == candidate:
                weaker = self._giving.held(candidate)
            if weaker == candidate:
                break
            candidate = weaker
        return self._one_by_one(candidate)

    def _given_back(self, candidate: Candidate, trial: Trial, *, one: bool = False) -> Candidate:
        """The candidate with what the kernel refused it; the same where nothing shows what that was.

        Args:
            candidate: that was tried.
            trial: what came of it.
            one: whether of several system calls only the one that was denied first is given back.
        """
        given = self._evidence(trial) or refused(trial, self._before)
        calls = [each for each in given if each.privilege.kind == SYSCALL]
        self._causes |= {each.privilege.name for each in calls[:1]}
        given = [each for each in given if not one or each not in calls[1:]]
        weaker = self._giving.back(candidate, given)
        firsts = {each.privilege: each for each in reversed(given)}.values()
        for each in firsts if weaker != candidate else ():
            self._keep(each.privilege, trial.failure, each.shown_by)
            self._tell(f"  {each.shown_by}")
        return weaker

    def _one_by_one(self, candidate: Candidate) -> Trial:
        """The measures that work together, added in groups to the workload as it is declared; all of them did not."""
        self._tell("measure by measure: nothing shows what is in the way")
        loose = candidate
        for measure in ORDER:
            loose = self._giving.relaxed(loose, measure)
        best = [self._before._replace(candidate=loose)]
        effective = [each for each in ORDER if self._tightened(loose, candidate, [each]) != loose]
        why = ""

        def with_measures(names: Collection[str]) -> Collection[str] | None:
            nonlocal why
            trial = self._with_measures(best[0].candidate or loose, candidate, names)
            if trial is None or trial.works:
                best[0] = trial or best[0]
                return None
            why = trial.failure
            return ()

        for measure in needed_of(effective, with_measures, ()):
            # What was given back meanwhile may have been what it lacked when it failed among others.
            tighter = self._tightened(best[0].candidate or loose, candidate, [measure])
            known = self._tried.decides(tighter)
            if known is not None or with_measures([measure]) is not None:
                self._keep(Privilege(measure), known.failure if known else why)
        return best[0]

    def _with_measures(self, works: Candidate, candidate: Candidate, names: Collection[str]) -> Trial | None:
        """What works with more measures, and what evidence gives back; else the last try. None: nothing is tighter."""
        tighter = self._tightened(works, candidate, names)
        trial: Trial | None = None
        for _ in range(ROUNDS_EACH if tighter != works else 0):
            trial = self._try(tighter)
            if trial.works:
                self._whole = trial
                break
            weaker = self._giving.back(tighter, self._evidence(trial) or refused(trial, self._before))
            if weaker in {tighter, works}:
                break
            tighter = weaker
        return trial

    def _tightened(self, loose: Candidate, candidate: Candidate, measures: Collection[str]) -> Candidate:
        """A candidate with some measures as a strict one has them."""
        for measure in (each for each in ORDER if each in measures):
            wanted = candidate if measure != SECCOMP else self._with_runtime(candidate, loose)
            loose = self._giving.tightened(loose, wanted, measure)
        return loose

    def _with_runtime(self, strict: Candidate, loose: Candidate) -> Candidate:
        """The strict candidate with a filter that also fits where privileges can be gained, if they can."""
        if strict.syscalls is None or loose.no_new_privileges:
            return strict
        return strict._replace(syscalls=strict.syscalls | names(self._stage.runtime[False]))

    def _try(self, candidate: Candidate) -> Trial:
        """A try; one that fails without any evidence is repeated, and what works then is called flaky."""
        trial = self._stage.trial(candidate, self._before)
        if trial.works or self._failed(trial):
            return trial
        again = self._stage.trial(candidate, self._before)
        if again.works:
            self._flaky.append(trial.failure)
        else:
            self._failed(again)
        return again

    def _evidence(self, trial: Trial) -> list[Refused]:
        """What the kernel refused in a try, and in none that worked all the same."""
        return self._stage.harmless.evidence(trial)

    def _failed(self, trial: Trial) -> list[Refused]:
        """Takes note of a try that does not work; the evidence of it."""
        given = self._evidence(trial)
        self._tried.add(trial)
        return given

    # ---- every privilege away once more -----------------------------------------------------------------------------

    def _in_memory(self, works: Trial) -> Trial:
        """The same with memory where a volume is not needed after all."""
        for each in (works.candidate or self._first).writable:
            if not each.keeps or not below(each.path, PASSING):
                continue
            candidate = works.candidate or self._first
            others = tuple(one._replace(keeps=False) if one.path == each.path else one for one in candidate.writable)
            less = candidate._replace(writable=others)
            if self._tried.decides(less):
                continue
            self._tell(f"{each.path} in memory")
            trial = self._stage.trial(less, self._before, life=False)
            works = trial if trial.works else works
        return works

    def _less(self, works: Trial) -> Trial:
        """The same without every privilege that nothing needs."""
        tried: set[Privilege] = set(self._pinned)
        while True:
            candidate = works.candidate or self._first
            left = (each for each in self._giving.privileges(candidate) if each not in tried)
            privilege = next(left, None)
            if privilege is None:
                return works
            unused = self._giving.unused(candidate)
            if privilege.kind == CAPABILITY and privilege.name in unused:
                tried |= {Privilege(CAPABILITY, name) for name in unused}
                works = self._less_of(unused, works)
                continue
            tried.add(privilege)
            less = self._giving.without(candidate, privilege)
            self._tell(f"without {privilege.title}")
            trial = self._missing(less, [privilege], life=self._late(privilege))
            works = trial if trial.works else works

    def _less_of(self, capabilities: Collection[str], works: Trial) -> Trial:
        """The same without those of these capabilities that nothing needs; they are taken away together first."""
        best = [works]

        def without(names: Collection[str]) -> Collection[str] | None:
            self._tell(f"without the capabilities {', '.join(sorted(names))}")
            candidate = best[0].candidate or self._first
            gone = [Privilege(CAPABILITY, name) for name in sorted(names)]
            less = candidate._replace(capabilities=(candidate.capabilities or frozenset()) - set(names))
            trial = self._missing(less, gone)
            if trial.works:
                best[0] = trial
                return None
            return {each.privilege.name for each in self._evidence(trial) if each.privilege in gone}

        needed(sorted(capabilities), without)
        return best[0]

    def _late(self, privilege: Privilege) -> bool:
        """Whether it was first asked for when the workload was stopped: nothing else shows what breaks without it."""
        seen = self._before.seen
        asked = {check.capability for check in seen.of("capabilities")}
        return privilege.kind == CAPABILITY and privilege.name in asked - seen.early

    def _missing(self, candidate: Candidate, gone: Sequence[Privilege], *, life: bool = False) -> Trial:
        """A try without some privileges. A failure that none of them is seen to cause may be chance, and is repeated.

        Args:
            candidate: that has them no more.
            gone: which. They are kept where it does not work, else forgotten.
            life: whether it is restarted and stopped as well.
        """
        trial = self._stage.trial(candidate, self._before, life=life)
        given = [] if trial.works else self._failed(trial)
        if not trial.works and not any(shown_of(each, given) for each in gone):
            again = self._stage.trial(candidate, self._before, life=life)
            if again.works:
                self._flaky.append(trial.failure)
            trial, given = again, [] if again.works else self._failed(again)
        self._whole = trial if trial.works and life else self._whole
        for each in gone:
            if trial.works:
                self._kept.pop(each, None)
            else:
                self._keep(each, trial.failure, shown_of(each, given))
        return trial

    def _keep(self, privilege: Privilege, why: str, evidence: str = "") -> None:
        self._kept[privilege] = Kept(privilege, why, evidence)

    def _confirmed(self, last: Trial, whole: Trial) -> tuple[Candidate, list[Trial], Trial]:
        """Runs the last candidate until it worked often enough in a row, with all that is done.

        The first of these runs has the filter that is wider; another one begins while it ends, and drills are made in
        its world behind the others. What fails without any evidence is run once more, before it gets what another has.

        Args:
            last: the candidate with the fewest privileges, which was not restarted nor stopped yet.
            whole: one with more, which was.

        Returns:
            The candidate, the runs in which it worked, and that with the wider filter.
        """
        candidate, failed = last.candidate or self._first, set[Candidate]()
        wide: Trial | None = None
        strict = [each for each in (self._whole,) if each and candidate == each.candidate and each.works]
        for _ in range(RUNS * MOST_REPEATS):
            if wide and len(strict) == RUNS - 1:
                break
            wider, others = self._run(candidate, len(strict), widely=wide is None)
            wide = wider if wide is None and wider and wider.works else wide
            strict += [each for each in others if each.works]
            trial = next((each for each in (wider, *others) if each and not each.works), None)
            if trial is None:
                continue
            weaker = candidate
            if candidate in failed or self._evidence(trial):
                weaker = self._given_back(candidate, trial, one=True)
            if weaker == candidate:
                self._flaky.append(trial.failure)
                weaker = together(whole.candidate or candidate, candidate) if candidate in failed else candidate
                failed.add(candidate)
            candidate, strict, wide = weaker, [], None
        passing = [*strict, *([wide] if wide else [])]
        return candidate, passing, wide or (strict[-1] if strict else last._replace(candidate=candidate))

    def _run(self, candidate: Candidate, done: int, *, widely: bool) -> tuple[Trial | None, list[Trial]]:
        """One run or two: with the wider filter and, when that has been used and only ends, as it is.

        Args:
            candidate: which.
            done: how often it has worked as it is.
            widely: whether it has to be run with the wider filter.
        """
        self._before = self._stage.whole(self._before)
        if not widely:
            self._tell(f"run {done + 2} of {RUNS}")
            return None, [self._stage.trial(candidate, self._before)]
        self._tell(f"run {done + 1} of {RUNS}, with drills")
        if done == RUNS - 1 or not self._stage.several:
            return self._widely(candidate), []
        used, others = Event(), []
        with self._stage.beside(lambda: self._widely(candidate, used.set)) as wider:
            while not used.wait(LOOK) and not wider.done():
                pass
            if used.is_set():
                self._tell(f"run {done + 2} of {RUNS}, beside its end")
                others.append(self._stage.trial(candidate, self._before))
        return wider.result(), others

    def _widely(self, candidate: Candidate, used: Callable[[], None] = lambda: None) -> Trial:
        """A try with the calls as well that its programs hold."""
        wider = widened(candidate, self._before, self._stage.runtime[False])
        return self._stage.trial(wider, self._before, later=self._look, used=used)
