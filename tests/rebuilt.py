"""Where ``hardhull fix image:NAME`` is run in tests: a folder with a database of its own, beside an engine."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from hardhull.cli.main import main
from hardhull.rebuild.kind import identifier_of
from hardhull.supply.connection import connect

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine


class Place:
    """A folder with a database of its own, beside an engine."""

    def __init__(self, folder: Path, engine: Engine, cache: Path | None = None) -> None:
        self.folder, self.engine = folder, engine
        self._settings = {
            "DOCKER_HOST": f"unix://{engine.socket}",
            "HARDHULL_HOST_STATE": str(folder / "state"),
            "HARDHULL_DB": str(folder / "a.db"),
            "XDG_CACHE_HOME": str(cache or folder / "cache"),
        }

    def run(self, *words: str) -> int:
        with patch.dict(os.environ, self._settings):
            return main(list(words))

    def told(self, *words: str, code: int = 0) -> dict[str, Any]:
        out = self.folder / "out.json"
        assert self.run(*words, "--format", "json", "-o", str(out)) == code
        found: dict[str, Any] = json.loads(out.read_text())
        return found

    def identifier(self, name: str) -> str:
        with patch.dict(os.environ, self._settings):
            client, _where = connect()
            with client:
                return identifier_of(client, name)

    def names(self) -> set[str]:
        return {name for row in json.loads(self.engine.call("GET", "/images/json")) for name in row["RepoTags"] or ()}
