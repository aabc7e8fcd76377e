"""Container starts as root.

What it checks: the user that the first process really runs as: what the definition writes, else USER of the
Dockerfile that builds the image, else what is known of the base image. Where none of these is known, nothing is
claimed.

Why it matters: root in a container is root on the host as soon as something lets it out: a kernel bug, a mounted
socket, a writable host path. An ordinary user has no capabilities to begin with.

How to fix: create a user in the Dockerfile (`USER 10001:10001`) and give it the folders it writes to, or set `user:`,
`--user` or `runAsUser` to an id that the image is made for. Ports below 1024 work without root on Docker 20.10 and
later.

When it is fine: entrypoints that begin as root and switch to another user themselves (official database images,
linuxserver.io): the finding is low there. With user namespaces root is nobody on the host; then it is low as well.
Init containers and jobs that prepare files as root are open for as long as they run only: medium.

References: https://docs.docker.com/build/building/best-practices/#user
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe import is_root
from hardhull.rules import observed_fixes
from hardhull.rules.fix import NEEDS_PROOF, SetTo, advise, change
from hardhull.rules.hardening import back_to_default, scratch
from hardhull.rules.needs import needs_of
from hardhull.rules.observed import glimpsed
from hardhull.rules.questions import known_base, runs_to_its_end, throwaway
from hardhull.rules.rule import HIGH, LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _fix(workload: Workload) -> Fix:
    """The image's own user where it has one, else a user that the image is known to bring, with what it writes to.

    An entrypoint of the workload's own (a cron daemon, say) was written for root: who knows what it needs.
    """
    found = glimpsed(workload)
    seen = observed_fixes.user(workload, found) if found is not None else None
    if seen is not None:
        return seen
    recipe, base = workload.recipe.get(None), known_base(workload)
    asked_for = workload.user.written
    image_user = recipe.user.get("") if recipe is not None else base.user if base is not None else ""
    if asked_for and image_user and not is_root(image_user):
        return back_to_default(workload.user, f"let it start as the image's user {image_user}", WRITES)
    if recipe is not None:
        return advise(
            "create a user in its Dockerfile", f"fix {recipe.place.source.path}: {_whose(recipe)} last USER counts"
        )
    shipped = next((one for one in base.ships if one.uid is not None), None) if base is not None else None
    if base is None or shipped is None:
        return advise("run it as a user without privileges", ADVICE)
    if base.drops_to and not workload.entrypoint.get(None):
        return advise(
            f"let it begin as {base.drops_to}, or leave it to its entrypoint, which becomes {base.drops_to} by itself",
            f"`docker run --rm --entrypoint id {base.name} {base.drops_to}` shows the number to set, once what is "
            "mounted belongs to it; the entrypoint then has nothing to do as root",
        )
    if workload.entrypoint.get(None):
        return advise("run it as a user without privileges", f"its own entrypoint may need root; {ADVICE}")
    needs = needs_of(workload)
    if needs is not None and needs.changes:
        return advise("run it as a user without privileges", f"as root it changes files in {needs.changes}; {ADVICE}")
    if needs is not None and needs.low_port and workload.runtime == "kubernetes":
        return advise("listen on a port from 1024 on, then run it as a user without privileges", LOW_PORT)
    return change(
        f"run it as {shipped.name}",
        SetTo("user", f"{shipped.uid}:{shipped.uid}"),
        *(scratch(workload) if needs is not None else ()),
        risk=NEEDS_PROOF,
        mitigation=WRITES,
        basis=f"{base.name} brings the user {shipped.name} ({base.source})",
    )


WRITES = "prove it first: what only root may write shows as `Permission denied`; give it those folders"
LOW_PORT = (
    "only root and NET_BIND_SERVICE may listen below 1024 in many clusters: take a variant that does not "
    "(nginxinc/nginx-unprivileged on 8080), or the sysctl net.ipv4.ip_unprivileged_port_start=0 in the pod"
)
ADVICE = "find a number that works (`docker run --user 10001:10001 ...`), give it the folders it writes to, and set it"


@rule(
    "HH-PRV-008",
    "runs-as-root",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    checklist=[7],
    cis=["docker-1.6:4.1", "docker-1.8:4.1"],
    tags=["cis", "pss-restricted"],
    also=["trivy:KSV-0105", "checkov:CKV_K8S_23", "hadolint:DL3002"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields what makes the process root."""
    user = workload.effective_user
    if not is_root(user.value):
        return
    asked_for = workload.user.written
    base, recipe = known_base(workload), workload.recipe.get(None)
    steps_down = base is not None and bool(base.drops_to) and not workload.entrypoint.get(None)
    mapped = workload.userns.get(None) not in {None, "host"} or workload.runtime == "podman"
    milder = throwaway(workload) or mapped or (steps_down and not asked_for)
    severity = LOW if milder else HIGH if asked_for and not runs_to_its_end(workload) else MEDIUM
    yield user.finding(
        f"{workload.subject} starts as root: {'its definition says so' if asked_for else user.origin}",
        label=f"the image brings the user {base.ships[0].name}" if base and base.ships else "root",
        also=(recipe.user.mark("the user of its image"),) if recipe is not None and not asked_for else (),
        value="root",
        severity=severity,
        fix=_fix(workload),
    )


def _whose(recipe: ImageRecipe) -> str:
    """A Dockerfile's own, or that of an earlier stage, where the workload is built from that."""
    stage = recipe.final
    return "its" if stage is None or stage is recipe.stages[-1] else f"in its stage {stage.name or stage.index} the"


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    user: root  #! HH-PRV-008
""",
        good="""
services:
  web:
    image: nginx:1.27
    user: "101:101"
    tmpfs:
      - /var/cache/nginx
      - /var/run
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --user 0:0 nginx:1.27  #! HH-PRV-008
""",
        good="""
docker run -d --user 101:101 --tmpfs /var/cache/nginx --tmpfs /var/run nginx:1.27
""",
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: node:22.12.0
      securityContext:
        runAsUser: 0  #! HH-PRV-008
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: node:22.12.0
      securityContext:
        runAsUser: 1000
        runAsGroup: 1000
""",
    ),
]
