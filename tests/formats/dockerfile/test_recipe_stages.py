"""Stages: what each begins with, which one is built, what ``--from`` names."""

from __future__ import annotations

import pytest

from hardhull.facts.recipe import ImageRecipe, is_root
from hardhull.formats.dockerfile import read
from hardhull.model.field import NotKnownError
from hardhull.model.source import Source


def recipe(text: str, target: str | None = None, args: dict[str, str | None] | None = None) -> ImageRecipe:
    return read(Source("Dockerfile", text.encode()), target, args)


MULTI = """ARG NODE=22
FROM --platform=linux/amd64 node:${NODE} AS Build
RUN --mount=type=bind,from=tools,target=/t make
FROM alpine:3.20 AS unused
FROM gcr.io/distroless/nodejs22-debian12:nonroot AS runtime
COPY --from=build /app /app
COPY --from=0 /b /b
COPY --from=nginx:1.27 /etc/nginx /n
"""


def test_stages_and_their_bases() -> None:
    found = recipe(MULTI)
    assert [(stage.name, stage.index, stage.subject) for stage in found.stages] == [
        ("build", 0, "stage build"), ("unused", 1, "stage unused"), ("runtime", 2, "final stage"),
    ]  # fmt: skip
    base = found.stages[0].base
    assert base.value is not None
    assert base.value.reference is not None
    assert (base.value.text, base.value.reference.tag, base.value.variables) == ("node:22", "22", ("NODE",))
    assert (base.place.text, found.stages[0].platform.value) == ("node:${NODE}", "linux/amd64")
    assert (found.final, found.subject, found.place.text) == (
        found.stages[2], "image", "gcr.io/distroless/nodejs22-debian12:nonroot",
    )  # fmt: skip


def test_what_from_names() -> None:
    origins = [copy.origin.value for copy in recipe(MULTI).stages[2].copies]
    assert [(origin.stage.name if origin and origin.stage else None) for origin in origins] == ["build", "build", None]
    last = origins[2]
    assert last is not None
    assert last.reference is not None
    assert last.reference.familiar == "nginx:1.27"


def test_stages_that_nothing_needs() -> None:
    assert [stage.name for stage in recipe(MULTI).used_stages] == ["build", "runtime"]
    assert [stage.name for stage in recipe(MULTI, "unused").used_stages] == ["unused"]


def test_the_stage_that_is_built_can_be_chosen_by_name_or_number() -> None:
    assert recipe(MULTI, "BUILD").final is not None
    chosen = recipe(MULTI, "1").final
    assert chosen is not None
    assert (chosen.name, chosen.subject) == ("unused", "final stage")


def test_a_target_that_is_not_there_leaves_everything_unknown() -> None:
    found = recipe(MULTI, "nope")
    assert found.final is None
    with pytest.raises(NotKnownError, match="no stage nope"):
        _ = found.user.value
    assert not found.base.known


def test_a_stage_goes_on_from_another() -> None:
    found = recipe("FROM alpine AS a\nUSER app\nWORKDIR /srv\nEXPOSE 80\nFROM A AS b\nEXPOSE 443\nFROM b\n")
    assert found.final is not None
    assert [stage.name or "last" for stage in found.final.lineage] == ["last", "b", "a"]
    assert found.root_stage is found.stages[0]
    assert (found.user.value, found.user.origin, found.user.place.text) == ("app", "USER in stage a", "app")
    assert found.workdir.value == "/srv"
    assert [port.value for port in found.expose.value] == ["80", "443"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ARG BASE\nFROM ${BASE}\n", "ARG BASE has no default"),
        ("FROM $TARGETARCH/alpine\n", "TARGETARCH is chosen when the image is built"),
        ("ARG A=${B}\nARG B=x\nFROM a:${A}\n", "not a valid tag"),
        ("FROM Upper/case:1\nFROM UPPER\n", "lower case"),
        ("FROM ${X\n", "cannot be expanded"),
    ],
)
def test_a_base_that_cannot_be_resolved_says_why(text: str, why: str) -> None:
    found = recipe(text)
    assert found.base.why is not None
    assert why in found.base.why
    assert not found.user.known


