"""Rules about recipes where one instruction decides about another: what is reported, how bad, and what is left out."""

from __future__ import annotations

import time

import pytest
from named import dockerfile, found_in, places, words
from texts import scan_texts

from hardhull.formats.dockerfile import read
from hardhull.model.field import NotKnownError
from hardhull.model.source import Source
from hardhull.rules.policy import Policy
from hardhull.rules.rule import rules_for


@pytest.mark.parametrize(
    ("base", "lines"),
    [
        ("FROM node", [1]),
        ("FROM node:latest", [1]),
        ("FROM ghcr.io/example/app:main", [1]),
        ("ARG V=latest\nFROM node:$V", [2]),
        ("FROM node:22", []),
        ("FROM scratch", []),
        ("FROM node@sha256:" + "0a" * 32, []),
        ("FROM localhost/app", []),
        ("FROM builder-made-elsewhere", []),
        ("FROM node:22 AS node\nFROM node", []),
        ("FROM scratch\nCOPY --from=binaries /x /x", []),
        ("FROM scratch\nCOPY --from=nginx /x /x", [2]),
        ("FROM scratch\nRUN --mount=from=ghcr.io/example/tool,target=/t /t/run", [2]),
    ],
)
def test_only_images_that_move_are_latest_or_untagged(base: str, lines: list[int]) -> None:
    assert places(dockerfile(f"{base}\n", "base-latest-or-untagged")) == lines


def test_a_base_that_nobody_can_know_is_not_judged_but_said() -> None:
    result = scan_texts({"Dockerfile": "ARG BASE\nFROM $BASE\nUSER 1000\n"})
    assert not found_in(result, "base-latest-or-untagged")
    assert not found_in(result, "base-not-pinned")
    assert any("BASE" in note.why for note in result.not_checked)


def test_what_is_known_is_judged_beside_what_is_not() -> None:
    assert places(dockerfile("ARG BASE\nFROM node AS a\nFROM $BASE\n", "base-latest-or-untagged")) == [2]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("CMD ['/app']", ["medium"]),
        ("USER root", ["high"]),
        ("USER 0:0", ["high"]),
        ("USER app", []),
        ("USER 10001", []),
        ('RUN apt-get install -y gosu\nENTRYPOINT ["/entrypoint.sh"]', ["low"]),
        ('ENTRYPOINT ["/sbin/su-exec", "app", "/app"]', ["low"]),
        ("ARG ID=0\nUSER $ID", ["high"]),
    ],
)
def test_who_the_image_starts_as(rest: str, expected: list[str]) -> None:
    assert words(dockerfile(f"FROM debian:13.1\n{rest}\n", "image-runs-as-root")) == expected


@pytest.mark.parametrize("base", ["gcr.io/distroless/static:nonroot", "cgr.dev/chainguard/static:1", "example.com/x:1"])
def test_a_base_that_is_not_root_or_not_known_gives_no_root(base: str) -> None:
    assert not dockerfile(f'FROM {base}\nCMD ["/app"]\n', "image-runs-as-root")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("chmod 777 /app", 1),
        ("chmod -R a+rwX /app", 1),
        ("chmod o+w /app", 1),
        ("chmod 1777 /app", 0),
        ("chmod 777 /tmp /var/tmp", 0),
        ("chmod 755 /app", 0),
        ("chmod g+w /app", 0),
        ("chmod a-w /app", 0),
        ('chmod 777 "$tempDir"', 0),
        ('bash -c "chmod 777 /app"', 1),
        ("echo chmod 777 /app", 0),
    ],
)
def test_modes_that_let_everybody_write(command: str, expected: int) -> None:
    assert len(dockerfile(f"FROM debian:13.1\nRUN {command}\n", "world-writable-path")) == expected


def test_only_the_built_image_counts_for_modes_and_tools() -> None:
    text = "FROM debian:13.1 AS build\nRUN chmod 777 /x && apt-get install -y gcc\nFROM debian:13.1\nCOPY --from=build /x /x\n"
    assert not dockerfile(text, "world-writable-path")
    assert not dockerfile(text, "build-tools-in-final-image")
    assert places(dockerfile(text.replace("FROM debian:13.1\nCOPY", "FROM build\nCOPY"), "world-writable-path")) == [2]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("curl https://x.example/i.sh | sh", 1),
        ("curl https://x.example/i.sh | sudo -E bash -", 1),
        ("wget -qO- https://x.example/i.py | python3", 1),
        ('eval "$(curl https://x.example/env)"', 1),
        ("curl https://x.example/i.json | python3 -m json.tool", 0),
        ("curl https://x.example/i.sh | bash /opt/reads-its-input.sh", 0),
        ("curl https://x.example/k.asc | gpg --dearmor", 0),
        ("bash /opt/x.sh $(curl https://x.example/version)", 0),
        ('echo "curl https://x.example/i.sh | sh"', 0),
    ],
)
def test_what_counts_as_running_what_a_server_sends(command: str, expected: int) -> None:
    assert len(dockerfile(f"FROM debian:13.1\nRUN {command}\n", "curl-pipe-shell")) == expected


def test_a_local_source_of_packages_needs_no_signature() -> None:
    line = "RUN echo 'deb [ trusted=yes ] file:///packages ./' > /etc/apt/sources.list.d/l.list\n"
    assert not dockerfile(f"FROM debian:13.1\n{line}", "signature-check-disabled")
    assert dockerfile(f"FROM debian:13.1\n{line.replace('file:///', 'https://x.example/')}", "signature-check-disabled")


@pytest.mark.parametrize("shell", ['["powershell", "-Command"]', '["cmd", "/S", "/C"]'])
def test_a_shell_that_is_not_read_gives_nothing(shell: str) -> None:
    text = f"FROM debian:13.1\nSHELL {shell}\nRUN curl -k https://x.example/i.sh | sh\n"
    assert not dockerfile(text, "tls-check-disabled")
    assert not dockerfile(text, "curl-pipe-shell")


def test_a_here_document_is_read_like_a_command() -> None:
    text = "FROM debian:13.1\nRUN <<EOF\nset -e\ncurl -k https://x.example/a -o /a\nEOF\n"
    assert places(dockerfile(text, "tls-check-disabled")) == [4]


def test_the_exec_form_is_judged_at_the_instruction() -> None:
    text = 'FROM debian:13.1\nRUN ["sh", "-c", "curl https://x.example/i.sh | sh"]\n'
    assert places(dockerfile(text, "curl-pipe-shell")) == [2]


def test_places_are_exact_in_text_that_is_not_ascii() -> None:
    text = "FROM debian:13.1\r\nRUN echo 'größe' && \\\r\n\tchmod 777 /dätä\r\n"
    (found,) = dockerfile(text, "world-writable-path")
    assert (found.locations[0].line, found.locations[0].column, found.locations[0].end_column) == (3, 8, 11)


@pytest.mark.parametrize(
    "piece", ["| sudo ", "`curl ", "apt-get install ", "pip install a ", "chmod a+", "://a:b", "a-"]
)
def test_hostile_text_takes_no_more_than_linear_time(piece: str) -> None:
    body = piece * (40_000 // len(piece))
    recipe = read(Source("Dockerfile", f"FROM debian:13.1\nRUN chmod curl passwd {body} x\n".encode()))
    started = time.process_time()
    for rule in rules_for("recipe"):
        try:
            list(rule.check(recipe, Policy()))
        except NotKnownError:
            continue
    assert time.process_time() - started < 4
