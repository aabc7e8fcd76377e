"""Versions that a project names itself are raised where they stand, and nothing beside them changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.formats.dockerfile import read
from hardhull.model.package import Package
from hardhull.model.source import Source
from hardhull.rebuild.pins import lines, pins
from hardhull.rebuild.plan import Upgrade

if TYPE_CHECKING:
    from pathlib import Path


def raised(folder: Path, dockerfile: str, ecosystem: str, name: str, **files: str) -> dict[str, str]:
    """The files that change, as they are then; a package has version 1.0 and shall have 1.1."""
    for path, text in {
        "Dockerfile": dockerfile,
        **{key.replace("__", "."): text for key, text in files.items()},
    }.items():
        (folder / path).write_bytes(text.encode())
    file = folder / "Dockerfile"
    upgrade = Upgrade(Package(ecosystem, name, "1.0"), "1.1", ("CVE-1",), ())
    found = pins(file, read(Source("Dockerfile", file.read_bytes())), upgrade)
    after: dict[str, bytes] = {}
    for one in sorted(found, key=lambda pin: pin.at, reverse=True):
        data = after.get(one.file.name, one.data)
        after[one.file.name] = data[: one.at.start] + one.at.replacement + data[one.at.end :]
    assert all(told[2:] == ("1.0", "1.1") for told in lines(found))
    return {name: data.decode() for name, data in after.items()}


@pytest.mark.parametrize(
    ("ecosystem", "name", "before", "after"),
    [
        ("pypi", "Flask_Login", "RUN pip install flask.login[x]==1.0 other==1.0", "RUN pip install flask.login[x]==1.1 other==1.0"),
        ("pypi", "a", "RUN pip3 install \\\n  'a == 1.0' \\\n  aa==1.0 b-a==1.0", "RUN pip3 install \\\n  'a == 1.1' \\\n  aa==1.0 b-a==1.0"),
        ("pypi", "a", "RUN uv pip install a==1.0; python -c 'a==1.0'", "RUN uv pip install a==1.1; python -c 'a==1.1'"),
        ("npm", "@s/a", "RUN npm i -g @s/a@1.0 a@1.0", "RUN npm i -g @s/a@1.1 a@1.0"),
        ("npm", "a", "RUN yarn add @s/a@1.0 a@1.0 a@1.0.2", "RUN yarn add @s/a@1.0 a@1.1 a@1.0.2"),
    ],
)  # fmt: skip
def test_in_run_instructions(tmp_path: Path, ecosystem: str, name: str, before: str, after: str) -> None:
    head = "FROM python:3.12 AS one\n"
    assert raised(tmp_path, f"{head}{before}\n", ecosystem, name) == {"Dockerfile": f"{head}{after}\n"}


@pytest.mark.parametrize(
    ("ecosystem", "text"),
    [
        ("pypi", "RUN pip install a==1.0.1 a==1.0.* a>=1.0"),  # other versions
        ("pypi", "RUN echo a==1.0"),  # nothing is installed
        ("pypi", "LABEL about='pip install a==1.0'"),
        ("deb", "RUN pip install a==1.0"),
    ],
)
def test_what_is_no_pin(tmp_path: Path, ecosystem: str, text: str) -> None:
    assert raised(tmp_path, f"FROM python:3.12\n{text}\n", ecosystem, "a") == {}


REQUIREMENTS = "# a==1.0\r\nA[x]==1.0 ; python_version > '3'\r\naa==1.0\r\n"


@pytest.mark.parametrize(
    "text",
    [
        "COPY requirements.txt /tmp/r/\nRUN pip install -r /tmp/r/requirements.txt",
        "WORKDIR /app\nCOPY . .\nRUN pip install --no-cache-dir --requirement requirements.txt",
        "COPY . /app\nRUN pip install -r /app/requirements.txt",
    ],
)
def test_in_requirements(tmp_path: Path, text: str) -> None:
    found = raised(tmp_path, f"FROM python:3.12\n{text}\n", "pypi", "a", requirements__txt=REQUIREMENTS)
    assert found == {"requirements.txt": REQUIREMENTS.replace("A[x]==1.0", "A[x]==1.1")}


def test_hashes_and_lock_files_are_not_guessed(tmp_path: Path) -> None:
    text = "FROM python:3.12\nCOPY . .\nRUN pip install -r requirements.txt\n"
    assert raised(tmp_path, text, "pypi", "a", requirements__txt="a==1.0 --hash=sha256:00\n") == {}
    assert raised(tmp_path, text, "pypi", "a", requirements__txt="a==1.0 \\\n  --hash=sha256:00\n") == {}
    manifest = '{"dependencies": {"a": "1.0", "b": "1.0"}}'
    text = "FROM node:22\nCOPY package.json ./\nRUN npm install\n"
    assert raised(tmp_path, text, "npm", "a", package__json=manifest) == {
        "package.json": manifest.replace('"a": "1.0"', '"a": "1.1"')
    }
    (tmp_path / "package-lock.json").write_text("{}")
    assert raised(tmp_path, text, "npm", "a", package__json=manifest) == {}


def test_nothing_outside_of_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "outside.txt").write_text("a==1.0\n")
    (tmp_path / "in" / "link.txt").symlink_to("../outside.txt")
    for name in ("../outside.txt", "link.txt", "/etc/passwd"):
        assert raised(tmp_path / "in", f"FROM x:1\nCOPY . .\nRUN pip install -r {name}\n", "pypi", "a") == {}
