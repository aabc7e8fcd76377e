"""What a container is and does is the same data before and after, and a more powerful process is never overlooked."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardhull.run.compare import BROKEN, STRONGER, UNSEEN, compare, worse
from hardhull.run.observe import Identity, LifeCycle, Observation, Stop, identities, observe, read_status
from worlds import left, world

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine

TERM = "trap 'exit 0' TERM; sleep 600 & while :; do wait; done"
TEXT = """services:
  strong: {image: IMAGE, command: ["sh", "-c", "TERM"], group_add: ["50"]}
  weak:
    image: IMAGE
    command: ["sh", "-c", "TERM"]
    user: "1000:1000"
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
  busy: {image: IMAGE, command: ["sh", "-c", "while :; do sleep 0.02; done"], stop_grace_period: 1s}
  stubborn: {image: IMAGE, command: ["sh", "-c", "echo Error 42 at 0xdeadbeef; sleep 600"], stop_grace_period: 1s}
""".replace("TERM", TERM)


@pytest.mark.engine
def test_identities_and_life_of_real_processes(engine: Engine, tmp_path: Path) -> None:
    with world(tmp_path, TEXT) as one:
        one.start()
        both, end = {"sh", "sleep"}, time.monotonic() + 20
        while not all(both <= {process.name for process in identities(one, key)} for key in ("strong", "weak")):
            assert time.monotonic() < end
            time.sleep(0.05)
        strong, weak = observe(one, "strong"), observe(one, "weak")
        assert strong.processes is not None
        assert weak.processes is not None
        assert {process.name for process in weak.processes} == {"sh", "sleep"}
        (first, *_) = weak.processes
        assert (first.uids, first.gids, first.capabilities[2]) == ((1000,) * 4, (1000,) * 4, 0)
        assert (first.seccomp, first.no_new_privileges) == (2, True)
        assert strong.processes[0].uids == (0,) * 4
        assert strong.processes[0].capabilities[2] != 0
        assert 50 in strong.processes[0].groups
        assert worse(compare(strong, weak)) == []
        told = {difference.what for difference in worse(compare(weak, strong))}
        for word in ("user root", "group root", "more groups", "CapEff", "CapBnd", "gain privileges again"):
            assert any(word in what for what in told), word
        one.client.exec_start(one.client.exec_create(one.ids["weak"], ["sleep", "5"], user="0")["Id"], detach=True)
        assert identities(one, "weak") == weak.processes  # what exec starts is not the app
        assert [process.name for process in identities(one, "busy")] == ["sh"], "what is there in passing is nobody"

        lives = {key: observe(one, key, life=True).life for key in one.ids}
        for key in ("strong", "weak"):
            life = lives[key]
            assert life is not None
            assert (life.exec_code, life.restarted, life.stop.code, life.stop.killed) == (0, True, 0, False)
        life = lives["stubborn"]
        assert life is not None
        assert (life.stop.code, life.stop.killed) == (137, True)
        assert "Error # at #" in " ".join(observe_log(one))
    assert left(engine) == []


def observe_log(one: object) -> tuple[str, ...]:
    from hardhull.run.observe import troubles

    return troubles(one, "stubborn")  # type: ignore[arg-type]


def test_this_process_is_read_as_the_kernel_shows_it() -> None:
    with open(f"/proc/{os.getpid()}/status") as file:  # noqa: PTH123
        own = read_status(file.read())
    assert own.uids[1] == os.geteuid()
    assert own.gids[1] == os.getegid()
    assert set(own.groups) == set(os.getgroups())


BITS = st.integers(0, 7)
PROCESSES = st.builds(
    Identity,
    st.sampled_from(["a", "b"]),
    st.tuples(*[st.sampled_from([0, 1000])] * 4),
    st.tuples(*[st.sampled_from([0, 1000])] * 4),
    st.lists(st.sampled_from([0, 50]), max_size=2, unique=True).map(tuple),
    st.tuples(*[BITS] * 5),
    st.sampled_from([0, 2]),
    st.booleans(),
)
SEEN = st.lists(PROCESSES, min_size=1, max_size=4).map(lambda found: Observation(tuple(sorted(found)), ()))


@given(SEEN)
def test_nothing_differs_from_itself(seen: Observation) -> None:
    assert compare(seen, seen) == []


@given(PROCESSES, st.integers(0, 4), st.integers(3, 40))
def test_one_more_capability_in_any_set_is_stronger(process: Identity, which: int, bit: int) -> None:
    sets = list(process.capabilities)
    sets[which] |= 1 << bit
    after = process._replace(capabilities=tuple(sets))
    (found,) = compare(Observation((process,), ()), Observation((after,), ()))
    assert found.kind == STRONGER


@given(PROCESSES)
def test_less_is_never_worse(process: Identity) -> None:
    after = process._replace(capabilities=(0,) * 5, seccomp=2, no_new_privileges=True, groups=())
    assert worse(compare(Observation((process,), ()), Observation((after,), ()))) == []


def test_lives_are_compared() -> None:
    def seen(code: int, seconds: float, **more: object) -> Observation:
        life = LifeCycle(0, restarted=True, stop=Stop(code, seconds, killed=False), out_of_memory=False)
        return Observation((), (), life._replace(**more))  # type: ignore[arg-type]

    before = seen(0, 0.2)
    assert compare(before, seen(0, 2.1)) == []
    assert compare(before, seen(0, 9.0), 5.0) == [], "everything takes so much longer on a busy machine"
    for after, word in (
        (seen(143, 0.2), "another code"),
        (seen(0, 9.0), "longer"),
        (seen(0, 0.2, restarted=False), "restart"),
        (seen(0, 0.2, exec_code=1), "inside"),
        (seen(0, 0.2, out_of_memory=True), "memory"),
        (before._replace(troubles=("permission denied",)), "trouble"),
    ):
        (found,) = compare(before, after)
        assert found.kind == BROKEN
        assert word in found.what
    assert {one.kind for one in compare(before, before._replace(processes=None, life=None))} == {UNSEEN}
