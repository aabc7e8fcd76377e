"""Which folder is a recipe's build context, which ignore file counts, and what gets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.scan import Options, scan

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.model.result import Found, Result

RULE = "HH-SEC-036"
ALL = "FROM python:3.13-slim\nCOPY . /app\n"


def scanned(folder: Path, files: dict[str, str]) -> Result:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / ".git").mkdir(exist_ok=True)
    return scan([str(folder)], Options(strict=True, today="2026-01-01"))


def found(result: Result) -> list[Found]:
    return [one for one in result.findings if one.rule == RULE]


def why_not(result: Result) -> list[str]:
    return [note.why for note in result.not_checked if note.what.startswith("context of")]


def test_git_and_env_of_the_root_get_in(tmp_path: Path) -> None:
    (one,) = found(scanned(tmp_path, {"Dockerfile": ALL, "app.py": "", ".env": "A=b"}))
    assert ".git and .env" in one.message
    assert one.severity.word == "medium"
    assert one.confidence.word == "medium"
    assert one.locations[0].text == "COPY . /app"


def test_a_service_names_the_context(tmp_path: Path) -> None:
    compose = "services:\n  web:\n    build: {context: ., dockerfile: deploy/web.Dockerfile}\n"
    files = {"compose.yaml": compose, "deploy/web.Dockerfile": ALL, "id_rsa": "x", "deploy/.dockerignore": "**"}
    (one,) = found(scanned(tmp_path, files))
    assert "id_rsa" in one.message
    assert one.severity.word == "high"
    assert one.confidence.word == "high"


@pytest.mark.parametrize(
    "command",
    [
        "docker build -t app:1 -f docker/Dockerfile .",
        "docker buildx build . --file docker/Dockerfile --platform linux/amd64 --push",
        "docker build --no-cache -q . -f docker/Dockerfile -t app",
    ],
)
def test_a_build_command_names_it(tmp_path: Path, command: str) -> None:
    script = f"#!/bin/sh\n{command}\n"
    files = {"scripts/build.sh": script, "docker/Dockerfile": ALL, "docker/x.py": "", ".dockerignore": ".git\n"}
    assert not found(scanned(tmp_path, files))
    (tmp_path / ".dockerignore").unlink()
    assert ".git" in found(scanned(tmp_path, {}))[0].message


def test_an_action_without_context_builds_the_root(tmp_path: Path) -> None:
    step = "      - uses: docker/build-push-action@v6\n        with: {file: docker/Dockerfile}\n"
    workflow = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{step}"
    result = scanned(tmp_path, {".github/workflows/a.yml": workflow, "docker/Dockerfile": ALL, "docker/x.py": ""})
    assert ".git of the project's root" in found(result)[0].message


def test_two_contexts_are_not_known(tmp_path: Path) -> None:
    script = "docker build -f a/Dockerfile .\ndocker build -f a/Dockerfile a\n"
    result = scanned(tmp_path, {"build.sh": script, "a/Dockerfile": ALL, "a/x.py": ""})
    assert not found(result)
    assert why_not(result) == ["it is built from several folders: ., a"]


def test_the_files_it_copies_show_where_it_begins(tmp_path: Path) -> None:
    recipe = "FROM python:3.13-slim\nCOPY requirements.txt setup.py ./\nCOPY . /app\n"
    files = {"docker/Dockerfile": recipe, "requirements.txt": "", "setup.py": "", ".env": ""}
    assert ".env of the project's root" in found(scanned(tmp_path, files))[0].message


@pytest.mark.parametrize("beside", [{}, {"entrypoint.sh": ""}, {"main.go": ""}])
def test_a_folder_without_a_program_of_its_own_is_no_context(tmp_path: Path, beside: dict[str, str]) -> None:
    files = {"go.mod": "module x", "cmd/Dockerfile": ALL} | {f"cmd/{name}": text for name, text in beside.items()}
    result = scanned(tmp_path, files)
    assert not found(result)
    assert "nobody names its build context" in why_not(result)[0]


def test_the_ignore_file_of_the_dockerfile_goes_before_that_of_the_context(tmp_path: Path) -> None:
    files = {"Dockerfile": ALL, "app.py": "", ".dockerignore": "*", "Dockerfile.dockerignore": "x"}
    assert "Dockerfile.dockerignore does not keep it out" in found(scanned(tmp_path, files))[0].message


def test_podman_has_names_of_its_own(tmp_path: Path) -> None:
    files = {"Containerfile": ALL, "app.py": "", ".dockerignore": "x", ".containerignore": "*"}
    assert not found(scanned(tmp_path, files))


def test_what_is_let_in_again_is_shown(tmp_path: Path) -> None:
    (one,) = found(scanned(tmp_path, {"Dockerfile": ALL, "app.py": "", ".env": "", ".dockerignore": "*\n!.env\n"}))
    assert [(at.path, at.line) for at in one.locations] == [("Dockerfile", 2), (".dockerignore", 2)]


def test_a_stage_that_is_left_behind_and_an_empty_context_are_low(tmp_path: Path) -> None:
    recipe = f"{ALL.replace('slim', 'slim AS build')}FROM scratch\nCOPY --from=build /app /app\n"
    (one,) = found(scanned(tmp_path, {"Dockerfile": recipe, "app.py": "", ".env": ""}))
    assert one.severity.word == "low"
    (two,) = found(scanned(tmp_path / "b", {"web/Dockerfile": ALL, "web/app.py": ""}))
    assert "all of web/, and no .dockerignore" in two.message
    assert two.severity.word == "low"


def test_an_ignore_file_that_the_builder_refuses_makes_it_unknown(tmp_path: Path) -> None:
    result = scanned(tmp_path, {"Dockerfile": ALL, "app.py": "", ".dockerignore": "a\n[\n"})
    assert not found(result)
    assert why_not(result)[0].startswith(".dockerignore:2: the builder refuses")


def test_excludes_of_the_copy_count(tmp_path: Path) -> None:
    recipe = "FROM scratch\nCOPY --exclude=.git --exclude=**/.env . /app\n"
    assert "all of" in found(scanned(tmp_path, {"Dockerfile": recipe, "app.py": "", ".env": ""}))[0].message


def test_copies_of_parts_and_of_stages_are_not_meant(tmp_path: Path) -> None:
    recipe = "FROM scratch AS a\nCOPY src/ ./\nFROM scratch\nCOPY --from=a . .\n"
    assert not found(scanned(tmp_path, {"Dockerfile": recipe, "src/app.py": "", ".env": ""}))
