from __future__ import annotations

import pytest

from hardhull.formats.dockerfile import read
from hardhull.model.source import Source
from hardhull.scan.layers import spoken, steps_of

DOCKERFILE = """\
ARG VERSION=12
FROM debian:$VERSION AS base
RUN apt-get update && \\
    # a comment
    apt-get install -y openssl
FROM base
ARG TOKEN
ENV A=b
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.cache pip install  flask
USER 1000
CMD ["python3", "app.py"]
"""
BUILDKIT = [
    "# debian.sh --arch 'amd64' out/ 'bookworm'",
    "RUN /bin/sh -c apt-get update &&     apt-get install -y openssl # buildkit",
    "ARG TOKEN",
    "ENV A=b",
    "WORKDIR /app",
    "COPY . . # buildkit",
    "RUN |1 TOKEN=hunter2 /bin/sh -c pip install  flask # buildkit",
    "USER 1000",
    'CMD ["python3" "app.py"]',
]
CLASSIC = [
    "/bin/sh -c #(nop) ADD file:abc in / ",
    "/bin/sh -c apt-get update &&     apt-get install -y openssl",
    "/bin/sh -c #(nop)  ARG TOKEN",
    "/bin/sh -c #(nop)  ENV A=b",
    "/bin/sh -c #(nop) WORKDIR /app",
    "/bin/sh -c #(nop) COPY dir:abc in . ",
    "|1 TOKEN=hunter2 /bin/sh -c pip install  flask",
    "/bin/sh -c #(nop)  USER 1000",
    '/bin/sh -c #(nop)  CMD ["python3" "app.py"]',
]


def lines(history: list[str], text: str = DOCKERFILE) -> dict[int, int]:
    found = steps_of(read(Source("Dockerfile", text.encode())), history)
    return {at: place.start.line for at, place in sorted(found.items())}


@pytest.mark.parametrize("history", [BUILDKIT, CLASSIC], ids=["buildkit", "classic"])
def test_each_step_stands_at_its_instruction(history: list[str]) -> None:
    assert lines(history) == {0: 2, 1: 3, 3: 8, 4: 9, 5: 10, 6: 11, 7: 12, 8: 13}


@pytest.mark.parametrize("at", [1, 5, 6, 8])
def test_an_image_of_another_file_is_told(at: int) -> None:
    changed = [*BUILDKIT]
    changed[at] = "RUN /bin/sh -c something else # buildkit"
    assert lines(changed) == {}
    assert lines(BUILDKIT[:at] + BUILDKIT[at + 1 :]) == {}


def test_nothing_to_go_by() -> None:
    assert lines([]) == {}
    assert lines([""] * 9) == {}
    assert lines(BUILDKIT, "FROM scratch\n") == {}
    assert lines(BUILDKIT, "# nothing\n") == {}


def test_the_next_stage_of_the_file_is_not_this_image() -> None:
    assert lines(BUILDKIT, f"{DOCKERFILE}FROM scratch\nCOPY --from=base / /\n") == {}


def test_arguments_of_the_build_are_not_spoken_of() -> None:
    for history in (BUILDKIT, CLASSIC):
        assert spoken(history[6]) == "RUN pip install flask"
        assert not any("hunter2" in spoken(text) for text in history)
    assert spoken(CLASSIC[8]) == 'CMD ["python3" "app.py"]'
    assert spoken("") == "a layer without a history"
