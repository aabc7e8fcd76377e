"""Group testing finds exactly what is needed, with few tries where little is."""

from __future__ import annotations

from math import ceil, log2
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from hardhull.prove.groups import needed, needed_of

if TYPE_CHECKING:
    from collections.abc import Collection

NAMES = [f"CAP_{number}" for number in range(14)]


class Machine:
    """Something that works only with what it needs, and shows some of what it misses."""

    def __init__(self, needs: Collection[str], shows: Collection[str]) -> None:
        self.needs, self.shows = frozenset(needs), frozenset(shows)
        self.taken: frozenset[str] = frozenset()
        self.tries: list[frozenset[str]] = []

    def without(self, names: Collection[str]) -> Collection[str] | None:
        gone = self.taken | frozenset(names)
        self.tries.append(gone)
        missed = gone & self.needs
        if missed:
            return missed & self.shows
        self.taken = gone
        return None


@given(st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)))
def test_what_is_left_is_what_is_needed_and_each_was_tried_alone(needs: set[str], shows: set[str]) -> None:
    machine = Machine(needs, shows)
    found = needed(NAMES, machine.without)
    assert sorted(found) == sorted(needs)
    assert machine.taken == set(NAMES) - needs
    for name in found:
        assert any(gone & machine.needs == {name} for gone in machine.tries)


@given(st.sets(st.sampled_from(NAMES), max_size=3))
def test_few_tries_where_little_is_needed(needs: set[str]) -> None:
    for shows in ((), needs):
        machine = Machine(needs, shows)
        needed(NAMES, machine.without)
        assert len(machine.tries) <= 1 + 2 * len(needs) * ceil(log2(len(NAMES)))
    assert len(machine.tries) <= 2 + len(needs)


def test_nothing_needed_is_one_try() -> None:
    machine = Machine((), ())
    assert needed(NAMES, machine.without) == []
    assert len(machine.tries) == 1
    assert needed([], machine.without) == []


@given(st.sets(st.sampled_from(NAMES), min_size=1))
def test_what_is_known_to_fail_is_not_tried(needs: set[str]) -> None:
    machine = Machine(needs, ())
    assert sorted(needed_of(NAMES, machine.without, ())) == sorted(needs)
    assert frozenset(NAMES) not in machine.tries
