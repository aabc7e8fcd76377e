"""Kubernetes will refuse to start the container.

What it checks: `runAsNonRoot: true` without a numeric user, where the image starts as root or names its user by name:
known images, and images whose Dockerfile is in the same tree. Also `runAsNonRoot: true` beside `runAsUser: 0`.

Why it matters: the kubelet checks the number before it starts the container. For root it refuses; a name it cannot
look up, so it refuses as well (CreateContainerConfigError). In a hurry somebody then takes the setting away.

How to fix: set `runAsUser` (and `runAsGroup`) to the number of the image's user, or write `USER 10001` in the
Dockerfile.

When it is fine: never: it does not start.

References: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe import is_root
from hardhull.rules.fix import NEEDS_PROOF, advise, set_value
from hardhull.rules.questions import known_base
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _image_user(workload: Workload) -> str | None:
    """The user that the image brings, where that is known."""
    recipe = workload.recipe.get(None)
    if recipe is not None:
        return recipe.user.get("") or None
    image = workload.local_image.get(None)
    if image is not None:
        return image.user or "root"
    base = known_base(workload)
    return base.user if base is not None else None


def _fix(workload: Workload) -> Fix:
    """A number of a user that the image has, where one is known."""
    base = known_base(workload)
    shipped = next((one for one in base.ships if one.uid is not None), None) if base is not None else None
    if base is None or shipped is None:
        return advise("name a user by number", "set runAsUser to the number of a user that the image has, not 0")
    return set_value(
        workload.user,
        str(shipped.uid),
        f"run it as {shipped.name}, by number",
        risk=NEEDS_PROOF,
        mitigation="prove it first: what root wrote so far may be closed to it",
        basis=f"{base.name} brings {shipped.name}",
    )


@rule(
    "HH-PRV-208",
    "run-as-non-root-cannot-start",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    checklist=[7],
    tags=["hollow"],
    about=["run_as_non_root"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    if not workload.run_as_non_root.value:
        return
    own = workload.user.value
    user = own or _image_user(workload)
    if user is None:
        return
    name = user.partition(":")[0]
    if is_root(user):
        why = "runAsUser is root" if own else "its image starts as root"
    elif not own and not name.isdigit():
        why = f"its image names the user {name} by name, and only a number can be checked"
    else:
        return
    yield workload.run_as_non_root.finding(
        f"Kubernetes refuses to start {workload.subject}: {why}",
        label="checked before the start",
        fix=_fix(workload),
        also=(workload.user.mark("root"),) if own else (),
    )


EXAMPLES = [
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
      image: nginx:1.27
      securityContext:
        runAsNonRoot: true  #! HH-PRV-208
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx:1.27
      securityContext:
        runAsNonRoot: true
        runAsUser: 101
""",
    ),
]
