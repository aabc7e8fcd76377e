"""The law of the Dockerfile's writer, and Dockerfiles in every style to hold it against."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from hardhull.formats.dockerfile import read
from hardhull.formats.writing import write
from hardhull.model.source import Source
from hardhull.text.dockerfile import read as read_document
from hardhull.text.draft import Drafts

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Change

Shape = tuple[str, tuple[tuple[str, "str | None"], ...], str, tuple[str, ...]]


def recipe_of(data: bytes) -> ImageRecipe:
    return read(Source("Dockerfile", data))


def written(data: bytes, *changes: Change) -> bytes:
    """The file with the changes."""
    recipe = recipe_of(data)
    drafts = Drafts()
    write(recipe, changes, drafts)
    return drafts.of(recipe.place.source).result()


def shapes(data: bytes) -> list[Shape]:
    """What every instruction says, without its layout."""
    return [
        (
            each.keyword,
            tuple((flag.name, flag.value) for flag in each.flags),
            " ".join(each.text[slice(*each.args)].split()),
            tuple(each.body(heredoc).text for heredoc in each.heredocs),
        )
        for each in read_document(Source("Dockerfile", data)).statements
    ]


def comments(data: bytes) -> Counter[str]:
    document = read_document(Source("Dockerfile", data))
    inside = [comment.text for each in document.statements for comment in each.comments]
    return Counter([*(comment.text for comment in document.comments), *inside])


def differences(before: bytes, after: bytes) -> tuple[list[Shape], list[Shape]]:
    """The fewest instructions that went, and that came: all but a longest common row of both."""
    old, new = shapes(before), shapes(after)
    longest = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for one in reversed(range(len(old))):
        for two in reversed(range(len(new))):
            same = longest[one + 1][two + 1] + 1 if old[one] == new[two] else 0
            longest[one][two] = max(same, longest[one + 1][two], longest[one][two + 1])
    gone: list[Shape] = []
    come: list[Shape] = []
    one = two = 0
    while one < len(old) or two < len(new):
        if one < len(old) and two < len(new) and old[one] == new[two]:
            one, two = one + 1, two + 1
        elif two == len(new) or (one < len(old) and longest[one + 1][two] >= longest[one][two + 1]):
            gone.append(old[one])
            one += 1
        else:
            come.append(new[two])
            two += 1
    return gone, come


def holds(before: bytes, after: bytes, accepts: Callable[[bytes], bool], gone: int, come: int) -> None:
    """What must be true of every write: BuildKit reads it, comments stay, no more than this many instructions differ."""
    assert accepts(after)
    assert comments(after) == comments(before)
    went, came = differences(before, after)
    assert len(went) <= gone, went
    assert len(came) <= come, came
    if 0 < before.count(b"\n") == before.count(b"\r\n"):
        assert after.count(b"\n") == after.count(b"\r\n")
    assert after.startswith(b"\xef\xbb\xbf") == before.startswith(b"\xef\xbb\xbf")


INSTRUCTIONS = st.sampled_from(
    [
        "RUN make", "RUN a && \\\n    b", "RUN a && \\\n# why\n    b", "RUN <<EOF\necho x\nEOF", 'RUN ["a", "b"]',
        "RUN --network=host make", "RUN sudo make", "RUN apt-get update && apt-get install -y curl",
        "COPY . /app", "copy --chown=1:1 a /b", "COPY <<X /x\ntext\nX", "ADD a.txt /a", "WORKDIR /app", "WORKDIR src",
        'ENV A=1 B="two words" \\\n    C=3', "ENV OLD form of it", "ENV A=1 \\\n    # why\n    B=2", "ARG X=1", "ARG Y",
        'LABEL a=b "c d"=e', "EXPOSE 80 443/tcp \\\n    8080", "EXPOSE 22", "VOLUME /data /logs", 'VOLUME ["/data", "/v"]',
        "USER app", "USER root", "USER 1000:1000", "CMD node server.js", 'CMD ["node", "server.js"]', "ENTRYPOINT /run.sh x",
        "CMD a \\\n  b", "HEALTHCHECK --interval=5s CMD curl -f http://x", "HEALTHCHECK NONE", "STOPSIGNAL SIGTERM",
        'SHELL ["/bin/bash", "-c"]', "ONBUILD RUN make", "# a comment", "# another\n# of two lines", "", "  ", "\tRUN tabbed",
    ]
)  # fmt: skip
BASES = st.sampled_from(
    ["FROM debian:13.1", "FROM alpine:3.24 AS final", "from scratch", "FROM --platform=linux/amd64 x/y:1"]
)


@st.composite
def dockerfiles(draw: st.DrawFn) -> bytes:
    """One or two stages, with LF or CRLF, with and without a BOM, a backtick as escape character, a final newline."""
    stages = draw(st.integers(1, 2))
    lines = ["# syntax=docker/dockerfile:1"] if draw(st.booleans()) else []
    backtick = draw(st.integers(0, 5)) == 0
    if backtick:
        lines.append("# escape=`")
    lines += draw(st.lists(st.sampled_from(["# top", "", "ARG TAG=1"]), max_size=2))
    for _each in range(stages):
        lines.append(draw(BASES))
        lines += draw(st.lists(INSTRUCTIONS, max_size=8))
    text = "\n".join(lines) + draw(st.sampled_from(["\n", "\n", "", "\n\n"]))
    if backtick:
        text = text.replace("\\\n", "`\n")
    if draw(st.integers(0, 3)) == 0:
        text = text.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if draw(st.integers(0, 9)) == 0 else b"") + text.encode()
