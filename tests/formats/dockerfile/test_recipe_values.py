"""Effective values: user, variables, start command, health check, labels; each at its place and with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.formats.dockerfile import read
from hardhull.model.source import Source

if TYPE_CHECKING:
    from hardhull.facts.recipe import ImageRecipe


def recipe(text: str) -> ImageRecipe:
    return read(Source("Dockerfile", text.encode()))


def test_the_user_of_a_documented_base_has_its_source() -> None:
    user = recipe("FROM grafana/grafana:11.1.0\n").user
    assert (user.value, user.written, user.place.text) == ("472", False, "grafana/grafana:11.1.0")
    assert "grafana.com" in user.origin


def test_an_absent_user_points_at_the_name_in_the_last_from() -> None:
    user = recipe("FROM alpine AS a\nUSER x\nFROM debian:12\nCMD sh\n").user
    assert (user.value, user.written, user.place.text) == ("root", False, "debian:12")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FROM acme/app:1\n", "the default user of the image acme/app:1 is not known"),
        ("FROM alpine\nUSER $NB_UID\n", "NB_UID is not set in this file; the base image alpine may set it"),
        ("FROM alpine\nARG U\nUSER $U\n", "ARG U has no default"),
        ("FROM alpine\nARG TARGETARCH\nUSER $TARGETARCH\n", "TARGETARCH is chosen when the image is built"),
        ("FROM alpine\nENV U=1\nARG U=2\nUSER $U\n", "ENV and ARG both set U"),
        ("FROM alpine\nUSER ${U!x}\n", "cannot be expanded"),
    ],
)
def test_an_unknown_user_says_why(text: str, why: str) -> None:
    user = recipe(text).user
    assert user.why is not None
    assert why in user.why


def test_a_base_in_the_table_can_bring_the_variable_of_its_user() -> None:
    assert recipe("FROM jupyter/base-notebook\nUSER root\nRUN x\nUSER ${NB_UID}\n").user.value == "1000"
    assert recipe("FROM mcr.microsoft.com/dotnet/aspnet:8.0\nUSER $APP_UID\n").user.value == "1654"


def test_a_default_in_the_text_counts_for_an_argument_without_one() -> None:
    found = recipe("ARG V\nFROM node:${V:-22}${V:+-x}\nARG V\nUSER ${V:-app}\n")
    assert found.base.value is not None
    assert (found.base.value.text, found.base.value.variables, found.user.value) == ("node:22", ("V",), "app")


def test_variables_are_those_at_each_instruction() -> None:
    found = recipe("ARG G=g\nFROM alpine\nARG G\nENV A=1 B=$G\nRUN one\nENV A=2\nRUN two\n")
    assert found.final is not None
    first, second = found.final.runs
    assert [first.env["A"].value, second.env["A"].value, second.env["B"].value] == ["1", "2", "g"]
    assert {item.value.name: item.value.value for item in found.env.value} == {"A": "2", "B": "g"}
    assert [(item.value.raw, item.value.source) for item in found.env.value] == [("2", "literal"), ("$G", "variable")]


def test_an_argument_is_inherited_but_not_part_of_the_environment() -> None:
    found = recipe("FROM alpine AS a\nARG X=1\nENV Y=2\nFROM a\nRUN z\n")
    assert found.final is not None
    assert found.final.runs[0].env["X"].value == "1"
    assert [item.value.name for item in found.env.value] == ["Y"]


def test_a_variable_from_an_unknown_one_is_kept_without_a_value() -> None:
    found = recipe("FROM alpine\nENV PATH=$PATH:/x TOKEN=abc\n")
    path, token = found.env.value
    assert (path.value.value, path.value.raw, token.value.value) == (None, "$PATH:/x", "abc")
    assert token.place.text == "abc"


def test_definitions_keep_what_was_written() -> None:
    found = recipe("FROM alpine\nARG TOKEN='s3cret' OTHER\nENV API_KEY \"x\"\n")
    assert found.final is not None
    items = [item.value for each in found.final.definitions for item in each.variables]
    assert [(item.name, item.value, item.raw) for item in items] == [
        ("TOKEN", "s3cret", "'s3cret'"), ("OTHER", None, ""), ("API_KEY", "x", '"x"'),
    ]  # fmt: skip


def test_an_entrypoint_forgets_an_inherited_command() -> None:
    kept = recipe('FROM alpine\nCMD ["a"]\nENTRYPOINT ["b"]\n')
    assert kept.command.value is not None
    assert kept.command.value.words == ("a",)
    gone = recipe('FROM alpine AS a\nCMD ["a"]\nFROM a\nENTRYPOINT exec b\n')
    assert gone.command.value is None
    start = gone.entrypoint.value
    assert start is not None
    assert start.text is not None
    assert (start.words, start.shell, start.text.text) == (("exec b",), True, "exec b")


@pytest.mark.parametrize(
    ("line", "test", "times"),
    [
        ("HEALTHCHECK CMD curl -f x || exit 1", ("CMD-SHELL", "curl -f x || exit 1"), (None, None, None, None)),
        (
            'HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=2s --retries=5 CMD ["a", "b"]',
            ("CMD", "a", "b"), (90.0, 0.5, 2.0, 5),
        ),
        ("healthcheck cmd x", ("CMD-SHELL", "x"), (None, None, None, None)),
    ],
)  # fmt: skip
def test_health_checks(line: str, test: tuple[str, ...], times: tuple[float | None, ...]) -> None:
    check = recipe(f"FROM alpine\n{line}\n").healthcheck.value
    assert check is not None
    assert (check.test, check[2:]) == (test, times)


def test_health_checks_can_be_switched_off_or_absent() -> None:
    off = recipe("FROM alpine\nHEALTHCHECK CMD x\nHEALTHCHECK NONE\n").healthcheck.value
    assert off is not None
    assert off.disabled
    absent = recipe("FROM alpine\n").healthcheck
    assert (absent.value, absent.written) == (None, False)


@pytest.mark.parametrize(
    ("lines", "workdir"),
    [
        ("WORKDIR /a\nWORKDIR b\nWORKDIR ../c", "/a/c"), ("WORKDIR //x/./y/", "/x/y"), ("ENV D=/d\nWORKDIR $D/e", "/d/e"),
        ("WORKDIR C:\\app", "C:app"), ("", None),
    ],
)  # fmt: skip
def test_workdir(lines: str, workdir: str | None) -> None:
    assert recipe(f"FROM alpine\n{lines}\n").workdir.value == workdir


def test_a_relative_workdir_hangs_on_the_base() -> None:
    assert not recipe("FROM alpine\nWORKDIR app\n").workdir.known
    assert recipe("FROM scratch\nWORKDIR app\n").workdir.value == "/app"


def test_labels_volumes_ports_signal_and_shell() -> None:
    found = recipe(
        'FROM alpine\nARG V=1\nLABEL a=$V "b c"="d e"\nLABEL a=2 u=$U\nVOLUME /x /z\nVOLUME ["/y"]\n'
        'EXPOSE 80 443/tcp\nSTOPSIGNAL SIGINT\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN x\n'
    )
    known = [label.value for label in found.labels.value if label.known]
    assert known == [("a", "2"), ("b c", "d e")]
    assert len(found.labels.value) == 3
    assert [volume.value for volume in found.volumes.value] == ["/x", "/z", "/y"]
    assert [port.value for port in found.expose.value] == ["80", "443/tcp"]
    assert (found.stop_signal.value, found.shell.value) == ("SIGINT", ("/bin/bash", "-o", "pipefail", "-c"))
    assert found.final is not None
    assert found.final.runs[0].shell == found.shell.value


def test_every_place_is_cut_from_the_file() -> None:
    text = "FROM debian:12 AS a\nENV A='é'\nUSER \\\n  app\nLABEL k=\"v w\"\nCMD x\n"
    found = recipe(text)
    places = {name: field.place.text for name, field in found.fields.items()}
    assert places["user"] == "app"
    assert places["base"] == "debian:12"
    assert places["command"] == "x"
    assert found.env.value[0].place.text == "'é'"
    assert found.labels.value[0].place.text == '"v w"'
