"""Image is named by a tag that can be moved.

What it checks: images with a version tag but without a digest. Images that this tree builds itself are left out;
those without a version at all are reported by image-latest-or-untagged.

Why it matters: a tag is a label that its owner, or whoever took over the owner's account, can put on other content at
any time; a digest names the content itself.

How to fix: add the digest and keep the tag for people: `nginx:1.27.3@sha256:...`. A bot (Renovate, Dependabot) keeps
both current, otherwise fixes stop arriving.

When it is fine: registries where tags cannot be changed.

References: https://docs.docker.com/dhi/core-concepts/digests/
https://kubernetes.io/docs/concepts/containers/images/#image-names
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import pin
from hardhull.rules.images import MOVING, pulled
from hardhull.rules.questions import throwaway
from hardhull.rules.rule import LOW, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-SRC-002",
    "image-not-pinned",
    dimension=SOURCE,
    severity=LOW,
    checklist=[1],
    also=["checkov:CKV_K8S_43"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the image."""
    image = pulled(workload)
    if image is None or image.digest or image.effective_tag in MOVING or throwaway(workload):
        return
    yield workload.image.finding(
        f"{workload.subject} runs whatever {image.familiar} points to today",
        label="no digest",
        value=image.familiar,
        fix=pin(workload),
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27  #! HH-SRC-002
""",
        good="""
services:
  web:
    image: nginx:1.27@sha256:28bd5fe8b56d1bd048e5babf5b10710ebe0bae67db86916198a6eec434943f8b
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d nginx:1.27  #! HH-SRC-002
""",
        good="""
docker run -d nginx:1.27@sha256:28bd5fe8b56d1bd048e5babf5b10710ebe0bae67db86916198a6eec434943f8b
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
      image: nginx:1.27  #! HH-SRC-002
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx:1.27@sha256:28bd5fe8b56d1bd048e5babf5b10710ebe0bae67db86916198a6eec434943f8b
""",
    ),
]
