"""A candidate says the same in a world and in a file, and every privilege of it can be taken away."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hardhull.prove.candidate import Candidate, Writable
from hardhull.prove.filter import profile

CANDIDATES = st.builds(
    Candidate,
    user=st.just(""),
    syscalls=st.none(),
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


def test_a_filter_allows_what_it_is_given_and_answers_as_the_engine_did() -> None:
    found = profile({"read", "execve"}, {("clone3", 38)}, "amd64")
    assert found["defaultAction"] == "SCMP_ACT_ERRNO"
    assert found["syscalls"] == [
        {"names": ["execve", "read"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
    ]
