"""No output about a living machine repeats a secret: given to containers in every way, then looked for in every format."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from hardhull.cli.formats import JUDGEMENTS
from hardhull.cli.main import main
from live_containers import NETWORK, body, prepare, remove, start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker_engine import Engine

pytestmark = pytest.mark.engine
SECRETS = {
    "env": "Xk9vQ2mLw7Tz4RbN",
    "url": "Pq8sJ3nVy6Hd1KfC",
    "word": "Zt5wB8rGx2Mc7LpS",
    "label": "Vn4kD9hJq3Wy6XeA",
    "option": "Ru7pF2sKt8Nb5QzH",
    "github": "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
}


@pytest.fixture(scope="module", autouse=True)
def _containers(open_engine: Engine) -> Iterator[None]:
    prepare(open_engine)
    given = {
        "Env": [
            f"DB_PASSWORD={SECRETS['env']}", f"DATABASE_URL=postgres://app:{SECRETS['url']}@db/app",
            f"ANYTHING={SECRETS['github']}",
        ],
        "Cmd": ["sleep", "1000000", "--password", SECRETS["word"]],
        "Labels": {"api-token": SECRETS["label"]},
    }  # fmt: skip
    logs = {"Type": "json-file", "Config": {"labels": "x", "tag": f"token={SECRETS['option']}"}}
    start(open_engine, "talks", body({**given, "Cmd": ["sh", "-c", f"sleep 1000000 # --password {SECRETS['word']}"]}))
    made = open_engine.send("POST", "/containers/create?name=ended", **body(given, LogConfig=logs, Privileged=True))
    assert made
    yield
    remove(open_engine, ["talks", "ended"])
    open_engine.call("DELETE", f"/networks/{NETWORK}")


def written(engine: Engine, folder: Path, *words: str) -> str:
    out = folder / "out"
    with patch.dict(os.environ, {"DOCKER_HOST": f"unix://{engine.socket}"}):
        main([*words, "--output", str(out)])
    return out.read_text()


@pytest.mark.parametrize("form", JUDGEMENTS)
def test_no_format_repeats_a_secret(open_engine: Engine, tmp_path: Path, form: str) -> None:
    facts = ["--facts", "also"] if form == "json" else []
    targets = ["scan", "engine", "containers", "talks", "ended"]
    text = written(open_engine, tmp_path, *targets, "--format", form, *([] if form == "cis" else ["--all"]), *facts)
    assert len(text) > 500
    assert not [line for line in text.split("\n") if any(secret in line for secret in SECRETS.values())]
    if form in {"json", "sarif"}:
        assert "HH-SEC-001" in text


def test_nor_do_facts_that_are_kept_and_what_is_judged_from_them(open_engine: Engine, tmp_path: Path) -> None:
    targets = ["scan", "engine", "containers", "talks", "ended"]
    kept = written(open_engine, tmp_path, *targets, "--format", "json", "--facts", "only")
    assert '"schema": "hardhull-facts/1"' in kept
    assert not {name for name, secret in SECRETS.items() if secret in kept}
    file = tmp_path / "facts.json"
    file.write_text(kept)
    judged = written(open_engine, tmp_path, "scan", str(file), "--format", "json")
    assert "HH-PRV-001" in judged
    assert "was left out" in judged, "what was taken out of the facts cannot be judged, and that is told"
