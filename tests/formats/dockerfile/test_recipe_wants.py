"""Single cases of what is wanted of a recipe: the text that is written, and what is refused with which reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from writes import recipe_of, written

from hardhull.facts.recipe_changes import (
    Account,
    AsRoot,
    ComesAsSecret,
    FileComesAsSecret,
    HiddenLiteral,
    NoWord,
    RunAs,
    UpdateWhereNeeded,
)
from hardhull.model.change import Instruct, Pin
from hardhull.model.source import Place, Source, Span
from hardhull.text.draft import UnwritableError
from pins import pinned

if TYPE_CHECKING:
    from hardhull.model.change import Change

DIGEST = "sha256:" + "0a" * 32


def place(text: str, word: str, at: int = 0) -> Place:
    """Where a word stands, counted from 0."""
    start = -1
    for _each in range(at + 1):
        start = text.index(word, start + 1)
    return Place(Source("Dockerfile", text.encode()), Span(start, start + len(word)))


def after(text: str, change: Change) -> str:
    return written(text.encode(), change).decode()


def refused(text: str, change: Change) -> str:
    with pytest.raises(UnwritableError) as caught:
        written(text.encode(), change)
    return caught.value.why


def pin(text: str, stage: int = 0) -> Instruct:
    base = recipe_of(text.encode()).stages[stage].base
    assert base.value is not None
    return pinned(Pin("base", base.value.text, base.place), DIGEST)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM node:22\n", f"FROM node:22@{DIGEST}\n"),
        ("FROM node\n", f"FROM node:latest@{DIGEST}\n"),
        ("FROM localhost:5000/x AS a\n", f"FROM localhost:5000/x:latest@{DIGEST} AS a\n"),
        (
            "from --platform=$BUILDPLATFORM node:22 as b\r\n",
            f"from --platform=$BUILDPLATFORM node:22@{DIGEST} as b\r\n",
        ),
        ("ARG BASE=node:22\nFROM ${BASE}\n", f"ARG BASE=node:22@{DIGEST}\nFROM ${{BASE}}\n"),
        ('ARG BASE="node:22" # x\nFROM $BASE\n', f'ARG BASE="node:22@{DIGEST}" # x\nFROM $BASE\n'),
        ("ARG V=22\nFROM node:$V\n", f"ARG V=22@{DIGEST}\nFROM node:$V\n"),
        ("ARG R=docker.io\nFROM $R/node:22\n", f"ARG R=docker.io\nFROM $R/node:22@{DIGEST}\n"),
        ("ARG R=docker.io\nARG V=1\nFROM $R/x/y:$V\n", f"ARG R=docker.io\nARG V=1@{DIGEST}\nFROM $R/x/y:$V\n"),
        ("ARG V\nFROM node:${V:-22}\n", f"ARG V\nFROM node:${{V:-22@{DIGEST}}}\n"),
        ("ARG R=a\nARG B=$R/x:1\nFROM $B\n", f"ARG R=a\nARG B=$R/x:1@{DIGEST}\nFROM $B\n"),
    ],
)
def test_a_digest_stands_where_the_name_comes_from(text: str, expected: str) -> None:
    assert after(text, pin(text)) == expected
    assert recipe_of(expected.encode()).stages[0].image is not None
    assert recipe_of(expected.encode()).stages[0].image.digest == DIGEST  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ARG V=22\nFROM node:${V}-slim\n", "put together"),
        ("ARG V=22\nFROM node:$V\nARG V\n", "a stage takes"),
        ("ARG V=22\nFROM node:$V\nFROM x:$V\n", "another FROM"),
        ("ARG V=22\nARG W=$V\nFROM node:$V\n", "another ARG"),
    ],
)
def test_a_digest_that_would_win_over_a_build_argument_is_refused(text: str, why: str) -> None:
    assert why in refused(text, pin(text))


def test_images_of_copies_and_mounts_are_pinned() -> None:
    text = "FROM scratch\nCOPY --from=nginx:1 /a /b\nRUN --mount=type=bind,from=x/y:2,target=/t make\n"
    value = "type=bind,from=x/y:2,target=/t"
    assert f"--from=nginx:1@{DIGEST} /a" in after(text, pinned(Pin("from", "nginx:1", place(text, "nginx:1")), DIGEST))
    assert f"from=x/y:2@{DIGEST},target" in after(text, pinned(Pin("mount", "x/y:2", place(text, value)), DIGEST))


USER = Instruct(RunAs("10001:10001", Account("app", 10001, 10001, "busybox")))
MAKE = "RUN addgroup -S -g 10001 app && \\\n    adduser -S -D -H -u 10001 -G app -s /sbin/nologin app\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('FROM a\nCMD ["x"]\n', f'FROM a\n{MAKE}USER 10001:10001\nCMD ["x"]\n'),
        ("FROM a\n\n# how it starts\nCMD x\n", f"FROM a\n\n{MAKE}USER 10001:10001\n\n# how it starts\nCMD x\n"),
        ("FROM a\nCMD x\nRUN y", f"FROM a\nCMD x\nRUN y\n{MAKE}USER 10001:10001"),
        ("FROM a\nUSER root\nCMD x\n", f"FROM a\nUSER root\n{MAKE}USER 10001:10001\nCMD x\n"),
        ("FROM a AS b\nCMD y\nFROM b\nEXPOSE 1\n", f"FROM a AS b\nCMD y\nFROM b\nEXPOSE 1\n{MAKE}USER 10001:10001\n"),
        ("from a\ncmd x\n", f"from a\n{MAKE.replace('RUN', 'run')}user 10001:10001\ncmd x\n"),
        ("FROM a\r\nCMD x\r\n", f"FROM a\n{MAKE}USER 10001:10001\nCMD x\n".replace("\n", "\r\n")),
        ("# escape=`\nFROM a\nCMD x\n", f"# escape=`\nFROM a\n{MAKE}USER 10001:10001\nCMD x\n".replace("\\", "`")),
    ],
)
def test_where_account_and_user_stand(text: str, expected: str) -> None:
    assert after(text, USER) == expected


def test_a_volume_gets_its_owner_in_front_of_it() -> None:
    change = Instruct(RunAs("7:7", makes=("/d",)))
    run = "RUN mkdir -p /d && \\\n    chown -R 7:7 /d\n"
    assert after("FROM a\nVOLUME /d\nCMD x\n", change) == f"FROM a\n{run}VOLUME /d\nUSER 7:7\nCMD x\n"
    assert (
        after("FROM a\nVOLUME /d\nCOPY a /d/\nCMD x\n", change)
        == f"FROM a\nVOLUME /d\nCOPY a /d/\n{run}USER 7:7\nCMD x\n"
    )


def test_a_user_that_needs_nothing_is_changed_where_it_stands() -> None:
    assert after("FROM a\nUSER root\nCMD x\n", Instruct(RunAs("7:7"))) == "FROM a\nUSER 7:7\nCMD x\n"
    assert after("FROM a\nUSER root\nRUN x\n", Instruct(RunAs("7:7"))) == "FROM a\nUSER root\nRUN x\nUSER 7:7\n"


def test_files_of_an_image_without_a_shell_belong_to_the_user_by_their_copy() -> None:
    text = "FROM scratch\nCOPY --from=b /d /d\nCMD x\n"
    change = Instruct(RunAs("7:7", copies=(place(text, "COPY"),)))
    assert after(text, change) == "FROM scratch\nCOPY --chown=7:7 --from=b /d /d\nUSER 7:7\nCMD x\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FROM a\nRUN x \\", "continuation"),
        ('FROM a\nSHELL ["powershell", "-c"]\nRUN x\n', "powershell"),
        ("FROM a\nFOO x\n", "BuildKit refuses"),
    ],
)
def test_a_user_is_refused_where_the_result_would_not_build(text: str, why: str) -> None:
    assert why in refused(text, USER)


MOUNT, SYNTAX = "--mount=type=secret,id=T,env=T", "# syntax=docker/dockerfile:1\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nARG T\nRUN x $T\n", f"# syntax=docker/dockerfile:1\nFROM a\nRUN {MOUNT} x $T\n"),
        ("# syntax=docker/dockerfile:1.10\nFROM a\nARG T U\nRUN x ${T}\n",
         f"# syntax=docker/dockerfile:1.10\nFROM a\nARG U\nRUN {MOUNT} x ${{T}}\n"),
        ("ARG T\nFROM a\nARG T\nRUN <<EOF\nx $T\nEOF\n",
         f"# syntax=docker/dockerfile:1\nFROM a\nRUN {MOUNT} <<EOF\nx $T\nEOF\n"),
    ],
)  # fmt: skip
def test_an_argument_comes_as_a_secret(text: str, expected: str) -> None:
    assert after(text, Instruct(ComesAsSecret("T"))) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FROM a\nARG T\nENV T=$T\nRUN x $T\n", "ENV uses T"),
        ("FROM a\nARG T\nRUN x\n", "no RUN names T"),
        ('FROM a\nARG T\nRUN ["x", "$T"]\n', "RUN uses T"),
        ("# syntax=docker/dockerfile:1.4\nFROM a\nARG T\nRUN x $T\n", "1.10"),
        ("FROM a\nARG T \\\n# why\n  U\nRUN x $T\n", "comment"),
    ],
)
def test_an_argument_that_others_use_stays(text: str, why: str) -> None:
    assert why in refused(text, Instruct(ComesAsSecret("T")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ARG T\nENV A=b T=$T\nRUN x $T\n", f"ENV A=b\nRUN {MOUNT} x $T\n"),
        ("ENV T secret # no comment\nRUN x $T && y\nRUN z\n", f"RUN {MOUNT} x $T && y\nRUN z\n"),
        ("ENV T=a\\\n    A=b\nRUN x ${T}\nCMD y\n", f"ENV A=b\nRUN {MOUNT} x ${{T}}\nCMD y\n"),
    ],
)
def test_a_variable_of_the_image_comes_as_a_secret(text: str, expected: str) -> None:
    assert after(f"FROM a\n{text}", Instruct(ComesAsSecret("T", env=True))) == f"{SYNTAX}FROM a\n{expected}"


@pytest.mark.parametrize("text", ["CMD run $T\n", "ENV U=$T\n", "LABEL a=$T\n", "HEALTHCHECK CMD x $T\n"])
def test_a_variable_that_is_used_elsewhere_stays(text: str) -> None:
    assert "uses T" in refused(f"FROM a\nENV T=x\nRUN y $T\n{text}", Instruct(ComesAsSecret("T", env=True)))


@pytest.mark.parametrize(
    ("copy", "expected"),
    [
        ("COPY .npmrc ./\n", ""),
        ("COPY package.json .npmrc ./\n", "COPY package.json ./\n"),
        ("COPY .npmrc \\\n  package.json ./\n", "COPY package.json ./\n"),
        ("# the registry\nCOPY .npmrc ./\n", "# the registry\n"),
    ],
)
def test_a_file_comes_as_a_secret(copy: str, expected: str) -> None:
    text = f"FROM a\nWORKDIR /s\n{copy}RUN npm ci\nRUN x\n"
    change = Instruct(FileComesAsSecret(place(text, ".npmrc"), "npmrc", "/s/.npmrc", (place(text, "RUN"),)))
    mount = "--mount=type=secret,id=npmrc,target=/s/.npmrc,required=true"
    assert after(text, change) == f"FROM a\nWORKDIR /s\n{expected}RUN {mount} npm ci\nRUN x\n"


@pytest.mark.parametrize(
    ("copy", "why"),
    [
        ("COPY --chown=1:1 .npmrc ./", "options"),
        ('COPY [".npmrc", "./"]', "plain COPY"),
        ("ADD .npmrc ./", "plain COPY"),
    ],
)
def test_a_file_that_a_mount_cannot_be_stays(copy: str, why: str) -> None:
    text = f"FROM a\n{copy}\nRUN npm ci\n"
    change = Instruct(FileComesAsSecret(place(text, ".npmrc"), "npmrc", "/s/.npmrc", (place(text, "RUN"),)))
    assert why in refused(text, change)


def test_a_literal_is_hidden_once_for_all_of_a_run() -> None:
    text = "FROM a\nRUN x --password=abc --token=def\n"
    recipe = recipe_of(text.encode())
    from hardhull.formats.writing import write
    from hardhull.text.draft import Drafts

    drafts = Drafts()
    for word, name in (("abc", "X_PASSWORD"), ("def", "X_TOKEN")):
        write(recipe, [Instruct(HiddenLiteral(place(text, word), name))], drafts)
    result = drafts.of(recipe.place.source).result().decode()
    assert result.count("# syntax") == 1
    assert 'x --password="$X_PASSWORD" --token="$X_TOKEN"' in result
    assert result.count("required=true") == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nRUN x -k y\n", "FROM a\nRUN x y\n"),
        ("FROM a\nRUN x \\\n  -k \\\n  y\n", "FROM a\nRUN x \\\n  y\n"),
        ("FROM a\nRUN x \\\r\n  -k\r\nCMD y\r\n", "FROM a\nRUN x\r\nCMD y\r\n".replace("a\n", "a\r\n")),
        ("FROM a\nRUN x -k && y\n", "FROM a\nRUN x && y\n"),
        ("FROM a\nRUN <<E\nx \\\n -k\ny\nE\n", "FROM a\nRUN <<E\nx\ny\nE\n"),
    ],
)
def test_a_word_goes_with_the_white_space_that_is_its_own(text: str, expected: str) -> None:
    text = text.replace("FROM a\n", "FROM a\r\n") if "\r" in text else text
    assert after(text, Instruct(NoWord(place(text, "-k")))) == expected


def test_a_word_behind_a_comment_line_stays() -> None:
    text = "FROM a\nRUN x \\\n# why\n  -k\n"
    assert "comment" in refused(text, Instruct(NoWord(place(text, "-k"))))


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("RUN apt-get install x\n", "RUN apt-get update && apt-get install x\n"),
        ("RUN apt-get update && apt-get install x\nRUN apt-get install y\n",
         "RUN apt-get update && apt-get install x\nRUN apt-get update && apt-get install y\n"),
        ("RUN a\nRUN set -e; \\\n  apt install y\n", "RUN a\nRUN apt-get update && set -e; \\\n  apt install y\n"),
    ],
)  # fmt: skip
def test_package_lists_are_updated_where_something_is_installed(rest: str, expected: str) -> None:
    text = f"FROM a\nRUN apt-get update\n{rest}"
    assert after(text, Instruct(UpdateWhereNeeded(place(text, "RUN")))) == f"FROM a\n{expected}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FROM a\nRUN apt-get update\nRUN ./install.sh\n", "script"),
        ("FROM a\nRUN apt-get update\nCMD x\n", "nothing here installs"),
        ("FROM a AS b\nRUN apt-get update\nFROM b\nRUN apt-get install x\n", "other stages"),
        ("FROM a\nRUN apt-get update\nRUN <<E\napt-get install x\nE\n", "here-document"),
    ],
)
def test_an_update_that_others_may_count_on_stays(text: str, why: str) -> None:
    assert why in refused(text, Instruct(UpdateWhereNeeded(place(text, "RUN"))))


def test_sudo_goes_and_the_user_comes_back() -> None:
    text = "FROM a\nUSER app\nRUN sudo x && \\\n  sudo y\nCMD z\n"
    change = Instruct(AsRoot(place(text, "RUN"), (place(text, "sudo"), place(text, "sudo", 1)), "app"))
    assert after(text, change) == "FROM a\nUSER app\nUSER root\nRUN x && \\\n  y\nUSER app\nCMD z\n"
