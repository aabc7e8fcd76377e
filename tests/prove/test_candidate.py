"""A candidate says the same in a world and in a file, and every privilege of it can be taken away."""

from __future__ import annotations

from errno import EROFS

from hypothesis import given
from hypothesis import strategies as st

from hardhull.facts.profile import Call, Denial, Failure, Run
from hardhull.prove.candidate import SYSCALL, WRITABLE, Candidate, Privilege, Writable
from hardhull.prove.evidence import refused
from hardhull.prove.filter import native, profile
from hardhull.prove.giving import together, without_consequences
from hardhull.prove.harmless import Harmless
from hardhull.prove.trial import Trial
from hardhull.prove.tried import Tried, covers
from hardhull.prove.watch import Seen
from hardhull.run.exercise import Exercised
from hardhull.run.observe import LifeCycle, Observation, Stop

CANDIDATES = st.builds(
    Candidate,
    user=st.just(""),
    syscalls=st.none(),
    unconditional=st.just(frozenset()),
    beyond=st.just(frozenset()),
    answers=st.just(frozenset()),
    memory=st.just(0),
    pids=st.just(0),
    cpus=st.just(0.0),
    capabilities=st.frozensets(st.sampled_from(["CHOWN", "SETUID", "KILL"])),
    no_new_privileges=st.booleans(),
    read_only=st.booleans(),
    writable=st.sets(st.sampled_from(["/run", "/tmp"])).map(lambda paths: tuple(Writable(path) for path in paths)),
    host=st.frozensets(st.sampled_from(["pid", "ipc"])),
    devices=st.frozensets(st.just("/dev/fuse")),
    privileged=st.booleans(),
    owned=st.sets(st.just("/var/cache/x")).map(lambda paths: tuple(Writable(path) for path in paths)),
    alone=st.just(False),  # no privilege of its own: it is taken or not
    ports=st.just(frozenset()),
    low_ports=st.just(False),
)


@given(CANDIDATES)
def test_taking_every_privilege_away_ends_with_none(candidate: Candidate) -> None:
    for privilege in list(candidate.privileges):
        assert privilege.title
        lesser = candidate.without(privilege)
        assert lesser != candidate
        assert privilege not in lesser.privileges
        candidate = lesser
    assert not list(candidate.privileges)
    assert candidate == Candidate()


@given(CANDIDATES, CANDIDATES)
def test_what_may_do_less_need_not_be_tried_after_a_failure(one: Candidate, other: Candidate) -> None:
    assert covers(one, one)
    for privilege in one.privileges:
        assert covers(one, one.without(privilege)) == (privilege.kind != WRITABLE), "memory hides what is there"
        assert not covers(one.without(privilege), one)
    assert not (covers(one, other) and covers(other, one)) or set(one.privileges) == set(other.privileges)
    assert not covers(one, one._replace(user="1:1")), "another account may be able to do other things"


def test_limits_and_filters_are_compared() -> None:
    assert covers(Candidate(writable=(Writable("/run", keeps=True),)), Candidate()), (
        "a volume begins with what is there"
    )
    one = Candidate(memory=64, pids=8, syscalls=frozenset({"read", "write"}))
    assert covers(one, one._replace(memory=32, syscalls=frozenset({"read"})))
    assert covers(one._replace(memory=0), one)
    assert not covers(one, one._replace(memory=0))
    assert not covers(one, one._replace(pids=16))
    assert not covers(one, one._replace(syscalls=frozenset({"read", "mount"})))
    assert not covers(one, one._replace(syscalls=None))
    assert not covers(one, one._replace(unconditional=frozenset({"read"})))
    engines = one._replace(syscalls=None)
    assert covers(engines, one)
    assert not covers(engines, one._replace(syscalls=frozenset({"read", "mount"}))), "the engine's own forbids it"


def test_what_may_do_no_more_than_two_that_failed_is_decided() -> None:
    failed = trial(Candidate(capabilities=frozenset({"KILL"})), works=False)
    tried = Tried()
    tried.add(failed)
    assert tried.decides(Candidate()) is None, "once may be chance"
    tried.add(failed)
    assert tried.decides(Candidate()) is failed
    assert tried.decides(Candidate(capabilities=frozenset({"KILL", "CHOWN"}))) is None


