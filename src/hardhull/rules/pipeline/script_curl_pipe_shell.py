"""Script executes what a server sends.

What it checks: workflows, scripts and units that send a download straight into a shell or an interpreter: `curl ...
| sh`, `bash <(curl ...)`, `sh -c "$(wget ...)"`. Worse without TLS. Documents are left out.

Why it matters: whoever controls the server, or the name, runs commands with the pipeline's credentials, or as root on
the host. Nobody can look at it afterwards, and a connection that breaks runs half a script.

How to fix: install a package of a named version (Docker's own: from its apt or dnf repository, which is signed), or
download a named version, check its checksum, then run it.

When it is fine: throw-away machines without credentials.

References: https://docs.docker.com/engine/install/
https://docs.github.com/en/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.programs import FETCHERS, INTERPRETERS, POSIX_SHELLS, plain_url, runs_input
from hardhull.rules.rule import HIGH, MEDIUM, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline, Run
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

READERS = POSIX_SHELLS | INTERPRETERS | {"eval", "source", "."}


BY_HAND = "which version is meant, and what its checksum is, nobody but its maker can say"
CHECK = advise(
    "check what is downloaded before it runs",
    "curl -fsSLo install.sh https://.../a-named-version/install.sh\n"
    'echo "<its checksum>  install.sh" | sha256sum -c\n'
    "sh install.sh",
)


@rule("HH-SRC-304", "script-curl-pipe-shell", dimension=SOURCE, severity=MEDIUM, checklist=[6], by_hand=BY_HAND)
def check(pipeline: Pipeline, _policy: Policy) -> Iterator[Finding]:
    """Yields the program that downloads."""
    if pipeline.from_docs:
        return
    for run in pipeline.runs:
        reader = _reader(run) if run.program in FETCHERS else ""
        if reader:
            at = plain_url(run.texts)
            yield run.finding(
                f"{pipeline.subject} runs what a server sends, whatever that is today",
                label=f"{reader} runs it unseen" + ("" if at is None else ", and anybody on the way can change it"),
                severity=None if at is None else HIGH,
                fix=CHECK,
            )


def _reader(run: Run) -> str:
    """The program that runs the output; empty where it is only read as data."""
    if run.pipe_to is not None:
        return run.pipe_to.program if runs_input(run.pipe_to.texts) else ""
    return run.executed_by if run.executed_by in READERS else ""


EXAMPLES = [
    Example(
        "shell",
        bad="""
#!/bin/sh
set -e
curl -fsSL https://get.docker.com | sh  #! HH-SRC-304
docker run --rm alpine:3.24 true
""",
        good="""
#!/bin/sh
set -e
apt-get install -y docker-ce=5:28.2.2-1~debian.12~bookworm
curl -fsSL https://example.com/status.json | python3 -m json.tool
docker run --rm alpine:3.24 true
""",
    ),
    Example(
        "workflow",
        bad="""
on: [push]
jobs:
  scan:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          curl -sfL https://example.com/install.sh | sh -s -- -b /usr/local/bin  #! HH-SRC-304
          docker build -t shop/api .
""",
        good="""
on: [push]
jobs:
  scan:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          docker build -t shop/api .
""",
    ),
]
