"""Container runs without a seccomp filter.

What it checks: containers whose system calls are not filtered: `seccomp=unconfined`, and pods without a
seccompProfile, because Kubernetes filters nothing unless told so.

Why it matters: the default profile forbids about 50 system calls (loading modules, keyrings, mounting, obscure old
calls) that break-outs through kernel bugs begin with.

How to fix: remove `seccomp=unconfined`; in Kubernetes write `seccompProfile: {type: RuntimeDefault}` for the pod. If
one call is missing, allow that one in a profile of your own.

When it is fine: debuggers and tracing tools on a test machine. Clusters whose kubelets run with `seccompDefault`
filter every pod; the manifest cannot show that.

References: https://docs.docker.com/engine/security/seccomp/
https://kubernetes.io/docs/tutorials/security/seccomp/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, advise, set_value
from hardhull.rules.hardening import back_to_default
from hardhull.rules.observed import glimpsed
from hardhull.rules.observed_calls import calls, filtered
from hardhull.rules.questions import is_privileged, throwaway
from hardhull.rules.rule import HIGH, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _fix(workload: Workload, policy: Policy) -> Fix | None:
    """The calls of recorded runs, else the runtime's own profile; by hand where the engine's configuration is off."""
    found = glimpsed(workload)
    if found is not None and found.sees("syscalls") and calls(found, tight=policy.tight).entered:
        return filtered(workload, found, tight=policy.tight)
    mitigation = "prove it first: a call that the profile forbids fails with `Operation not permitted`"
    if workload.runtime == "kubernetes":
        title = "filter system calls with the runtime's profile"
        return set_value(workload.seccomp, "default", title, risk=NEEDS_PROOF, mitigation=mitigation)
    if not workload.seccomp.written:
        return advise("let the engine filter system calls", "take seccomp-profile out of the engine's configuration")
    return back_to_default(workload.seccomp, "let the default profile filter system calls", mitigation)


@rule(
    "HH-PRV-005",
    "seccomp-unconfined",
    dimension=PRIVILEGE,
    severity=HIGH,
    cis=["docker-1.6:5.22", "docker-1.8:5.22"],
    tags=["cis", "pss-baseline", "pss-restricted"],
    also=["trivy:KSV-0104", "trivy:KSV-0030", "checkov:CKV_K8S_31"],
)
def check(workload: Workload, policy: Policy) -> Iterator[Finding]:
    """Yields the setting, or its absence where the default is no filter."""
    if is_privileged(workload):
        return
    state = workload.effective_seccomp
    if state.value != "unconfined":
        return
    if not state.written:
        yield state.finding(
            f"{workload.subject} may make every system call: no seccompProfile is set",
            label="no seccompProfile",
            severity=MEDIUM,
            fix=_fix(workload, policy),
        )
        return
    yield state.finding(
        f"{workload.subject} may make every system call",
        label="no system call is filtered",
        severity=MEDIUM if throwaway(workload) else None,
        fix=_fix(workload, policy),
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    security_opt:
      - seccomp:unconfined  #! HH-PRV-005
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
docker run -d --security-opt seccomp=unconfined nginx:1.27  #! HH-PRV-005
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
    - name: web  #! HH-PRV-005
      image: nginx:1.27
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
        seccompProfile:
          type: RuntimeDefault
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
  securityContext:
    seccompProfile:
      type: Unconfined  #! HH-PRV-005
  containers:
    - name: web
      image: nginx:1.27
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  securityContext:
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: web
      image: nginx:1.27
""",
    ),
]
