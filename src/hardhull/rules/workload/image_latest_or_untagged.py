"""Image is whatever the registry calls newest.

What it checks: images without a tag, with the tag `latest`, or with a tag that names a branch (`main`, `edge`,
`nightly`). Images that this tree builds itself, and images with a digest, are left out; so are names that no registry
can have (`myapp`: on Docker Hub only official images are called without a slash).

Why it matters: the same definition starts different software tomorrow, on the next host, or after somebody pushed to
the registry; nobody reviewed it, and there is no way back to what ran yesterday.

How to fix: name a version, and add its digest: `nginx:1.27.3@sha256:...`. A bot (Renovate, Dependabot) keeps both
current.

When it is fine: throw-away experiments.

References: https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
https://kubernetes.io/docs/concepts/containers/images/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import pin
from hardhull.rules.images import MOVING, pulled
from hardhull.rules.questions import throwaway
from hardhull.rules.rule import LOW, MEDIUM, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SRC-001",
    "image-latest-or-untagged",
    dimension=SOURCE,
    severity=MEDIUM,
    checklist=[1],
    also=["trivy:KSV-0013", "checkov:CKV_K8S_14", "kube-linter:latest-tag"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the image."""
    image = pulled(workload)
    if image is None or image.digest or image.effective_tag not in MOVING:
        return
    what = f"the tag {image.tag}" if image.tag else "no tag"
    yield workload.image.finding(
        f"{workload.subject} runs whatever {image.familiar_name} is today ({what})",
        label="moves with every push",
        value=image.familiar,
        severity=LOW if throwaway(workload) else None,
        fix=pin(workload),
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx  #! HH-SRC-001
""",
        good="""
services:
  web:
    image: nginx:1.27
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d nginx:latest  #! HH-SRC-001
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
      image: ghcr.io/example/web:main  #! HH-SRC-001
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: ghcr.io/example/web:2.4.1
""",
    ),
]
