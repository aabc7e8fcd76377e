"""Secret is given to a build as an argument.

What it checks: build arguments of a service (`build: args:`) with a literal secret or a literal default.

Why it matters: build arguments are no secrets for BuildKit: they stay in the image's history and in the provenance,
where everybody who can pull the image reads them.

How to fix: use a build secret (`build: secrets:` and `RUN --mount=type=secret`), and make a new one, because the old
one is known.

When it is fine: made-up values in examples and tests.

References: https://docs.docker.com/build/building/secrets/
https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.rule import BUILD, HIGH, Example, rule
from hardhull.text.secrets import secret_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SEC-003",
    "secret-in-build-argument",
    dimension=BUILD,
    severity=HIGH,
    checklist=[2],
    cis=["docker-1.6:4.10", "docker-1.8:4.10"],
    tags=["cis"],
    about=["build"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the build with such an argument."""
    build = workload.build.value
    if build is None:
        return
    for name, value in build.args:
        kind = secret_in(name, value) if value else None
        if kind is not None:
            yield workload.build.finding(
                f"the build of {workload.subject} gets {kind.title} as an argument ({name})",
                label=f"{name} stays in the image's history",
                value=name,
                fix=advise(
                    "give the build a secret instead of an argument",
                    f"build.secrets: [{name.lower()}], a top-level secrets entry with `environment: {name}`, and "
                    f"in the Dockerfile `RUN --mount=type=secret,id={name.lower()},env={name} ...`; "
                    "make a new value: the old one is in the image's history",
                ),
            )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    build:  #! HH-SEC-003
      context: .
      args:
        NPM_TOKEN: 8783345c388e4b009d24c64758de5660
""",
        good="""
services:
  web:
    build:
      context: .
      secrets:
        - npm_token
secrets:
  npm_token:
    environment: NPM_TOKEN
""",
    ),
]
