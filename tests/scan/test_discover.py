"""Discovery finds what is ours, stays inside, and leaves nothing out without a word."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from hardhull.scan.discover import MAX_SNIFFED, NoSuchTargetError, discover
from hardhull.scan.kinds import is_dockerfile, kinds_of, kinds_of_stream

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.scan.discover import Discovery

COMPOSE = "services:\n  web:\n    image: nginx\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def kinds(found: Discovery) -> dict[str, tuple[str, ...]]:
    return {candidate.source.path: candidate.kinds for candidate in found.files}


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile", "dockerfile", "Dockerfile.dev", "Dockerfile-windows", "api.Dockerfile", "prod.dockerfile",
        "Containerfile", "Containerfile.ubi9", "Dockerfile_test", "build-Dockerfile",
    ],
)  # fmt: skip
def test_every_usual_name_of_a_dockerfile(name: str) -> None:
    assert is_dockerfile(name)


@pytest.mark.parametrize(
    "name", ["Dockerfile.dockerignore", "dockerfile.go", "test_dockerfile.py", "Dockerfile.md", "mydockerfile"]
)
def test_names_that_only_look_like_one(name: str) -> None:
    assert not is_dockerfile(name)


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("compose.yaml", COMPOSE, ("compose",)),
        ("stack/app.yml", COMPOSE, ("compose",)),
        ("docs/openapi.yml", "services:\n  - a\n", ()),
        ("k/pod.yaml", POD, ("kubernetes",)),
        ("chart/Chart.yaml", "apiVersion: v2\nname: x\n", ("chart",)),
        ("base/kustomization.yaml", "resources: [a.yaml]\n", ("kustomization",)),
        (".github/workflows/ci.yml", "on: push\n", ("workflow",)),
        ("ops/.gitlab-ci.yml", "a: b\n", ("gitlab",)),
        ("daemon.json", "{}", ("daemon.json",)),
        ("s.json", '{"defaultAction": "A", "syscalls": []}', ("seccomp",)),
        ("i.json", '[{"HostConfig": {}}]', ("engine-api",)),
        ("package.json", "{}", ()),
        ("run", "#!/usr/bin/env bash\ndocker run x\n", ("shell",)),
        ("run.sh", "echo hello\n", ()),
        ("Makefile", "up:\n\tdocker run x\n", ("makefile",)),
        ("a.container", "[Container]\n", ("quadlet",)),
        ("a.service", "ExecStart=/usr/bin/docker run x\n", ("unit",)),
        ("d.rules", "-w /usr/bin/docker -p x\n", ("auditd",)),
        ("README.md", "```\ndocker run x\n```\n", ("markdown",)),
    ],
)
def test_kind_by_name_or_content(path: str, text: str, wanted: tuple[str, ...]) -> None:
    assert kinds_of(path, text.encode()) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (COMPOSE, "compose"), (POD, "kubernetes"), ("FROM alpine\n", "dockerfile"), ('{"icc": true}', "daemon.json"),
        ("docker run x\n", "shell"), ("-w /usr/bin/docker -p x\n", "auditd"),
    ],
)  # fmt: skip
def test_standard_input_is_recognised_by_content(text: str, wanted: str) -> None:
    assert kinds_of_stream(text.encode()) == (wanted,)


def test_hidden_folders_are_read_and_ignored_ones_counted(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {
            ".git/HEAD": "",
            ".gitignore": "build/\n*.bak.yml\n",
            ".devcontainer/Dockerfile": "FROM a\n",
            "build/Dockerfile": "FROM a\n",
            "sub/.gitignore": "!keep.bak.yml\nDockerfile\n",
            "sub/keep.bak.yml": COMPOSE,
            "sub/Dockerfile": "FROM a\n",
            "lost.bak.yml": COMPOSE,
        },
    )
    found = discover([str(tmp_path)])
    assert sorted(kinds(found)) == [".devcontainer/Dockerfile", "sub/keep.bak.yml"]
    (note,) = found.not_checked
    assert note.kind == "out-of-scope"
    assert "build/, lost.bak.yml, sub/Dockerfile" in note.what


def test_paths_are_relative_to_the_git_root(tmp_path: Path) -> None:
    tree(tmp_path, {".git/HEAD": "", "deploy/api/Dockerfile": "FROM a\n"})
    found = discover([str(tmp_path / "deploy")])
    assert list(kinds(found)) == ["deploy/api/Dockerfile"]


def test_an_ignored_file_can_be_named(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": "*\n", "Dockerfile": "FROM a\n"})
    assert list(kinds(discover([str(tmp_path / "Dockerfile")]))) == ["Dockerfile"]


def test_a_link_out_of_the_root_is_reported_not_followed(tmp_path: Path) -> None:
    outside = tree(tmp_path / "outside", {"secret.yml": COMPOSE})
    inside = tree(tmp_path / "inside", {"compose.yml": COMPOSE})
    (inside / "linked.yml").symlink_to(outside / "secret.yml")
    (inside / "loop").symlink_to(inside)
    found = discover([str(inside)])
    assert list(kinds(found)) == ["compose.yml"]
    assert [note.what for note in found.not_checked] == ["linked.yml"]


def test_what_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Dockerfile.pipe")
    tree(tmp_path, {"big.yml": "x" * (MAX_SNIFFED + 1), "Dockerfile": "FROM a\n"})
    found = discover([str(tmp_path)])
    assert list(kinds(found)) == ["Dockerfile"]
    assert [(note.kind, note.what) for note in found.not_checked] == [("failed", "big.yml")]


def test_a_named_file_that_no_reader_knows_is_a_failure(tmp_path: Path) -> None:
    tree(tmp_path, {"notes.txt": "hello"})
    (note,) = discover([str(tmp_path / "notes.txt")]).not_checked
    assert note.kind == "failed"


def test_a_missing_target_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoSuchTargetError, match="nowhere"):
        discover([str(tmp_path / "nowhere")])
