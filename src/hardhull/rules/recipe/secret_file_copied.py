"""File that usually holds secrets is copied into the image.

What it checks: COPY and ADD of files from the build context whose names say that they hold keys or credentials:
`.env`, `id_rsa`, `*.key`, `.npmrc`, `.aws/credentials`, `.docker/config.json`, `kubeconfig`, `terraform.tfstate` and
their like. Worse in the built image than in a stage that is left behind.

Why it matters: everyone who has the image has the file; deleting it in a later layer leaves it in the earlier one.

How to fix: mount it for the step that needs it: `RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci`. Name
such files in .dockerignore.

When it is fine: files without secrets (an `.npmrc` that only names a registry), keys of tests.

References: https://docs.docker.com/build/building/secrets/
https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Confidence
from hardhull.model.lazy import lazy
from hardhull.rules.recipe_secrets import file_mounted
from hardhull.rules.rule import BUILD, HIGH, LOW, MEDIUM, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

KEYS = lazy(
    r"(?:^|/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|[\w.-]*(?:private|privkey|server|client|tls|ssl)[\w.-]*\.(?:key|pem)"
    r"|[\w.*-]+\.(?:p12|pfx|jks|keystore|kdbx|ppk)|[\w-]+[._-]key\.pem|[\w-]+\.key"
    r"|\.git-credentials|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.pypirc|\.vault-token"
    r"|\.aws(?:/credentials)?|\.ssh|\.gnupg|\.kube(?:/config)?|kubeconfig(?:\.ya?ml)?|\.docker/config\.json|\.dockercfg"
    r"|credentials\.json|service[_-]?account[\w-]*\.json|[\w.-]*\.tfstate|terraform\.tfvars|secrets?\.(?:ya?ml|json|env))/?$"
)
LIKELY = lazy(r"(?:^|/)(?:\.env(?:\.(?:local|prod|production|staging|secret))?|\.npmrc|pip\.conf)$")
"""Files that often hold secrets and often do not."""
PUBLIC = lazy(r"\.pub$|(?:^|[._/-])(?:pub|public|ca|chain|fullchain|cert|crt)[._-]|public|apk|gpg|rpm|archive|repo")
"""Words in names of public keys and certificates."""


@rule(
    "HH-SEC-034",
    "secret-file-copied",
    dimension=BUILD,
    severity=HIGH,
    checklist=[2],
    cis=["docker-1.6:4.10", "docker-1.8:4.10"],
    tags=["cis"],
    also=["trivy:DS-0031"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the file's name."""
    kept = set(map(id, recipe.final.lineage)) if recipe.final else set()
    for stage in recipe.stages:
        for copy in stage.copies:
            if copy.origin.written:
                continue
            for source in copy.sources:
                name = source.get("")
                sure = bool(KEYS.search(name)) and not PUBLIC.search(name.rpartition("/")[2].lower())
                if "://" in name or len(name) > 300 or not (sure or LIKELY.search(name)):
                    continue
                where = "the image" if id(stage) in kept else stage.subject
                severity = LOW if id(stage) not in kept or name.endswith(".npmrc") else HIGH if sure else MEDIUM
                yield source.finding(
                    f"{where} gets {name}, which {'' if sure else 'often '}holds secrets",
                    label="stays in the layer",
                    value=name,
                    severity=severity,
                    confidence=Confidence.MEDIUM,
                    fix=file_mounted(recipe, stage, copy, source),
                )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM node:22.12.0
COPY package.json .npmrc ./  #! HH-SEC-034
COPY deploy/id_rsa /root/.ssh/id_rsa  #! HH-SEC-034
RUN npm ci
""",
        good="""
FROM node:22.12.0
COPY package.json .env.example ./
COPY deploy/id_rsa.pub certs/ca.pem /root/.ssh/
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=ssh npm ci
""",
    ),
    Example(
        "dockerfile",
        bad="""
FROM node:22.12.0
WORKDIR /app
COPY package.json .npmrc ./  #! HH-SEC-034
RUN npm ci
""",
        good="""
FROM node:22.12.0
WORKDIR /app
COPY package.json ./
RUN --mount=type=secret,id=npmrc,target=/app/.npmrc,required=true npm ci
""",
    ),
]
