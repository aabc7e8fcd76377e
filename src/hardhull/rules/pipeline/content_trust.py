"""Docker Content Trust is relied on, or switched off.

What it checks: DOCKER_CONTENT_TRUST in scripts, workflows and units.

Why it matters: switched on it is an outage to come: its public service is announced to end in December 2026, and then
every pull with it fails. It never enforced anything: only the client looks, `docker run name@sha256:...` passes
unsigned. Switched off by hand, a check that somebody wanted is skipped.

How to fix: remove the variable, pin images by digest, and verify signatures with `cosign verify` or `notation verify`
before use; in a cluster, let an admission policy do it.

When it is fine: with a private Notary server that is kept running.

References: https://www.docker.com/blog/retiring-docker-content-trust/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.pipeline_changes import VariableGone
from hardhull.model.field import Field
from hardhull.model.finding import Finding, SourceSpan
from hardhull.rules.fix import NEEDS_PROOF, SAFE, Instruct, change
from hardhull.rules.rule import MEDIUM, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline
    from hardhull.rules.policy import Policy


NAME = "DOCKER_CONTENT_TRUST"


@rule(
    "HH-SRC-301",
    "content-trust",
    dimension=SOURCE,
    severity=MEDIUM,
    checklist=[5],
    tags=["hollow"],
)
def check(pipeline: Pipeline, _policy: Policy) -> Iterator[Finding]:
    """Yields every place that sets the variable."""
    places: dict[tuple[str, int], Field[str]] = {}
    for item in pipeline.env.value:
        if item.known and item.value.name == NAME:
            places[item.place.source.path, item.place.span.start] = Field("env", item.value.value or "", item.place)
    for step in pipeline.steps:
        given = [step.env, step.job.env, *(run.env for run in step.runs)]
        for variables in given:
            field = variables.get(NAME)
            if field is not None:
                places[field.place.source.path, field.place.span.start] = field
    for field in places.values():
        off = field.get("1").strip("\"' ") in {"0", "false", ""}
        relies = "relies on Docker Content Trust, whose public service ends in December 2026"
        does = "skips Docker Content Trust" if off else relies
        label = "switched off" if off else "pulls fail when the service ends"
        fix = change(
            "remove the variable",
            Instruct(VariableGone(NAME, field)),
            risk=SAFE if off else NEEDS_PROOF,
            mitigation="" if off else "pin the images by digest, and verify signatures with cosign or notation",
        )
        value = "0" if off else "1"
        evidence = (SourceSpan(field.place, label),)
        yield Finding(f"{pipeline.subject} {does}", evidence, NAME, value, fixes=(fix,))


EXAMPLES = [
    Example(
        "shell",
        bad="""
#!/bin/sh
export DOCKER_CONTENT_TRUST=1  #! HH-SRC-301
docker pull registry.example.com/shop/api:1.4.0
""",
        good="""
#!/bin/sh
docker pull registry.example.com/shop/api:1.4.0
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
      - run: docker pull registry.example.com/shop/api:1.4.0
        env:
          DOCKER_CONTENT_TRUST: "0"  #! HH-SRC-301
""",
        good="""
name: build
on: [push]
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - run: docker pull registry.example.com/shop/api:1.4.0
""",
    ),
]
