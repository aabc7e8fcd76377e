"""A registry's password stands in a command.

What it checks: `docker login -p PASSWORD` (and podman, nerdctl, buildah, skopeo) in scripts and workflows.

Why it matters: every user of the machine reads it in the list of processes, the shell keeps it in its history, and a
log with `set -x` shows it. Written out, it stands in version control for ever.

How to fix: pipe it: `docker login --username NAME --password-stdin REGISTRY < file`, or let the runner's login action
take a secret.

When it is fine: never.

References: https://docs.docker.com/reference/cli/docker/login/#password-stdin
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.pipeline_changes import OnInput
from hardhull.rules.fix import SAFE, Fix, Instruct, advise, change
from hardhull.rules.rule import HIGH, MEDIUM, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline, Run
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


ROTATE = advise(
    "take the password out of the file, and change it",
    "whoever has read the file has it. Keep the new one in a secret of the pipeline or in a file that only its user\n"
    "reads, and give it on the standard input: docker login --password-stdin < FILE",
)
LOGIN = frozenset({"docker", "podman", "nerdctl", "buildah", "skopeo", "oras", "crane", "helm", "cosign"})


@rule(
    "HH-SEC-310",
    "registry-password-in-command",
    dimension=SOURCE,
    severity=HIGH,
    checklist=[2],
)
def check(pipeline: Pipeline, _policy: Policy) -> Iterator[Finding]:
    """Yields the option."""
    for run in pipeline.runs:
        if run.program not in LOGIN or run.verbs[:1] != ("login",) or run.has("--password-stdin"):
            continue
        password = run.option("-p", "--password")
        if password is None or not password.get("x"):
            continue
        literal = password.known and "$" not in password.value
        yield run.finding(
            f"{pipeline.subject} gives a registry's password on the command line",
            at=password,
            label="written out" if literal else "visible in the list of processes",
            severity=None if literal else MEDIUM,
            fix=ROTATE if literal else _on_input(run),
        )


def _on_input(run: Run) -> Fix:
    """The password comes through a pipe, from a builtin whose words are in no list of processes."""
    texts = run.texts
    first = next((at for at, text in enumerate(texts) if text in {"-p", "--password"}), -1)
    last = first + 1
    if first == -1:
        first = last = next((at for at, text in enumerate(texts) if text.startswith("--password=")), 0)
    if first == 0:
        return advise(
            "give the password on the standard input", 'printf %s "$PASSWORD" | docker login --password-stdin'
        )
    want = OnInput(run, first, last)
    return change("give the password on the standard input", Instruct(want), risk=SAFE)


EXAMPLES = [
    Example(
        "shell",
        bad="""
#!/bin/sh
docker login -u deploy -p hunter7zwoelf registry.example.com  #! HH-SEC-310
""",
        good="""
#!/bin/sh
docker login -u deploy --password-stdin registry.example.com < /etc/registry-password
""",
    ),
    Example(
        "workflow",
        bad="""
name: build
on: [push]
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - run: docker login -u deploy -p "${{ secrets.REGISTRY }}" registry.example.com  #! HH-SEC-310
""",
        good="""
name: build
on: [push]
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - run: printf %s "${{ secrets.REGISTRY }}" | docker login -u deploy --password-stdin registry.example.com
""",
    ),
]