def test_where_only_the_tag_is_missing_the_image_is_still_known() -> None:
    found = recipe("ARG V\nFROM node:${V}-slim\n")
    assert found.base.why == "ARG V has no default"
    assert found.final is not None
    assert found.final.image is not None
    assert found.final.image.familiar == "node"
    assert found.user.value == "root"
    assert not recipe("ARG V\nFROM gcr.io/distroless/static:${V}\n").user.known


def test_a_base_that_may_be_a_stage_leaves_open_what_it_brings() -> None:
    text = "FROM alpine AS prod-1\nHEALTHCHECK CMD x\nFROM alpine AS dev-1\nARG V\nFROM {}\nCMD y\n"
    may_be = recipe(text.format("prod-${TARGETARCH}"))
    assert may_be.command.known
    assert may_be.healthcheck.why == "TARGETARCH is chosen when the image is built"
    image = recipe(text.format("debian-${TARGETARCH}"))
    assert image.healthcheck.value is None


def test_build_arguments_go_before_defaults() -> None:
    text = "ARG BASE=alpine\nFROM $BASE\nARG U=one\nUSER $U\n"
    given = recipe(text, args={"BASE": "nginxinc/nginx-unprivileged:1", "U": "two"})
    assert given.base.value is not None
    assert (given.base.value.text, given.user.value) == ("nginxinc/nginx-unprivileged:1", "two")
    passed = recipe(text, args={"U": None})
    assert passed.user.why == "the build argument U comes from the environment"


@pytest.mark.parametrize(
    ("text", "kind", "stops"),
    [
        ("USER app\nFROM alpine\n", "order", True),
        ("ENTRYPOINT x\n", "order", True),
        ("ARG A=1\n", "order", True),
        ("FROM alpine\nUSR app\n", "unknown", True),
        ("FROM alpine AS\n", "value", True),
        ("FROM alpine AS 1a\n", "value", True),
        ("FROM alpine AS a\nFROM alpine AS a\n", "twice", False),
        ("FROM alpine\nCOPY --form=a b c\n", "unknown", True),
        ("FROM alpine\nCOPY --from=later a b\nFROM alpine AS later\n", "order", True),
        ("FROM alpine AS me\nCOPY --from=me a b\n", "order", True),
        ("FROM alpine\nCOPY --from=7 a b\n", "order", True),
        ("FROM alpine\nCOPY a\n", "value", True),
        ("FROM alpine\nRUN --mount=type=nope x\n", "value", True),
        ("FROM alpine\nHEALTHCHECK PING\n", "value", True),
        ("FROM alpine\nHEALTHCHECK --interval=soon CMD x\n", "value", True),
        ("FROM alpine\nONBUILD FROM x\n", "value", True),
        ("FROM alpine\nONBUILD ONBUILD RUN x\n", "value", True),
        ("FROM alpine\nSHELL bash -c\n", "value", True),
        ("FROM alpine\nUSER\n", "value", True),
        ("FROM alpine\nENV A\n", "value", True),
        ("ARG D=\nFROM library/${D}\n", "value", False),
        ("FROM alpine\nUSER ${X!y}\n", "value", True),
        ("FROM alpine\nLABEL a='b\n", "value", True),
    ],
)
def test_what_a_builder_refuses_is_a_problem(text: str, kind: str, stops: bool) -> None:
    problems = recipe(text).problems
    assert [(each.value.kind, each.value.stops) for each in problems][:1] == [(kind, stops)]
    assert problems[0].value.why


def test_a_clean_file_has_no_problems() -> None:
    assert recipe(MULTI.replace("from=tools,", "")).problems == ()


@pytest.mark.parametrize(
    ("user", "root"),
    [("root", True), ("0", True), ("0:0", True), ("root:x", True), ("000", True), ("", True), (":5", True), ("+0", True),
     ("app", False), ("1000", False), ("1:0", False), ("rootless", False), ("10", False)],
)  # fmt: skip
def test_who_is_root(user: str, root: bool) -> None:
    assert is_root(user) is root
