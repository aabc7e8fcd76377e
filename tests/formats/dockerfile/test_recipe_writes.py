"""Writing changes of a recipe: the wanted state holds, and every other instruction is as it was."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from writes import differences, dockerfiles, holds, recipe_of, written

from hardhull.facts.parts import EnvVar, Healthcheck
from hardhull.facts.recipe_changes import Account, AsRoot, NoOption, NoVariable, RunAs
from hardhull.facts.recipe_parts import Command
from hardhull.model.change import Add, Drop, Instruct, SetTo, Swap
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Change

LAW = settings(max_examples=150, deadline=None)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "user": st.sampled_from(["10001:10001", "app", "0"]),
    "workdir": st.sampled_from(["/srv", "/app/data"]),
    "command": st.sampled_from([Command(("node", 'a "b"')), Command(("run $X",), True), Command(("é",))]),
    "entrypoint": st.sampled_from([Command(("/e", "")), Command(("exec /e",), True)]),
    "healthcheck": st.sampled_from(
        [
            Healthcheck(("CMD", "nc", "-z", "127.0.0.1", "80"), interval=30, timeout=1.5, start_period=2, retries=3),
            Healthcheck(("CMD-SHELL", "curl -f x || exit 1")),
            Healthcheck(("NONE",), disabled=True),
        ]
    ),
    "stop_signal": st.sampled_from(["SIGQUIT", "9"]),
}
ITEMS: dict[str, st.SearchStrategy[Any]] = {
    "env": st.sampled_from([EnvVar("NEW", 'v "q" $x \\ `'), EnvVar("A", "plain")]),
    "labels": st.sampled_from([("k", "v w"), ("org.x", "$1")]),
    "expose": st.sampled_from(["9000", "53/udp"]),
    "volumes": st.sampled_from(["/srv/v", "/with space"]),
}


@pytest.fixture(scope="module")
def accepts() -> Callable[[bytes], bool]:
    """Whether BuildKit's own parser takes a file."""
    if sys.platform != "linux":
        pytest.skip("the oracle, PyPI's dockerfile, has wheels for Linux only")
    parse = importlib.import_module("dockerfile").parse_string

    def accepted(data: bytes) -> bool:
        try:
            parse(data.decode())
        except ValueError:
            return False
        return True

    return accepted


def attempt(data: bytes, change: Change) -> bytes | None:
    """The file with the change; None where it is refused, which leaves it alone."""
    try:
        return written(data, change)
    except UnwritableError:
        return None


def value_of(recipe: ImageRecipe, name: str) -> Any:
    value = getattr(recipe, name).value
    return value._replace(text=None) if isinstance(value, Command) else value


@LAW
@given(data=dockerfiles(), name=st.sampled_from(sorted(VALUES)), draw=st.data())
def test_a_value_that_is_set_is_read_again(
    accepts: Callable[[bytes], bool], data: bytes, name: str, draw: st.DataObject
) -> None:
    value = draw.draw(VALUES[name])
    after = attempt(data, SetTo(name, value))
    if after is None:
        return
    assert value_of(recipe_of(after), name) == value
    holds(data, after, accepts, gone=1, come=1)
    assert written(after, SetTo(name, value)) == after


@LAW
@given(data=dockerfiles(), name=st.sampled_from(["command", "entrypoint", "healthcheck", "stop_signal"]))
def test_a_value_that_is_taken_away_is_gone(accepts: Callable[[bytes], bool], data: bytes, name: str) -> None:
    after = attempt(data, SetTo(name, None))
    if after is not None:
        assert getattr(recipe_of(after), name).value is None
        _gone, come = differences(data, after)
        assert not come
        holds(data, after, accepts, gone=9, come=0)


@LAW
@given(data=dockerfiles(), name=st.sampled_from(sorted(ITEMS)), draw=st.data())
def test_an_item_that_is_added_is_read_again(
    accepts: Callable[[bytes], bool], data: bytes, name: str, draw: st.DataObject
) -> None:
    item = draw.draw(ITEMS[name])
    after = attempt(data, Add(name, item))
    if after is None:
        return
    found = [each.value for each in getattr(recipe_of(after), name).value]
    expected = [(each.name, each.value) for each in found] if name == "env" else found
    assert (item.name, item.value) in expected if name == "env" else item in expected
    holds(data, after, accepts, gone=0, come=1)
    assert written(after, Add(name, item)) == after


