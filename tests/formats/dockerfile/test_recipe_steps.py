"""RUN, COPY, ADD and ONBUILD."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.facts.recipe_parts import BuildMount
from hardhull.formats.dockerfile import read
from hardhull.formats.dockerfile.mounts import fields
from hardhull.model.source import Source
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from hardhull.facts.recipe import Stage


def final(text: str) -> Stage:
    stage = read(Source("Dockerfile", f"FROM alpine AS base\n{text}\n".encode())).final
    assert stage is not None
    return stage


def test_a_run_knows_its_command_user_and_directory() -> None:
    stage = final('USER app\nWORKDIR /srv\nRUN apk add \\\n  # why\n  curl && echo $HOME\nRUN ["a", "b c"]')
    shell, words = stage.runs
    assert shell.command is not None
    assert shell.command.text == "apk add   curl && echo $HOME"
    assert stage.place.source.text(shell.command.span(10, 14)) == "curl"
    assert (shell.user.value, shell.workdir.value, shell.head.text, shell.line) == ("app", "/srv", "RUN", 4)
    assert (words.command, words.words, words.exec_form) == (None, ("a", "b c"), True)


@pytest.mark.parametrize(
    ("flag", "mount"),
    [
        ("type=secret,id=x,target=/run/x", BuildMount("secret", "/run/x", id="x")),
        ("type=secret,id=x,env=X,required", BuildMount("secret", id="x", env="X", required=True)),
        ("type=cache,target=$D,sharing=locked", BuildMount("cache", "/d", sharing="locked", read_only=False)),
        ("type=tmpfs,target=/t,size=64m", BuildMount("tmpfs", "/t", read_only=False)),
        ("target=/s,source=s,rw", BuildMount("bind", "/s", "s", read_only=False)),
        ("type=ssh,mode=0600,uid=1,gid=2", BuildMount("ssh", mode="0600", uid="1", gid="2")),
    ],
)
def test_mounts(flag: str, mount: BuildMount) -> None:
    (field,) = final(f"ENV D=/d\nRUN --mount={flag} x").mounts
    assert field.value == mount
    assert field.place.text == flag


def test_a_mount_from_a_stage_and_one_that_is_not_known() -> None:
    stage = read(Source("f", b"FROM a AS b\nFROM c\nRUN --mount=from=B,target=/x --mount=type=$T,target=/y z\n")).final
    assert stage is not None
    one, two = stage.mounts
    assert one.value.origin is not None
    assert one.value.origin.stage is not None
    assert one.value.origin.stage.name == "b"
    assert two.why == "T is not set in this file; the base image c may set it"


def test_network_and_security() -> None:
    plain, open_run = final("RUN a\nRUN --network=host --security=insecure b").runs
    assert (plain.network.value, plain.network.written) == (None, False)
    assert (open_run.network.value, open_run.security.value) == ("host", "insecure")


@pytest.mark.parametrize(
    ("text", "interpreter", "is_shell"),
    [
        ("RUN <<EOF\nset -e\nEOF", "", True),
        ("RUN <<EOF\n#!/usr/bin/env python3\nprint()\nEOF", "python3", False),
        ("RUN <<EOF\n#!/bin/bash -e\nx\nEOF", "bash", True),
        ("RUN python3 <<EOF\nprint()\nEOF", "python3", False),
        ("RUN apt update && bash -s <<EOF\nx\nEOF", "bash", True),
        ("RUN <<EOF /usr/bin/perl\nx\nEOF", "perl", False),
        ("RUN A=1 exec cat <<EOF > /x\nx\nEOF", "cat", False),
    ],
)
def test_who_reads_a_heredoc(text: str, interpreter: str, is_shell: bool) -> None:
    (script,) = final(text).runs[0].scripts
    assert (script.interpreter, script.is_shell) == (interpreter, is_shell)


def test_copies() -> None:
    stage = final(
        "ARG D=/app\nCOPY --chown=1:1 --chmod=0755 --link a b $D/\nADD --checksum=sha256:x https://example.org/x.tgz /\n"
        'COPY ["a b", "c"]\nCOPY <<one <<"two" x /etc/\n1\none\n2\ntwo'
    )
    first, second, third, fourth = stage.copies
    assert [source.value for source in first.sources] == ["a", "b"]
    assert (first.target.value, first.target.place.text) == ("/app/", "$D/")
    assert (first.chown.value, first.chmod.value, first.link, first.adds) == ("1:1", "0755", True, False)
    assert first.origin.value is None
    assert (second.adds, second.checksum.value, second.sources[0].value) == (
        True,
        "sha256:x",
        "https://example.org/x.tgz",
    )
    assert ([source.value for source in third.sources], third.target.value) == (["a b"], "c")
    assert [(file.name, file.text.text, file.expand) for file in fourth.files] == [
        ("one", "1\n", True),
        ("two", "2\n", False),
    ]
    assert [source.value for source in fourth.sources] == ["x"]


def test_onbuild_waits_and_then_runs_first() -> None:
    found = read(Source("f", b"FROM a AS b\nONBUILD USER on\nONBUILD COPY . \\\n/src\nFROM b\nRUN x\n"))
    waiting, running = found.stages
    assert [item.value for item in waiting.onbuild.value] == ["USER on", "COPY . /src"]
    assert (waiting.copies, waiting.user.why) == ([], "the default user of the image a is not known")
    assert [(each.keyword, each.triggered) for each in running.instructions] == [
        ("USER", True),
        ("COPY", True),
        ("RUN", False),
    ]
    assert running.runs[0].user.value == "on"
    assert running.onbuild.value == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a=1,b", ["a=1", "b"]), ('"a=1,2",b', ["a=1,2", "b"]), ('"a=""x"""', ['a="x"']), ("a,", ["a", ""]), ("", [])],
)
def test_fields_of_a_mount(text: str, expected: list[str]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\n" + "".join(f"ENV V{number}=1\nRUN x\n" for number in range(4_900)),
        "FROM a AS s0\n" + "".join(f"FROM s{number} AS s{number + 1}\nENV A=1\nUSER $B\n" for number in range(499)),
        "FROM a AS s\nENV " + "A=1 " * 9_000 + "".join(f"\nFROM s AS s{number}\nENV B=1" for number in range(400)),
        "FROM a\n" + "EXPOSE 1 2 3\n" * 5_000,
    ],
)
def test_many_variables_and_stages_cost_little_memory(text: str) -> None:
    tracemalloc.start()
    try:
        assert read(Source("f", text.encode())).final is not None
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FROM a\n" * 501, "more than 500 stages"),
        ("FROM a\nEXPOSE " + "1 \\\n" * 20_001, "20,001 words"),
        ("FROM a\nENV " + "A=1 \\\n" * 20_001, "20,001 words"),
        ("FROM a\n" + "LABEL a=1 b=2 c=3\n" * 6_700, "more than 20,000 words"),
    ],
)
def test_more_than_any_real_file_has_is_refused(text: str, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        read(Source("f", text.encode()))


def test_standard_input_has_a_name_too() -> None:
    assert str(read(Source("-", b"FROM alpine\nUSER app\n")).user.place) == "-:2:6"


LINES = st.sampled_from(
    [
        "FROM a AS b", "FROM $X", "FROM b", "ARG X", "ARG X=1", "ENV X=$X Y=2", "ENV", "USER ${X:-a}", "USER", "WORKDIR a",
        "COPY --from=b a b", "COPY --from=9 <<E\n1\nE", "RUN --mount=type=secret,id=x y", "RUN --mount=", "RUN <<E\n1\nE",
        "ONBUILD USER x", "ONBUILD", "ONBUILD ONBUILD RUN", "HEALTHCHECK CMD", "HEALTHCHECK --interval=1x CMD x", "LABEL a",
        'CMD ["a"]', "CMD", "ENTRYPOINT x", 'SHELL ["a"]', "EXPOSE $X", "VOLUME", "STOPSIGNAL 9", "MAINTAINER x", "NOPE", "\\",
        "# escape=`", "ENV X=${X/a/b}", "ADD",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.lists(LINES, max_size=9).map("\n".join).map(str.encode), st.binary(max_size=80)),
    st.sampled_from([None, "b", "1"]),
)
def test_any_file_is_read_or_refused_and_every_place_is_in_it(data: bytes, target: str | None) -> None:
    source = Source("Dockerfile", data)
    try:
        found = read(source, target)
    except UnreadableError:
        return
    for owner in (found, *found.stages):
        for slot in type(owner).slots():
            place = getattr(owner, slot.name).place
            assert 0 <= place.span.start <= place.span.end <= len(data)
    for stage in found.stages:
        for each in stage.instructions:
            assert 0 <= each.span.start <= each.span.end <= len(data)
            assert each.user.known or each.user.why
    assert found.final or not found.user.known
