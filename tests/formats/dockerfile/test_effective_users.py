"""The effective user of real builds: every file in ``users`` is built, and the engine's word is compared with ours.

``# build: --target=x A=1`` in a file says how it is built.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from hardhull.facts.local_image import LocalImage
from hardhull.formats.dockerfile import read
from hardhull.model.source import Source

if TYPE_CHECKING:
    from docker_engine import Engine
    from hardhull.facts.reference import Reference

pytest_plugins = ("docker_engine",)

FILES = sorted((Path(__file__).parent / "users").glob("*.Dockerfile"))
BASES = {
    "alpine:3.20": "",
    "nginxinc/nginx-unprivileged:1.27": "101",
    "grafana/grafana:11.0.0": "472",
    "gcr.io/distroless/static:nonroot": "65532",
    "local/app:1": "app",
}
"""The base images, and the user each starts as; all but the last are in the table of well-known bases."""
LOOKED_UP = LocalImage("local/app:1", "sha256:" + "0" * 64, "app")


class How(NamedTuple):
    """How a file is built."""

    target: str
    args: dict[str, str]


def how(data: bytes) -> How:
    words = [word for line in data.decode().splitlines() if line.startswith("# build:") for word in line.split()[2:]]
    target = next((word.removeprefix("--target=") for word in words if word.startswith("--target=")), "")
    return How(target, dict(word.split("=", 1) for word in words if not word.startswith("--")))


def verdict(data: bytes) -> str:
    target, args = how(data)
    return read(Source("Dockerfile", data), target or None, dict(args), looked_up).user.value


def looked_up(reference: Reference) -> LocalImage | None:
    return LOOKED_UP if reference.familiar == LOOKED_UP.name else None


@pytest.fixture(scope="module")
def built(docker_engine: Engine) -> dict[str, str]:
    """What the engine says of each file's image; an empty user is root."""
    for name, user in BASES.items():
        docker_engine.add_image(name, user=user, small=True)
    users = {}
    for number, path in enumerate(FILES):
        data = path.read_bytes()
        target, args = how(data)
        docker_engine.build(data, f"built:{number}", args, target)
        users[path.stem] = docker_engine.image(f"built:{number}")["Config"]["User"] or "root"
    return users


@pytest.mark.engine
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_user_is_the_one_that_a_real_build_has(path: Path, built: dict[str, str]) -> None:
    assert verdict(path.read_bytes()) == built[path.stem]


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 40
