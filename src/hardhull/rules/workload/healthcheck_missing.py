"""Nobody checks whether the service works.

What it checks: services without a health check, neither in the definition nor in the Dockerfile that builds the
image. Images that are known to bring one are left out, and so are containers that end by themselves: tools, services
that are never restarted, or whose end another service waits for. Kubernetes has probes instead (probes-missing).

Why it matters: the engine only sees that a process exists. A service that hangs, has lost its database or was
replaced by something else counts as running.

How to fix: add a check that asks the service what it is there for, with `interval`, `timeout` and `retries`, and that
can fail.

When it is fine: the image brings a check of its own that is not known here; something outside asks the service.

References: https://docs.docker.com/reference/compose-file/services/#healthcheck
https://docs.docker.com/reference/dockerfile/#healthcheck
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.parts import Healthcheck
from hardhull.model.finding import Confidence
from hardhull.rules.fix import NEEDS_PROOF, advise, set_value
from hardhull.rules.questions import image_name, known_base, runs_to_its_end
from hardhull.rules.recipe_probes import probe
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

BRING_THEIR_OWN = (
    "gitlab/gitlab-ce", "gitlab/gitlab-ee", "pihole/pihole", "vaultwarden/server", "authelia/authelia",
    "plexinc/pms-docker", "immich-app/immich", "jellyfin/jellyfin", "netdata/netdata", "cadvisor",
    "localstack/localstack", "jupyter/", "docker-mailserver", "mailcow/", "portainer/agent",
    "louislam/uptime-kuma", "healthchecks/healthchecks", "paperless-ngx", "gotify/server", "crazymax/",
    "tecnativa/docker-socket-proxy", "dockurr/", "qmcgaw/gluetun", "homarr", "goharbor/",
)  # fmt: skip
"""Parts of the names of images whose Dockerfile has a HEALTHCHECK."""


def _fix(workload: Workload) -> Fix:
    """A check with what the image is known to bring; else a person has to know what works means."""
    test = probe(known_base(workload), [item.value.container for item in workload.ports.get(()) if item.known])
    if test is None or workload.recipe.get(None) is not None:
        return advise("write a check", ADVICE)
    return set_value(
        workload.healthcheck,
        Healthcheck(test, interval=30.0, timeout=5.0, retries=3),
        f"ask every 30 seconds whether it works: {test[1].rpartition('/')[2]}",
        risk=NEEDS_PROOF,
        mitigation="look whether it becomes healthy; what waits for it starts later, and a request that only a working "
        "service answers says more than an open port",
        basis="a program that the image brings",
    )


ADVICE = "choose a command of the image that fails when the service does: a request to itself, or its own ping"


@rule(
    "HH-MON-003",
    "healthcheck-missing",
    dimension=MONITORING,
    severity=LOW,
    confidence=Confidence.MEDIUM,
    cis=["docker-1.6:5.27", "docker-1.8:5.27"],
    tags=["cis"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the absence of a check."""
    if workload.runtime == "kubernetes" or runs_to_its_end(workload) or workload.healthcheck.value is not None:
        return
    recipe = workload.recipe.value
    if recipe is not None and recipe.healthcheck.value is not None:
        return
    image = workload.local_image.get(None)
    if image is not None and image.healthcheck is not None and not image.healthcheck.disabled:
        return
    if recipe is None and image is None and any(part in image_name(workload) for part in BRING_THEIR_OWN):
        return
    yield workload.healthcheck.finding(
        f"nobody checks whether {workload.subject} works", label="no health check", fix=_fix(workload)
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-MON-003
    image: nginx:1.27
""",
        good="""
services:
  web:
    image: nginx:1.27
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost/"]
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d nginx:1.27  #! HH-MON-003
""",
        good="""
docker run -d --health-cmd 'curl -f http://localhost/ || exit 1' nginx:1.27
""",
    ),
]
