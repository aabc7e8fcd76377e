"""Secret is given to the build as an argument.

What it checks: ARG instructions whose name says that a password, token or key is meant, and ARGs with a literal secret
as default.

Why it matters: build arguments are no secrets: they stand in `docker history` of every image whose RUN uses them, in
provenance attestations and in the build cache. A default stands in the Dockerfile as well.

How to fix: `RUN --mount=type=secret,id=token,env=TOKEN ...` and `docker build --secret id=token,env=TOKEN`.

When it is fine: values that are no secrets in spite of their name.

References: https://docs.docker.com/build/building/secrets/
https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from hardhull.facts.recipe_changes import ComesAsSecret
from hardhull.model.finding import Confidence
from hardhull.rules.each import each
from hardhull.rules.fix import NEEDS_PROOF, Instruct, change
from hardhull.rules.recipe_secrets import build_with
from hardhull.rules.rule import BUILD, HIGH, MEDIUM, Example, rule
from hardhull.text.secret_names import role_of
from hardhull.text.secrets import secret_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.parts import EnvVar
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

ROTATE = "images that were built with the old value keep it in their history: make a new one"


@rule(
    "HH-SEC-032",
    "image-secret-in-arg",
    dimension=BUILD,
    severity=MEDIUM,
    checklist=[2],
    cis=["docker-1.6:4.10", "docker-1.8:4.10"],
    tags=["cis"],
    also=["hadolint:DL3064", "trivy:DS-0031"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields each such argument, once for each name."""
    made = [each_ for stage in recipe.stages for each_ in stage.definitions if each_.keyword == "ARG"]
    arguments = [item for each_ in made for item in each_.variables]
    seen: set[str] = set()
    first = []
    for item in chain(recipe.global_args, arguments):
        name = item.value.name if item.known else ""
        if name not in seen:
            seen.add(name)
            first.append(item)
    return each(first, _judge)


def _judge(item: Field[EnvVar]) -> Iterator[Finding]:
    variable = item.value
    if not variable.name.isidentifier():
        return
    literal = variable.value if variable.raw else None
    kind = secret_in(variable.name, literal) if literal else None
    if kind is not None:
        yield item.finding(
            f"the argument {variable.name} has {kind.title} as its default",
            label=kind.title,
            value=variable.name,
            severity=MEDIUM if kind.weak else HIGH,
            fix=_fix(variable.name, required=True),
        )
    elif not variable.raw and role_of(variable.name):
        yield item.finding(
            f"the secret {variable.name} is given as a build argument, which stays in the image's history",
            label="build arguments are no secrets",
            value=variable.name,
            confidence=Confidence.MEDIUM,
            fix=_fix(variable.name, required=False),
        )


def _fix(name: str, *, required: bool) -> Fix:
    """A secret mount in every RUN that names the argument."""
    return change(
        f"give {name} to the steps that use it as a secret",
        Instruct(ComesAsSecret(name, required)),
        risk=NEEDS_PROOF,
        mitigation=f"{build_with(name)}; {ROTATE}",
    )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM node:22.12.0
ARG NPM_TOKEN  #! HH-SEC-032
ARG DB_PASSWORD=vK3nq8Zr0pLw  #! HH-SEC-032
RUN npm ci --//npm.example.com/:_authToken=$NPM_TOKEN
RUN ./migrate --password "${DB_PASSWORD}"
""",
        good="""
# syntax=docker/dockerfile:1
FROM node:22.12.0
RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN npm ci --//npm.example.com/:_authToken=$NPM_TOKEN
RUN --mount=type=secret,id=DB_PASSWORD,env=DB_PASSWORD,required=true ./migrate --password "${DB_PASSWORD}"
""",
    ),
]