def test_a_name_that_gets_another_value_later_is_not_set_in_vain() -> None:
    change = Add("env", EnvVar("A", "plain"))
    assert attempt(b"FROM x\nCMD run\nENV A=1\n", change) is None
    assert attempt(b"FROM x\nENV A=1\nCMD run\n", change) == b"FROM x\nENV A=1\nENV A=plain\nCMD run\n"


@LAW
@given(data=dockerfiles(), name=st.sampled_from(sorted(ITEMS)), draw=st.data())
def test_an_item_that_is_dropped_or_swapped_leaves_the_others(
    accepts: Callable[[bytes], bool], data: bytes, name: str, draw: st.DataObject
) -> None:
    items = [each for each in getattr(recipe_of(data), name).get(()) if each.known]
    if not items:
        return
    item = draw.draw(st.sampled_from(items))
    after = attempt(data, Drop(name, item))
    if after is not None:
        holds(data, after, accepts, gone=1, come=1)
        assert len(differences(data, after)[1]) <= len(differences(data, after)[0])
    new = draw.draw(ITEMS[name])
    if " " in new and name in {"expose", "volumes"}:
        return
    after = attempt(data, Swap(name, item, new))
    if after is not None:
        holds(data, after, accepts, gone=1, come=1)
        found = [each.value for each in getattr(recipe_of(after), name).value if each.known]
        assert new in found if name != "env" else (new.name, new.value) in [(each.name, each.value) for each in found]


@LAW
@given(
    data=dockerfiles(),
    tools=st.sampled_from(["shadow", "busybox", ""]),
    owns=st.sampled_from([(), ("/app",)]),
    makes=st.sampled_from([(), ("/data",), ("/with space", "/data")]),
    files=st.sampled_from([(), ("/run/x.pid",)]),
)
def test_containers_start_as_the_user_that_is_wanted(
    accepts: Callable[[bytes], bool], data: bytes, tools: str, owns: Any, makes: Any, files: Any
) -> None:
    account = Account("app", 10001, 10001, tools) if tools else None
    want = RunAs("10001:10001", account, owns=owns, makes=makes, files=files)
    after = attempt(data, Instruct(want))
    if after is None:
        return
    recipe = recipe_of(after)
    assert recipe.user.value == "10001:10001"
    gone, come = differences(data, after)
    assert {shape[0] for shape in come} <= {"RUN", "USER"}
    assert {shape[0] for shape in gone} <= {"USER"}
    holds(data, after, accepts, gone=1, come=2)
    assert written(after, Instruct(want)) == after
    if recipe.final and any(each.keyword in {"CMD", "ENTRYPOINT"} for each in recipe.final.instructions):
        last = max(number for number, each in enumerate(recipe.final.instructions) if each.keyword == "USER")
        behind = {each.keyword for each in recipe.final.instructions[last + 1 :] if not each.onbuild}
        assert not {"RUN", "COPY", "ADD", "WORKDIR"} & behind


@LAW
@given(data=dockerfiles())
def test_options_variables_and_sudo_go_alone(accepts: Callable[[bytes], bool], data: bytes) -> None:
    recipe = recipe_of(data)
    for stage in recipe.stages:
        for run in stage.runs:
            if run.network.written:
                after = attempt(data, Instruct(NoOption(run.network.place)))
                assert after is not None
                holds(data, after, accepts, gone=1, come=1)
            if run.command and run.command.text.startswith("sudo "):
                sudo = (run.command.place(0, 4),)
                after = attempt(data, Instruct(AsRoot(run.head, sudo, "app")))
                if after is not None:
                    holds(data, after, accepts, gone=1, come=3)
        for made in stage.definitions:
            for item in made.variables:
                after = attempt(data, Instruct(NoVariable(item.place)))
                if after is not None:
                    holds(data, after, accepts, gone=1, come=1)


@settings(max_examples=60, deadline=None)
@given(data=dockerfiles())
def test_nothing_wanted_is_nothing_written(data: bytes) -> None:
    assert written(data) == data
