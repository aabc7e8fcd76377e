"""A third-party action moves.

What it checks: actions of others that build, push, scan or sign images and are named by a branch (`@master`, `@main`)
or by a tag instead of a commit.

Why it matters: whoever owns the action, or takes over its account, changes what runs with your registry's
credentials. Tags were moved that way before (CVE-2025-30066); a branch moves by design.

How to fix: name the commit, with the version as a comment: `uses: owner/action@<40 digits> # v1.2.3`. Dependabot and
Renovate keep it fresh.

When it is fine: actions of your own organisation.

References: https://docs.github.com/en/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.rules.fix import Fix, advise
from hardhull.rules.rule import HIGH, LOW, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline, Step
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


OWN = ("actions/", "github/")
"""GitHub's own actions: who can change them can change the runner as well."""
BRANCHES = frozenset({"master", "main", "develop", "dev", "trunk", "latest", "HEAD"})
COMMIT = re.compile(r"[0-9a-f]{40}")
HANDLES_IMAGES = (
    "docker/", "aquasecurity/", "anchore/", "snyk/", "sigstore/", "redhat-actions/", "goodwithtech/",
    "azure/docker-login", "aws-actions/amazon-ecr-login", "sysdiglabs/",
    "crazy-max/ghaction-container-scan", "erzz/dockle-action",
)  # fmt: skip
"""Beginnings of the names of actions that get a registry's credentials or decide about an image."""


@rule(
    "HH-SRC-303",
    "action-not-pinned",
    dimension=SOURCE,
    severity=HIGH,
    checklist=[6],
    by_hand="which commit a tag names only the repository of the action can tell, and a branch names no version",
)
def check(pipeline: Pipeline, _policy: Policy) -> Iterator[Finding]:
    """Yields the reference of every action that can move."""
    handles_images = any(step.action.startswith(HANDLES_IMAGES) for step in pipeline.steps)
    if pipeline.syntax != "workflow" or not (handles_images or any(True for _ in pipeline.runs)):
        return
    for step in pipeline.steps:
        uses = step.uses
        if (
            uses is None
            or not uses.known
            or step.action.startswith((*OWN, "./", "docker://"))
            or COMMIT.fullmatch(step.ref)
        ):
            continue
        if step.ref in BRANCHES or not step.ref:
            yield uses.finding(
                f"{pipeline.subject} runs {step.action} as it is on the branch {step.ref or 'of its choice'} that day",
                label="a branch: moves with every push",
                fix=_pin(step),
            )
        elif step.action.startswith(HANDLES_IMAGES):
            yield uses.finding(
                f"{pipeline.subject} runs {step.action} by a tag that its owner can move",
                label="a tag, not a commit",
                severity=LOW,
                fix=_pin(step),
            )


def _pin(step: Step) -> Fix:
    return advise(
        "name the commit of the action",
        f"uses: {step.action}@<the 40 digits of a commit> # its version\n"
        f"`gh api repos/{'/'.join(step.action.split('/')[:2])}/commits/{step.ref or 'HEAD'}` says what it is today",
    )


EXAMPLES = [
    Example(
        "workflow",
        bad="""
name: build
on: [push]
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - run: docker build -t shop/api:1.4.0 .
      - uses: aquasecurity/trivy-action@master  #! HH-SRC-303
        with:
          image-ref: shop/api:1.4.0
          exit-code: "1"
""",
        good="""
name: build
on: [push]
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - run: docker build -t shop/api:1.4.0 .
      - uses: aquasecurity/trivy-action@ed142fd0673e97e23eac54620cfb913e5ce36c25 # v0.36.0
        with:
          image-ref: shop/api:1.4.0
          exit-code: "1"
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
      - uses: docker/build-push-action@v6  #! HH-SRC-303
        with:
          push: true
""",
        good="""
name: build
on: [push]
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - uses: docker/build-push-action@263435318d21b8e681c14492fe198d362a7d2c83 # v6.18.0
        with:
          push: true
""",
    ),
]
