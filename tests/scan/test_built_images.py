"""Images that a tree builds itself are not taken for pulled ones, whoever builds them and however they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.scan import Options, scan

if TYPE_CHECKING:
    from pathlib import Path

RECIPE = "FROM python:3.13-slim\nUSER 1000\n"


def pulled(folder: Path, files: dict[str, str], rule: str = "HH-SRC-001") -> list[str]:
    """The paths in which an image without a version was found."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    result = scan([str(folder)], Options(strict=True, today="2026-01-01"))
    return sorted(one.locations[0].path for one in result.findings if one.rule == rule)


def run(image: str) -> str:
    return f"#!/bin/sh\ndocker run -d {image}\n"


@pytest.mark.parametrize("image", ["nginx", "grafana/grafana", "ghcr.io/x/y", "docker.io/library/redis:latest"])
def test_what_a_registry_can_have_is_pulled(tmp_path: Path, image: str) -> None:
    assert pulled(tmp_path, {"run.sh": run(image)}) == ["run.sh"]


@pytest.mark.parametrize("image", ["myapp", "shop-web:latest", "localhost/app", "mailcow-backup-test"])
def test_a_name_that_no_registry_can_have_is_not(tmp_path: Path, image: str) -> None:
    assert not pulled(tmp_path, {"run.sh": run(image)})


@pytest.mark.parametrize(
    ("compose", "image"),
    [
        ("name: shop\nservices:\n  web:\n    build: web\n", "shop-web"),
        ("services:\n  web:\n    build: web\n", "stack_web:latest"),
        ("services:\n  web:\n    build: web\n    image: acme/web\n", "acme/web"),
    ],
)
def test_names_that_compose_gives(tmp_path: Path, compose: str, image: str) -> None:
    files = {"stack/compose.yaml": compose, "stack/web/Dockerfile": RECIPE, "run.sh": run(image)}
    assert not pulled(tmp_path, files)
    assert not pulled(tmp_path, {}, "HH-PRV-008"), "its USER is known through the recipe"


def test_the_root_folder_names_its_project(tmp_path: Path) -> None:
    folder = tmp_path / "My.Shop"
    files = {
        "compose.yaml": "services:\n  web:\n    build: .\n",
        "Dockerfile": "FROM python:3.13-slim\nUSER root\n",
        "run.sh": run("myshop-web"),
    }
    assert pulled(folder, files, "HH-PRV-008") == ["compose.yaml", "run.sh"]


def test_tags_of_an_action_and_of_skaffold(tmp_path: Path) -> None:
    step = (
        "      - uses: docker/build-push-action@v6\n        with:\n          context: api\n"
        "          tags: |\n            acme/api:latest\n            ghcr.io/acme/api:latest\n"
    )
    skaffold = (
        "apiVersion: skaffold/v4beta6\nkind: Config\nbuild:\n  artifacts:\n"
        "    - image: acme/job\n      context: job\n    - image: acme/other\n      jib: {}\n"
        "profiles:\n  - name: dev\n    build:\n      artifacts: [{image: acme/dev, docker: {dockerfile: job/Dockerfile}}]\n"
    )
    files = {
        ".github/workflows/a.yml": f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{step}",
        "skaffold.yaml": skaffold,
        "api/Dockerfile": RECIPE,
        "job/Dockerfile": RECIPE,
        "run.sh": "".join(
            f"docker run {name}\n" for name in ("acme/api", "ghcr.io/acme/api", "acme/job", "acme/dev", "acme/other")
        ),
    }
    assert pulled(tmp_path, files) == ["run.sh"]
    result = scan([str(tmp_path)], Options(strict=True, today="2026-01-01"))
    assert ["acme/other" in one.message for one in result.findings if one.rule == "HH-SRC-001"] == [True]


@pytest.mark.parametrize(
    "command",
    ["docker build -t acme/web .", "docker build . -t acme/web --pull", "docker buildx build --tag=acme/web ."],
)
def test_build_commands_with_the_context_anywhere(tmp_path: Path, command: str) -> None:
    files = {"build.sh": f"#!/bin/sh\n{command}\n", "Dockerfile": RECIPE, "run.sh": run("acme/web")}
    assert not pulled(tmp_path, files)
