"""Container starts as root, and no recorded run needed that.

What it checks: where runs of the workload were recorded: it starts as root, but either becomes one other user by
itself, or used no capability and left no files behind that belong to root.

Why it matters: root in a container is root on the host as soon as something lets it out. Where nothing needs it, there
is no price for giving it up.

How to fix: start it as the user that it becomes anyhow, or as one without any rights (65534). What it writes to has to
belong to that user: a new volume takes its owner from the image.

When it is fine: an entrypoint that has to do something as root that the recorded runs did not show, such as the first
start with an empty volume. Record that as well.

References: https://docs.docker.com/build/building/best-practices/#user
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe import is_root
from hardhull.rules.kept_examples import recorded
from hardhull.rules.observed import learned
from hardhull.rules.observed_fixes import user
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-502",
    "root-not-needed",
    dimension=PRIVILEGE,
    severity=LOW,
    checklist=[7],
    needs=["profile"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields what makes the process root."""
    found = learned(workload)
    if found is None or not (found.sees("users") and found.sees("capabilities")):
        return
    if not is_root(workload.effective_user.value):
        return
    fix = user(workload, found)
    if fix is None:
        return
    ids = sorted({one.euid for one in found.seen("users")})
    yield workload.effective_user.finding(
        f"{workload.subject} starts as root, which nothing needed {found.runs}",
        label="root",
        value="root",
        confidence=found.confidence,
        fix=fix,
    ).with_evidence(
        found.saw("effective users", ids), found.saw("capabilities used", sorted(found.profile.capabilities_used))
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: shop:1
    user: root  #! HH-PRV-502
"""
        + recorded("compose.yaml", capabilities=("SETGID", "SETUID"), users=(0, 33)),
        good="""
services:
  web:
    image: shop:1
    user: "33:33"
"""
        + recorded("compose.yaml", capabilities=("SETGID", "SETUID"), users=(0, 33)),
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --name web --user 0 shop:1  #! HH-PRV-502
"""
        + recorded("run.sh", "docker run web", files=("/tmp/x",)),
        good="""
docker run -d --name web --user 65534:65534 shop:1
"""
        + recorded("run.sh", "docker run web", files=("/tmp/x",)),
    ),
]
