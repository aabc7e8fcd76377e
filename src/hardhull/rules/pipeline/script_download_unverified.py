"""Script installs a download that nothing verifies.

What it checks: workflows, scripts and units that download a program or package with curl or wget and unpack or install
it, in a file that checks no checksum or signature at all. Documents are left out.

Why it matters: the file is whatever the server, a mirror or somebody on the way sends at that moment. In a pipeline it
runs with the credentials of the registry.

How to fix: `echo "SUM  FILE" | sha256sum -c` behind the download, with the sum written in the script, or `cosign
verify-blob`. Or a package of a signed repository.

When it is fine: files that are only read as data.

References: https://docs.sigstore.dev/cosign/verifying/verify/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.finding import Confidence
from hardhull.rules.fix import advise
from hardhull.rules.programs import FETCHERS, is_local, urls
from hardhull.rules.rule import LOW, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline, Run
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

CHECKED = re.compile(
    rb"sha\d+sum|shasum|sha256|sha512|md5sum|b2sum|gpg[^\n]{0,80}--verify|gpgv|cosign|minisign|dgst|checksum|rhash",
    re.IGNORECASE,
)
"""Signs that a download is checked somehow."""
UNPACKERS = frozenset({"tar", "bsdtar", "gunzip", "gzip", "zcat", "xz", "cpio", "dpkg", "rpm", "funzip"})
PROGRAMS = re.compile(r"(?:^|/)(?:usr/)?(?:local/)?s?bin(?:/|$)|cli-plugins")
"""Folders of programs."""
PACKAGE = re.compile(r"\.(?:deb|rpm|apk|appimage|run)(?:[?#].*)?$", re.IGNORECASE)


CHECK = advise(
    "check what is downloaded before it is installed",
    'download it to a file, then\necho "<its checksum>  FILE" | sha256sum -c',
)


@rule(
    "HH-SRC-306",
    "script-download-unverified",
    dimension=SOURCE,
    severity=LOW,
    confidence=Confidence.MEDIUM,
    checklist=[6],
    by_hand="the right checksum is known only to who made the file",
)
def check(pipeline: Pipeline, _policy: Policy) -> Iterator[Finding]:
    """Yields the address of every such download."""
    if pipeline.from_docs:
        return
    found = [(run, at) for run in pipeline.runs if run.program in FETCHERS and (at := _installed(run)) is not None]
    if found and not CHECKED.search(pipeline.place.source.data):
        for run, at in found:
            yield run.finding(
                f"{pipeline.subject} installs a download that nothing verifies",
                at=run.words[at],
                label="no checksum, no signature",
                fix=CHECK,
            )


def _installed(run: Run) -> int | None:
    """The position of the URL of something that is installed; None where it is data, or goes to a shell."""
    if run.pipe_to is not None and run.pipe_to.program not in UNPACKERS:
        return None
    target = run.option("-o", "--output", "-O", "--output-document")
    into = bool(target and target.known and PROGRAMS.search(target.value))
    for at in urls(run.texts):
        if not is_local(run.texts[at]) and (run.pipe_to is not None or into or PACKAGE.search(run.texts[at])):
            return at
    return None


EXAMPLES = [
    Example(
        "shell",
        bad="""
#!/bin/sh
set -e
curl -fsSL https://example.com/tool-1.4.tar.gz | tar -xz -C /usr/local  #! HH-SRC-306
curl -fsSL https://example.com/kind -o /usr/local/bin/kind  #! HH-SRC-306
docker build -t shop/api .
""",
        good="""
#!/bin/sh
set -e
curl -fsSLO https://example.com/tool-1.4.tar.gz
echo "24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d  tool-1.4.tar.gz" | sha256sum -c
tar -xzf tool-1.4.tar.gz -C /usr/local
docker build -t shop/api .
""",
    ),
]
