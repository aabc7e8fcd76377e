"""Turns a rule's example into files, and files into findings."""

from __future__ import annotations

import json
import re
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hardhull.advisories.database import reading, writing
from hardhull.advisories.importing import import_path
from hardhull.advisories.lookup import look_up
from hardhull.formats.dockerfile import read
from hardhull.leaks.engine import cache_folder
from hardhull.leaks.scanner import Scanner
from hardhull.model.measured import Heap, ImageUser, Measured, Right
from hardhull.model.package import Distribution, Package
from hardhull.model.source import Source
from hardhull.rules.policy import Policy
from hardhull.scan import Options, examine
from hardhull.scan.built import Held, built
from hardhull.scan.discover import Candidate, Discovery
from hardhull.scan.kinds import kinds_of
from hardhull.scan.leaks import leak_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.fact import Fact
    from hardhull.facts.leak import Leak
    from hardhull.model.result import Found, Result
    from hardhull.scan import Examination

PATHS = {
    "compose": "compose.yaml",
    "kubernetes": "manifest.yaml",
    "docker-run": "run.sh",
    "shell": "run.sh",
    "dockerfile": "Dockerfile",
    "daemon.json": "daemon.json",
    "dockerd": "docker.service",
    "workflow": ".github/workflows/ci.yml",
    "gitlab": ".gitlab-ci.yml",
    "makefile": "Makefile",
    "unit": "app.service",
    "systemd": "app.service",
    "quadlet": "app.container",
    "auditd": "docker.rules",
    "seccomp": "seccomp.json",
    "engine-api": "inspect.json",
    "live": "facts.json",
    "image": "image.json",
    "markdown": "README.md",
    "secrets": "settings.ini",
    "contents": "contents.json",
}
MARK = re.compile(r"[ \t]*#!\s*((?:HH-[A-Z]+-\d+)(?:\s*,\s*HH-[A-Z]+-\d+)*)[ \t]*$")
FILE = re.compile(r"^--- (\S+)$", re.MULTILINE)


def files_of(text: str, path: str) -> dict[str, str]:
    """The files of an example: one, or several between ``--- name`` lines. The first newline is the quote's."""
    text = text.removeprefix("\n")
    parts = FILE.split(text)
    if len(parts) == 1:
        return {path: text}
    named = dict(zip(parts[1::2], (part.removeprefix("\n") for part in parts[2::2]), strict=True))
    return {path: parts[0], **named} if parts[0].strip() else named


def marks_of(text: str, path: str, rule: str) -> tuple[dict[str, str], list[tuple[str, int]]]:
    """The files without their marks, and the (path, line) of every mark of a rule."""
    plain: dict[str, str] = {}
    marked: list[tuple[str, int]] = []
    for name, body in files_of(text, path).items():
        lines = body.split("\n")
        for number, line in enumerate(lines, 1):
            found = MARK.search(line)
            if found:
                lines[number - 1] = line[: found.start()]
                marked += [(name, number)] * [word.strip() for word in found[1].split(",")].count(rule)
        plain[name] = "\n".join(lines)
    return plain, sorted(marked)


def discovery_of(files: dict[str, str], *, secrets: bool = False) -> Discovery:
    """Texts that were never in a folder, as if they had been found in one, and searched for secrets where asked."""
    candidates = []
    for path, text in sorted(files.items()):
        data = text.encode()
        kinds = kinds_of(path, data) or ("other",)  # what a scan reads only where another file makes it matter
        candidates.append(Candidate(Source(path, data), kinds))
    facts: tuple[Fact, ...] = tuple(leaks_of(files)) if secrets else ()
    if "contents.json" in files:
        facts += image_of(files)
    return Discovery(Path("/nonexistent"), candidates, [], facts)


def image_of(files: dict[str, str]) -> tuple[Fact, ...]:
    """An image that was built from the Dockerfile, judged by the advisories beside its packages."""
    told = json.loads(files["contents.json"])
    history = [*told["history"], 'CMD ["x"]']
    distribution = Distribution(**told["distribution"])
    packages = tuple(
        Package(**{key: value for key, value in one.items() if key != "step"}, layer=f"sha256:{one['step']}")
        for one in told["packages"]
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        (Path(folder) / "records.json").write_text(json.dumps(told["advisories"]))
        with writing(path) as database:
            import_path(database, Path(folder) / "records.json")
        with closing(reading(path)) as database:
            outcome = look_up(database, packages, distribution, "2026-01-01")
    steps = tuple((f"sha256:{at}", at) for at in range(len(history)))
    user = ImageUser(**told["user"]) if "user" in told else None
    heaps = tuple(Heap(**one)._replace(examples=tuple(one["examples"])) for one in told.get("heaps", ()))
    rights = tuple(Right(**one) for one in told.get("rights", ()))
    measured = Measured((), heaps, rights, user)
    held = Held("image:shop", "", (), tuple(history), steps, packages, distribution, measured)
    recipe = read(Source("Dockerfile", files["Dockerfile"].encode()))
    return built(held, outcome.found, outcome.not_checked, [recipe]).facts


def leaks_of(files: dict[str, str]) -> Iterator[Leak]:
    """The files with secrets."""
    for path, text in sorted(files.items()):
        report = scanner().scan_bytes(path, text.encode())
        if report.hits:
            yield leak_of(path, report, "2026-01-01")


@cache
def scanner() -> Scanner:
    return Scanner(cache_folder())


def scan_texts(files: dict[str, str], policy: Policy | None = None, *, secrets: bool = False) -> Result:
    """Judges texts; a fault of ours is raised."""
    return examined(files, policy, secrets=secrets).result


def examined(files: dict[str, str], policy: Policy | None = None, *, secrets: bool = False) -> Examination:
    """The same, with the facts."""
    return examine(discovery_of(files, secrets=secrets), policy or Policy(), Options(strict=True, today="2026-01-01"))


def findings_of(rule: str, result: Result) -> list[Found]:
    """The findings of one rule."""
    return [found for found in result.findings if found.rule == rule]
