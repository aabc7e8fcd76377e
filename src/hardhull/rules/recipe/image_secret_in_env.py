"""Image holds a secret in ENV.

What it checks: ENV instructions with a literal secret: tokens and keys that show by their form what they are, passwords
in URLs, and passwords, secrets and keys by the name of the variable. Also such a variable that takes its value from
another one (`ENV TOKEN=$TOKEN`): the build argument then stays in the image.

Why it matters: everyone who has the image reads it with `docker inspect` or `docker history`; a later `unset` or a new
ENV takes nothing away.

How to fix: take it out and make a new one, because the old one is known. What the build needs comes by
`RUN --mount=type=secret`, what the container needs at run time by a secret or an environment variable from outside.

When it is fine: made-up values in examples and tests.

References: https://docs.docker.com/build/building/secrets/
https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from hardhull.facts.recipe_changes import ComesAsSecret
from hardhull.model.finding import Confidence
from hardhull.rules.each import each
from hardhull.rules.fix import NEEDS_PROOF, Instruct, advise, change
from hardhull.rules.recipe_commands import mentions
from hardhull.rules.recipe_secrets import build_with
from hardhull.rules.rule import BUILD, CRITICAL, HIGH, LOW, MEDIUM, Example, rule
from hardhull.text.secret_names import role_of
from hardhull.text.secrets import secret_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.parts import EnvVar
    from hardhull.facts.recipe import ImageRecipe, Stage
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding, Severity
    from hardhull.rules.policy import Policy
    from hardhull.text.secrets import SecretKind


ROTATE = "images that were built with the old value keep it in their history: make a new one"
MOUNT = "--mount=type=secret,id={0},env={0}"


@rule(
    "HH-SEC-031",
    "image-secret-in-env",
    dimension=BUILD,
    severity=HIGH,
    checklist=[2],
    cis=["docker-1.6:4.10", "docker-1.8:4.10"],
    tags=["cis"],
    also=["hadolint:DL3064", "trivy:DS-0031"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields each variable with a secret."""
    kept = set(map(id, recipe.final.lineage)) if recipe.final else set()
    for stage in recipe.stages:
        items = [item for made in stage.definitions if made.keyword == "ENV" for item in made.variables]
        yield from each(items, partial(_judge, recipe, stage, kept=id(stage) in kept))


def _judge(recipe: ImageRecipe, stage: Stage, item: Field[EnvVar], *, kept: bool) -> Iterator[Finding]:
    variable = item.value
    where = "the image" if kept else stage.subject
    if variable.value is None:
        if role_of(variable.name) and "$" in variable.raw:
            yield item.finding(
                f"{where} keeps what {variable.name} was built with",
                label="a build argument stays in the image",
                value=variable.name,
                severity=MEDIUM if kept else LOW,
                confidence=Confidence.MEDIUM,
                fix=_fix(recipe, variable.name, kept=kept, required=False),
            )
        return
    kind = secret_in(variable.name, variable.value)
    if kind is not None:
        yield item.finding(
            f"{where} holds {kind.title} in its environment ({variable.name})",
            label=kind.title,
            value=variable.name,
            severity=_severity(kind, kept=kept),
            confidence=None if kind.sure or kind.id.endswith("password") else Confidence.MEDIUM,
            fix=_fix(recipe, variable.name, kept=kept, required=True),
        )


def _fix(recipe: ImageRecipe, name: str, *, kept: bool, required: bool) -> Fix:
    """A secret mount in every RUN that names the variable; where none does, it is meant for the containers."""
    use = re.compile(rf"\$\{{?{re.escape(name)}(?!\w)")
    if any(mentions(run, use) for stage in recipe.stages for run in stage.runs):
        late = f"; containers have it no more: give it to those that read it (`docker run -e {name}`)" if kept else ""
        return change(
            f"give {name} to the steps that use it as a secret",
            Instruct(ComesAsSecret(name, required, env=True)),
            risk=NEEDS_PROOF,
            mitigation=f"{build_with(name)}{late}; {ROTATE}",
        )
    file = f"{name}_FILE=/run/secrets/{name.lower()}"
    start = f"no RUN names it, so containers read it when they run: docker run -e {name} ..., or better a file: {file}"
    return advise(
        f"take {name} out, and make a new value: the old one is in the image's history",
        start if kept else f"no RUN names it: for a step that reads it, RUN {MOUNT.format(name)} ...",
    )


def _severity(kind: SecretKind, *, kept: bool) -> Severity:
    if kind.weak:
        return MEDIUM if kept else LOW
    if kind.sure and kind.id != "url-password":
        return CRITICAL
    return HIGH if kept else MEDIUM


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
ARG NPM_TOKEN
ENV DB_HOST=db \\
    DB_PASSWORD=vK3nq8Zr0pLw  #! HH-SEC-031
ENV NPM_TOKEN=$NPM_TOKEN  #! HH-SEC-031
""",
        good="""
FROM debian:13.1
ENV DB_HOST=db \\
    DB_PASSWORD_FILE=/run/secrets/db
RUN --mount=type=secret,id=npm,env=NPM_TOKEN npm ci
""",
    ),
    Example(
        "dockerfile",
        bad="""
FROM node:22.12.0
ARG NPM_TOKEN
ENV NODE_ENV=production \\
    NPM_TOKEN=$NPM_TOKEN  #! HH-SEC-031
RUN npm ci --//npm.example.com/:_authToken=$NPM_TOKEN
CMD ["node", "server.js"]
""",
        good="""
# syntax=docker/dockerfile:1
FROM node:22.12.0
ENV NODE_ENV=production
RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN npm ci --//npm.example.com/:_authToken=$NPM_TOKEN
CMD ["node", "server.js"]
""",
    ),
]
