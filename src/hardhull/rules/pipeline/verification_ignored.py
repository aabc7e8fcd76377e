"""A signature is verified and the result ignored.

What it checks: `cosign verify`, `notation verify` and the like whose failure does not stop the script or the job.

Why it matters: the line looks like protection and is none: an image with a wrong signature, or without one, is used
all the same.

How to fix: let it fail: remove `|| true`, begin scripts with `set -e`, remove `continue-on-error`.

When it is fine: while signing is introduced, for a few days, to see what would fail.

References: https://docs.sigstore.dev/cosign/verifying/verify/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.deeds import deeds
from hardhull.rules.at_deed import at_deed, not_counted
from hardhull.rules.pipeline_fixes import counting
from hardhull.rules.rule import HIGH, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SRC-302",
    "verification-ignored",
    dimension=SOURCE,
    severity=HIGH,
    checklist=[5],
    tags=["hollow"],
)
def check(pipeline: Pipeline, _policy: Policy) -> Iterator[Finding]:
    """Yields every verification whose failure does not count."""
    for deed in deeds(pipeline):
        if deed.kind == "verify" and not deed.source.can_fail:
            yield at_deed(
                deed,
                f"{pipeline.subject} verifies a signature and goes on whatever comes out",
                label="its result is ignored",
                also=not_counted(deed),
                fix=counting(deed, "let a failed verification fail the step"),
            )


EXAMPLES = [
    Example(
        "shell",
        bad="""
#!/bin/sh
cosign verify --key cosign.pub registry.example.com/shop/api:1.4.0 || true  #! HH-SRC-302
docker run -d registry.example.com/shop/api:1.4.0
""",
        good="""
#!/bin/sh
cosign verify --key cosign.pub registry.example.com/shop/api:1.4.0 || exit 1
docker run -d registry.example.com/shop/api:1.4.0
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
      - run: cosign verify --key cosign.pub registry.example.com/shop/api:1.4.0  #! HH-SRC-302
        continue-on-error: true
""",
        good="""
name: build
on: [push]
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - run: cosign verify --key cosign.pub registry.example.com/shop/api:1.4.0
""",
    ),
]
