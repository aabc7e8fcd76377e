"""The search: everything at once, then back by evidence what the kernel refused, then each privilege away once more."""

from __future__ import annotations

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
from hardhull.prove.groups import needed
from hardhull.prove.network import networked, stays
from hardhull.prove.propose import strictest, user_of
from hardhull.prove.trial import no_look

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from hardhull.prove.image import ImageFiles
    from hardhull.prove.trial import Look, Stage, Trial

ROUNDS = 16
"""How often privileges are given back by evidence before the measures are tried one by one."""
ROUNDS_EACH = 4
"""How often that is done while a single measure is added."""
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
"""In which order measures are added one by one where nothing tells which is in the way: what rarely is comes first."""


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
        wide: the same, which may make the system calls as well that its programs could make; it was the last to run.
        before: the workload as it is declared.
        last: the last run, of ``wide``.
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
        look: is shown the world of the last run.
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
        passing, last = self._confirmed(self._less(self._in_memory(works)), first)
        flaky = tuple(dict.fromkeys([*self._flaky, *self._stage.varies]))
        used = [trial.used for trial in passing if trial.used is not None]
        passed, checks = sum(each.passed for each in used), sum(len(each.outcomes) for each in used)
        if passing:
            candidate, last = passing[0].candidate or candidate, passing[-1]
        calls = tuple(each for each in self._kept.values() if each.privilege.name in (candidate.syscalls or ()))
        has = set(self._giving.privileges(candidate)) | set(self._giving.loose(candidate, self._first))
        kept = tuple(each for each in self._kept.values() if each.privilege in has)
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
                return trial
            weaker = self._given_back(candidate, trial)
            if weaker == candidate:
                weaker = self._giving.held(candidate)
            if weaker == candidate:
                break
            candidate = weaker
        return self._one_by_one(candidate)

    def _given_back(
        self, candidate: Candidate, trial: Trial, *, one: bool = False, worked: Sequence[Trial] = ()
    ) -> Candidate:
        """The candidate with what the kernel refused it; the same where nothing shows what that was.

        Args:
            candidate: that was tried.
            trial: what came of it.
            one: whether of several system calls only the one that was denied first is given back.
            worked: runs that worked.
        """
        given = refused(trial, self._before, worked)
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
        """The measures that work together, added one after the other to the workload as it is declared."""
        self._tell("measure by measure: nothing shows what is in the way")
        loose = candidate
        for measure in ORDER:
            loose = self._giving.relaxed(loose, measure)
        works = self._before._replace(candidate=loose)
        for measure in ORDER:
            wanted = candidate if measure != SECCOMP else self._with_runtime(candidate, works.candidate or loose)
            tighter = self._giving.tightened(works.candidate or loose, wanted, measure)
            for _ in range(ROUNDS_EACH if tighter != works.candidate else 0):
                trial = self._try(tighter)
                if trial.works:
                    works = trial
                    break
                weaker = self._giving.back(tighter, refused(trial, self._before))
                if weaker in {tighter, works.candidate}:
                    self._keep(Privilege(measure), trial.failure)
                    break
                tighter = weaker
        return works

    def _with_runtime(self, strict: Candidate, loose: Candidate) -> Candidate:
        """The strict candidate with a filter that also fits where privileges can be gained, if they can."""
        if strict.syscalls is None or loose.no_new_privileges:
            return strict
        return strict._replace(syscalls=strict.syscalls | names(self._stage.runtime[False]))

    def _try(self, candidate: Candidate) -> Trial:
        """A try; one that fails without any evidence is repeated, and what works then is called flaky."""
        trial = self._stage.trial(candidate, self._before)
        if trial.works or refused(trial, self._before):
            return trial
        again = self._stage.trial(candidate, self._before)
        if again.works:
            self._flaky.append(trial.failure)
        return again

    # ---- every privilege away once more -----------------------------------------------------------------------------

    def _in_memory(self, works: Trial) -> Trial:
        """The same with memory where a volume is not needed after all."""
        for each in (works.candidate or self._first).writable:
            if not each.keeps or not below(each.path, PASSING):
                continue
            candidate = works.candidate or self._first
            others = tuple(one._replace(keeps=False) if one.path == each.path else one for one in candidate.writable)
            self._tell(f"{each.path} in memory")
            trial = self._stage.trial(candidate._replace(writable=others), self._before, life=False)
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
            self._tell(f"without {privilege.title}")
            trial = self._missing(self._giving.without(candidate, privilege), [privilege])
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
            return {each.privilege.name for each in refused(trial, self._before) if each.privilege in gone}

        needed(sorted(capabilities), without)
        return best[0]

    def _missing(self, candidate: Candidate, gone: Sequence[Privilege]) -> Trial:
        """A try without some privileges. A failure that none of them is seen to cause may be chance, and is repeated.

        Args:
            candidate: that has them no more.
            gone: which. They are kept where it does not work, else forgotten.
        """
        trial = self._stage.trial(candidate, self._before, life=False)
        given = refused(trial, self._before)
        if not trial.works and not any(shown_of(each, given) for each in gone):
            again = self._stage.trial(candidate, self._before, life=False)
            if again.works:
                self._flaky.append(trial.failure)
            trial, given = again, refused(again, self._before)
        for each in gone:
            if trial.works:
                self._kept.pop(each, None)
            else:
                self._keep(each, trial.failure, shown_of(each, given))
        return trial

    def _keep(self, privilege: Privilege, why: str, evidence: str = "") -> None:
        self._kept[privilege] = Kept(privilege, why, evidence)

    def _confirmed(self, last: Trial, whole: Trial) -> tuple[list[Trial], Trial]:
        """Runs the last candidate until it worked often enough in a row, with all that is done.

        The last of these runs has the filter that is wider. A candidate that fails without any evidence is run once
        more, before it gets what another one has.

        Args:
            last: the candidate with the fewest privileges, which was not restarted nor stopped yet.
            whole: one with more, which was.

        Returns:
            The runs in which it worked, and the last of them.
        """
        candidate, failed = last.candidate or self._first, set[Candidate]()
        passing = [whole] if candidate == whole.candidate and whole.works else []
        for _ in range(RUNS * MOST_REPEATS):
            if len(passing) == RUNS:
                break
            final = len(passing) == RUNS - 1
            self._tell(f"run {len(passing) + 1} of {RUNS}{', with drills' if final else ''}")
            tried = widened(candidate, self._before, self._stage.runtime[False]) if final else candidate
            trial = self._stage.trial(tried, self._before, self._look if final else no_look)
            if trial.works:
                passing.append(trial)
                continue
            weaker = self._given_back(candidate, trial, one=True, worked=(whole, *passing))
            if weaker == candidate:
                self._flaky.append(trial.failure)
                weaker = together(whole.candidate or candidate, candidate) if candidate in failed else candidate
                failed.add(candidate)
            candidate, passing = weaker, []
        return passing, passing[-1] if passing else last._replace(candidate=candidate)
