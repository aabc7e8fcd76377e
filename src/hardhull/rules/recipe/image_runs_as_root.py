"""Image starts as root.

What it checks: the user that containers of the built image start as: the last USER that counts for the last stage,
else what is known of its base image. Where that is not known, nothing is claimed. Of a built image: the user of its
configuration, by the number that its own /etc/passwd gives it.

Why it matters: root in a container is root on the host as soon as something lets it out: a kernel bug, a mounted
socket, a writable host path. An ordinary user has no capabilities to begin with.

How to fix: create a user, give it the folders it writes to, and end with `USER 10001:10001`. Many bases bring one
(node: 1000, distroless: the tag `nonroot`). Ports below 1024 work without root on Docker 20.10 and later.

When it is fine: entrypoints that begin as root and switch to another user themselves (gosu, su-exec, setpriv): the
finding is low there. Images that are only the base of others.

References: https://docs.docker.com/build/building/best-practices/#user
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe import is_root
from hardhull.model.finding import Reading
from hardhull.rules.fix import NEEDS_PROOF, Instruct, advise, change
from hardhull.rules.recipe_commands import mentions
from hardhull.rules.recipe_users import choose
from hardhull.rules.rule import HIGH, LOW, MEDIUM, PRIVILEGE, Example, judges, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.bases import KnownBase
    from hardhull.facts.contents import Contents
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

SNIPPET = "RUN groupadd --system --gid 10001 app && useradd --system --uid 10001 --gid app app\nUSER 10001:10001"
MITIGATION = (
    "start it and use it once: what it may not write shows as `Permission denied`; give it that path by COPY --chown"
)
PORTS = (
    "; port {port} works in Docker 20.10 and later, in Kubernetes it takes a port from 1024 on or the sysctl"
    " net.ipv4.ip_unprivileged_port_start"
)
STEP_DOWN = ("gosu", "su-exec", "setpriv", "s6-setuidgid", "s6-overlay", "chpst", "setuidgid", "fixuid", "runuser")
"""Programs with which entrypoints that begin as root become another user."""


@rule(
    "HH-PRV-030",
    "image-runs-as-root",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    checklist=[7],
    cis=["docker-1.6:4.1", "docker-1.8:4.1"],
    tags=["cis"],
    also=["hadolint:DL3002", "trivy:DS-0002", "checkov:CKV_DOCKER_3", "checkov:CKV_DOCKER_8"],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the last USER, or the base image below which one is missing."""
    user = recipe.user
    if not is_root(user.value):
        return
    root = recipe.root_stage
    known = root.known if root else None
    steps_down = _steps_down(recipe) or (known is not None and bool(known.drops_to) and not recipe.entrypoint.get(None))
    shipped = known.ships[0] if known and known.ships else None
    finding = user.finding(
        "the image starts as root: " + ("its last USER says so" if user.written else "no USER says otherwise"),
        label=f"the base brings the user {shipped.name}" if shipped else "root",
        value="root",
        severity=LOW if steps_down else HIGH if user.written else MEDIUM,
        fix=_left_alone(known) if steps_down else _fix(recipe),
    )
    if known and not user.written:
        finding = finding.with_evidence(Reading(f"default user of {known.name}", known.user, known.source))
    yield finding


def _fix(recipe: ImageRecipe) -> Fix:
    """USER behind the last step that needs root, with the account and the ownership it takes."""
    choice = choose(recipe)
    if choice.want is None:
        return advise(f"start as an ordinary user; not made here: {choice.why}", SNIPPET)
    want = choice.want
    what = [f"USER {want.user}"]
    if want.account:
        what.insert(0, f"the account {want.account.name}")
    paths = [*want.owns, *want.trees, *want.makes, *want.files]
    if paths:
        what.insert(-1, f"{' and '.join(paths[:2])}{' ...' if len(paths) > 2 else ''} for it")
    low = next((port.get("") for port in recipe.expose.get(()) if _is_low(port.get(""))), "")
    return change(
        "add " + ", ".join(what),
        *choice.numbering,
        Instruct(want),
        risk=NEEDS_PROOF,
        mitigation=MITIGATION + (PORTS.format(port=low.partition("/")[0]) if low else ""),
        basis=choice.basis,
    )


def _left_alone(known: KnownBase | None) -> Fix:
    """No USER for an entrypoint that has work to do as root first."""
    who = f" to {known.drops_to}" if known and known.drops_to else ""
    return advise(
        f"leave it: the entrypoint gives up root{who} itself",
        "look who process 1 of a running container is (docker top), and drop the capabilities the change does not need",
    )


def _is_low(port: str) -> bool:
    number = port.partition("/")[0]
    return number.isdecimal() and 0 < int(number) < 1024


def _steps_down(recipe: ImageRecipe) -> bool:
    """Whether the image has a program with which an entrypoint gives up root, and starts by an entrypoint."""
    start = [field.get(None) for field in (recipe.entrypoint, recipe.command)]
    words = " ".join(word for command in start if command for word in command.words)
    if any(name in words for name in STEP_DOWN):
        return True
    stages = recipe.final.lineage if recipe.final else ()
    return start[0] is not None and any(mentions(run, *STEP_DOWN) for stage in stages for run in stage.runs)


@judges("contents", needs=["user"])
def built(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """The user of the image, by the number that its own files give it."""
    user = image.user
    if not user.value.is_root:
        return
    said = user.value.text
    why = (
        f"USER {said} is number 0 in its /etc/passwd" if said and not is_root(said) else f"its USER is {said or 'none'}"
    )
    steps_down = image.steps_down.get(default=False)
    yield user.finding(
        f"{image.subject} starts as root: {why}",
        label="root",
        value="root",
        severity=LOW if steps_down else HIGH if said else MEDIUM,
        fix=_left_alone(None) if steps_down else advise("start as an ordinary user", SNIPPET),
    )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM node:22.12.0-alpine AS build
USER node
RUN npm ci

FROM node:22.12.0-alpine  #! HH-PRV-030
COPY --from=build /app /app
CMD ["node", "/app/server.js"]
""",
        good="""
FROM node:22.12.0-alpine AS build
USER node
RUN npm ci

FROM node:22.12.0-alpine
COPY --from=build /app /app
USER 1000:1000
CMD ["node", "/app/server.js"]
""",
    ),
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1-slim
USER 1000:1000
RUN make
USER root  #! HH-PRV-030
CMD ["/app"]
""",
        good="""
FROM debian:13.1-slim
USER 1000:1000
RUN make
USER 1000:1000
CMD ["/app"]
""",
    ),
    Example(
        "dockerfile",
        bad="""
FROM python:3.13.1-slim  #! HH-PRV-030
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
VOLUME /app/data

CMD ["python", "main.py"]
""",
        good="""
FROM python:3.13.1-slim
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
RUN groupadd --system --gid 10001 app && \\
    useradd --system --uid 10001 --gid app --no-create-home --shell /usr/sbin/nologin app && \\
    mkdir -p /app/data && \\
    chown 10001:10001 /app && \\
    chown -R 10001:10001 /app/data
VOLUME /app/data

USER 10001:10001

CMD ["python", "main.py"]
""",
    ),
]
