"""Image comes from a registry that the team does not trust.

What it checks: images whose registry (or registry and namespace) is not in `trusted-registries` of hardhull.toml.
Without that list nothing is judged. Images that this tree builds itself are left out.

Why it matters: everybody can push something that looks like a known name to a public registry; the list says whom the
team has looked at.

How to fix: mirror the image into a registry of yours, use the same software from a trusted place, or add its
namespace to the list.

When it is fine: never by accident: add it to the list with a reason.

References: https://docs.docker.com/docker-hub/repos/manage/trusted-content/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.images import pulled
from hardhull.rules.rule import HIGH, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SRC-003",
    "untrusted-registry",
    dimension=SOURCE,
    severity=HIGH,
    checklist=[6],
    cis=["docker-1.6:4.2", "docker-1.8:4.2"],
    tags=["cis"],
    also=["trivy:KSV-0125"],
    by_hand="whether to mirror the image, to trust its registry or to do without it is the team's decision",
)
def check(workload: Workload, policy: Policy) -> Iterator[Finding]:
    """Yields the image."""
    if not policy.trusted_registries:
        return
    image = pulled(workload)
    if image is None or any(image.name.startswith(f"{one.rstrip('/')}/") for one in policy.trusted_registries):
        return
    yield workload.image.finding(
        f"{workload.subject} runs {image.familiar_name}, which no trusted registry holds",
        label=f"{image.registry} is not on the list of trusted registries",
        value=image.name,
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: quay.io/example/web:1.27  #! HH-SRC-003
""",
        good="""
services:
  web:
    image: registry.example.com/web:1.27
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d example/web:1.27  #! HH-SRC-003
""",
        good="""
docker run -d nginx:1.27
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
      image: ghcr.io/example/web:2.4.1  #! HH-SRC-003
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example.com/web:2.4.1
""",
    ),
]
