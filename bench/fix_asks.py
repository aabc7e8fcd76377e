"""Asks the programs that a fixed file is for, beside their parsers: BuildKit of today, and a kube-apiserver."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from fix_kubernetes import WORKLOADS, Server, objects

from hardhull.model.source import Source
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from fix import Tally


class Also:
    """Programs that are asked about a file before and after.

    The server needs the account that a controller makes: ``kubectl create serviceaccount default``.

    Args:
        buildkit: the program made of ``oracle_buildkit.go``; empty to ask nobody.
        server: the address of a throw-away kube-apiserver; empty likewise.
        token: for that.
    """

    def __init__(self, buildkit: str, server: str, token: str) -> None:
        self._buildkit = buildkit
        self._server = Server(server, token) if server else None

    def ask(self, name: str, kinds: tuple[str, ...], before: bytes, after: bytes, tally: Tally) -> None:
        """Counts what was taken before, and notes what is refused only afterwards."""
        if self._buildkit and "dockerfile" in kinds and not self._refusal(before):
            tally.files["asked BuildKit"] += 1
            why = self._refusal(after)
            tally.refused += [f"BuildKit: {name}: {why}"] if why else []
        if self._server is not None and "kubernetes" in kinds:
            self._objects(name, before, after, tally, self._server)

    def _refusal(self, data: bytes) -> str:
        """Why BuildKit refuses a Dockerfile; empty where it does not."""
        asked = json.dumps(data.decode("utf-8", "replace")).encode() + b"\n"
        done = subprocess.run([self._buildkit], input=asked, capture_output=True, check=True)
        answer: str = json.loads(done.stdout)
        return answer

    def _objects(self, name: str, before: bytes, after: bytes, tally: Tally, server: Server) -> None:
        try:
            old, new = objects(Source(name, before)), objects(Source(name, after))
        except (UnreadableError, ValueError) as error:
            tally.refused.append(f"objects: {name}: {error}")
            return
        if [one.get("kind") for one in old] != [one.get("kind") for one in new[: len(old)]]:
            tally.refused.append(f"kube-apiserver: {name}: other objects, or in another order")
            return
        for other in new[len(old) :]:
            status, why = server.accepts(other)
            tally.files["new objects asked kube-apiserver"] += 1
            tally.refused += [f"kube-apiserver: {name}: {why[:300]}"] if status >= 300 else []
        for one, other in zip(old, new, strict=False):
            if one.get("kind") not in WORKLOADS or one == other:
                continue
            if server.accepts(one)[0] >= 300:
                tally.files["objects that kube-apiserver refuses before"] += 1
                continue
            tally.files["objects asked kube-apiserver"] += 1
            status, why = server.accepts(other)
            if status >= 300:
                tally.refused.append(f"kube-apiserver: {name}: {why[:300]}")
