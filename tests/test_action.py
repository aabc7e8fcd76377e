"""``action.yml`` is run as GitHub would: the gate holds back what is bad, and lets pass what is good."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

import yaml

from github_action import ROOT, Job, Ran, checkout
from made_advisories import HIGH, export, record, until
from made_images import config, layer, saved

if TYPE_CHECKING:
    from pathlib import Path

VALIDATOR = import_module("jsonschema").Draft202012Validator(  # it has no types
    json.loads((ROOT / "tests" / "report" / "data" / "sarif-2.1.0.json").read_text("utf-8-sig"))
)
OS = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
STATUS = "Package: {0}\nStatus: install ok installed\nSource: {2}\nVersion: {1}\nArchitecture: amd64\n\n"
LIBC = STATUS.format("libc6", "2.36-9+deb12u3", "glibc")
DIGEST = "debian:12.8-slim@sha256:" + "5f" * 32
DOCKERFILE = f"""\
FROM {DIGEST}
RUN apt-get update && apt-get install -y --no-install-recommends openssl=3.* && rm -rf /var/lib/apt/lists/*
USER 10001
HEALTHCHECK CMD ["openssl", "version"]
CMD ["openssl", "s_server"]
"""
HISTORY = [
    {"created_by": "# debian.sh"},
    {"created_by": f"RUN /bin/sh -c {DOCKERFILE.splitlines()[1].removeprefix('RUN ')} # buildkit"},
    {"created_by": "USER 10001", "empty_layer": True},
    {"created_by": 'HEALTHCHECK &{["CMD" "openssl" "version"]}', "empty_layer": True},
    {"created_by": 'CMD ["openssl" "s_server"]', "empty_layer": True},
]
VULNERABLE, FIXED = "3.0.11-1~deb12u1", "3.0.11-1~deb12u2"


def image(version: str) -> bytes:
    base = layer(("etc/os-release", OS), ("var/lib/dpkg/status", LIBC))
    mine = layer(("var/lib/dpkg/status", LIBC + STATUS.format("libssl3", version, "openssl")))
    cmd = {"User": "10001", "Cmd": ["openssl", "s_server"], "Healthcheck": {"Test": ["CMD", "openssl", "version"]}}
    return saved([base, mine], "team/app:1", config([base, mine], history=HISTORY, config=cmd))


class Repository:
    """A job whose workspace is a repository with a Dockerfile, images that were built from it, and advisories."""

    def __init__(self, folder: Path) -> None:
        (folder / "job").mkdir()
        (folder / "action").mkdir()
        self.job = Job(folder / "job")
        self.place = self.job.workspace
        self.action = checkout(folder / "action")
        (self.place / "Dockerfile").write_text(DOCKERFILE)
        (self.place / "fixed.tar").write_bytes(image(FIXED))
        severity = [{"type": "CVSS_V3", "score": HIGH}]
        unfixed = until("Debian:12", "glibc", "")
        unfixed["ranges"][0]["events"].pop()
        records = [
            record("DSA-5532-1", until("Debian:12", "openssl", FIXED), upstream=["CVE-2023-5363"], severity=severity),
            record("DEBIAN-CVE-2024-2", unfixed, upstream=["CVE-2024-0002"], severity=severity),
        ]
        for one in records:
            one["modified"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        export(self.place / "osv", "Debian", records)

    def uses(self, **given: Any) -> tuple[Ran, list[tuple[str, str, int]]]:
        """The action, and rule, place and line of each result of its SARIF, which must be valid."""
        (self.place / "hardhull.sarif").unlink(missing_ok=True)
        ran = self.job.uses(self.action, {name.replace("_", "-"): value for name, value in given.items()})
        log = json.loads((self.place / "hardhull.sarif").read_text())
        VALIDATOR.validate(log)
        places = []
        for one in log["runs"][0]["results"]:
            place = one["locations"][0]["physicalLocation"]
            text = f"{one['ruleId']} {one['message']['text']}"
            places.append((text, place["artifactLocation"]["uri"], place["region"]["startLine"]))
        return ran, places


def shown(document: str) -> dict[str, Any]:
    """What stands under ``with`` in the step that a document shows."""
    blocks = re.findall(r"^```yaml\n(- uses:.*?)^```$", (ROOT / document).read_text(), re.MULTILINE | re.DOTALL)
    (step,) = yaml.safe_load(blocks[0])
    assert step["uses"].startswith("hardhull/hardhull@")
    given: dict[str, Any] = step["with"]
    return given


def test_the_gate_of_the_action(tmp_path: Path) -> None:
    """One job on a fresh machine, which uses the action five times: a third of it is its own installation."""
    repository = Repository(tmp_path)
    bad = {**shown("docs/advisories.md"), "path": "Dockerfile", "advisories": "osv"}
    (repository.place / "app.tar").write_bytes(image(VULNERABLE))
    ran, found = repository.uses(**bad)
    assert (ran.code, ran.steps) == (1, ["Install", "Advisories", "Scan"]), ran.said
    mine = [(path, line) for text, path, line in found if "CVE-2023-5363" in text]
    assert mine == [("Dockerfile", 2)], "the line that brought it"
    assert not any("CVE-2024-0002" in text for text, _path, _line in found), "it has no fix"

    good = {**bad, "image": "docker-archive:fixed.tar"}
    ran, found = repository.uses(**good)
    assert (ran.code, ran.outputs) == (0, {"sarif": "hardhull.sarif"}), ran.said
    assert not any("CVE-" in text for text, _path, _line in found)
    ran, found = repository.uses(**{**good, "ignore-unfixed": False})
    assert ran.code == 1, "what has no fix counts without that"
    assert [(path, line) for text, path, line in found if "CVE-2024-0002" in text] == [("Dockerfile", 1)]

    for name, code in (("shop", 1), ("shop-hardened", 0)):
        shutil.copytree(ROOT / "examples" / name, repository.place / name)
        ran, _found = repository.uses(**{**shown("README.md"), "path": name})
        assert ran.steps == ["Install", "Scan"], "without an image no advisories are needed"
        assert ran.code == code, f"{name}: {ran.said}"