def test_what_was_refused_where_it_worked_breaks_nothing_elsewhere() -> None:
    def refusing(path: str, *, works: bool, life: bool) -> Trial:
        call = Failure(native(), "openat", EROFS, path)
        return trial(Candidate(), works=works, life=life, failed=frozenset({call}))

    harmless = Harmless(trial(None, works=True, life=True))
    failed, ended = (refusing("/run/a-2", works=False, life=life) for life in (False, True))
    assert harmless.evidence(failed) == refused(failed, trial(None, works=True)) != []
    harmless.learn(refusing("/run/a-1", works=True, life=False))
    assert harmless.evidence(failed) == [], "another name in the same folder"
    assert harmless.evidence(ended), "its end was not tried without it"
    assert harmless.evidence(refusing("/tmp/a-2", works=False, life=False))
    harmless.learn(refusing("/run/a-1", works=True, life=True))
    assert harmless.evidence(ended) == []


def trial(
    candidate: Candidate | None, *, works: bool, life: bool = False, failed: frozenset[Failure] = frozenset()
) -> Trial:
    cycle = LifeCycle(0, restarted=True, stop=Stop(0, 0.1, killed=False), out_of_memory=False) if life else None
    used = Exercised(0.1 if works else None, (), Observation((), (), cycle))
    return Trial(candidate, used, "", Seen(Run("x", "bpf", "", 1.0, failed=failed)))


def test_a_filter_allows_what_it_is_given_and_answers_as_the_engine_did() -> None:
    calls = frozenset({"read", "execve", "clone"})
    found = profile(Candidate(syscalls=calls, answers=frozenset({("rseq", 38)}), beyond=frozenset({"mincore"})))
    allowed, *conditional, clone3, rseq = found["syscalls"]
    assert found["defaultAction"] == "SCMP_ACT_ERRNO"
    assert found["defaultErrnoRet"] == 1
    assert allowed == {
        "names": ["execve", "mincore", "read", "restart_syscall", "rt_sigreturn"],
        "action": "SCMP_ACT_ALLOW",
    }
    assert [each["names"] for each in conditional] == [["clone"]]
    assert all(each["args"] for each in conditional)
    assert clone3 == {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}
    assert rseq == {"names": ["rseq"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}
    assert native() in {"amd64", "arm64"}


def test_a_call_that_was_given_back_has_no_conditions() -> None:
    given = Candidate(syscalls=frozenset({"read", "clone"}), unconditional=frozenset({"clone"}))
    assert profile(given)["syscalls"][0]["names"] == ["clone", "read", "restart_syscall", "rt_sigreturn"]
    assert not any("args" in each for each in profile(given)["syscalls"])


@given(CANDIDATES, CANDIDATES)
def test_two_candidates_together_have_what_either_has(one: Candidate, other: Candidate) -> None:
    strict = Candidate(syscalls=frozenset({"read"}), memory=1 << 25)
    other = other._replace(syscalls=frozenset({"write"}), memory=1 << 26, user=one.user)
    found = together(one._replace(syscalls=strict.syscalls, memory=strict.memory), other)
    assert (found.syscalls, found.memory) == (frozenset({"read", "write"}), 1 << 26)
    assert {each.path for each in found.writable} == {each.path for each in (*one.writable, *other.writable)}
    assert found.capabilities == (one.capabilities or frozenset()) | (other.capabilities or frozenset())
    assert together(found, other) == found
    assert together(one, other._replace(memory=0)).memory == 0


def test_what_only_a_failure_called_is_not_kept() -> None:
    strict = Candidate(syscalls=frozenset({"read"}))
    first, later = Denial("amd64", "pwritev", 1), Denial("amd64", "gettid", 1)
    run = Run("x", "bpf", "", 1.0, denied=frozenset({first, later}))
    failed = Trial(strict, None, "it ended", Seen(run, denied=(first, later)))
    before = Trial(None, None, "", Seen(Run("x", "bpf", "", 1.0)))
    given = [each.privilege for each in refused(failed, before)]
    assert given == [Privilege(SYSCALL, "pwritev"), Privilege(SYSCALL, "gettid")]

    wide = strict._replace(syscalls=frozenset({"read", "pwritev", "gettid"}))
    for made, kept in (((), {"read", "pwritev"}), (("gettid",), {"read", "pwritev", "gettid"})):
        calls = frozenset(Call(native(), name) for name in made)
        works = Trial(wide, None, "", Seen(run._replace(syscalls=calls)))
        found = without_consequences(works, strict, {given[0].name}).candidate
        assert found is not None
        assert found.syscalls == frozenset(kept)
